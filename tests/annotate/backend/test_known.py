"""What the editor shows already."""

import numpy as np
import pytest

from annotate import bitmask
from annotate.backend import known
from tests.annotate.backend.pages import HEIGHT, WIDTH, region, word

SIZE = HEIGHT, WIDTH


def test_the_smallest_word_that_holds_a_point_is_found() -> None:
    shown = [word(0, 0, 100, 50, "large"), word(10, 10, 30, 30, "small")]
    for point, name in (((20.0, 20.0), "small"), ((50.0, 20.0), "large")):
        found = known.word_at(shown, 0, point, SIZE)
        assert found is not None
        assert found.region_id == name
    assert known.word_at(shown, 0, (110.0, 55.0), SIZE) is None
    assert known.word_at(shown, 1, (20.0, 20.0), SIZE) is None


@pytest.mark.parametrize("points", [None, [], [[0, 0], [1, 1]], [[0, 0], [1], [2, 2]], [["a", 0]] * 3, [[1e30, 0]] * 3])
def test_a_polygon_that_is_none_is_no_word(points: object) -> None:
    broken = word(0, 0, 100, 50)
    broken["value"]["points"] = points
    assert known.word_at([broken], 0, (20.0, 20.0), SIZE) is None


def test_a_line_is_no_word() -> None:
    line = word(0, 0, 100, 50)
    line["value"]["polygonlabels"] = ["line"]
    assert not known.words([line], 0, SIZE).any()


def test_the_mask_drawn_last_at_a_point_is_found() -> None:
    one, two = np.zeros((2, HEIGHT, WIDTH), np.bool_)
    one[10:30, 10:30], two[20:40, 20:40] = True, True
    shown = [region("bitmasklabels", {"imageDataURL": bitmask.encode(pixels)}) for pixels in (one, two)]
    shown.append(region("bitmasklabels", {"touches": []}))
    for point, strokes in (((12.0, 12.0), one), ((25.0, 25.0), two), ((119.9, 59.9), None), ((120.0, 60.0), None)):
        found = known.mask_at(shown, 0, point, SIZE)
        assert (found is None) == (strokes is None)
        assert found is None or (found == strokes).all()
