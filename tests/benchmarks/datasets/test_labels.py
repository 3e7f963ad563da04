"""Strokes are shared out among words, and regions become polygons, without a pixel lost or made up."""

from typing import Any

import cv2
import numpy as np
import pytest

from benchmarks.datasets import labels
from benchmarks.datasets.labels import Word
from sts import masks, scored
from sts.types import Frame
from tests.benchmarks.datasets.conftest import pixels


def box(*sides: int) -> Word:
    left, top, right, bottom = map(float, sides)
    return Word(polygon=labels.corners((left, top, right, bottom)), text="a")


def blobs(seed: int, height: int, width: int) -> Any:
    noise = np.random.default_rng(seed).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.2)
    return smooth > np.quantile(np.asarray(smooth), [0.2, 0.5, 0.8][seed % 3])


@pytest.mark.parametrize("seed", range(12))
def test_the_union_of_all_words_is_the_mask(seed: int) -> None:
    mask = blobs(seed, 40, 60)
    found = labels.strokes(mask, [box(2, 2, 20, 12), box(10, 8, 30, 30), box(50, 30, 70, 50)])
    together = np.sum([pixels(one) for one in found], axis=0)
    assert (together == mask).all()


def test_a_stroke_that_sticks_out_belongs_to_the_word_it_is_connected_with(strokes: Any) -> None:
    found = labels.strokes(strokes, [box(2, 3, 12, 15), box(20, 10, 33, 22)])
    assert [one.text for one in found] == ["a", "a"]
    assert (pixels(found[0])[:, 3:15] == strokes[:, 3:15]).all()


def test_where_polygons_overlap_the_smaller_has_the_pixel(strokes: Any) -> None:
    found = labels.strokes(strokes, [box(0, 0, 40, 24), box(2, 3, 16, 15)])
    assert pixels(found[1]).sum() == strokes[:, :16].sum()


def test_strokes_far_from_all_words_become_a_word_that_cannot_be_read(strokes: Any) -> None:
    found = labels.strokes(strokes, [box(2, 3, 16, 15)])
    assert [(one.level, one.text, one.legible, one.track_id) for one in found] == [
        ("word", "a", True, 1),
        ("word", None, False, 2),
    ]


def test_without_words_strokes_are_one_text_and_an_empty_mask_is_nothing(strokes: Any) -> None:
    (found,) = labels.strokes(strokes, [])
    assert found.level == "text"
    assert labels.strokes(np.zeros_like(strokes), []) == []


def test_effects_are_shared_out_too(strokes: Any) -> None:
    effect = cv2.dilate(strokes.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(np.bool_) & ~strokes
    found = labels.strokes(strokes, [box(2, 3, 16, 15), box(20, 10, 33, 22)], effect)
    together = np.sum([masks.decode(one.effect_mask) for one in found if one.effect_mask], axis=0)
    assert (together == effect).all()


@pytest.mark.parametrize("seed", range(30))
def test_regions_to_ignore_are_exact_when_filled(seed: int) -> None:
    """With holes, islands in holes, dots and lines."""
    region = blobs(seed, 9 + seed, 31)
    found = labels.ignored(region, "text", 5)
    filled = scored.ignore_region(Frame(index=0, time_s=0.0, instances=tuple(found)), *region.shape)
    assert filled is not None
    assert (filled == region).all()
    assert [one.track_id for one in found] == list(range(5, 5 + len(found)))
