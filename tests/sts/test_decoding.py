"""Odd files: interlaced, high dynamic range, without timestamps, starting before zero, cut by an edit list, damaged."""

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from sts import jpeg, video
from sts.errors import DataError
from tests.sts.films import HEIGHT, WIDTH, Picture, cut_off, damage, film, number, numbered, scene


def numbers(path: Path, start: int = 0, stop: int = 1000, step: int = 1) -> list[int]:
    return [number(one.picture) for one in video.decoded(path, start, stop, step)]


def test_interlaced_frames_come_out_whole_and_at_their_times(tmp_path: Path) -> None:
    pictures = []
    for i in range(6):
        picture = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
        picture[0::2, 16 * i : 16 * i + 40] = 220
        picture[1::2, 16 * i + 8 : 16 * i + 48] = 220
        pictures.append(picture)
    path = film(tmp_path / "a.ts", pictures, options={"x264-params": "tff=1", "crf": "5"})
    info = video.probe(path)
    assert info.interlaced
    found = list(video.decoded(path, 0, 6))
    assert [one.index for one in found] == list(range(6))
    assert [one.time_s for one in found] == list(info.times_s)
    middle = [one.picture[30:60, :, 1].astype(int) for one in found[1:5]]
    assert max(float(np.abs(np.diff(rows, axis=0)).mean()) for rows in middle) < 5  # 22 with the combs
    assert not video.probe(film(tmp_path / "b.mp4", pictures)).interlaced


