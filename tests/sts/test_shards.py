import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sts import jpeg, masks, shards
from sts.errors import DataError
from sts.tables import Soft
from sts.types import Clip, Frame

ClipOf = Callable[..., Clip]


@pytest.fixture
def clips(clip_of: ClipOf) -> list[Clip]:
    return [clip_of(0), clip_of(1, frames=1), clip_of(2)]


@pytest.fixture
def shard(clips: list[Clip], tmp_path: Path) -> Path:
    path = tmp_path / "shard-00000.parquet"
    shards.write(path, clips, meta={"command": "test"})
    return path


def test_every_field_comes_back(shard: Path, clips: list[Clip]) -> None:
    assert list(shards.read(shard)) == clips
    assert shards.read_clip(shard, 1) == clips[1]
    assert shards.clip_ids(shard) == tuple(clip.clip_id for clip in clips)


def test_pictures_come_back_as_rgb_within_jpeg_error(shard: Path, clips: list[Clip]) -> None:
    for stored, clip in zip(shards.read(shard), clips, strict=True):
        assert stored.video is not None and clip.video is not None
        assert np.abs(stored.video.astype(int) - clip.video).mean() < 3


def test_pictures_are_jpeg_of_quality_95_with_halved_colour(shard: Path) -> None:
    stored = shards.jpegs(shard, 0)
    assert stored is not None
    start = stored[0].index(b"\xff\xc0")
    assert stored[0][start + 11] == 0x22
    table = stored[0].index(b"\xff\xdb")
    assert stored[0][table + 5] == 2


def test_labels_can_be_read_without_pixels(shard: Path, clips: list[Clip]) -> None:
    data = bytearray(shard.read_bytes())
    leaves = pq.ParquetFile(shard).metadata
    for group in range(leaves.num_row_groups):
        columns = [leaves.row_group(group).column(i) for i in range(leaves.num_columns)]
        picture = next(column for column in columns if column.path_in_schema == "picture")
        data[picture.data_page_offset : picture.data_page_offset + picture.total_compressed_size] = bytes(
            picture.total_compressed_size
        )
    shard.write_bytes(data)
    labels = list(shards.read(shard, pictures=False))
    assert labels == clips
    assert labels[0].video is None
    with pytest.raises(DataError, match="damaged"):
        list(shards.read(shard))


def test_the_same_clips_give_the_same_bytes_everywhere(clips: list[Clip], shard: Path) -> None:
    there = shards.write("memory://bucket/shard-00000.parquet", iter(clips), meta={"command": "test"})
    assert there == shards.write(shard, clips, meta={"command": "test"})
    assert list(shards.read("memory://bucket/shard-00000.parquet")) == clips


def test_given_jpeg_bytes_are_kept(clips: list[Clip], tmp_path: Path) -> None:
    video = clips[0].video
    assert video is not None
    given = tuple(jpeg.encode(255 - frame) for frame in video)
    shards.write(tmp_path / "a.parquet", [(clips[0], given)], meta={})
    assert shards.jpegs(tmp_path / "a.parquet", 0) == given


def test_a_layer_of_labels_has_no_pictures(clips: list[Clip], tmp_path: Path) -> None:
    shards.write(tmp_path / "a.parquet", [dataclasses.replace(clips[0], video=None)], meta={})
    assert shards.jpegs(tmp_path / "a.parquet", 0) is None
    assert next(shards.read(tmp_path / "a.parquet")).video is None


def test_the_footer_is_read_after_the_last_clip(clips: list[Clip], tmp_path: Path) -> None:
    meta = {"command": "test"}

    def counting() -> Iterator[Clip]:
        yield from clips
        meta["dropped"] = json.dumps({"too small": 2})

    info = shards.write(tmp_path / "a.parquet", counting(), meta=meta)
    footer = shards.footer(tmp_path / "a.parquet")
    assert footer.meta == meta
    assert (footer.clips, footer.frames) == (info.clips, info.frames) == (3, 7)
    assert shards.checked(tmp_path / "a.parquet") == info


def test_a_shard_without_clips_is_a_shard(tmp_path: Path) -> None:
    info = shards.write(tmp_path / "a.parquet", [], meta={})
    assert info.clips == 0
    assert list(shards.read(tmp_path / "a.parquet")) == []


def test_a_flipped_byte_never_changes_a_clip_in_silence(shard: Path, clips: list[Clip]) -> None:
    whole = shard.read_bytes()
    pages = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    found = 0
    for place in np.random.default_rng(0).integers(4, pages, 60).tolist():
        broken = bytearray(whole)
        broken[place] ^= 0x10
        shard.write_bytes(broken)
        try:
            assert list(shards.read(shard)) == clips
        except DataError as error:
            found += 1
            assert str(shard) in str(error) and "run its command again" in str(error) and "\n" not in str(error)
    assert found > 30


