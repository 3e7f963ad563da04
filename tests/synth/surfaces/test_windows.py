"""Which pieces of a video are offered, and that their order does not depend on the folder."""

import itertools
import logging
import shutil
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from sts import manifest, shards, video
from sts.errors import DataError
from sts.types import Clip, Frame, Manifest, Origin, TextInstance
from synth.surfaces import windows


def drifting(seed: int, frames: int = 24, size: tuple[int, int] = (128, 96)) -> list[np.ndarray]:
    """A texture that moves one px a frame."""
    noise = np.random.default_rng(seed).integers(0, 255, (size[1], size[0] + frames, 3)).astype(np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2.5).astype(np.float32)
    picture = np.clip(128 + 5 * (smooth - 128), 0, 255).astype(np.uint8)
    return [np.ascontiguousarray(picture[:, i : i + size[0]]) for i in range(frames)]


def write(path: Path, frames: list[np.ndarray]) -> Path:
    video.write(path, frames, Fraction(25))
    return path


def test_windows_are_spread_and_do_not_overlap(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mp4", drifting(0, 40))
    found = windows.windows([str(path)], frames=10, per_video=3)
    starts = [window.start for window in found]
    assert len(starts) == 3
    assert all(after - before >= 10 for before, after in itertools.pairwise(starts))
    assert starts[0] >= 0
    assert starts[-1] + 10 <= 40


def test_a_folder_with_other_names_gives_the_same_windows(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    for number in range(3):
        write(tmp_path / "one" / f"{number}.mp4", drifting(number, 12))
    (tmp_path / "two").mkdir()
    for number, name in enumerate(["z", "a", "m"]):
        shutil.copy(tmp_path / "one" / f"{number}.mp4", tmp_path / "two" / f"{name}.mp4")
    shutil.copy(tmp_path / "two" / "z.mp4", tmp_path / "two" / "again.mp4")
    one, two = (windows.windows(str(tmp_path / name), frames=10) for name in ("one", "two"))
    assert len(one) == 3
    assert [(w.sha256, w.start) for w in one] == [(w.sha256, w.start) for w in two]


def test_clips_of_a_shard_are_offered_unless_they_have_text(tmp_path: Path) -> None:
    pictures = np.stack(drifting(3, 12))
    line = TextInstance(track_id=1, level="text", polygon=((1.0, 1.0), (9.0, 1.0), (9.0, 5.0)), source="human")
    empty = clip("empty", pictures, ())
    out = str(tmp_path / "shards")
    info = shards.write(f"{out}/shard-00000.parquet", [clip("written", pictures[::-1].copy(), (line,)), empty], meta={})
    manifest.write(out, Manifest(command="test", config={}, shards=(info,)))
    found = windows.survey(out, frames=10)
    assert found.dropped == {"said to have text": 1}
    (window,) = found.windows
    assert (window.path, window.license, window.credit) == (f"{out}/shard-00000.parquet#1", "CC0-1.0", "seen.mp4")
    seen, times = windows.read(window, 128, 96)
    assert np.abs(seen.astype(int) - pictures[1:11]).mean() < 4
    assert times == pytest.approx(np.arange(10) / 25)


def clip(name: str, pictures: np.ndarray, instances: tuple[TextInstance, ...]) -> Clip:
    """Real footage as a stage before leaves it."""
    frames = tuple(Frame(index=i, time_s=i / 25, instances=instances) for i in range(len(pictures)))
    height, width = pictures.shape[1:3]
    origin = Origin(kind="real", uri="seen.mp4", license="CC0-1.0")
    size = {"height": height, "width": width}
    return Clip(clip_id=name, fps=Fraction(25), frames=frames, origin=origin, video=pictures, **size)


def test_a_cut_is_refused_and_counted(tmp_path: Path) -> None:
    frames = drifting(1, 12)
    frames[6:] = [255 - frame for frame in frames[6:]]
    path = write(tmp_path / "cut.mp4", frames)
    assert windows.survey([str(path)], frames=12).dropped == {"cut": 1}


def test_repeated_frames_are_refused_when_the_picture_moves(tmp_path: Path) -> None:
    frames = drifting(2, 12)
    frames[5] = frames[6] = frames[4]
    assert windows.survey([str(write(tmp_path / "stutter.mp4", frames))], frames=12).dropped == {"repeated frames": 1}
    still = write(tmp_path / "still.mp4", [frames[0]] * 12)
    assert len(windows.windows([str(still)], frames=12)) == 1


def test_small_and_short_videos_are_counted(tmp_path: Path) -> None:
    small = write(tmp_path / "small.mp4", drifting(3, 12, (120, 60)))
    short = write(tmp_path / "short.mp4", drifting(4, 6))
    found = windows.survey([str(small), str(short)], frames=10)
    assert found.windows == ()
    assert found.dropped == {"video too short": 1, "video too small": 1}


def test_an_unreadable_file_is_named_in_one_line_and_skipped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all" * 50)
    good = write(tmp_path / "good.mp4", drifting(5, 12))
    with caplog.at_level(logging.WARNING):
        found = windows.survey(str(tmp_path), frames=10)
    assert [window.path for window in found.windows] == [str(good)]
    assert found.dropped == {"unreadable": 1}
    lines = [record.getMessage() for record in caplog.records if "broken.mp4" in record.getMessage()]
    assert len(lines) == 1
    assert "\n" not in lines[0]


def test_a_missing_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no folder"):
        windows.windows(str(tmp_path / "nothing"))


def test_reading_keeps_the_aspect_and_counts_time_from_the_first_frame(tmp_path: Path) -> None:
    frames = []
    for _ in range(12):
        picture = np.full((96, 192, 3), 40, np.uint8)
        cv2.circle(picture, (96, 48), 30, (230, 230, 230), -1)
        frames.append(picture)
    path = write(tmp_path / "disc.mp4", frames)
    terms = {"license": "CC0-1.0", "credit": ""}
    window = windows.Window(path=str(path), sha256="", start=2, frames=8, fps=Fraction(25), **terms)
    pictures, times = windows.read(window, 96, 96)
    assert pictures.shape == (8, 96, 96, 3)
    assert times == pytest.approx(np.arange(8) / 25)
    rows, columns = np.nonzero(pictures[0, :, :, 0] > 128)
    assert np.ptp(rows) == pytest.approx(np.ptp(columns), abs=2)
    assert np.ptp(rows) == pytest.approx(60, abs=2)


class Bright:
    """TextDetector: a white bar is text; counts what it is shown."""

    def __init__(self) -> None:
        self.seen = 0

    def finds(self, picture: np.ndarray) -> bool:
        self.seen += 1
        return bool((picture[40:50, 20:60] > 200).all())


@pytest.mark.parametrize("place", [0, 6, 11])
def test_windows_with_text_in_the_first_middle_or_last_frame_are_left_out(tmp_path: Path, place: int) -> None:
    frames = drifting(6, 12)
    frames[place] = frames[place].copy()
    frames[place][38:52, 16:64] = 255
    path = write(tmp_path / "sign.mp4", frames)
    found = windows.survey([str(path)], frames=12, detector=Bright())
    assert (found.windows, found.dropped) == ((), {"text in the picture": 1})
    assert len(windows.windows([str(path)], frames=12)) == 1


def test_three_frames_of_a_window_without_text_are_looked_at(tmp_path: Path) -> None:
    detector = Bright()
    found = windows.survey([str(write(tmp_path / "plain.mp4", drifting(7, 26)))], 12, 2, detector)
    assert (len(found.windows), detector.seen) == (2, 6)


def test_a_video_that_the_ledger_says_has_text_is_left_out(tmp_path: Path) -> None:
    for number, name in enumerate(("shop", "wall")):
        write(tmp_path / f"{name}.mp4", drifting(number, 12))
    ledger = tmp_path / "sources.toml"
    ledger.write_text('["shop.mp4"]\nlicense = "CC0-1.0"\ntext = true\n["wall.mp4"]\nlicense = "CC0-1.0"\n')
    found = windows.survey(str(tmp_path), frames=12)
    assert [Path(window.path).name for window in found.windows] == ["wall.mp4"]
    assert found.dropped == {"said to have text": 1}


def test_a_ledger_that_says_neither_true_nor_false_is_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write(tmp_path / "shop.mp4", drifting(8, 12))
    (tmp_path / "sources.toml").write_text('["shop.mp4"]\ntext = "yes"\n')
    assert windows.windows(str(tmp_path), frames=12) == ()
    assert "sources.toml ['shop.mp4']: text must be true or false, not 'yes'" in caplog.text


def test_a_clip_may_be_a_single_frame(tmp_path: Path) -> None:
    assert windows.survey([str(write(tmp_path / "still.mp4", drifting(5)))], frames=1, per_video=2).windows
