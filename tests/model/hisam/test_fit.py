"""Trap 26: a frame keeps its shape in the square, and what lies beside it is nobody's."""

import numpy as np
import pytest
import torch

from model import geometry
from model.frames import MEAN
from model.hisam import amg
from model.hisam.fit import Fit, letterbox, letterboxed_input, stretch


@pytest.mark.parametrize("size", [(90, 160), (160, 90), (64, 64), (1, 300)], ids=str)
def test_a_frame_takes_the_upper_left_of_the_square(size: tuple[int, int]) -> None:
    square = letterboxed_input(np.full((*size, 3), 250, np.uint8), 64)[0]
    fit = letterbox(*size, 64)
    assert max(fit.inner_height, fit.inner_width) == 64
    assert (square[:, : fit.inner_height, : fit.inner_width] == 250).all()
    outside = square.clone()
    outside[:, : fit.inner_height, : fit.inner_width] = 0
    assert set(outside.flatten(1)[:, -1].tolist()) <= {0, *(round(255 * value) for value in MEAN)}


@pytest.mark.parametrize("fit", [letterbox(90, 160, 64), stretch(90, 160, 64), letterbox(30, 20, 64)], ids=str)
def test_points_and_masks_go_the_same_way(fit: Fit) -> None:
    points = fit.points(np.array([[fit.width * 0.25, fit.height * 0.5]]))
    y, x = np.mgrid[:64, :64] + 0.5
    spot = torch.tensor(np.hypot(x - points[0, 0], y - points[0, 1]), dtype=torch.float32)
    rows, columns = np.nonzero(fit.logits(4 - spot[None])[0].numpy() > 0)
    assert columns.mean() + 0.5 == pytest.approx(fit.width * 0.25, abs=0.6)
    assert rows.mean() + 0.5 == pytest.approx(fit.height * 0.5, abs=0.6)


def test_points_are_drawn_on_strokes_within_the_frame_without_repeat() -> None:
    fit, strokes = letterbox(90, 160, 64), torch.ones(64, 64)
    strokes[10] = -1.0
    inside = strokes[: fit.inner_height, : fit.inner_width] > 0
    points = amg.draw_points(inside, 5000, seed=1)
    assert len(points) == 35 * 64
    assert len({tuple(point) for point in points.tolist()}) == len(points)
    assert points[:, 1].max() < fit.inner_height
    assert not (points[:, 1] == 10.5).any()
    assert len(amg.draw_points(inside, 100, seed=1)) == 100


def test_a_letterboxed_view_is_square_and_shows_the_same_when_it_is_turned_by_nothing() -> None:
    picture = np.random.default_rng(0).integers(0, 255, (40, 80, 3), dtype=np.uint8)
    view = geometry.letterboxed(geometry.whole(40, 80))
    assert (view.width, view.height) == (80, 80)
    flat = geometry.seen(picture, view, 80, (0, 0, 0))
    assert np.array_equal(flat[:40], picture)
    assert not flat[40:].any()
