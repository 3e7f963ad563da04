"""WebDataset: read with the library of that name, without this toolkit."""

import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sts import config, masks
from sts.types import Frame, Mask

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.fixture
def out(export_of: Callable[..., Path], pairs: Any) -> Path:
    return export_of("webdataset", pairs)


@pytest.fixture
def samples(out: Path) -> list[dict[str, Any]]:
    import webdataset

    return list(webdataset.WebDataset(str(out / "train-000000.tar"), shardshuffle=False).decode("pil"))


def rows_of(pairs: Any) -> list[tuple[Any, Any, bytes]]:
    return [(clip, frame, data) for clip, stored in pairs for frame, data in zip(clip.frames, stored, strict=True)]


def test_every_field_of_every_instance_comes_back_frame_by_frame(samples: list[dict[str, Any]], pairs: Any) -> None:
    assert [one["__key__"] for one in samples] == [
        "synth-0-000001-00000",
        "synth-0-000001-00001",
        "synth-0-000001-00002",
        "real%2F%C3%A9t%C3%A9%2Emp4%20%232-00000",
    ]
    for sample, (clip, frame, _) in zip(samples, rows_of(pairs), strict=True):
        said = sample["json"]
        assert (
            config.from_dict(Frame, {key: said[key] for key in ("index", "time_s", "labelled", "instances")}) == frame
        )
        assert (said["clip_id"], said["fps"], said["license"]) == (clip.clip_id, str(clip.fps), clip.origin.license)


def test_pictures_and_strokes_are_images(samples: list[dict[str, Any]]) -> None:
    mask = config.from_dict(Mask, samples[3]["json"]["instances"][0]["mask"])
    assert (np.array(samples[3]["strokes.png"].convert("L")) == 255 * masks.decode(mask)).all()
    assert (samples[0]["jpg"].size, samples[0]["jpg"].mode) == ((72, 40), "RGB")


def test_the_tar_has_the_stored_bytes_and_bears_no_time_or_owner(out: Path, pairs: Any) -> None:
    with tarfile.open(out / "train-000000.tar") as tar:
        entries = tar.getmembers()
        stored = [file.read() for one in entries if one.name.endswith(".jpg") and (file := tar.extractfile(one))]
    assert stored == [data for _, _, data in rows_of(pairs)]
    assert {(one.mtime, one.uid, one.gid, one.uname, one.gname) for one in entries} == {(0, 0, 0, "", "")}


def test_sources_and_the_spec_are_lost(samples: list[dict[str, Any]]) -> None:
    assert not {"sources", "spec", "origin"} & set(samples[0]["json"])
