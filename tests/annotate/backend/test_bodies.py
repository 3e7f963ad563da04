"""Requests as Label Studio sends them."""

from typing import Any

import numpy as np
import pytest

from annotate.backend import bodies
from annotate.convert import Window
from sts.errors import DataError
from tests.annotate.backend.pages import HEIGHT, WIDTH, body, click, drag, region, task


def hinted(*regions: dict[str, Any]) -> bodies.Hint:
    hint = bodies.parse(body([task(["a", "b"])], *regions)).hint
    assert hint is not None
    return hint


def test_percent_become_px() -> None:
    hint = hinted(click(30, 15), click(12.5, 45.5, positive=False))
    assert np.allclose(hint.points, [(30, 15), (12.5, 45.5)])
    assert hint.positive == (True, False)
    assert (hint.height, hint.width) == (HEIGHT, WIDTH)


def test_a_click_that_says_nothing_of_its_sign_is_positive() -> None:
    unsigned = click(30, 15)
    del unsigned["is_positive"]
    assert hinted(unsigned).positive == (True,)


def test_a_drag_stays_in_its_picture() -> None:
    assert hinted(drag(-5, 10, 200, 40)).box == pytest.approx((0, 10, WIDTH, 40))


def test_a_turned_box_is_the_box_around_it() -> None:
    turned = drag(60, 10, 70, 30)
    turned["value"]["rotation"] = 90
    assert hinted(turned).box == pytest.approx((40, 10, 60, 20))


def test_the_window_of_a_pushed_task_is_known() -> None:
    page = task(["a"])
    page["data"] |= {"clip_id": "c", "first": 3, "last": 3, "uid": "c:000003-000003"}
    (asked,) = bodies.parse(body([page])).tasks
    assert asked.window == Window(clip_id="c", first=3, last=3)
    (other,) = bodies.parse(body([task(["a"])])).tasks
    assert other.window is None


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"drafts": [{"result": [{"id": "d"}]}], "predictions": [{"result": [{"id": "p"}]}]}, ["d"]),
        ({"drafts": [], "annotations": [{"result": [{"id": "a"}]}, {"result": [{"id": "b"}]}]}, ["b"]),
        (
            {
                "annotations": [{"result": [{"id": "a"}], "was_cancelled": True}],
                "predictions": [{"result": [{"id": "p"}]}],
            },
            ["p"],
        ),
        ({"drafts": "no", "predictions": [3, {"result": None}]}, []),
    ],
    ids=["draft", "annotation", "skipped", "nothing"],
)
def test_the_newest_that_was_saved_is_what_the_editor_shows(more: dict[str, Any], kept: list[str]) -> None:
    (asked,) = bodies.parse(body([task(["a"], **more)])).tasks
    assert [one["id"] for one in asked.regions] == kept


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"item_index": -1}, "item_index is -1"),
        ({"item_index": True}, "item_index is True"),
        ({"original_width": 0}, "original_height and original_width are 60 and 0"),
        ({"original_height": "60"}, "original_height and original_width are '60' and 120"),
        ({"value": None}, "value of a region must be an object"),
        ({"value": {"x": float("nan"), "y": 1}}, "x of a region is nan"),
        ({"value": {"x": 10**400, "y": 1}}, "x of a region is 1000"),
        ({"value": {"x": 1}}, "y of a region is None"),
    ],
    ids=str,
)
def test_a_click_that_makes_no_sense_is_refused(wrong: dict[str, Any], why: str) -> None:
    with pytest.raises(DataError, match=why):
        hinted(click(30, 15) | wrong)


def test_a_mask_without_pixels_is_refused() -> None:
    with pytest.raises(DataError, match="a mask has no imageDataURL"):
        hinted(region("bitmasklabels", {"touches": []}))


def test_clicks_without_end_are_refused() -> None:
    with pytest.raises(DataError, match="65 clicks on one thing"):
        hinted(*[click(30, 15)] * 65)
