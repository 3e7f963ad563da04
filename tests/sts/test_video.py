from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from jaxtyping import UInt8

from sts import video
from sts.errors import DataError

Picture = UInt8[np.ndarray, "h w 3"]

COLOURS = [
    (255, 255, 255),
    (0, 0, 0),
    (255, 0, 0),
    (0, 255, 0),
    (0, 0, 255),
    (128, 128, 128),
    (200, 100, 50),
    (30, 60, 90),
]
CELL = 32


def card() -> Picture:
    return np.repeat(np.repeat(np.array(COLOURS, np.uint8).reshape(2, 4, 3), CELL, axis=0), CELL, axis=1)


def error(picture: Picture) -> int:
    """Largest difference to the card, away from the borders of its cells."""
    inner = np.zeros((2 * CELL, 4 * CELL), np.bool_)
    for y in range(2):
        for x in range(4):
            inner[y * CELL + 8 : (y + 1) * CELL - 8, x * CELL + 8 : (x + 1) * CELL - 8] = True
    return int(np.abs(picture.astype(int) - card())[inner].max())


def encode(path: Path, space: int, full_range: bool, times: tuple[int, ...] = (0,), tagged: bool = True) -> None:
    """The card as H.264, tagged with an AVColorSpace, at times in ms."""
    swscale = {1: 1, 5: 5, 6: 5}[space]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1000, options={"crf": "1", "g": "3"})
        stream.width, stream.height, stream.pix_fmt = 4 * CELL, 2 * CELL, "yuv420p"
        if tagged:
            stream.codec_context.colorspace, stream.codec_context.color_range = space, 2 if full_range else 1
        for time in times:
            frame = av.VideoFrame.from_ndarray(card(), format="rgb24").reformat(
                format="yuv420p", src_color_range=2, dst_colorspace=swscale, dst_color_range=2 if full_range else 1
            )
            frame.pts, frame.time_base = time, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def moving(n: int, height: int = 36, width: int = 50) -> Iterator[Picture]:
    for i in range(n):
        picture = np.full((height, width, 3), 40, np.uint8)
        picture[:, : i + 1] = 220
        yield picture


@pytest.mark.parametrize("full_range", [False, True])
@pytest.mark.parametrize("space", [1, 5, 6])
def test_a_colour_card_keeps_its_colours(tmp_path: Path, space: int, full_range: bool) -> None:
    encode(tmp_path / "a.mp4", space, full_range)
    assert error(next(video.frames(tmp_path / "a.mp4"))[1]) <= 2


def test_a_small_video_without_a_colour_tag_is_bt601(tmp_path: Path) -> None:
    encode(tmp_path / "a.mp4", space=6, full_range=False, tagged=False)
    assert error(next(video.frames(tmp_path / "a.mp4"))[1]) <= 2


def test_what_is_written_keeps_its_colours(tmp_path: Path) -> None:
    video.write(tmp_path / "a.mp4", [card()] * 2, Fraction(25), crf=1)
    assert max(error(picture) for _, picture in video.frames(tmp_path / "a.mp4")) <= 2
    assert error(video.recompressed(np.stack([card()] * 2), Fraction(25), crf=1)[1]) <= 2


def test_a_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    encode(tmp_path / "a.mp4", space=6, full_range=False, times=(0, 40, 55, 300, 310, 1000))
    wanted = pytest.approx((0, 0.04, 0.055, 0.3, 0.31, 1.0))
    assert video.probe(tmp_path / "a.mp4").times_s == wanted
    assert tuple(time for time, _ in video.frames(tmp_path / "a.mp4")) == wanted


@pytest.mark.parametrize("start", [0, 1, 17, 29])
def test_frames_are_found_by_index(tmp_path: Path, start: int) -> None:
    video.write(tmp_path / "a.mp4", moving(30), Fraction(30000, 1001))
    info = video.probe(tmp_path / "a.mp4")
    assert (info.height, info.width, info.fps, len(info.times_s)) == (36, 50, Fraction(30000, 1001), 30)
    found = list(video.frames(tmp_path / "a.mp4", start, 30))
    assert [time for time, _ in found] == list(info.times_s[start:])
    assert [int((picture[18, :, 0] > 130).sum()) for _, picture in found] == list(range(start + 1, 31))


