"""Stroke widths of drawn bars and rings, and whose pixel is whose."""

import cv2
import numpy as np
import pytest

from benchmarks.metrics import strokes


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 8, 13])
def test_a_straight_bar_has_exactly_its_width(width: int) -> None:
    pixels = np.zeros((40, 100), np.bool_)
    pixels[10 : 10 + width, 5:90] = True
    assert strokes.width(pixels) == strokes.width(pixels.T.copy()) == width


@pytest.mark.parametrize("angle", [10, 23, 30, 45])
@pytest.mark.parametrize("width", [3, 6, 10])
def test_a_slanted_bar_has_its_width_to_a_fifth(angle: int, width: int) -> None:
    y, x = np.mgrid[:120, :120] - 60.0
    turn = np.deg2rad(angle)
    along, across = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    pixels = (np.abs(along) < 50) & (np.abs(across) < width / 2)
    assert strokes.width(pixels) == pytest.approx(width, rel=0.2)


def test_a_ring_is_as_wide_as_its_stroke_and_not_as_its_disk() -> None:
    y, x = np.mgrid[:80, :80] - 39.5
    radius = np.hypot(x, y)
    assert strokes.width((radius < 30) & (radius > 24)) == pytest.approx(6, rel=0.2)


def test_letters_are_as_wide_as_the_pen() -> None:
    """OpenCV draws a pen of n px as n + 2; slanted lines come out thinner."""
    for pen in (3, 5, 9):
        pixels = np.zeros((120, 420), np.uint8)
        cv2.putText(pixels, "Tent", (10, 90), cv2.FONT_HERSHEY_SIMPLEX, 3, 1, pen)
        _, own = cv2.connectedComponents(pixels)
        found = [strokes.width(own == i) for i in range(1, own.max() + 1)]
        assert found == pytest.approx([pen + 2] * len(found), rel=0.1)


def test_a_stroke_cut_by_the_frame_is_measured_inside_it() -> None:
    pixels = np.zeros((20, 60), np.bool_)
    pixels[:4, :] = True
    assert strokes.width(pixels) == 4


def test_pixels_belong_to_the_nearest_stroke_up_to_the_reach() -> None:
    truth, other = np.zeros((2, 60, 60), np.bool_)
    truth[10, 5:55] = True
    truth[30:40, 5:55] = True
    other[10:60, 20] = True
    found = strokes.classes(truth, other)
    assert (found[10, 20], found[30, 20]) == (0, 3)
    assert found[10 : 10 + strokes.REACH + 1, 20].tolist() == [0] * (strokes.REACH + 1)
    assert found[20, 20] == strokes.STRAY and found[22, 20] == 3
    assert found[39 + strokes.REACH, 20] == 3 and found[40 + strokes.REACH, 20] == strokes.STRAY


def test_without_strokes_all_is_stray() -> None:
    assert (strokes.classes(np.zeros((9, 9), np.bool_), np.ones((9, 9), np.bool_)) == strokes.STRAY).all()
