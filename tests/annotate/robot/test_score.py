"""Scores are those of the benchmarks, and an error of one pixel at a contour is none."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from annotate.robot import score
from benchmarks.metrics.boundary import Boundary
from benchmarks.metrics.region import Region
from sts import masks
from sts.types import Clip
from tests.annotate.robot.scene import letters, scene


def with_mask(clip: Clip, pixels: np.ndarray) -> Clip:
    """The clip with one text of these pixels on every frame."""
    item = replace(clip.frames[0].instances[0], level="text", ignore=False, mask=masks.encode(pixels))
    return replace(clip, frames=tuple(replace(frame, instances=(item,)) for frame in clip.frames))


@pytest.mark.parametrize("by", [0, 1, 3])
def test_scores_are_those_of_the_benchmarks(by: int) -> None:
    truth = scene(1)
    drawn = np.roll(score.strokes(truth.frames[0], truth.height, truth.width), by, axis=1)
    region, boundary = Region(), Boundary()
    for metric in (region, boundary):
        metric.update(truth, with_mask(truth, drawn))
    counts = score.counts(score.strokes(truth.frames[0], truth.height, truth.width), drawn)
    assert score.fgiou(counts) == pytest.approx(region.compute()["fgiou"])
    assert score.tolerant_fgiou(counts) == pytest.approx(boundary.compute()["fgiou_tolerant_1px"])


def test_text_one_pixel_wider_is_right_within_the_tolerance_and_poor_without() -> None:
    """But for notches that close."""
    truth = letters("TEXT")
    wider = cv2.dilate(truth.view(np.uint8), score.SQUARE) > 0
    counts = score.counts(truth, wider)
    assert score.tolerant_fgiou(counts) > 0.97
    assert score.fgiou(counts) < 0.7


def test_a_missing_word_counts_whole() -> None:
    truth = letters("TEXT")
    assert score.counts(truth, np.zeros_like(truth)).tolist() == [0, truth.sum(), truth.sum()]


def test_nothing_drawn_where_nothing_is_is_right() -> None:
    counts = score.counts(np.zeros((4, 4), np.bool_), np.zeros((4, 4), np.bool_))
    assert score.fgiou(counts).item() == score.tolerant_fgiou(counts).item() == score.tolerant_f(counts) == 1


def test_scores_of_several_frames_come_from_their_sums() -> None:
    table = np.array([[10, 5, 0], [0, 5, 10]])
    assert score.fgiou(table).tolist() == [10 / 15, 0]
    assert score.fgiou(table.sum(axis=0)) == 0.5


def test_what_is_ignored_is_the_inside_of_its_polygon_without_strokes_that_count() -> None:
    frame = scene(1).frames[0]
    first, second = frame.instances
    over = replace(frame, instances=(first, replace(second, ignore=True, polygon=first.polygon)))
    ignored = score.ignored(over, 120, 240)
    assert first.mask is not None
    assert second.mask is not None
    assert ignored.any()
    assert not (ignored & masks.decode(first.mask)).any()
    assert ignored[masks.decode(second.mask)].all()
