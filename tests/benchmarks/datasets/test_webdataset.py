"""WebDataset of our own exporter, taken apart: what is damaged is said in one line, never passed over."""

import io
import json
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from benchmarks.datasets.reader import UnusableError
from sts.errors import DataError
from tests.benchmarks.datasets.conftest import HEIGHT, WIDTH, clips, photo, read, with_bytes

HEAD = {"clip_id": "a/b", "fps": "25/2", "height": HEIGHT, "width": WIDTH, "kind": "real", "uri": "x", "license": "MIT"}
WORD: dict[str, Any] = {
    "track_id": 7,
    "level": "word",
    "polygon": [[1.0, 2.0], [9.0, 2.0], [9.0, 8.0], [1.0, 8.0]],
    "source": "human",
    "mask": {"height": HEIGHT, "width": WIDTH, "counts": [30, 5, HEIGHT * WIDTH - 35]},
    "effect_mask": None,
    "amodal_mask": None,
    "text": "é",
}


def said(index: int = 0, **changes: Any) -> dict[str, Any]:
    return HEAD | {"index": index, "time_s": index / 12.5, "labelled": True, "instances": [WORD]} | changes


def tar(path: Path, files: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w") as out:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            out.addfile(entry, io.BytesIO(data))
    return path


def sample(root: Path, number: int = 0, **changes: Any) -> dict[str, bytes]:
    name = f"a%2Fb-{number:05d}"
    data = photo(root / "photo.jpg")
    (root / "photo.jpg").unlink()
    return {f"{name}.jpg": data, f"{name}.json": json.dumps(said(number, **changes)).encode()}


def test_samples_of_a_clip_become_its_frames(tmp_path: Path) -> None:
    tar(tmp_path / "train-000000.tar", sample(tmp_path) | sample(tmp_path, 3, instances=[], labelled=False))
    clip, stored = with_bytes(tmp_path, "webdataset")
    assert (clip.clip_id, str(clip.fps), clip.origin.license) == ("a/b", "25/2", "MIT")
    assert [(frame.index, frame.labelled) for frame in clip.frames] == [(0, True), (3, False)]
    (word,) = clip.frames[0].instances
    assert (word.track_id, word.text, word.mask and word.mask.counts[:2]) == (7, "é", (30, 5))
    assert stored == (photo(tmp_path / "same.jpg"),) * 2


def mask(**changes: Any) -> dict[str, Any]:
    return {"instances": [WORD | {"mask": {**WORD["mask"], **changes}}]}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"fps": "x"}, "Invalid literal for Fraction"),
        ({"kind": "dream"}, "'dream'"),
        ({"width": WIDTH + 1}, r"a mask of \(24, 40\) px with 3 runs in a frame of \(24, 41\) px"),
        ({"time_s": "soon"}, "time_s"),
        ({"time_s": float("nan")}, "NaN is no number of JSON"),
        ({"instances": [{"track_id": 1}]}, "KeyError 'mask'"),
        (mask(counts=[1, 2]), "instead of 960"),
        (mask(counts=[30.0, 5, 925]), "a mask of"),
        (mask(counts=[-5, 40, 925]), "runs are 0 or more"),
    ],
)
def test_a_sample_that_cannot_be_read_leaves_its_clip_out(changes: dict[str, Any], why: str, tmp_path: Path) -> None:
    tar(tmp_path / "a.tar", sample(tmp_path, **changes))
    with pytest.raises(UnusableError, match=why) as caught:
        read(tmp_path, "webdataset")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_samples_that_contradict_each_other_leave_their_clip_out(tmp_path: Path) -> None:
    for ending, why in ((".jpg", "a sample without .jpg"), (".json", "a sample without .json")):
        whole = sample(tmp_path)
        (tmp_path / ending[1:]).mkdir()
        tar(tmp_path / ending[1:] / "a.tar", {name: data for name, data in whole.items() if not name.endswith(ending)})
        with pytest.raises(UnusableError, match=why):
            read(tmp_path / ending[1:], "webdataset")
    tar(tmp_path / "a.tar", sample(tmp_path) | sample(tmp_path, 1, license="CC0-1.0"))
    with pytest.raises(UnusableError, match="do not say the same of the clip"):
        clips(tmp_path, "webdataset")


def test_a_tar_file_that_is_cut_off_or_none_is_an_error(tmp_path: Path) -> None:
    path = tar(tmp_path / "a.tar", sample(tmp_path) | sample(tmp_path, 1))
    whole = path.read_bytes()
    with tarfile.open(path) as there:
        second = there.getmembers()[2].offset
    for i, (data, why) in enumerate(
        [
            (whole[: second + 600], "damaged|cut off"),
            (whole[:second], "is cut off after 2 files"),
            (whole[: second + 100], "cut off|damaged"),
            (b"no tar at all" * 99, "no tar file"),
        ]
    ):
        (tmp_path / str(i)).mkdir()
        (tmp_path / str(i) / "a.tar").write_bytes(data)
        with pytest.raises(DataError, match=why):
            read(tmp_path / str(i), "webdataset")


def test_samples_of_somebody_else_are_an_error(tmp_path: Path) -> None:
    tar(tmp_path / "a.tar", {"cat.jpg": b"", "cat.cls": b"1"})
    with pytest.raises(DataError, match=r"cat.jpg, which is no frame CLIP-00000 of our exports: see docs/datasets.md"):
        read(tmp_path, "webdataset")