@pytest.mark.parametrize("left", [0, 3, 100, -1, -2000])
def test_a_truncated_shard_says_what_to_do(shard: Path, left: int) -> None:
    shard.write_bytes(shard.read_bytes()[:left])
    with pytest.raises(DataError, match=r"damaged.*run its command again") as caught:
        shards.read_clip(shard, 0)
    assert f"`python -m pipelines.audit --in {shard.parent}`" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_flipped_byte_in_the_footer_is_one_line(clips: list[Clip], tmp_path: Path) -> None:
    """It has no checksum: the name of a nested column, and text that is no UTF-8 any more."""
    path = tmp_path / "a.parquet"
    shards.write(path, clips, meta={"command": "toy"})
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"\x06sha256", b"\x06sha25x"))
    with pytest.raises(DataError, match="damaged"):
        list(shards.read(path))
    path.write_bytes(whole.replace(b"sts.command", b"\xffts.command"))
    with pytest.raises(DataError, match="damaged"):
        shards.footer(path)


def test_a_foreign_parquet_file_is_no_shard(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="no shard"):
        shards.footer(tmp_path / "a.parquet")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cannot read .*nothing\.parquet"):
        next(shards.read(tmp_path / "nothing.parquet"))


def test_an_error_while_writing_leaves_nothing(clips: list[Clip], tmp_path: Path) -> None:
    def failing() -> Iterator[Clip]:
        yield clips[0]
        raise KeyError("bug")

    with pytest.raises(KeyError):
        shards.write(tmp_path / "a.parquet", failing(), meta={})
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed(clips: list[Clip], tmp_path: Path) -> None:
    (tmp_path / ".a.parquet.99999999.tmp").write_bytes(b"half")
    shards.write(tmp_path / "a.parquet", clips, meta={})
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]


FULL = """
import resource, signal, sys
from sts import shards
from sts.errors import DataError
from sts.tables import Soft
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4000, 4000))
try:
    shards.write(sys.argv[2], shards.read(sys.argv[1]), meta={})
except DataError as error:
    print(error)
"""


def test_a_full_disk_is_one_line_and_leaves_no_half_shard(shard: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "shard-00000.parquet"
    said = subprocess.run([sys.executable, "-c", FULL, shard, out], capture_output=True, text=True, check=True).stdout
    assert said.startswith(f"cannot write {out}") and "make room" in said and said.count("\n") == 1
    assert list(out.parent.iterdir()) == []


def test_a_mask_of_another_size_is_refused(clips: list[Clip], tmp_path: Path) -> None:
    word = dataclasses.replace(clips[0].frames[0].instances[0], mask=masks.empty(2, 2))
    clip = dataclasses.replace(clips[1], frames=(Frame(index=0, time_s=0.0, instances=(word,)),))
    with pytest.raises(DataError, match="64x48 px has a mask of 2x2 px"):
        shards.write(tmp_path / "a.parquet", [clip], meta={})


def test_duckdb_and_pandas_read_a_shard(shard: Path, clips: list[Clip]) -> None:
    rows = duckdb.connect().execute(f"select clip_id, frame, height, len(instances) from '{shard}'").fetchall()
    assert rows[0] == (clips[0].clip_id, 0, 48, 2)
    counts = (
        duckdb.connect()
        .execute(f"select i.mask from (select unnest(instances) i from '{shard}') where i.level = 'word'")
        .fetchall()[0]
    )
    word = clips[0].frames[0].instances[0].mask
    assert word is not None and tuple(counts[0]) == word.counts
    frame = pd.read_parquet(shard, columns=["clip_id", "labelled", "instances"])
    assert frame["labelled"].tolist() == [True, False, True, True, True, False, True]
    assert frame["instances"][0][0]["text"] == "Käse"


def test_sizes_are_read_without_a_picture(shard: Path, clips: list[Clip]) -> None:
    assert shards.sizes(shard) == {clip.clip_id: (clip.width, clip.height) for clip in clips}


def test_an_open_shard_gives_some_columns_of_a_clip(shard: Path, clips: list[Clip]) -> None:
    opened = shards.Shard(shard)
    rows = opened.rows(1, ["labelled", "instances.list.element.level"])
    assert rows.column_names == ["labelled", "instances"]
    assert rows.column("labelled").to_pylist() == [frame.labelled for frame in clips[1].frames]
    assert opened.clips == len(clips)
    opened.close()


def test_an_open_shard_verifies_what_it_reads_first(shard: Path) -> None:
    content = bytearray(shard.read_bytes())
    place = content.index(b"\xff\xd8\xff") + 300
    content[place] ^= 1
    shard.write_bytes(content)
    with pytest.raises(DataError, match="is damaged"):
        shards.Shard(shard).rows(0, ["picture"])


def test_soft_truth_comes_back_and_other_readers_do_not_see_it(clips: list[Clip], tmp_path: Path) -> None:
    clip = clips[0]
    plane = bytes(range(256)) * 12
    soft = Soft(truth=(plane,) * len(clip.frames), ignored=(None,) * len(clip.frames))
    stored = tuple(jpeg.encode(frame) for frame in clip.video) if clip.video is not None else ()
    shards.write(tmp_path / "a.parquet", [(clip, stored, soft)], meta={})
    rows = shards.Shard(tmp_path / "a.parquet").rows(0, ["truth", "ignored"])
    assert rows.column("truth").to_pylist() == [plane] * len(clip.frames)
    assert rows.column("ignored").null_count == len(clip.frames)
    assert list(shards.read(tmp_path / "a.parquet")) == [clip]
    shards.checked(tmp_path / "a.parquet")
