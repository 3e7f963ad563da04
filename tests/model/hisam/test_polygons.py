"""Trap 24: kernels of words and the words they grow into."""

import cv2
import numpy as np
import pytest
import shapely

from model.hisam import polygons
from sts import geometry


def rectangle(width: float, height: float, left: float = 40.0, top: float = 30.0) -> np.ndarray:
    return np.array([(left, top), (left + width, top), (left + width, top + height), (left, top + height)])


def drawn(shapes: list[np.ndarray], size: tuple[int, int] = (160, 300)) -> np.ndarray:
    pixels = np.zeros(size, np.uint8)
    for shape in shapes:
        cv2.fillPoly(pixels, [np.round(shape - 0.5).astype(np.int32)], 1)
    return pixels > 0


def test_a_kernel_is_moved_inward_by_the_area_times_the_share_over_the_length() -> None:
    (kernel,) = polygons.shrink(rectangle(100, 40))
    moved = 100 * 40 * (1 - 0.4**2) / 280
    assert shapely.Polygon(kernel).area == pytest.approx((100 - 2 * moved) * (40 - 2 * moved), rel=1e-6)


@pytest.mark.parametrize("backwards", [False, True], ids=["clockwise", "counter-clockwise"])
@pytest.mark.parametrize("size", [(100, 40), (80, 30), (120, 40)], ids=str)
def test_a_word_shrunk_and_grown_again_is_about_the_same(size: tuple[int, int], backwards: bool) -> None:
    word = rectangle(*size)
    (found,) = polygons.words(drawn(polygons.shrink(word[::-1] if backwards else word)))
    one, other = shapely.Polygon(word), shapely.Polygon(found)
    assert one.intersection(other).area / one.union(other).area >= 0.8
    assert geometry.signed_area(found) > 0


def test_a_kernel_one_pixel_wide_survives() -> None:
    kernel = np.zeros((60, 200), np.bool_)
    kernel[30, 40:160] = True
    (found,) = polygons.words(kernel)
    assert geometry.box(found)[0] < 40 < 160 < geometry.box(found)[2]


def test_a_word_too_thin_for_a_kernel_keeps_its_shape_and_an_hourglass_falls_in_two() -> None:
    assert [shapely.Polygon(one).area for one in polygons.shrink(rectangle(50, 0.0))] == []
    hourglass = np.array([(0, 0), (100, 0), (52, 50), (100, 100), (0, 100), (48, 50)], float)
    assert len(polygons.shrink(hourglass)) == 2


def test_a_polygon_that_crosses_itself_has_a_kernel_on_either_side() -> None:
    crossed = np.array([(0, 0), (100, 60), (100, 0), (0, 60)], float)
    left, right = sorted((shapely.Polygon(one) for one in polygons.shrink(crossed)), key=lambda one: one.centroid.x)
    assert left.bounds[2] < 50 < right.bounds[0]
    assert left.area == pytest.approx(right.area)


def test_words_are_cut_at_the_border_and_specks_are_left_out() -> None:
    kernels = np.zeros((100, 100), np.bool_)
    kernels[20:40, 0:60], kernels[80, 80] = True, True
    (found,) = polygons.words(kernels)
    left, top, right, bottom = geometry.box(found)
    assert (left, round(top), round(bottom)) == (0.0, 5, 55)
    assert polygons.words(np.zeros((5, 5), np.bool_)) == []
    assert right < 100


def test_two_kernels_are_two_words_though_they_touch_when_grown() -> None:
    found = polygons.words(drawn([rectangle(60, 20), rectangle(60, 20, left=104.0)]))
    assert len(found) == 2
