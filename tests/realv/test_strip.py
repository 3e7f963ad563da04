"""A word along u and v."""

import numpy as np
import pytest

from realv import strip


def test_corners_and_the_middle_of_a_slanted_word() -> None:
    word = strip.of(((10.0, 20.0), (50.0, 60.0), (40.0, 70.0), (0.0, 30.0)))
    corners = np.array(word.part(0.0, 0.0, 1.0, 1.0))
    assert corners == pytest.approx(np.array([(10, 20), (50, 60), (40, 70), (0, 30)]))
    assert word.at(np.array([0.5]), np.array([0.5])) == pytest.approx(np.array([[25, 45]]))
    assert word.height == pytest.approx(200**0.5)
    assert word.length == pytest.approx(3200**0.5)


def test_an_outline_without_two_lines_becomes_its_rectangle() -> None:
    blob = ((5.0, 5.0), (60.0, 4.0), (100.0, 5.0), (101.0, 15.0), (100.0, 24.0), (50.0, 25.0), (6.0, 24.0))
    word = strip.of(blob)
    assert word.length == pytest.approx(96, abs=3)
    assert word.height == pytest.approx(21, abs=3)
    assert word.top[0] == pytest.approx((5, 4), abs=2)


def test_what_is_upright_shows_the_picture_along_the_word() -> None:
    across = np.tile(np.arange(200, dtype=np.float32), (60, 1))
    seen = strip.of(((20.0, 10.0), (180.0, 10.0), (180.0, 50.0), (20.0, 50.0))).upright(across)
    assert seen.shape == (32, 128)
    assert seen[:, 0] == pytest.approx(20.125, abs=0.1)
    assert seen[:, -1] == pytest.approx(178.875, abs=0.1)
