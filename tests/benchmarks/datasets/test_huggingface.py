"""Tables of the library `datasets`: Parquet and Arrow streams with pictures in their cells."""

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.datasets.reader import UnusableError
from sts import tables
from sts.errors import DataError
from tests.benchmarks.datasets.conftest import clips, photo, read, save, union
from tests.sts.conftest import make_clip

IMAGE = pa.struct([pa.field("bytes", pa.binary()), pa.field("path", pa.string())])


def table(folder: Path, strokes: Any, mask: str = "mask") -> pa.Table:
    data = photo(folder / "a.jpg")
    save(folder / "a.png", strokes)
    cells = [{"bytes": data, "path": "a.jpg"}] * 3
    marks = [{"bytes": (folder / "a.png").read_bytes(), "path": None}] * 3
    return pa.table({"image": pa.array(cells, IMAGE), mask: pa.array(marks, IMAGE), "id": [1, 2, 3]})


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
@pytest.mark.parametrize("mask", ["mask", "label"])
def test_a_row_with_a_picture_and_a_mask_is_a_clip(tmp_path: Path, strokes: Any, ending: str, mask: str) -> None:
    rows = table(tmp_path / "files", strokes, mask)
    folder = tmp_path / "set" / "data"
    folder.mkdir(parents=True)
    if ending == "parquet":
        pq.write_table(rows, folder / "train-0.parquet", row_group_size=2)
    else:
        with pa.ipc.new_stream(folder / "train-0.arrow", rows.schema) as stream:
            stream.write_table(rows, max_chunksize=2)
    found = read(tmp_path / "set", "huggingface")
    assert len(found) == 3
    for i, (_, loaded) in enumerate(found):
        assert isinstance(loaded, tuple)
        clip, stored = loaded
        assert clip.clip_id == f"train-0-{i:06d}"
        assert (union(clip) == strokes).all()
        assert stored == ((tmp_path / "files" / "a.jpg").read_bytes(),)


def test_rows_of_a_shard_become_the_clip_they_were(tmp_path: Path) -> None:
    """However the rows are cut into groups."""
    written = [make_clip(i) for i in range(3)]
    data = photo(tmp_path / "a" / "a.jpg", written[0].height, written[0].width)
    made = []
    for clip in written:
        rows = tables.from_clip(clip, [data] * len(clip.frames)).drop_columns(["picture"])
        made.append(rows.append_column("image", pa.array([{"bytes": data, "path": "a.jpg"}] * len(clip.frames), IMAGE)))
    (tmp_path / "set").mkdir()
    pq.write_table(pa.concat_tables(made), tmp_path / "set" / "train.parquet", row_group_size=2)
    assert clips(tmp_path / "set", "huggingface") == [dataclasses.replace(clip, video=None) for clip in written]


def test_a_table_without_masks_or_bytes_leaves_its_rows_out(tmp_path: Path, strokes: Any) -> None:
    rows = table(tmp_path / "files", strokes)
    empty = pa.array([{"bytes": None, "path": "elsewhere.jpg"}] * 3, IMAGE)
    for name, changed, reason in (
        ("a", rows.drop_columns(["mask"]), "no column mask"),
        ("b", rows.set_column(0, "image", empty), "no picture"),
    ):
        (tmp_path / name).mkdir()
        pq.write_table(changed, tmp_path / name / "train.parquet")
        with pytest.raises(UnusableError) as error:
            clips(tmp_path / name, "huggingface")
        assert error.value.reason == reason


@pytest.mark.parametrize("ending", ["parquet", "arrow"])
def test_a_damaged_file_is_one_line(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"train.{ending}").write_bytes(np.random.default_rng(0).bytes(500))
    with pytest.raises(DataError, match="is damaged or no file of `datasets`"):
        clips(tmp_path, "huggingface")
