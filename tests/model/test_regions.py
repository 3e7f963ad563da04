"""Regions come from a shard as the network sees the frame, and only to a net that wishes for them."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from model import geometry, regions
from model.augment import unchanged
from model.data import DataConfig, Shape, Steps, Windows
from model.geometry import View
from model.protocols import Wish, wish
from model.regions import Regions
from sts import shards
from tests.model import small_set
from tests.model.small_net import net

VIEWS = {
    "whole": geometry.whole(small_set.HEIGHT, small_set.WIDTH),
    "letterboxed": geometry.letterboxed(geometry.whole(small_set.HEIGHT, small_set.WIDTH)),
    "crop": View(left=8.0, top=6.0, width=40.0, height=24.0, flip=True),
    "turned": View(left=0.0, top=0.0, width=80.0, height=48.0, degrees=20.0, shear=10.0),
}
SIZE = 160


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_set.write(tmp_path_factory.mktemp("set"), [small_set.clip(0), small_set.clip(1)])


@pytest.mark.parametrize("name", VIEWS)
def test_a_polygon_lies_where_its_picture_lies(stored: Path, name: str) -> None:
    found = Regions(shards.Shard(str(stored / "shard-00000.parquet")).rows(0, regions.COLUMNS)).seen(
        2, VIEWS[name], SIZE
    )
    word = next(one for one in found if one.track_id == 2)
    (frame,) = [one for one in small_set.clip(0).frames if one.index == 2]
    truth = next(one for one in frame.instances if one.track_id == 2)
    drawn = np.zeros((small_set.HEIGHT, small_set.WIDTH), np.uint8)
    cv2.fillPoly(drawn, [np.round(np.array(truth.polygon) - 0.5).astype(np.int32)], 255)
    square = geometry.seen(drawn, VIEWS[name], SIZE, (0,)) > 127
    expected = np.zeros((SIZE, SIZE), np.uint8)
    cv2.fillPoly(expected, [np.round(word.polygon - 0.5).astype(np.int32)], 1)
    assert (square & (expected > 0)).sum() / (square | (expected > 0)).sum() > 0.75


def test_words_come_with_what_they_belong_to_and_characters_do_not(stored: Path) -> None:
    found = Regions(shards.Shard(str(stored / "shard-00000.parquet")).rows(0, regions.COLUMNS)).seen(
        0, VIEWS["whole"], 80
    )
    assert [(one.track_id, one.level, one.parent_id, one.ignore) for one in found] == [
        (1, "word", None, False),
        (2, "word", None, False),
        (3, "word", None, True),
    ]


def test_a_batch_has_a_layout_for_a_net_that_wishes_for_one(stored: Path) -> None:
    shape = Shape(size=32, window=2, batch=2)
    config = DataConfig(augment=unchanged())
    plain = Steps(Windows([str(stored)], config, shape))[0]
    wished = Steps(Windows([str(stored)], config, replace(shape, wish=Wish(layout=True))))[0]
    assert plain.layout is None
    assert wished.layout is not None
    assert [[len(layout) for layout in clip] for clip in wished.layout] == [[3, 3], [3, 3]]
    assert (plain.video == wished.video).all()
    assert wished.to("cpu").layout == wished.layout


def test_a_letterboxed_sample_is_filled_up_below(stored: Path) -> None:
    shape = Shape(size=40, window=1, wish=Wish(letterbox=True))
    made = Steps(Windows([str(stored)], DataConfig(augment=unchanged()), shape))[0]
    assert not made.truth[..., 24:, :].any()
    assert (made.video[..., 24:, :].flatten(3)[..., :1] == made.video[..., 24:, :].flatten(3)).all()
    assert made.truth[..., :24, :].any()


def test_a_net_that_says_nothing_wishes_nothing() -> None:
    assert wish(net()) == Wish()


def first(stored: Path) -> Regions:
    """Of the first clip."""
    return Regions(shards.Shard(str(stored / "shard-00000.parquet")).rows(0, regions.COLUMNS))
