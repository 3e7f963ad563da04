"""Polygons that hold their strokes."""

import numpy as np
import pytest

from realv.labelers import holding
from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Mask, TextInstance

QUAD: Polygon = ((20.0, 20.0), (60.0, 20.0), (60.0, 40.0), (20.0, 40.0))


def bar(left: int, top: int, right: int, bottom: int) -> Mask:
    pixels = np.zeros((80, 100), np.bool_)
    pixels[top:bottom, left:right] = True
    return masks.encode(pixels)


def test_only_the_sides_that_strokes_cross_move_as_far_as_they_reach() -> None:
    assert holding.grown(QUAD, bar(25, 25, 68, 35)) == ((20.0, 20.0), (67.5, 20.0), (67.5, 40.0), (20.0, 40.0))
    assert holding.grown(QUAD, bar(25, 12, 50, 48)) == ((20.0, 12.5), (60.0, 12.5), (60.0, 47.5), (20.0, 47.5))
    assert holding.grown(QUAD, bar(25, 25, 50, 35)) == QUAD


def test_a_turned_polygon_keeps_its_directions_and_its_first_corner() -> None:
    turned: Polygon = ((30.0, 20.0), (60.0, 50.0), (50.0, 60.0), (20.0, 30.0))
    found = np.array(holding.grown(turned, masks.union([bar(35, 35, 45, 45), bar(58, 58, 62, 62)])))
    sides = np.roll(found, -1, axis=0) - found
    given = np.roll(turned, -1, axis=0) - np.array(turned)
    assert sides / np.hypot(*sides.T)[:, None] == pytest.approx(given / np.hypot(*given.T)[:, None], abs=1e-2)
    assert found[[0, 3]].tolist() == [list(turned[0]), list(turned[3])]
    assert geometry.contains([*map(tuple, found.tolist())], np.array([(61.0, 61.0)])).all()


def test_a_speck_moves_nothing() -> None:
    assert holding.grown(QUAD, masks.union([bar(22, 22, 58, 38), bar(90, 30, 91, 31)])) == QUAD


@pytest.mark.parametrize(
    "polygon",
    [QUAD[::-1], (QUAD[0], QUAD[2], QUAD[1], QUAD[3]), (QUAD[0], QUAD[1], (30.0, 25.0), QUAD[3]), (QUAD[0],) * 4],
    ids=["anticlockwise", "crossed", "hollow", "flat"],
)
def test_what_is_no_convex_clockwise_polygon_stays(polygon: Polygon) -> None:
    assert holding.grown(polygon, bar(10, 10, 80, 60)) == polygon


def test_other_polygons_than_those_of_finders_stay() -> None:
    ribbon = (*QUAD[:2], (60.0, 30.0), *QUAD[2:])
    for polygon, mask in ((ribbon, bar(10, 10, 80, 60)), (QUAD, None), (QUAD, bar(0, 0, 0, 0))):
        word = TextInstance(track_id=1, level="word", polygon=polygon, source="predicted", mask=mask)
        assert holding.held(word) == word
