"""Each baseline does what its name says."""

import numpy as np
import pytest

from benchmarks import trivial


@pytest.fixture
def picture() -> np.ndarray:
    """Dark bars of 4 px on a bright ground."""
    page = np.full((60, 90, 3), 220, np.uint8)
    page[20:40, 20:24] = page[20:40, 40:44] = 15
    return page


def test_sauvola_finds_what_is_dark(picture: np.ndarray) -> None:
    assert np.array_equal(trivial.sauvola(picture), picture[..., 0] < 100)


def test_edges_fill_narrow_strokes(picture: np.ndarray) -> None:
    found = trivial.edges(picture)
    assert found[22:38, 20:24].all()
    assert not found[:, 50:].any()


def test_the_truth_is_moved_and_grown_by_one_pixel() -> None:
    strokes = np.zeros((9, 9), np.bool_)
    strokes[4, 8] = strokes[4, 2] = True
    assert np.argwhere(trivial.shifted(strokes)).tolist() == [[4, 3]]
    assert trivial.dilated(strokes).sum() == 9 + 6