@pytest.mark.parametrize(("transfer", "name", "code"), [(16, "pq", 594), (18, "hlg", 768)])
def test_white_paper_of_high_dynamic_range_is_nearly_white(tmp_path: Path, transfer: int, name: str, code: int) -> None:
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx265", rate=25, options={"x265-params": "log-level=none:crf=5"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace, context.color_range = 9, transfer, 9, 1
        luma = np.full((HEIGHT * 3 // 2, WIDTH), 512, np.uint16)
        luma[:HEIGHT] = 64 + round(code * 876 / 1023)
        luma[:HEIGHT, : WIDTH // 2] = 64
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p10le")
        for plane, values in zip(frame.planes, planes(luma), strict=True):
            rows = np.zeros((plane.height, plane.line_size // 2), np.uint16)
            rows[:, : values.shape[1]] = values
            plane.update(rows.tobytes())
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert video.probe(path).transfer == name
    picture = next(video.frames(path))[1]
    assert picture[10:-10, 10:50].max() <= 3
    assert 235 <= picture[10:-10, 80:-10].min() <= picture[10:-10, 80:-10].max() <= 252


def planes(luma: np.ndarray) -> list[np.ndarray]:
    chroma = np.full((HEIGHT // 2, WIDTH // 2), 512, np.uint16)
    return [luma[:HEIGHT], chroma, chroma]


def test_a_file_without_timestamps_runs_at_its_nominal_rate(tmp_path: Path) -> None:
    path = film(tmp_path / "a.h264", numbered(12))
    assert video.probe(path).times_s == pytest.approx([i / 25 for i in range(12)])
    assert numbers(path) == list(range(12))
    assert numbers(path, 5, 9) == [5, 6, 7, 8]


def test_a_start_before_zero_is_time_zero(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", numbered(6), options={"bf": "0"})
    moved = tmp_path / "b.ts"
    with av.open(str(path)) as source, av.open(str(moved), "w", options={"avoid_negative_ts": "disabled"}) as out:
        stream = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.pts is not None:
                packet.pts = packet.dts = packet.pts - 1500
                packet.stream = stream
                out.mux(packet)
    with av.open(str(moved)) as container:
        start = container.streams.video[0].start_time
    assert start is not None and start < 0
    assert video.probe(moved).times_s == pytest.approx([0.04 * i for i in range(6)])
    assert numbers(moved) == list(range(6))


def test_what_an_edit_list_hides_is_not_shown(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", numbered(20), options={"g": "20", "bf": "0"})
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 12 + 4
    tick = video.probe(path).times_s[1]
    with av.open(str(path)) as container:
        base = container.streams.video[0].time_base
    assert base is not None
    skipped = round(5 * tick / base)
    data[at : at + 4] = skipped.to_bytes(4, "big")
    path.write_bytes(data)
    assert numbers(path) == list(range(5, 20))
    assert len(video.probe(path).times_s) == 15


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.ts"])
def test_frames_before_and_after_damage_are_read(tmp_path: Path, name: str) -> None:
    pictures = [np.roll(scene(3, 240, 320), 5 * i, axis=1) for i in range(40)]
    path = film(tmp_path / name, pictures, options={"g": "8", "crf": "18", "bf": "0"})
    whole = list(video.decoded(path, 0, 40))
    damage(path, 0.5, 900)
    found = list(video.decoded(path, 0, 40))
    assert 15 < len(found) < 40
    assert [one.after_loss for one in found].count(True) >= 1
    lost_at = next(i for i, one in enumerate(found) if one.after_loss)
    assert found[lost_at].index > 8
    by_time = {round(one.time_s, 2): one.picture for one in whole}
    worst = max(np.abs(one.picture.astype(int) - by_time[round(one.time_s, 2)]).mean() for one in found)
    assert worst < 1
    with pytest.raises(DataError, match=r"is damaged|are not all there"):
        list(video.frames(path, 0, 40))


@pytest.mark.parametrize("start", [0, 7, 13, 29])
@pytest.mark.parametrize("name", ["a.mp4", "a.ts", "a.avi"])
def test_every_third_frame_from_any_place(tmp_path: Path, name: str, start: int) -> None:
    path = film(tmp_path / name, numbered(30), codec="mpeg4" if name == "a.avi" else "libx264")
    assert numbers(path, start, 28, 3) == list(range(start, 28, 3))


def test_motion_jpeg_keeps_the_bytes_of_its_frames(tmp_path: Path) -> None:
    pictures = [scene(i) for i in range(3)]
    path = film(tmp_path / "a.avi", pictures, codec="mjpeg", pixels="yuvj420p", options={"qscale": "2"})
    stored = path.read_bytes()
    for one, picture in zip(video.decoded(path, 0, 3), pictures, strict=True):
        assert one.jpeg is not None
        assert one.jpeg[-200:] in stored
        shown = jpeg.decode(one.jpeg, "a frame").astype(int)
        assert np.abs(shown - one.picture).max() <= 6
        assert np.abs(shown - picture).mean() < 6
    assert [one.jpeg for one in video.decoded(film(tmp_path / "b.mp4", pictures), 0, 3)] == [None] * 3


def test_a_file_cut_short_gives_what_is_left(tmp_path: Path) -> None:
    pictures: list[Picture] = [np.roll(scene(3, 240, 320), 5 * i, axis=1) for i in range(30)]
    path = film(tmp_path / "a.ts", pictures)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert 5 < len(list(video.decoded(path, 0, 1000))) < 30


def remuxed(path: Path, options: dict[str, str], sound_s: float = 0.04, last_s: float = 0.04) -> Path:
    """The same packets in a file written otherwise, with silence, the last frame shown for some time."""
    made = path.with_stem("other")
    with av.open(str(path)) as old, av.open(str(made), "w", options=options) as new:
        stream = new.add_stream_from_template(old.streams.video[0])
        silence = new.add_stream("aac", rate=8000, layout="mono")
        packets = [packet for packet in old.demux(video=0) if packet.size]
        packets[-1].duration = round(last_s / packets[-1].time_base)
        for packet in packets:
            packet.stream = stream
            new.mux(packet)
        for start in range(0, int(8000 * sound_s), 1024):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.rate, frame.pts = 8000, start
            new.mux(silence.encode(frame))
        new.mux(silence.encode(None))
    return made


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.flv"])
def test_a_header_that_promises_more_is_told_from_one_that_is_kept(tmp_path: Path, name: str) -> None:
    """The index of an MP4 must stand in front, else half of it is no video."""
    path = film(tmp_path / name, [scene(i) for i in range(50)], codec="flv1" if name == "a.flv" else "libx264")
    path = remuxed(path, {"movflags": "faststart"} if name == "a.mp4" else {})
    assert video.probe(path).promised_s == 0
    cut_off(path, 0.4)
    info = video.probe(path)
    assert 0 < info.times_s[-1] < 1
    assert info.promised_s == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_longer_sound_and_a_last_frame_that_stays_are_no_missing_end(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / name, numbered(10), options={"bf": "0"})
    assert video.probe(remuxed(path, {}, sound_s=3)).promised_s == 0
    assert video.probe(remuxed(path, {}, last_s=3)).promised_s == 0
