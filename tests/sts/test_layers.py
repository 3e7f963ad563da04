import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sts import layers, shards, stage
from sts.errors import DataError
from sts.stage import Notes, Stage
from sts.types import Clip

ClipOf = Callable[..., Clip]


@pytest.fixture
def pixels(clip_of: ClipOf, tmp_path: Path) -> Path:
    def make(item: tuple[int, int], _notes: Notes) -> Iterator[Clip]:
        yield from (clip_of(number) for number in range(*item))

    stage.make(Stage(command="ingest", config={}, out=tmp_path / "real"), make, stage.batches(4, 2))
    return tmp_path / "real"


def label(directory: Path, out: Path, order: list[int]) -> Path:
    """A layer without pictures, its clips in another order and all in one shard."""

    def make(_item: int, _notes: Notes) -> Iterator[Clip]:
        clips = list(layers.read(directory, pictures=False))
        yield from (dataclasses.replace(clips[i], frames=clips[i].frames[:3]) for i in order)

    stage.make(Stage(command="label", config={}, out=out, inputs=(directory,)), make, [0])
    return out


def test_a_layer_takes_its_pictures_from_the_nearest_input_that_has_them(pixels: Path, tmp_path: Path) -> None:
    first = label(pixels, tmp_path / "prelabel", [3, 0, 2])
    second = label(first, tmp_path / "predict", [1, 2])
    source = {clip.clip_id: clip.video for clip in layers.read(pixels)}
    found = list(layers.read(second))
    assert [clip.clip_id for clip in found] == ["synth-0-000000", "synth-0-000002"]
    for clip in found:
        assert (np.asarray(clip.video) == source[clip.clip_id]).all()


def test_stored_bytes_are_found_through_layers(pixels: Path, tmp_path: Path) -> None:
    layer = label(pixels, tmp_path / "prelabel", [3])
    assert layers.jpegs(layer, "synth-0-000003") == shards.jpegs(pixels / "shard-00001.parquet", 1)


def test_labels_are_read_without_the_pixel_layer(pixels: Path, tmp_path: Path) -> None:
    layer = label(pixels, tmp_path / "prelabel", [0])
    pixels.rename(tmp_path / "elsewhere")
    assert next(layers.read(layer, pictures=False)).video is None
    with pytest.raises(DataError, match="no pictures of clip synth-0-000000"):
        next(layers.read(layer))


def test_a_layer_of_some_frames_gives_its_labels_and_all_frames_of_its_pictures(pixels: Path, tmp_path: Path) -> None:
    def some(_item: int, _notes: Notes) -> Iterator[Clip]:
        clip = next(layers.read(pixels, pictures=False))
        yield dataclasses.replace(clip, frames=clip.frames[1:2])

    stage.make(Stage(command="label", config={}, out=tmp_path / "some", inputs=(pixels,)), some, [0])
    told = layers.labels(tmp_path / "some", "synth-0-000000")
    clip, stored = layers.pixels(tmp_path / "some", "synth-0-000000")
    assert told is not None
    assert ([frame.index for frame in told.frames], len(clip.frames), len(stored)) == ([1], 3, 3)
    assert stored == shards.jpegs(pixels / "shard-00000.parquet", 0)
    assert layers.labels(tmp_path / "some", "synth-0-000001") is None
