"""The command that draws any set, also a layer of labels whose pictures lie elsewhere."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from sts import layers, stage, view
from sts.stage import Notes, Stage
from sts.types import Clip


@pytest.fixture
def pictures(clip_of: Callable[..., Clip], tmp_path: Path) -> Path:
    def make(item: tuple[int, int], _notes: Notes) -> Iterator[Clip]:
        yield from (clip_of(number) for number in range(*item))

    stage.make(Stage(command="toy", config={}, out=tmp_path / "pictures"), make, stage.batches(3, 2))
    return tmp_path / "pictures"


def test_a_layer_of_labels_is_drawn_over_the_pictures_it_was_made_from(pictures: Path, tmp_path: Path) -> None:
    def labels(_item: int, _notes: Notes) -> Iterator[Clip]:
        yield from (replace(clip, video=None) for clip in layers.read(pictures))

    out = tmp_path / "labels"
    stage.make(Stage(command="toy", config={}, out=out, inputs=(pictures,)), labels, [0])
    before = sorted(path.name for path in out.iterdir())
    done = CliRunner().invoke(view.main, ["--in", str(out), "--out", str(tmp_path / "seen"), "--n", "2"])
    assert done.exit_code == 0, done.output
    assert [path.suffix for path in sorted((tmp_path / "seen").iterdir())] == [".jpg", ".mp4", ".mp4"]
    assert sorted(path.name for path in out.iterdir()) == before


def test_labels_without_pictures_are_one_line(pictures: Path, tmp_path: Path) -> None:
    def labels(_item: int, _notes: Notes) -> Iterator[Clip]:
        yield from (replace(clip, video=None) for clip in layers.read(pictures))

    stage.make(Stage(command="toy", config={}, out=tmp_path / "labels"), labels, [0])
    done = CliRunner().invoke(view.main, ["--in", str(tmp_path / "labels"), "--out", str(tmp_path / "seen")])
    assert done.exit_code == 1
    assert done.stderr.startswith("error: no pictures of clip") and done.stderr.count("\n") == 1


def test_two_directories_at_once_are_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(view.main, ["--in", "a", "--in", "b", "--out", str(tmp_path)])
    assert done.exit_code == 1
    assert "--in is given 2 times" in done.stderr
