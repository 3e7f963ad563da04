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


@pytest.mark.parametrize("size", [(48, 96), (96, 48), (48, 48), (24, 96)], ids=str)
def test_what_fits_the_cells_of_a_square_comes_back_and_what_is_finer_does_not(size: tuple[int, int]) -> None:
    strokes = np.zeros(size, np.bool_)
    strokes[size[0] // 4 : size[0] // 2, size[1] // 4 : size[1] // 2] = True
    assert (trivial.on_square(strokes, 24) != strokes).sum() <= 4, "no more than the corners are rounded"
    line = np.zeros((96, 96), np.bool_)
    line[:, 40] = True
    assert not trivial.on_square(line, 24).any()
    assert np.array_equal(trivial.on_square(line, 96), line)
