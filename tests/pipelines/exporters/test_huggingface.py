"""Hugging Face: read with datasets.load_dataset, without this toolkit and without a network."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from pipelines.exporters import huggingface
from sts import config, masks

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


@pytest.fixture
def read(export_of: Callable[..., Path], pairs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    import datasets

    out = export_of("huggingface", pairs)
    return datasets.load_dataset(str(out), cache_dir=str(tmp_path / "cache"), split="train")


def rows_of(pairs: Any) -> list[tuple[Any, Any, bytes]]:
    return [(clip, frame, data) for clip, stored in pairs for frame, data in zip(clip.frames, stored, strict=True)]


def test_every_field_of_every_instance_comes_back_also_on_unlabelled_frames(read: Any, pairs: Any) -> None:
    assert len(read) == 4
    for row, (clip, frame, _) in zip(read, rows_of(pairs), strict=True):
        assert (row["clip_id"], row["frame"], row["time_s"]) == (clip.clip_id, frame.index, frame.time_s)
        assert (row["labelled"], row["origin"]["license"]) == (frame.labelled, clip.origin.license)
        assert row["origin"]["spec"] == clip.origin.spec
        assert len(row["instances"]) == len(frame.instances)
        for found, one in zip(row["instances"], frame.instances, strict=True):
            said = config.to_dict(one)
            said["polygon"] = [value for point in one.polygon for value in point]
            for name in ("mask", "effect_mask", "amodal_mask"):
                said[name] = said[name] and said[name]["counts"]
            assert found == said


def test_pictures_are_images_with_the_stored_bytes(read: Any, pairs: Any) -> None:
    import datasets

    raw = read.cast_column("image", datasets.Image(decode=False))
    assert [row["image"]["bytes"] for row in raw] == [data for _, _, data in rows_of(pairs)]
    assert (read[0]["image"].size, read[0]["image"].mode) == ((72, 40), "RGB")


def test_the_strokes_of_what_counts_are_an_image(read: Any, pairs: Any) -> None:
    for row, (clip, frame, _) in zip(read, rows_of(pairs), strict=True):
        counted = [one.mask for one in frame.instances if one.mask and not one.ignore]
        wanted = masks.decode(masks.union(counted)) if counted else np.zeros((clip.height, clip.width), bool)
        assert (np.array(row["strokes"]) == 255 * wanted).all()


def test_a_row_group_is_a_clip_and_a_file_holds_some(
    export_of: Callable[..., Path], pairs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(huggingface, "CLIPS", 1)
    files = sorted((export_of("huggingface", pairs) / "data").iterdir())
    assert [path.name for path in files] == ["train-00000.parquet", "train-00001.parquet"]
    assert [pq.ParquetFile(path).metadata.num_rows for path in files] == [3, 1]
    assert pq.ParquetFile(files[0]).num_row_groups == 1
