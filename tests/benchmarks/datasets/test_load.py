"""A foreign dataset becomes shards: whole, resumable, with everything that is left out counted."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from benchmarks import loading
from benchmarks.datasets.reader import Item
from benchmarks.load import main
from sts import layers, manifest, shards
from tests.benchmarks.datasets.conftest import photo, save, union, write


@pytest.fixture
def folder(tmp_path: Path, strokes: Any) -> Path:
    """Five pictures with masks."""
    for i in range(5):
        photo(tmp_path / "set" / "images" / f"{i}.jpg", quality=70 + i)
        save(tmp_path / "set" / "masks" / f"{i}.png", np.roll(strokes, i, axis=1))
    return tmp_path / "set"


def load(folder: Path, out: Path, *more: str) -> Result:
    small = folder.parent / "small.toml"
    small.write_text("clips_per_shard = 2\n", encoding="utf-8")
    return CliRunner().invoke(main, ["--in", str(folder), "--out", str(out), "--config", str(small), *more])


def stored(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_shards_hold_the_bytes_of_the_pictures_and_the_strokes(folder: Path, tmp_path: Path, strokes: Any) -> None:
    assert load(folder, tmp_path / "out").exit_code == 0
    found = list(layers.read(tmp_path / "out"))
    assert [clip.clip_id for clip in found] == ["0", "1", "2", "3", "4"]
    for i, clip in enumerate(found):
        assert (union(clip) == np.roll(strokes, i, axis=1)).all()
        assert clip.video is not None
    assert shards.jpegs(tmp_path / "out" / "shard-00001.parquet", 1) == ((folder / "images" / "3.jpg").read_bytes(),)


def test_a_second_run_makes_nothing_and_a_changed_mask_makes_its_shard_anew(
    folder: Path, tmp_path: Path, strokes: Any
) -> None:
    load(folder, tmp_path / "out")
    before = stored(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").unlink()
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").glob("*.parquet")}
    assert load(folder, tmp_path / "out").exit_code == 0
    assert stored(tmp_path / "out") == before
    assert {path: path.stat().st_mtime_ns for path in times} == times
    save(folder / "masks" / "4.png", ~strokes)
    load(folder, tmp_path / "out")
    after = stored(tmp_path / "out")
    assert {name for name in before if before[name] != after[name]} == {"shard-00002.parquet", "manifest.json"}


def test_a_larger_n_extends_and_another_folder_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    load(folder, tmp_path / "a", "--n", "3")
    load(folder, tmp_path / "a")
    moved = folder.rename(tmp_path / "moved")
    load(moved, tmp_path / "b")
    assert stored(tmp_path / "a") == stored(tmp_path / "b")


def test_what_cannot_be_used_is_counted_by_reason(folder: Path, tmp_path: Path) -> None:
    (folder / "masks" / "0.png").unlink()
    (folder / "images" / "1.jpg").unlink()
    photo(folder / "images" / "2.jpg", 9, 9)
    assert load(folder, tmp_path / "out").exit_code == 0
    assert manifest.read(tmp_path / "out").dropped == {"no mask": 1, "no picture": 1, "sizes differ": 1}
    assert [clip.clip_id for clip in layers.read(tmp_path / "out")] == ["3", "4"]
    assert (tmp_path / "out" / "dropped.parquet").exists()


def test_folders_that_the_layout_has_no_place_for_are_named_in_one_line(folder: Path, tmp_path: Path) -> None:
    def said(out: str, *more: str) -> list[str]:
        result = load(folder, tmp_path / out, *more)
        assert result.exit_code == 0
        return [line.partition("WARNING ")[2] for line in result.output.splitlines() if "not read" in line]

    assert said("whole") == []
    for name in ("word_regions/deep/0.png", "word_regions/0.png", "masks/old/notes.txt", "top.txt"):
        write(folder / name, "x")
    assert said("first", "--n", "1") == [
        f"not read, since format folder does not use them: masks/old/, word_regions/ below {folder}"
    ]
    for i in range(7):
        write(folder / f"more{i}" / "a.txt", "a")
    (line,) = said("many")
    assert line.endswith(f"more3/ and 4 more below {folder}")


def test_a_set_of_which_nothing_can_be_used_is_an_error(folder: Path, tmp_path: Path) -> None:
    for i in range(5):
        (folder / "masks" / f"{i}.png").write_bytes(b"no picture")
    result = load(folder, tmp_path / "out")
    assert result.exit_code == 1
    assert "none of 5 clips" in result.output
    assert "damaged mask: 5" in result.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--format", "totaltxt"), "did you mean totaltext?"),
        (("--in", "elsewhere"), "a dataset is one folder"),
        (("--format", "davis"), "no PNG masks in Annotations"),
    ],
)
def test_a_wrong_call_is_one_line(folder: Path, tmp_path: Path, more: tuple[str, ...], said: str) -> None:
    result = load(folder, tmp_path / "out", *more)
    assert result.exit_code == 1
    (line,) = [line for line in result.output.splitlines() if line.startswith("error: ")]
    assert said in line


def test_a_shard_ends_at_the_most_clips_or_files(folder: Path) -> None:
    items = [
        Item(name=str(i), parts={str(k): "images/0.jpg" for k in range(n)}) for i, n in enumerate([1, 1, 9, 3, 2, 1])
    ]
    made = loading.batches(folder, items, loading.LoadConfig(clips_per_shard=3, files_per_shard=5))
    assert [[item.name for item in batch.items] for batch in made] == [["0", "1"], ["2"], ["3", "4"], ["5"]]


def test_two_clips_of_one_name_are_an_error(folder: Path, tmp_path: Path, strokes: Any) -> None:
    for name in ("a/b", "a-b"):
        photo(folder / "images" / f"{name}.jpg")
        save(folder / "masks" / f"{name}.png", strokes)
    result = load(folder, tmp_path / "out")
    assert "1 name of several clips, such as a-b" in result.output