@pytest.mark.parametrize(("right_turns", "corner"), [(1, (0, -1)), (2, (-1, -1)), (3, (-1, 0))])
def test_a_turned_phone_gives_upright_pictures(tmp_path: Path, right_turns: int, corner: tuple[int, int]) -> None:
    path = tmp_path / "a.mp4"
    lying = np.zeros((32, 64, 3), np.uint8)
    lying[:16, :16] = 255
    video.write(path, [lying] * 3, Fraction(25))
    turn = {1: (0, 1, -1, 0), 2: (-1, 0, 0, -1), 3: (0, -1, 1, 0)}[right_turns]
    set_matrix(path, turn)
    info = video.probe(path)
    picture = next(video.frames(path))[1]
    assert picture.shape == (info.height, info.width, 3) == ((32, 64, 3) if right_turns == 2 else (64, 32, 3))
    assert picture[corner].min() > 200
    assert sum(int(picture[y, x].min() > 200) for y in (0, -1) for x in (0, -1)) == 1


def set_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write a QuickTime display matrix into the track header of an MP4 file."""
    data = bytearray(path.read_bytes())
    start = data.index(b"tkhd") + 4 + 40
    a, b, c, d = (value * 65536 for value in matrix)
    for i, value in enumerate((a, b, 0, c, d, 0, 0, 0, 1 << 30)):
        data[start + 4 * i : start + 4 * i + 4] = value.to_bytes(4, "big", signed=True)
    path.write_bytes(data)


def test_the_same_pictures_give_the_same_file(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        video.write(tmp_path / name, moving(5), Fraction(25))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_odd_sizes_survive_a_round_of_h264() -> None:
    pictures = np.stack(list(moving(3, height=35, width=51)))
    assert np.abs(video.recompressed(pictures, Fraction(25), 10).astype(int) - pictures).mean() < 4


def test_h264_gives_the_same_pixels_every_time() -> None:
    """x264 does not where its macroblock tree is on and the processor has AVX-512."""
    rng = np.random.default_rng(1)
    soft = cv2.resize(rng.integers(0, 255, (5, 8, 3)).astype(np.uint8), (340, 200), interpolation=cv2.INTER_CUBIC)
    noisy = np.clip(soft.astype(int) + rng.integers(-6, 6, soft.shape), 0, 255).astype(np.uint8)
    moved = np.stack([noisy[i : i + 180, i : i + 320] for i in range(4)])
    found = set()
    for _ in range(24):
        held = [np.full(size, size % 256, np.uint8) for size in rng.integers(1, 400_000, 6)]  # so memory is elsewhere
        found.add(video.recompressed(moved, Fraction(25, 2), 24).tobytes())
        del held
    assert len(found) == 1


def test_what_is_no_video_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("hello\n" * 100)
    (tmp_path / "empty.mp4").write_bytes(b"")
    video.write(tmp_path / "whole.mp4", moving(20), Fraction(25))
    (tmp_path / "cut.mp4").write_bytes((tmp_path / "whole.mp4").read_bytes()[:2000])
    for name in ("text.mp4", "empty.mp4", "cut.mp4", "nothing.mp4"):
        with pytest.raises(DataError, match=f"cannot read the video .*{name}") as caught:
            video.probe(tmp_path / name)
        assert "\n" not in str(caught.value)


def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(DataError, match="has no video stream"):
        video.probe(tmp_path / "a.mp4")


def test_frames_that_are_not_there_are_counted(tmp_path: Path) -> None:
    video.write(tmp_path / "a.mp4", moving(3), Fraction(25))
    with pytest.raises(DataError, match="has 3 frames; 2 to 5 are not all there"):
        list(video.frames(tmp_path / "a.mp4", 2, 5))
