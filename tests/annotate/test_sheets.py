"""All strokes of a frame go to the editor as one mask, and come back as those of each word."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from annotate import sheets
from annotate.parts import Outline, Strokes
from annotate.regions import has_outline, outline_id, strokes_id
from sts import masks
from sts.geometry import Polygon
from sts.types import Effort, Frame, Mask
from tests.annotate.signs import HEIGHT, WIDTH, blot, instance, quad, sign

FRAME = Frame(index=4, time_s=0.16, instances=sign())
SIGN = {one.track_id: one for one in sign()}
TEXT, IGNORE = (strokes_id(track, 4) for track in (-1, -2))


def strokes(track: int) -> Mask:
    mask = SIGN[track].mask
    assert mask is not None
    return mask


def outlines(*new: tuple[str, Polygon]) -> list[Outline]:
    """The words of the sign as polygons, and new ones."""
    words = [(outline_id(one.track_id, 4), one.polygon) for one in sign() if one.level == "word"]
    return [
        Outline(id=key, parent=None, level="word", polygon=polygon, text=None, effort=None)
        for key, polygon in [*words, *new]
    ]


def sheet(mask: Mask, key: str = TEXT, *, ignore: bool = False, effort: Effort = "changed") -> Strokes:
    return Strokes(id=key, parent=None, ignore=ignore, mask=mask, effort=effort)


def parted(*given: Strokes, words: Sequence[Outline] | None = None) -> dict[str, Strokes]:
    found = sheets.parted(FRAME, outlines() if words is None else words, given)
    by_id = {one.id: one for one in found}
    assert len(by_id) == len(found)
    return by_id


def sent() -> Mask:
    return masks.union([strokes(3), strokes(6)])


def added(*more: Mask) -> Strokes:
    return sheet(masks.union([sent(), *more]))


def less(mask: Mask, gone: Mask) -> Mask:
    return masks.encode(masks.decode(mask) & ~masks.decode(gone))


def test_a_frame_has_one_mask_of_its_text_and_one_to_ignore_and_all_outlines() -> None:
    found = sheets.joined(sign())
    assert [(one.track_id, one.ignore, one.mask) for one in found if one.mask] == [
        (-1, False, sent()),
        (-2, True, strokes(5)),
    ]
    assert [replace(one, mask=None) for one in sign() if has_outline(one)] == found[:-2]
    assert sheets.joined(sign()[:2]) == list(sign()[:2])


def test_what_nobody_touched_is_as_it_was_sent() -> None:
    found = parted(sheet(sent(), effort="kept"), sheet(strokes(5), IGNORE, ignore=True, effort="kept"))
    assert [(one.id, one.mask, one.ignore, one.effort) for one in found.values()] == [
        (strokes_id(3, 4), strokes(3), False, "kept"),
        (strokes_id(6, 4), strokes(6), False, "kept"),
        (strokes_id(5, 4), strokes(5), True, "kept"),
    ]


def test_strokes_that_lie_over_each_other_stay_whole() -> None:
    over = instance(8, "word", quad(20, 30, 50, 66), mask=blot(20, 45, 20, 9))
    frame = replace(FRAME, instances=(*sign(), over))
    both = masks.union([sent(), blot(20, 45, 20, 9)])
    found = sheets.parted(frame, outlines(), [sheet(masks.union([both, blot(90, 180, 3, 3)]))])
    assert {one.id: one.mask for one in found} == {
        strokes_id(3, 4): strokes(3),
        strokes_id(6, 4): strokes(6),
        strokes_id(8, 4): blot(20, 45, 20, 9),
        f"{TEXT}-new": blot(90, 180, 3, 3),
    }


def test_erased_strokes_are_gone_from_their_word_alone() -> None:
    hole = blot(10, 40, 12, 30)
    found = parted(sheet(less(sent(), hole)))
    assert (found[strokes_id(3, 4)].mask, found[strokes_id(6, 4)].mask) == (less(strokes(3), hole), strokes(6))
    assert [*parted(sheet(strokes(6)))] == [strokes_id(6, 4)]


def test_new_strokes_are_the_words_whose_polygon_they_lie_in() -> None:
    """Word 7 had none; a word that was drawn now has none yet."""
    dot, arabic, drawn = blot(50, 33, 3, 3), blot(10, 85, 9, 9), blot(60, 100, 9, 9)
    found = parted(added(dot, arabic, drawn), words=outlines(("W", quad(55, 95, 80, 115))))
    assert found[strokes_id(3, 4)].mask == masks.union([strokes(3), dot])
    assert [(one.parent, one.mask, one.effort) for one in found.values()][2:] == [
        (outline_id(7, 4), arabic, "drawn"),
        ("W", drawn, "drawn"),
    ]


def test_new_strokes_in_a_word_within_a_word_are_the_inner_ones() -> None:
    dot = blot(50, 31, 3, 3)
    inner, across = ("W", quad(46, 30, 58, 40)), ("V", quad(46, 20, 80, 40))
    assert parted(added(dot), words=outlines(inner))[f"{TEXT}-W"].mask == dot
    assert parted(added(dot), words=outlines(across))[f"{TEXT}-new"].mask == dot


def test_new_strokes_in_no_word_are_those_that_they_touch_and_else_nobodys() -> None:
    bottom = int(np.argwhere(masks.decode(strokes(6)))[:, 0].max())
    column = int(np.argwhere(masks.decode(strokes(6))[bottom])[0, 0])
    tail, far = blot(column, bottom + 1, 2, 5), blot(90, 180, 3, 3)
    found = parted(added(tail, far))
    assert found[strokes_id(6, 4)].mask == masks.union([strokes(6), tail])
    assert (found[f"{TEXT}-new"].parent, found[f"{TEXT}-new"].mask) == (None, far)


def test_strokes_that_cross_from_word_to_word_are_cut_at_the_polygons() -> None:
    bar = blot(30, 60, 2, 20)
    found = parted(added(bar), words=outlines(("W", quad(20, 66, 60, 90))))
    assert found[f"{TEXT}-W"].mask == blot(30, 66, 2, 14)
    assert found[strokes_id(3, 4)].mask == masks.union([strokes(3), blot(30, 60, 2, 6)])


def test_text_that_is_painted_over_with_ignore_is_none() -> None:
    half, whole = blot(0, 0, 30, HEIGHT), blot(0, 30, 62, 40)
    red = sheet(masks.union([strokes(5), half]), IGNORE, ignore=True)
    assert parted(sheet(sent()), red)[strokes_id(3, 4)].mask == less(strokes(3), half)
    found = parted(sheet(sent()), sheet(whole, "drawn", ignore=True, effort="drawn"))
    assert (found[strokes_id(3, 4)].mask, found[strokes_id(3, 4)].ignore) == (strokes(3), True)
    assert (found[strokes_id(6, 4)].mask, found[strokes_id(6, 4)].ignore) == (strokes(6), False)
    assert found["drawn"].mask == whole


def test_other_masks_stay_as_they_are() -> None:
    suggestion = sheet(blot(20, 40, 9, 9), "s", effort="drawn")
    assert parted(suggestion) == {"s": suggestion}


def test_no_pixel_is_lost_or_made() -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        noise = np.kron(rng.random((HEIGHT // 4, WIDTH // 4)) < 0.3, np.ones((4, 4), np.bool_))
        mask = masks.encode(masks.decode(sent()) ^ noise)
        found = parted(sheet(mask))
        assert masks.union(one.mask for one in found.values()) == mask
