"""Batches from shards: repeatable, from any step on, the same for every number of workers."""

import pickle
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch

from model import augment, data
from model.data import DataConfig, Shape, Steps, Windows
from model.frames import to_input
from model.protocols import Batch
from model.windows import Order, Pick
from sts import config, jpeg, manifest, masks, shards
from sts.errors import ConfigError, DataError
from sts.types import Manifest
from tests.model import small_set

SHAPE = Shape(size=32, window=4, batch=2, seed=5)
PLAIN = DataConfig(augment=augment.unchanged())


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return small_set.write(tmp_path / "set", [small_set.clip(i) for i in range(5)])


def equal(a: Batch, b: Batch) -> bool:
    tensors = ("video", "truth", "valid", "labelled")
    same = all(torch.equal(getattr(a, name), getattr(b, name)) for name in tensors)
    return same and a.clip_ids == b.clip_ids and a.seed == b.seed


def first(steps: Steps, n: int, start: int = 0, workers: int = 1) -> list[Batch]:
    return list(islice(data.source(steps, start, workers), n))


def ids(batches: Sequence[Batch]) -> list[str]:
    return [clip_id for one in batches for clip_id in one.clip_ids]


def test_a_batch_has_the_shapes_of_its_settings(small: Path) -> None:
    made = Steps(Windows([small], DataConfig(), SHAPE))[0]
    assert made.video.shape == (2, 4, 3, 32, 32)
    assert made.truth.shape == made.valid.shape == (2, 4, 32, 32)
    assert made.labelled.shape == (2, 4)
    assert made.truth.any()
    assert not made.valid.all()


def test_without_changes_a_net_sees_what_it_sees_at_inference(small: Path) -> None:
    """Trap 36: one way from a frame to the input."""
    samples = Windows([small], PLAIN, replace(SHAPE, window=10))
    sample = samples[Pick(0, 0)]
    video = next(shards.read(small / "shard-00000.parquet")).video
    assert video is not None
    assert torch.equal(sample.video, to_input(video, 32))


def test_stored_pictures_are_those_of_the_sample(small: Path) -> None:
    samples = Windows([small], PLAIN, SHAPE)
    pictures = np.stack([jpeg.decode(data, "") for data in samples.stored(Pick(3, 4))])
    assert torch.equal(to_input(pictures, 32), samples[Pick(3, 4)].video)


def test_the_truth_is_soft_and_its_mean_is_that_of_the_strokes(small: Path) -> None:
    sample = Windows([small], PLAIN, replace(SHAPE, window=10))[Pick(0, 0)]
    clip = next(shards.read(small / "shard-00000.parquet"))
    assert len(sample.truth.unique()) > 5
    for frame, truth in zip(clip.frames, sample.truth, strict=True):
        words = [one.mask for one in frame.instances if one.mask is not None and not one.ignore]
        share = masks.area(masks.union(words)) / (clip.height * clip.width)
        assert float(truth.float().mean()) / 255 == pytest.approx(share, rel=0.02)


def test_a_sample_depends_on_seed_epoch_and_number_alone(small: Path) -> None:
    one, other = (Windows([small], DataConfig(), SHAPE) for _ in range(2))
    other[Pick(0, 3)]
    again = other[Pick(2, 1)]
    assert torch.equal(one[Pick(2, 1)].video, again.video)
    assert not torch.equal(one[Pick(3, 1)].video, again.video)
    assert not torch.equal(Windows([small], DataConfig(), replace(SHAPE, seed=6))[Pick(2, 1)].video, again.video)


def test_an_epoch_has_every_window_once_in_another_order(small: Path) -> None:
    samples = Windows([small], PLAIN, replace(SHAPE, batch=1))
    drawn = ids(first(Steps(samples), 2 * len(samples)))
    assert sorted(drawn[:10]) == sorted(drawn[10:]) == sorted(f"clip-{i}" for i in range(5) for _ in range(2))
    assert drawn[:10] != drawn[10:]


