"""Regions that come back: what is refused with one line, what is left out and counted."""

from typing import Any

import pytest

from annotate import brush, parts
from annotate.regions import Region
from sts import masks
from sts.errors import DataError
from tests.annotate import signs

PAGES = [signs.page(0, 10), signs.page(1, 11)]


def changed(key: str, **changes: Any) -> list[Region]:
    """The sign with one region that differs; None takes a field away."""
    given = signs.result()
    return [
        {k: v for k, v in (one | changes).items() if v is not None}
        if one["id"] == key and one["from_name"] != "transcript"
        else one
        for one in given
    ]


def test_outlines_have_their_transcripts_and_strokes_their_pixels() -> None:
    found = parts.take_apart(signs.result(), PAGES)
    outlines = {one.id: one for one in found.outlines[0]}
    assert outlines["t3f0p"].text == "OA"
    assert outlines["t1f0p"].text is None
    assert [one.id for one in found.strokes[0]] == ["t3f0m", "t5f0m", "t6f0m"]
    assert found.strokes[0][0].mask == signs.sign()[2].mask
    assert (found.outlines[1], found.strokes[1], dict(found.dropped)) == ([], [], {})


def test_a_mask_that_comes_back_as_it_was_sent_is_the_one_that_was_sent() -> None:
    sent, other = signs.sign()[2].mask, signs.blot(3, 4, 5, 6)
    assert sent is not None
    assert parts.take_apart(signs.result(), PAGES, {"t3f0m": sent}).strokes[0][0].mask is sent
    assert parts.take_apart(signs.result(), PAGES, {"t3f0m": other}).strokes[0][0].mask == sent


def test_brush_regions_are_read_as_well() -> None:
    mask = signs.blot(3, 4, 5, 6)
    rle = {"format": "rle", "rle": [*brush.encode(masks.decode(mask))], "brushlabels": ["text"]}
    found = parts.take_apart(changed("t3f0m", type="brushlabels", value=rle), PAGES)
    assert found.strokes[0][0].mask == mask


def test_the_editor_says_what_was_kept_changed_and_drawn() -> None:
    origins = {"t3f0m": "prediction-changed", "t5f0m": "manual", "t6f0m": None}
    given = [one | {"origin": origins.get(one["id"], "prediction")} for one in signs.result()]
    found = parts.take_apart(given, PAGES)
    assert [one.effort for one in found.strokes[0]] == ["changed", "drawn", None]
    assert {one.effort for one in found.outlines[0]} == {"kept"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"item_index": None}, "does not say on which of 2 frames it is"),
        ({"item_index": 2}, "on item 2 of a task of 2 frames"),
        ({"item_index": -1}, "on item -1 of a task"),
        ({"item_index": "0"}, "on item '0' of a task"),
        ({"image_rotation": 90}, "turned by 90°"),
        ({"original_width": 192, "original_height": 108}, "192x108 px, its frame has 108x192"),
        ({"original_width": None}, "Nonex192 px"),
        ({"value": {"bitmasklabels": ["logo"]}}, r"labels \['logo'\] instead of one of text, ignore"),
        ({"value": {"bitmasklabels": []}}, r"labels \[\] instead of one of"),
        ({"type": "bitmask"}, "of type 'bitmask' instead of bitmasklabels or brushlabels: give it a label"),
        ({"value": {"touches": [], "bitmasklabels": ["text"]}}, "is a draft that holds brush movements"),
        ({"value": {"bitmasklabels": ["text"]}}, "'t3f0m' on item 0: a mask starts with 'None'"),
        ({"value": None}, "has no value"),
    ],
)
def test_strokes_that_cannot_be_used_are_refused_in_one_line(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told) as caught:
        parts.take_apart(changed("t3f0m", **changes), PAGES)
    assert "t3f0m" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"type": "polygon"}, "give it a label"),
        ({"value": {"polygonlabels": ["char"], "points": [[1, 2]]}}, "instead of one of word, line, paragraph"),
        ({"value": {"polygonlabels": ["word"], "points": []}}, "no list of points"),
        ({"value": {"polygonlabels": ["word"], "points": [[1, None]]}}, "no list of points"),
        ({"value": {"polygonlabels": ["word"], "points": [[1, float("nan")]]}}, "no list of points"),
        ({"id": "t1f0p"}, "'t1f0p' occurs twice"),
        ({"id": None}, "a region of 'unit' has no id"),
    ],
)
def test_outlines_that_cannot_be_used_are_refused_in_one_line(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(DataError, match=told):
        parts.take_apart(changed("t3f0p", **changes), PAGES)


def test_a_region_that_is_no_object_is_refused() -> None:
    with pytest.raises(DataError, match="a region is 'x' instead of an object"):
        parts.take_apart(["x"], PAGES)


def test_a_task_of_one_frame_needs_no_item_index() -> None:
    found = parts.take_apart(changed("t3f0m", item_index=None), PAGES[:1])
    assert len(found.strokes[0]) == 3


def test_foreign_regions_and_prompts_are_left_out_and_counted_and_nothing_else_is_lost() -> None:
    foreign = [
        {"id": "a", "from_name": "logo", "type": "rectanglelabels", "value": {}},
        {"id": "b", "from_name": "logo", "type": "rectanglelabels", "value": {}},
        {"id": "c", "from_name": "kp", "type": "keypointlabels", "value": {}},
        {"type": "relation", "from_id": "t3f0p", "to_id": "t2f0p", "direction": "right"},
        {"id": "gone", "from_name": "transcript", "type": "textarea", "value": {"text": ["x"]}},
    ]
    found = parts.take_apart([*foreign, *signs.result()], PAGES)
    assert found.dropped == {
        "foreign regions of 'logo'": 2,
        "smart prompts": 1,
        "foreign regions of 'relation'": 1,
        "transcripts without a polygon": 1,
    }
    alone = parts.take_apart(signs.result(), PAGES)
    assert (found.outlines, found.strokes) == (alone.outlines, alone.strokes)


def test_choices_belong_to_the_task() -> None:
    choice = {
        "from_name": "issues",
        "to_name": "img",
        "type": "choices",
        "value": {"choices": ["occlusion", "no_text"]},
    }
    assert parts.take_apart([choice], PAGES).choices == {"issues": ["occlusion", "no_text"]}
    with pytest.raises(DataError, match="choices of 'issues' is 5 instead of a list of strings"):
        parts.take_apart([choice | {"value": {"choices": 5}}], PAGES)
