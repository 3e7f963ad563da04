"""Annotated frames: identities, united strokes, efforts, and what the editor does not show."""

from dataclasses import replace

import numpy as np
import pytest

from annotate import bitmask
from annotate.regions import Region
from sts import checks, masks, scored
from sts.types import Effort, Mask
from tests.annotate import signs
from tests.annotate.signs import FRESH, answer, blot, left, outlined, painted, quad, result, sign, without

SIGN = {one.track_id: one for one in sign()}
TRANSCRIPT = "transcript"


def edited(given: list[Region], key: str, origin: str = "prediction-changed", **value: object) -> list[Region]:
    """With other values in the regions of one id."""
    return [
        one | {"origin": origin, "value": one["value"] | {k: v for k, v in value.items() if k in one["value"]}}
        if one["id"] == key
        else one
        for one in given
    ]


def url(mask: Mask) -> str:
    found: str = painted("x", mask)["value"]["imageDataURL"]
    return found


@pytest.mark.parametrize("origin", ["prediction", None])
def test_an_untouched_frame_comes_back_whole_and_as_kept(origin: str | None) -> None:
    frame = answer(result(origin)).frames[0]
    shown = {1, 2, 3, 5, 6, 7}
    assert frame.instances == tuple(
        replace(one, source="human", effort="kept") if one.track_id in shown else one for one in sign()
    )
    assert answer(result(origin)).dropped == {}


def test_a_frame_without_pre_label_counts_as_looked_at() -> None:
    assert answer([]).frames[0].labelled


def test_changed_strokes_end_what_was_said_of_the_old_ones_and_nothing_else() -> None:
    more = masks.union([SIGN[3].mask or blot(0, 0, 1, 1), blot(50, 30, 3, 9)])
    given = edited(result(), "t3f0m", imageDataURL=url(more))
    word = left(given)[3]
    expected = replace(SIGN[3], mask=more, effect_mask=None, amodal_mask=None, score=None)
    assert word == replace(expected, source="human", effort="changed")
    assert answer(given).dropped == {"effect masks of changed strokes": 1, "amodal masks of changed strokes": 1}
    assert left(given)[4] == SIGN[4]


def test_a_moved_polygon_keeps_all_that_belongs_to_its_strokes_but_not_its_characters() -> None:
    points = [[5, 15], [60, 15], [60, 35], [5, 35]]
    given = edited(result(), "t3f0p", points=points)
    word = left(given)[3]
    assert word.polygon == ((5.40625, 28.796875), (64.796875, 28.796875), (64.796875, 67.203125), (5.40625, 67.203125))
    assert (word.mask, word.amodal_mask, word.effect_mask) == (SIGN[3].mask, SIGN[3].amodal_mask, SIGN[3].effect_mask)
    assert (word.effort, word.score, word.font) == ("changed", 0.75, "Noto")
    assert 4 not in left(given)
    assert answer(given).dropped == {"characters of changed words": 1}


def test_a_new_transcript_is_nfc_and_ends_the_characters() -> None:
    given = edited(result(), "t3f0p", text=["  Cafe\u0301 "])
    assert (left(given)[3].text, left(given)[3].effort, 4 in left(given)) == ("Caf\u00e9", "changed", False)


def test_a_removed_transcript_is_none() -> None:
    given = [one for one in result() if not (one["id"] == "t3f0p" and one["from_name"] == TRANSCRIPT)]
    assert (left(given)[3].text, left(given)[3].effort) == (None, "changed")


def test_what_was_deleted_is_gone_and_counted() -> None:
    given = without(result(), "t3f0p", "t3f0m", "t6f0m")
    assert {*left(given)} == {1, 2, 5, 7}
    assert answer(given).dropped == {"deleted instances": 2, "characters of changed words": 1}


def test_deleted_strokes_leave_the_word() -> None:
    word = left(without(result(), "t3f0m"))[3]
    assert (word.mask, word.effect_mask, word.amodal_mask, word.effort) == (None, None, None, "changed")
    assert (word.text, word.polygon) == (SIGN[3].text, SIGN[3].polygon)


def test_new_regions_are_new_tracks_in_their_order() -> None:
    line = outlined("k3J", "line", quad(2, 172, 90, 190))
    word = outlined("W-1", "word", quad(4, 174, 40, 188), parent="k3J", text="neu")
    found = left([*result(), *line, *word, painted("m", blot(6, 176, 9, 9), parent="W-1")])
    assert found[FRESH] == signs.instance(FRESH, "line", quad(2, 172, 90, 190), source="human", effort="drawn")
    assert found[FRESH + 1] == signs.instance(
        FRESH + 1,
        "word",
        quad(4, 174, 40, 188),
        source="human",
        effort="drawn",
        parent_id=FRESH,
        text="neu",
        mask=blot(6, 176, 9, 9),
    )
    assert {*found} == {*SIGN, FRESH, FRESH + 1}


def test_polygons_drawn_the_other_way_round_are_turned() -> None:
    found = left(outlined("W", "word", quad(4, 174, 40, 188)[::-1]))
    assert found[FRESH].polygon == ((4, 188), *quad(4, 174, 40, 188)[:3])


