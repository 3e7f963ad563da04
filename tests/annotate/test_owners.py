"""Strokes find their word, and a polygon that was drawn anew the one that it stands for."""

import pytest

from annotate.regions import Region
from sts import masks
from sts.geometry import Polygon
from sts.types import Mask
from tests.annotate.signs import FRESH, answer, blot, left, outlined, painted, quad, result, sign, without

SIGN = {one.track_id: one for one in sign()}
PATCH = blot(20, 40, 9, 9)
"""Inside the polygon of word 3"""


def strokes(track: int) -> Mask:
    mask = SIGN[track].mask
    assert mask is not None
    return mask


@pytest.mark.parametrize("parent", ["t3f0p", None, "t2f0p", "none"])
def test_a_suggestion_in_a_word_is_the_words_whatever_the_tree_says(parent: str | None) -> None:
    found = left([*result(), painted("s", PATCH, parent=parent)])
    assert {*found} == {*SIGN}
    assert (found[3].mask, found[3].effort) == (masks.union([strokes(3), PATCH]), "changed")


@pytest.mark.parametrize(("below", "owner"), [(2, 3), (3, FRESH)])
def test_a_fifth_of_strokes_may_lie_outside_their_word(below: int, owner: int) -> None:
    """Word 3 ends at y = 66."""
    patch = blot(20, 56 + below, 4, 10)
    found = left([*result(), painted("s", patch)])
    assert found[owner].mask == (masks.union([strokes(3), patch]) if owner == 3 else patch)
    assert found[owner].level == ("word" if owner == 3 else "text")


def test_strokes_in_two_words_are_the_smaller_ones() -> None:
    inner = outlined("W", "word", quad(18, 38, 32, 52))
    found = left([*result(), *inner, painted("s", PATCH)])
    assert (found[3].mask, found[FRESH].mask) == (strokes(3), PATCH)


def test_strokes_to_ignore_in_a_word_are_its_only_as_its_child() -> None:
    loose = left([*result(), painted("i", blot(6, 82, 9, 9), label="ignore")])
    assert (loose[7].mask, loose[FRESH].mask, loose[FRESH].ignore) == (None, blot(6, 82, 9, 9), True)
    child = left([*result(), painted("i", blot(6, 82, 9, 9), parent="t7f0p", label="ignore")])
    assert (child[7].mask, child[7].ignore) == (blot(6, 82, 9, 9), True)


def test_strokes_that_were_sent_without_a_word_stay_without() -> None:
    found = left([*result(), *outlined("W", "word", quad(8, 135, 95, 172))])
    assert (found[6].mask, found[6].effort, found[FRESH].mask) == (strokes(6), "kept", None)


def test_the_strokes_of_a_deleted_word_go_to_the_word_drawn_round_them() -> None:
    given = [*without(result(), "t3f0p"), *outlined("W", "word", quad(4, 0, 64, 70), text="OA")]
    found = left(given)
    assert 3 not in found
    assert (found[FRESH].level, found[FRESH].mask) == ("word", strokes(3))


@pytest.mark.parametrize(("text", "said"), [(None, "OA"), ("CA", "CA")])
def test_a_polygon_drawn_in_place_of_a_deleted_one_is_its_track(text: str | None, said: str) -> None:
    given = [*without(result(), "t3f0p"), *outlined("W", "word", quad(8, 32, 60, 66), parent="t2f0p", text=text)]
    found = left(given)
    assert {*found} == {*SIGN} - {4}
    word = found[3]
    assert (word.text, word.mask, word.parent_id, word.polygon) == (said, strokes(3), 2, quad(8, 32, 60, 66))
    assert (word.script, word.font, word.effort) == ("Latn", "Noto", "changed")
    assert answer(given).dropped == {"characters of changed words": 1}


def test_what_is_inside_a_polygon_drawn_anew_stays_inside() -> None:
    line = outlined("L", "line", quad(4, 25, 97, 70), parent="t1f0p")
    given = [one | ({"parentID": "L"} if one.get("parentID") == "t2f0p" else {}) for one in without(result(), "t2f0p")]
    found = left([*given, *line, painted("s", blot(1, 1, 3, 3), parent="L")])
    assert (found[2].effort, found[2].parent_id, found[3].parent_id) == ("drawn", 1, 2)
    assert (found[3].effort, found[FRESH].level) == ("kept", "text")


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(outlined("W", "word", quad(30, 30, 90, 66)), id="elsewhere"),
        pytest.param(outlined("L", "line", quad(6, 30, 60, 66)), id="another level"),
        pytest.param(outlined("W", "word", ((6.0, 30.0), (60.0, 66.0))), id="no area"),
    ],
)
def test_what_is_drawn_elsewhere_is_a_new_track(drawn: list[Region]) -> None:
    found = left([*without(result(), "t3f0p", "t3f0m"), *drawn])
    assert (3 in found, found[FRESH].polygon) == (False, answer(drawn).frames[0].instances[-1].polygon)


def test_of_two_polygons_drawn_in_one_place_the_better_one_is_the_track() -> None:
    rough: Polygon = quad(4, 28, 70, 70)
    given = [*without(result(), "t3f0p", "t3f0m"), *outlined("a", "word", rough)]
    found = left([*given, *outlined("b", "word", quad(7, 30, 60, 66))])
    assert (found[3].polygon, found[FRESH].polygon) == (quad(7, 30, 60, 66), rough)
