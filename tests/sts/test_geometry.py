import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon as Shape
from shapely.geometry import box as rectangle

from sts import geometry

SQUARE = ((1.0, 1.0), (5.0, 1.0), (5.0, 3.0), (1.0, 3.0))
"""Clockwise on the screen"""
POINTS = st.lists(st.tuples(st.floats(-50, 50, width=16), st.floats(-50, 50, width=16)), min_size=3, max_size=12)


def test_clockwise_on_the_screen_is_a_positive_area() -> None:
    assert geometry.signed_area(SQUARE) == 8
    assert geometry.signed_area(SQUARE[::-1]) == -8
    assert geometry.clockwise(SQUARE) == SQUARE


def test_a_turned_polygon_keeps_its_first_point() -> None:
    assert geometry.clockwise((SQUARE[0], *SQUARE[:0:-1])) == SQUARE


@given(POINTS)
def test_a_hull_is_clockwise_and_holds_its_points(points: list[tuple[float, float]]) -> None:
    hull = geometry.hull(points)
    if len(hull) >= 3:
        assert geometry.signed_area(hull) > 0
        assert geometry.contains(hull, np.array(points), margin=1e-6).all()


@given(POINTS)
def test_a_clipped_polygon_has_the_area_inside_the_frame(points: list[tuple[float, float]]) -> None:
    hull = geometry.hull(points)
    if len(hull) >= 3:
        inside = geometry.clip(hull, height=20, width=30)
        wanted = Shape(hull).intersection(rectangle(0, 0, 30, 20)).area
        assert geometry.area(inside) == pytest.approx(wanted, abs=1e-6)


def test_a_polygon_outside_the_frame_leaves_nothing() -> None:
    assert geometry.clip(SQUARE, height=1, width=1) == ()


def test_stored_points_are_exact_in_float32() -> None:
    points = geometry.rounded([(1279.99, 1 / 3), (-1e-9, 0.0)])
    assert points == ((1279.984375, 21 / 64), (0.0, 0.0))
    assert (np.array(points, np.float32) == np.array(points)).all()


def test_the_border_is_inside_and_a_margin_grows_it() -> None:
    points = np.array([[3.0, 2.0], [5.0, 2.0], [5.5, 2.0]])
    assert geometry.contains(SQUARE, points).tolist() == [True, True, False]
    assert geometry.contains(SQUARE, points, margin=1.0).all()


def test_a_ribbon_has_its_two_sides() -> None:
    top, bottom = [(0.0, 0.0), (6.0, 0.0)], [(0.0, 2.0), (6.0, 2.0)]
    ribbon = geometry.ribbon(top, bottom)
    assert len(ribbon) == 14
    assert geometry.signed_area(ribbon) == 12
    assert ribbon == (*((x, 0) for x in range(7)), *((x, 2) for x in reversed(range(7))))


def test_a_box_is_tight() -> None:
    assert geometry.box(SQUARE) == (1, 1, 5, 3)
