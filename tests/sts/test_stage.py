from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sts import files, layers, manifest, stage
from sts.errors import ConfigError, DataError
from sts.stage import Notes, Stage
from sts.types import Clip

Item = tuple[int, int]
ClipOf = Callable[..., Clip]


@pytest.fixture
def calls() -> list[Item]:
    return []


@pytest.fixture
def make(clip_of: ClipOf, calls: list[Item]) -> Callable[[Item, Notes], Iterator[Clip]]:
    def make(item: Item, notes: Notes) -> Iterator[Clip]:
        calls.append(item)
        for number in range(*item):
            notes.counts["tried"] += 1
            if number % 4 == 3:
                notes.drop(f"clip {number}", "every fourth")
            else:
                yield clip_of(number)

    return make


def plan(out: Path, **config: object) -> Stage:
    return Stage(command="test.make", config={"seed": 0, **config}, out=out)


def contents(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_a_finished_directory_says_what_it_holds(make: stage.Make, tmp_path: Path) -> None:
    done = stage.make(plan(tmp_path), make, stage.batches(5, 2))
    assert [shard.clips for shard in done.shards] == [2, 1, 1]
    assert done.dropped == {"every fourth": 1}
    assert stage.notes(tmp_path).counts == {"tried": 5}
    assert manifest.read(tmp_path) == done
    assert manifest.verify(tmp_path) == ()
    assert sorted(contents(tmp_path))[:2] == ["dropped.parquet", "manifest.json"]


def test_a_second_run_does_nothing_and_changes_nothing(make: stage.Make, calls: list[Item], tmp_path: Path) -> None:
    stage.make(plan(tmp_path), make, stage.batches(4, 2))
    before, n_calls = contents(tmp_path), len(calls)
    stage.make(plan(tmp_path), make, stage.batches(4, 2))
    assert contents(tmp_path) == before
    assert len(calls) == n_calls


def test_an_interrupted_run_ends_like_one_that_was_not(make: stage.Make, calls: list[Item], tmp_path: Path) -> None:
    stage.make(plan(tmp_path / "a"), make, stage.batches(6, 2))
    stage.make(plan(tmp_path / "b"), make, stage.batches(6, 2))
    for name in ("manifest.json", "dropped.parquet", "shard-00001.parquet"):
        (tmp_path / "b" / name).unlink()
    (tmp_path / "b" / "shard-00002.parquet").write_bytes(b"PAR1 half")
    (tmp_path / "b" / ".shard-00001.parquet.4194305.tmp").write_bytes(b"half")
    calls.clear()
    stage.make(plan(tmp_path / "b"), make, stage.batches(6, 2))
    assert calls == [(2, 4), (4, 6)]
    assert contents(tmp_path / "b") == contents(tmp_path / "a")


def test_a_second_run_at_once_is_refused_and_leaves_the_first_alone(make: stage.Make, tmp_path: Path) -> None:
    stage.make(plan(tmp_path), make, stage.batches(2, 2))
    before = contents(tmp_path)
    with files.claimed(tmp_path), pytest.raises(ConfigError, match="is being written by another run"):
        stage.make(plan(tmp_path), make, stage.batches(4, 2))
    assert contents(tmp_path) == before


def test_a_larger_n_extends_and_makes_the_partial_shard_anew(
    make: stage.Make, calls: list[Item], tmp_path: Path
) -> None:
    stage.make(plan(tmp_path / "a"), make, stage.batches(3, 2))
    stage.make(plan(tmp_path / "b"), make, stage.batches(6, 2))
    calls.clear()
    stage.make(plan(tmp_path / "a"), make, stage.batches(6, 2))
    assert calls == [(2, 4), (4, 6)]
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_a_smaller_n_deletes_nothing(make: stage.Make, tmp_path: Path) -> None:
    stage.make(plan(tmp_path), make, stage.batches(4, 2))
    with pytest.raises(ConfigError, match="more than this run makes"):
        stage.make(plan(tmp_path), make, stage.batches(2, 2))
    assert "shard-00001.parquet" in contents(tmp_path)


def test_another_configuration_is_refused(make: stage.Make, tmp_path: Path) -> None:
    stage.make(plan(tmp_path), make, stage.batches(2, 2))
    with pytest.raises(ConfigError, match="seed was 0 and is now 1"):
        stage.make(plan(tmp_path, seed=1), make, stage.batches(2, 2))


def test_an_input_that_changed_is_refused(make: stage.Make, tmp_path: Path) -> None:
    stage.make(plan(tmp_path / "in"), make, stage.batches(2, 2))
    second = Stage(command="test.make", config={}, out=tmp_path / "out", inputs=(tmp_path / "in",))
    stage.make(second, make, stage.batches(2, 2))
    stage.make(plan(tmp_path / "in"), make, stage.batches(4, 2))
    with pytest.raises(ConfigError, match=r"inputs.../in/manifest.json was"):
        stage.make(second, make, stage.batches(2, 2))


def test_a_failing_shard_is_named_and_the_others_are_made(clip_of: ClipOf, tmp_path: Path) -> None:
    def make(item: Item, _notes: Notes) -> Iterator[Clip]:
        if item[0] == 2:
            raise DataError("no such font")
        yield clip_of(item[0])

    with pytest.raises(DataError, match=r"^shard 1: no such font$"):
        stage.make(plan(tmp_path), make, stage.batches(6, 2))
    assert sorted(contents(tmp_path)) == ["shard-00000.parquet", "shard-00002.parquet"]


def test_a_directory_may_be_a_url(make: stage.Make, tmp_path: Path) -> None:
    here = stage.make(plan(tmp_path), make, stage.batches(3, 2))
    there = stage.make(Stage(command="test.make", config={"seed": 0}, out="memory://set"), make, stage.batches(3, 2))
    assert here == there
    assert list(layers.read("memory://set")) == list(layers.read(tmp_path))
