"""What every exporter promises: no frame is lost, stored pictures are copied, the same clips give the same bytes."""

import hashlib
import tarfile
import weakref
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest

from pipelines.exporters import card, formats, release
from sts import masks, stage
from sts.shards import Jpegs
from sts.stage import Notes, Stage
from sts.types import Clip, Frame, Origin, TextInstance

pytestmark = pytest.mark.parametrize("form", formats.FORMATS)
FRAMES = 3


def clip_of(number: int) -> tuple[Clip, Jpegs]:
    """A clip whose word changes size and is ignored on the last frame."""
    rng = np.random.default_rng(number)
    frames, stored = [], []
    for i in range(FRAMES):
        pixels = rng.random((24, 36)) < 0.2
        polygon = ((1.0, 1.0), (30.0, 1.0), (30.0, 20.0 + i), (1.0, 20.0 + i))
        word = TextInstance(
            track_id=7,
            level="word",
            polygon=polygon,
            source="human",
            mask=masks.encode(pixels),
            text="Öl",
            ignore=i == 2,
        )
        frames.append(Frame(index=i, time_s=i / 10, instances=(word,)))
        picture = rng.integers(0, 255, (24, 36, 3), np.uint8)
        stored.append(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 66])[1].tobytes())
    origin = Origin(kind="real", uri="toy", license="CC-BY-4.0")
    clip = Clip(clip_id=f"clip{number}", fps=Fraction(10), height=24, width=36, frames=tuple(frames), origin=origin)
    return clip, tuple(stored)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    def make(item: int, _notes: Notes) -> Iterator[tuple[Clip, Jpegs]]:
        yield clip_of(item)

    stage.make(Stage(command="toy", config={}, out=tmp_path / "set"), make, range(2))
    return tmp_path / "set"


def stored_pictures(out: Path) -> list[bytes]:
    """JPEGs in files, tar files and Parquet."""
    found = [path.read_bytes() for path in out.rglob("*.jpg")]
    for path in out.glob("*.tar"):
        with tarfile.open(path) as tar:
            files = [tar.extractfile(one) for one in tar.getmembers() if one.name.endswith(".jpg")]
            found += [file.read() for file in files if file]
    for path in out.glob("data/*.parquet"):
        found += [row["bytes"] for row in pq.read_table(path).column("image").to_pylist()]
    return sorted(found)


def digests(out: Path) -> dict[str, str]:
    files = (path for path in out.rglob("*") if path.is_file())
    return {str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_no_frame_is_lost_and_pictures_are_copied_byte_by_byte(form: str, clips: Path, tmp_path: Path) -> None:
    release.export([clips], tmp_path / "out", form)
    assert stored_pictures(tmp_path / "out") == sorted(data for number in range(2) for data in clip_of(number)[1])


def test_frames_without_text_are_frames_too(form: str, tmp_path: Path) -> None:
    """The middle one of the first clip, and all of the second."""
    pairs = []
    for number, empty in enumerate(({1}, {0, 1, 2})):
        clip, stored = clip_of(number)
        frames = (replace(frame, instances=()) if frame.index in empty else frame for frame in clip.frames)
        pairs.append((replace(clip, frames=tuple(frames)), stored))
    formats.find(form).export(iter(pairs), tmp_path)
    assert stored_pictures(tmp_path) == sorted(data for _, stored in pairs for data in stored)


def test_the_same_clips_give_the_same_bytes(form: str, clips: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        release.export([clips], tmp_path / name, form)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_clips_are_let_go_one_by_one(form: str, tmp_path: Path) -> None:
    """No more than the clip in hand and the one before it live when the next is asked for: memory stays flat."""
    alive: list[int] = []
    made: list[weakref.ref[np.ndarray]] = []

    def each() -> Iterator[tuple[Clip, Jpegs]]:
        for number in range(6):
            alive.append(sum(ref() is not None for ref in made))
            clip, stored = clip_of(number)
            video = np.zeros((FRAMES, 24, 36, 3), np.uint8)
            made.append(weakref.ref(video))
            clip = replace(clip, video=video)
            del video
            yield clip, stored
            del clip

    formats.find(form).export(each(), tmp_path)
    assert max(alive) <= 2


def test_nothing_at_all_is_an_export_too(form: str, tmp_path: Path) -> None:
    formats.find(form).export(iter(()), tmp_path)
    assert stored_pictures(tmp_path) == []


def test_the_card_says_what_the_files_are_and_on_which_terms(form: str, clips: Path, tmp_path: Path) -> None:
    release.export([clips], tmp_path / "out", form)
    exporter = formats.find(form)
    text = (tmp_path / "out" / getattr(exporter, "CARD", card.NAME)).read_text(encoding="utf-8")
    assert "2 clips, 6 frames, of which 0 are not labelled" in text
    assert "| clip | CC-BY-4.0 | 2 |" in text
    assert ("Not in it:" in text) != ("Nothing is left out" in text)