def test_two_loose_regions_of_text_are_united_on_their_frame() -> None:
    a, b = blot(2, 172, 9, 4), blot(8, 174, 20, 9)
    found = left([*result(), painted("a", a), painted("b", b)])
    assert {*found} == {*SIGN, FRESH}
    assert (found[FRESH].level, found[FRESH].mask) == ("text", masks.union([a, b]))
    assert (found[FRESH].polygon, found[FRESH].effort) == (quad(2, 172, 28, 183), "drawn")
    assert found[6].mask == SIGN[6].mask


def test_strokes_of_a_word_that_was_deleted_stay_as_text() -> None:
    found = left(without(result(), "t3f0p"))
    assert (found[FRESH].level, found[FRESH].mask) == ("text", SIGN[3].mask)
    assert 3 not in found


def test_strokes_under_a_line_are_text_since_lines_have_none() -> None:
    found = left([*result(), painted("s", blot(1, 1, 3, 3), parent="t2f0p")])
    assert (found[2].mask, found[FRESH].level) == (None, "text")


def test_strokes_that_lost_their_parent_in_the_tree_are_still_those_of_their_word() -> None:
    given = [{k: v for k, v in one.items() if k != "parentID" or one["id"] != "t3f0m"} for one in result()]
    assert left(given)[3] == replace(SIGN[3], source="human", effort="kept")


def test_strokes_given_to_another_word_go_there() -> None:
    given = [one | {"parentID": "t7f0p"} if one["id"] == "t3f0m" else one for one in result()]
    assert (left(given)[3].mask, left(given)[7].mask) == (None, SIGN[3].mask)


def test_strokes_labelled_as_text_are_scored_and_legible() -> None:
    given = [
        one | {"origin": "prediction-changed", "value": one["value"] | {"bitmasklabels": ["text"]}}
        if one["id"] == "t5f0m"
        else one
        for one in result()
    ]
    word = left(given)[5]
    assert (word.ignore, word.legible, word.mask, word.effort) == (False, True, SIGN[5].mask, "changed")


def test_a_word_that_is_ignored_without_strokes_stays_ignored_until_strokes_say_otherwise() -> None:
    assert left(result())[7].ignore
    found = left([*result(), painted("m", blot(6, 82, 9, 9), parent="t7f0p")])[7]
    assert (found.ignore, found.mask, found.effort) == (False, blot(6, 82, 9, 9), "drawn")


def test_strokes_to_ignore_inside_a_word_with_text_are_an_instance_of_their_own() -> None:
    patch = blot(20, 40, 9, 9)
    found = left([*result(), painted("i", patch, parent="t3f0p", label="ignore"), painted("t", blot(1, 1, 2, 2))])
    assert (found[3].mask, found[3].ignore) == (SIGN[3].mask, False)
    text, ignored = found[FRESH], found[FRESH + 1]
    assert (text.mask, text.ignore) == (blot(1, 1, 2, 2), False)
    assert (ignored.level, ignored.mask, ignored.ignore, ignored.legible) == ("word", patch, True, False)


def test_metrics_skip_what_a_person_painted_to_be_ignored_beside_words_and_where_there_are_none() -> None:
    patch = painted("i", blot(92, 176, 9, 9), label="ignore")
    loose = [one for one in result() if one["id"] == "t6f0m"]
    for given, level in ((result(), "word"), (loose, "text")):
        (frame,) = answer([*given, patch]).frames
        region = scored.ignore_region(frame, signs.HEIGHT, signs.WIDTH)
        assert region is not None
        assert region[176:185, 92:101].all()
        assert frame.instances[-1].level == level


def test_a_word_made_a_line_is_another_track_and_its_strokes_stay() -> None:
    found = left(edited(result(), "t3f0p", polygonlabels=["line"]))
    assert (3 in found, found[FRESH].level, found[FRESH].text) == (False, "line", "OA")
    assert (found[FRESH + 1].level, found[FRESH + 1].mask) == ("text", SIGN[3].mask)


def test_changed_loose_strokes_keep_their_track() -> None:
    mask = blot(30, 140, 20, 30)
    text = left(edited(result(), "t6f0m", imageDataURL=url(mask)))[6]
    assert (text.mask, text.polygon, text.effort, text.score) == (mask, quad(30, 140, 50, 170), "changed", None)


def test_loose_strokes_that_were_erased_are_gone() -> None:
    nothing = bitmask.encode(np.zeros((signs.HEIGHT, signs.WIDTH), np.bool_))
    assert 6 not in left(edited(result(), "t6f0m", imageDataURL=nothing))


def test_effects_end_where_new_strokes_begin() -> None:
    found = left([*result(), painted("s", blot(8, 63, 10, 10))])
    assert found[3].effect_mask == blot(18, 63, 30, 2)


@pytest.mark.parametrize(
    ("origin", "effort"), [("prediction", "changed"), ("prediction-changed", "changed"), ("manual", "drawn")]
)
def test_only_what_is_the_same_was_kept(origin: str, effort: Effort) -> None:
    given = edited(result(), "t3f0m", origin=origin, imageDataURL=url(blot(9, 40, 9, 9)))
    assert left(given)[3].effort == effort


def test_an_annotated_frame_keeps_every_rule_of_labels() -> None:
    given = [
        *without(edited(result(), "t3f0m", imageDataURL=url(blot(9, 40, 9, 26))), "t1f0p"),
        painted("s", blot(8, 63, 10, 2)),
        *outlined("W", "word", quad(40, 40, 62, 60), parent="t2f0p"),
    ]
    clip = replace(signs.clip(1), frames=answer(given).frames)
    assert [str(finding) for finding in checks.findings(clip)] == []
