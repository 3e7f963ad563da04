"""A corrected frame goes through its window both ways."""

from pathlib import Path
from typing import Any

import numpy as np

from annotate import bitmask
from tests.annotate.backend.conftest import Serve
from tests.annotate.backend.pages import (
    HEIGHT,
    LEFT,
    RIGHT,
    WIDTH,
    body,
    click,
    data_url,
    picture,
    png,
    region,
    task,
    window,
    word,
)
from tests.annotate.backend.test_app import block, predicted, strokes


def corrected(frame: int, *, without_row: int | None = None) -> dict[str, Any]:
    """The left letter of a frame as a person left it."""
    pixels = block(LEFT, frame)
    if without_row is not None:
        pixels[without_row] = False
    value = {"imageDataURL": bitmask.encode(pixels), "bitmasklabels": ["text"]}
    return region("bitmasklabels", value, frame, from_name="stroke", id="t1f2m")


def test_a_corrected_mask_is_carried_both_ways_and_stays_as_it_was(serve: Serve, tmp_path: Path) -> None:
    given = corrected(2, without_row=20)
    regions = predicted(serve(), body([task(window(tmp_path))], given))
    assert [one["item_index"] for one in regions] == [0, 1, 2, 3, 4]
    for frame in (0, 1, 3, 4):
        assert (strokes(regions[frame]) == block(LEFT, frame)).all()
    assert regions[2]["value"] == given["value"]


def test_a_click_to_carry_takes_the_mask_that_is_drawn_there(serve: Serve, tmp_path: Path) -> None:
    drawn = corrected(1, without_row=21)
    page = task(window(tmp_path), drafts=[{"result": [drawn]}], predictions=[{"result": []}])
    regions = predicted(serve(), body([page], click(29, 30, frame=1, label="carry")))
    assert [one["item_index"] for one in regions] == [0, 1, 2, 3, 4]
    assert regions[1]["value"] == drawn["value"]


def test_of_a_mask_of_several_words_the_clicked_one_is_carried(serve: Serve, tmp_path: Path) -> None:
    both = corrected(0)
    both["value"] = {**both["value"], "imageDataURL": bitmask.encode(block(LEFT) | block(RIGHT))}
    page = task(window(tmp_path), drafts=[{"result": [both, word(15, 15, 45, 45)]}])
    regions = predicted(serve(), body([page], click(25, 30, label="carry")))
    assert [(strokes(one) == block(LEFT, frame)).all() for frame, one in enumerate(regions)] == [True] * 5


def test_a_click_to_carry_where_nothing_is_drawn_takes_the_answer_to_the_click(serve: Serve, tmp_path: Path) -> None:
    regions = predicted(serve(), body([task(window(tmp_path))], click(41, 30, frame=4, label="carry")))
    assert [one["item_index"] for one in regions] == [0, 1, 2, 3, 4]
    assert (strokes(regions[0]) == block(LEFT)).all()


def test_a_frame_that_does_not_show_it_gets_no_region(serve: Serve) -> None:
    empty = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    pages = [data_url(png(one)) for one in (empty, picture(0), picture(1), empty)]
    regions = predicted(serve(), body([task(pages)], corrected(0) | {"item_index": 1}))
    assert [one["item_index"] for one in regions] == [1, 2]


def test_two_masks_of_a_frame_are_carried_apart(serve: Serve, tmp_path: Path) -> None:
    other = region("bitmasklabels", {"imageDataURL": bitmask.encode(block((70, 20, 90, 40)))}, 0, id="t2f0m")
    regions = predicted(serve(), body([task(window(tmp_path, 2))], corrected(0), other))
    assert [one["item_index"] for one in regions] == [0, 0, 1, 1]
    assert not (strokes(regions[2]) & strokes(regions[3])).any()


def test_one_frame_is_a_window(serve: Serve, tmp_path: Path) -> None:
    regions = predicted(serve(), body([task(window(tmp_path, 1))], corrected(0)))
    assert [one["item_index"] for one in regions] == [0]


def test_pictures_of_several_sizes_carry_nothing(serve: Serve, tmp_path: Path) -> None:
    pages = [*window(tmp_path, 1), data_url(png(np.zeros((50, 50, 3), np.uint8)))]
    assert predicted(serve(), body([task(pages)], corrected(0))) == []
