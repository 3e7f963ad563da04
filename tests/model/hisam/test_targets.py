"""Points lie on strokes of lines that can be seen, and each knows its words, its line and its paragraph."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from model.hisam import polygons, targets
from model.hisam.config import LayoutConfig
from model.protocols import Batch
from tests.model.hisam.pages import FULL, batch, page, region, strokes

ALL = LayoutConfig(lines=10, points=2)


def test_every_point_lies_on_a_stroke_of_its_line() -> None:
    marks = targets.draw(batch([FULL], [page()]), ALL)
    assert marks.points.shape == (6, 2)
    for point, (words, line, paragraph) in zip(marks.points, marks.truth, strict=True):
        x, y = (int(value) for value in point)
        assert (point - point.floor() == 0.5).all()
        assert FULL[y, x] == 255
        assert line[y, x] == paragraph[y, x] == 1
        assert (words <= line).all()
        assert (line <= paragraph).all()


def test_the_words_of_a_line_are_kernels_that_stay_apart() -> None:
    marks = targets.draw(batch([FULL], [page()]), ALL)
    words = next(truth[0] for truth in marks.truth if truth[1, 10, 10])
    kernels = [polygons.shrink(one.polygon)[0] for one in page() if one.parent_id == 2]
    for kernel in kernels:
        (left, top), (right, bottom) = np.round(kernel.min(0)).astype(int), np.round(kernel.max(0)).astype(int)
        inside = words[top:bottom, left:right]
        assert inside.float().mean() > 0.9
    assert not words[:, 29:33].any()


def test_a_word_without_a_line_is_its_own_line_and_paragraph() -> None:
    (truth,) = [line.truth for line in targets.lines(strokes((12, 52, 38, 56)) > 0, page())]
    assert np.array_equal(truth[1], truth[2])
    assert truth[1].sum() == 31 * 13


def test_a_line_without_a_stroke_is_left_out_and_the_least_visible_says_how_many_points() -> None:
    marks = targets.draw(batch([strokes((6, 8, 26, 12), (6, 30, 7, 31))], [page()]), ALL)
    assert len(marks.points) == 2
    assert [7.0, 31.0] not in marks.points.tolist()
    assert marks.counted.all()


def test_no_more_lines_and_points_than_asked_for() -> None:
    assert len(targets.draw(batch([FULL], [page()]), LayoutConfig(lines=2, points=1)).points) == 2
    chosen = {
        int(targets.draw(batch([FULL], [page()], seed=seed), LayoutConfig(lines=1, points=1)).truth[0, 1].sum())
        for seed in range(12)
    }
    assert len(chosen) == 3


@pytest.mark.parametrize("ignored", [False, True], ids=["empty", "ignored"])
def test_a_picture_without_lines_has_its_centre_and_empty_masks(ignored: bool) -> None:
    layout = (region(7, None, "word", (10, 48, 40, 60), ignore=True),) if ignored else ()
    marks = targets.draw(batch([strokes()], [layout]), ALL)
    assert marks.points.tolist() == [[32.0, 32.0]]
    assert not marks.truth.any()
    assert marks.counted.tolist() == [not ignored]


def test_a_frame_that_nobody_labelled_counts_nothing() -> None:
    assert not targets.draw(batch([FULL], [page()], labelled=False), ALL).counted.any()


def test_ignored_pixels_and_faint_ones_are_no_strokes() -> None:
    given = batch([FULL], [page()])
    hidden = replace(given, valid=torch.zeros_like(given.valid))
    assert not targets.draw(hidden, ALL).truth.any()
    assert not targets.draw(replace(given, truth=given.truth // 2), ALL).truth.any()


def test_pictures_of_a_batch_are_as_they_are_alone() -> None:
    """The number of points a line must not shrink from one picture to the next."""
    first, second = strokes((6, 8, 7, 9)), FULL
    together = targets.draw(batch([first, second], [page(), page()]), ALL)
    assert together.owners.tolist() == [0] + [1] * 6
    alone = targets.draw(batch([first], [page()]), ALL)
    assert torch.equal(together.points[:1], alone.points)
    assert torch.equal(together.truth[:1], alone.truth)


def test_the_same_seed_draws_the_same() -> None:
    def points(seed: int) -> list[list[float]]:
        return targets.draw(batch([FULL], [page()], seed=seed), ALL).points.tolist()

    assert points(3) == points(3) != points(4)


def test_a_batch_without_layout_says_who_forgot_it() -> None:
    plain: Batch = replace(batch([FULL], [page()]), layout=None)
    with pytest.raises(AssertionError, match="wish"):
        targets.draw(plain, ALL)
