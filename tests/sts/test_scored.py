"""What is scored of a frame: words before loose text, never what is ignored."""

from typing import Any

import numpy as np
import pytest

from sts import masks, scored
from sts.geometry import Polygon
from sts.types import Frame, Mask, TextInstance

HEIGHT, WIDTH = 8, 10


def block(top: int, left: int, bottom: int, right: int) -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[top:bottom, left:right] = True
    return masks.encode(pixels)


def box(left: float, top: float, right: float, bottom: float) -> Polygon:
    x0, y0, x1, y1 = map(float, (left, top, right, bottom))
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def frame(*instances: dict[str, Any]) -> Frame:
    given: dict[str, Any] = {"level": "word", "polygon": (), "source": "human"}
    made = (TextInstance(**{**given, "track_id": i, **one}) for i, one in enumerate(instances))
    return Frame(index=0, time_s=0.0, instances=tuple(made))


def test_loose_text_carries_strokes_only_where_no_word_is() -> None:
    text, word = {"level": "text", "mask": block(0, 0, 2, 2)}, {"mask": block(4, 4, 6, 6)}
    assert scored.strokes(frame(text), HEIGHT, WIDTH) == block(0, 0, 2, 2)
    assert scored.strokes(frame(text, word), HEIGHT, WIDTH) == block(4, 4, 6, 6)
    assert scored.strokes(frame(text, {"mask": None}), HEIGHT, WIDTH) == masks.empty(HEIGHT, WIDTH)


def test_strokes_that_count_and_strokes_to_ignore_are_told_apart() -> None:
    both = frame({"mask": block(0, 0, 2, 2)}, {"mask": block(1, 0, 3, 2)}, {"mask": block(4, 4, 6, 6), "ignore": True})
    assert scored.strokes(both, HEIGHT, WIDTH) == block(0, 0, 3, 2)
    assert scored.strokes(both, HEIGHT, WIDTH, ignored=True) == block(4, 4, 6, 6)


def test_the_inside_of_what_is_ignored_is_skipped_but_no_stroke_that_counts() -> None:
    skipped = {"polygon": box(2, 2, 8, 6), "mask": block(0, 2, 3, 4), "ignore": True}
    region = scored.ignore_region(frame({"mask": block(4, 4, 8, 6)}, skipped), HEIGHT, WIDTH)
    expected = np.zeros((HEIGHT, WIDTH), np.bool_)
    expected[2:7, 2:9] = expected[0:3, 2:4] = True
    expected[4:8, 4:6] = False
    assert region is not None
    assert np.array_equal(region, expected)
    assert scored.ignore_region(frame({"mask": block(0, 0, 2, 2)}), HEIGHT, WIDTH) is None


@pytest.mark.parametrize(("radius", "rows"), [(1, slice(3, 5)), (2, slice(2, 6))])
def test_near_a_contour_is_as_many_pixels_on_both_sides(radius: int, rows: slice) -> None:
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[4:] = True
    expected = np.zeros_like(pixels)
    expected[rows] = True
    assert np.array_equal(scored.near_contour(pixels, radius), expected)