@pytest.mark.parametrize("order", ["shuffled", "streaming"])
def test_going_on_gives_exactly_the_next_sample(small: Path, order: Order) -> None:
    steps = Steps(Windows([small], DataConfig(order=order, buffer=3), SHAPE))
    through, resumed = first(steps, 9), first(Steps(Windows([small], steps.samples.config, SHAPE)), 4, start=5)
    assert all(equal(a, b) for a, b in zip(through[5:], resumed, strict=True))


def test_two_processes_share_what_one_takes(small: Path) -> None:
    """Trap 30, with pixels: no sample twice, none left out, as many for each."""
    alone = Steps(Windows([small], DataConfig(), SHAPE))
    ranks = [Steps(Windows([small], DataConfig(), replace(SHAPE, batch=1, rank=r, world=2))) for r in range(2)]
    for step in range(6):
        whole, parts = alone[step], [rank[step] for rank in ranks]
        assert torch.equal(torch.cat([part.video for part in parts]), whole.video)
        assert ids(parts) == list(whole.clip_ids)


def test_workers_do_not_change_the_batches(small: Path) -> None:
    steps = Steps(Windows([small], DataConfig(), SHAPE))
    assert all(equal(a, b) for a, b in zip(first(steps, 4, 2), first(steps, 4, 2, workers=2), strict=True))


def test_what_goes_to_a_worker_holds_no_open_file(small: Path) -> None:
    steps = Steps(Windows([small], DataConfig(), SHAPE))
    before = steps[1]
    assert equal(pickle.loads(pickle.dumps(steps))[1], before)


def test_a_damaged_shard_is_one_line_that_names_it(small: Path) -> None:
    path = small / "shard-00001.parquet"
    steps = Steps(Windows([small], PLAIN, replace(SHAPE, batch=5)))
    content = bytearray(path.read_bytes())
    place = content.index(b"\xff\xd8\xff") + 300
    content[place : place + 40] = bytes(40)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"shard-00001.parquet is damaged") as caught:
        first(steps, 4)
    assert "\n" not in str(caught.value)


def test_frames_that_nobody_looked_at_are_kept_and_marked(tmp_path: Path) -> None:
    clip = small_set.clip(0, labelled=[i % 4 == 0 for i in range(10)])
    sample = Windows([small_set.write(tmp_path, [clip])], replace(PLAIN, stride=1), replace(SHAPE, window=10))[
        Pick(0, 0)
    ]
    assert sample.labelled.tolist() == [i % 4 == 0 for i in range(10)]


@pytest.mark.parametrize("size", [(1, 1), (200, 8000)])
def test_images_of_any_shape_fill_the_window(tmp_path: Path, size: tuple[int, int]) -> None:
    clips = [small_set.clip(i, n_frames=1, size=size, text=size != (1, 1)) for i in range(2)]
    made = Steps(Windows([small_set.write(tmp_path, clips)], DataConfig(), SHAPE))[0]
    assert made.video.shape == (2, 4, 3, 32, 32)
    assert made.labelled.all()


def test_a_layer_of_labels_takes_the_pictures_of_its_input(small: Path, tmp_path: Path) -> None:
    clips = [replace(clip, video=None) for clip in shards.read(small / "shard-00000.parquet")]
    layer = small_set.write(tmp_path / "layer", clips)
    made = manifest.read(layer)
    manifest.write(layer, Manifest(command="test", config={}, shards=made.shards, inputs={"../set/manifest.json": "0"}))
    own, above = (Windows([place], PLAIN, SHAPE)[Pick(0, 0)] for place in (layer, small))
    assert torch.equal(own.video, above.video)


def test_a_directory_that_is_none_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist"):
        Windows([tmp_path / "none"], PLAIN, SHAPE)


@pytest.mark.parametrize("name", ["stride", "buffer"])
def test_a_number_that_nothing_can_be_read_with_is_one_line(name: str) -> None:
    with pytest.raises(ConfigError, match=f"data.{name} = 0: give 1 or more"):
        config.from_dict(DataConfig, {name: 0})
