"""Overlaps of polygons, and the pairs with the largest sum."""

import numpy as np
import pytest

from sts.geometry import Polygon
from sts.overlap import assigned, ious, shares


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    x0, y0, x1, y1 = map(float, (left, top, right, bottom))
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def test_ious_are_those_of_each_with_each() -> None:
    crossed: Polygon = ((0.0, 0.0), (2.0, 2.0), (2.0, 0.0), (0.0, 2.0))
    table = ious([box(0, 0, 2, 2), crossed], [box(1, 0, 3, 2), box(0, 0, 2, 2), ((0.0, 0.0), (2.0, 2.0))])
    assert table == pytest.approx(np.array([[1 / 3, 1, 0], [0.2, 0.5, 0]]))
    assert ious([], [crossed]).shape == (0, 1)


def test_shares_are_of_the_area_of_the_rows() -> None:
    table = shares([box(0, 0, 2, 2), ((0.0, 0.0), (2.0, 2.0))], [box(1, 0, 5, 2), box(-1, -1, 3, 3)])
    assert table == pytest.approx(np.array([[0.5, 1], [0, 0]]))
    assert shares([], [box(0, 0, 2, 2)]).shape == (0, 1)


def test_the_pairs_have_the_largest_sum_and_none_is_below_the_least() -> None:
    assert assigned(np.array([[0.9, 0.8], [0.8, 0.1]]), 0.3) == {0: 1, 1: 0}
    assert assigned(np.array([[0.9, 0.2], [0.8, 0.1]]), 0.3) == {0: 0}
    assert assigned(np.zeros((2, 2)), 0.0) == {}
