"""Every rule finds the window that breaks it; a good window breaks none."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from annotate import quality
from annotate.rules import effort
from annotate.rules.limits import Limits
from sts import jpeg, masks
from sts.errors import ConfigError
from sts.shards import Jpegs
from sts.types import Clip, Mask, TextInstance
from tests.annotate.scenes import bar, box, clip, comb, event, pictures, word

LIMITS = Limits()


def rules(*frames: Sequence[TextInstance], limits: Limits = LIMITS) -> set[tuple[str, bool]]:
    """Names of the broken rules and whether they must be mended."""
    return told(clip(*frames), None, limits)


def told(window: Clip, stored: Jpegs | None, limits: Limits = LIMITS) -> set[tuple[str, bool]]:
    return {(one.rule, one.severe) for one in quality.findings(window, stored, limits)}


def photos(window: Clip) -> Jpegs:
    video = pictures(window).video
    assert video is not None
    return tuple(jpeg.encode(page) for page in video)


def second(**changes: Any) -> TextInstance:
    """Another word, below the first."""
    return word(2, **{"mask": bar(22, 46, 10, 8), "polygon": box(20, 44, 30, 14), **changes})


def test_a_good_window_breaks_nothing() -> None:
    window = clip([word()], [word(), second(text="ab")], [])
    assert told(window, photos(window)) == set()


def test_masks_have_the_size_of_their_frame() -> None:
    wrong = clip([word(mask=masks.empty(10, 10))])
    (finding,) = quality.findings(wrong, None, LIMITS)
    assert (finding.rule, finding.severe, finding.frame, finding.track) == ("mask-size", True, 0, 1)
    assert finding.what == "a mask has 10x10 px, its frame 96x64 px"


def test_words_without_any_strokes_are_wrong() -> None:
    assert ("no-strokes", True) in rules([word(mask=None)])
    assert ("no-strokes", True) in rules([word(mask=masks.empty(64, 96))])
    assert rules([word(mask=None, legible=False, ignore=True), second()], limits=Limits(most_ignored=1.0)) == set()


def test_strokes_without_words_are_doubtful() -> None:
    text = word(level="text", text=None)
    assert rules([text]) == {("strokes-without-word", False)}
    assert rules([text, second()]) == {("mask-in-word", True)}


def test_strokes_may_lie_3_px_outside_their_word_and_no_farther() -> None:
    polygon = box(25, 27, 40, 10)
    near, far = bar(23, 24, 30, 10), bar(20, 24, 30, 10)
    assert rules([word(mask=near, polygon=polygon)]) == set()
    assert rules([word(mask=far, polygon=polygon)]) == {("mask-in-word", True)}


def test_half_a_percent_of_strokes_may_stray() -> None:
    drawn = bar(21, 21, 30, 18)
    one, four = (masks.union((drawn, bar(5, 5, n, 1))) for n in (2, 4))
    assert rules([word(mask=one)], limits=Limits(speck_px=0)) == set()
    assert rules([word(mask=four)], limits=Limits(speck_px=0)) == {("mask-in-word", True)}


def test_strokes_of_a_word_lie_in_this_one_and_not_in_another() -> None:
    assert ("mask-in-word", True) in rules([word(mask=bar(22, 46, 10, 8)), second()])


def test_strokes_of_no_word_may_lie_in_any_and_what_is_ignored_anywhere() -> None:
    def loose(mask: Mask, *, ignore: bool = False) -> set[tuple[str, bool]]:
        text = word(3, level="text", text=None, mask=mask, ignore=ignore, legible=not ignore)
        return rules([word(), second(), text])

    both = masks.union((bar(22, 21, 30, 3), bar(22, 54, 20, 4)))
    assert loose(both) == set()
    assert loose(bar(70, 46, 10, 8)) == {("mask-in-word", True)}
    assert loose(bar(70, 46, 10, 8), ignore=True) == set()


@pytest.mark.parametrize("mask", [bar(22, 24, 5, 4), bar(20, 20, 40, 19)])
def test_words_of_hardly_any_or_nothing_but_strokes_are_doubtful(mask: Mask) -> None:
    assert rules([word(mask=mask)]) == {("ink", False)}
    assert rules([word(mask=mask)], limits=Limits(least_ink=0.0, most_ink=1.0)) == set()


def test_a_word_without_strokes_among_others_is_doubtful() -> None:
    assert rules([word(), second(mask=None)]) == {("ink", False)}


def test_a_word_hidden_behind_something_has_ink_enough() -> None:
    hidden = word(mask=masks.empty(64, 96), amodal_mask=comb())
    assert rules([hidden]) == set()


def test_tiny_pieces_are_doubtful() -> None:
    three, four = (masks.union((comb(), bar(21, 38, n, 1))) for n in (3, 4))
    assert rules([word(mask=three)]) == {("mask-speck", False)}
    assert rules([word(mask=three, source="rendered")]) == set()
    assert rules([word(mask=four)]) == set()


@pytest.mark.parametrize("text", [None, " "])
def test_a_legible_word_has_a_text(text: str | None) -> None:
    assert ("no-transcription", True) in rules([word(text=text)])
    assert ("no-transcription", True) not in rules([word(text=text, legible=False, ignore=True)])
    assert ("no-transcription", True) not in rules([word(text=text, source="predicted")])


def test_texts_are_of_characters_of_one_alphabet() -> None:
    assert rules([word(text="K\N{REPLACEMENT CHARACTER}se")]) == {("text-charset", True)}
    assert rules([word(text="P\N{CYRILLIC SMALL LETTER A}ris")]) == {("text-charset", False)}
    assert rules([word(text="Käse-4")]) == set()


def test_texts_fit_the_length_of_their_word() -> None:
    assert rules([word(text="Käse" * 6)]) == {("text-length", False)}
    assert rules([word(text="Käse" * 5)]) == set()
    long = word(polygon=box(4, 20, 88, 18), text="K")
    assert rules([long]) == {("text-length", False)}
    assert rules([replace(long, text="Kä")]) == set()


def test_a_word_lies_in_its_line() -> None:
    line = word(5, level="line", mask=None, polygon=box(18, 18, 44, 24))
    assert rules([word(parent_id=5), line]) == set()
    apart = replace(line, polygon=box(18, 24, 44, 24))
    assert rules([word(parent_id=5), apart]) == {("parent-encloses", True)}
    paragraph = word(6, level="paragraph", mask=None, polygon=box(18, 30, 44, 24))
    assert rules([word(parent_id=5), replace(line, parent_id=6), paragraph]) == {("parent-encloses", True)}


def test_a_word_is_drawn_once() -> None:
    assert rules([word(), word(2, polygon=box(22, 20, 40, 20))]) == {("word-twice", True)}
    assert rules([word(), word(2, polygon=box(26, 20, 40, 20), mask=comb(shift=6))]) == set()


def test_polygons_have_three_points_and_do_not_cross() -> None:
    assert ("polygon-points", True) in rules([word(polygon=((1.0, 1.0), (5.0, 5.0)))])
    crossed = ((20.0, 20.0), (60.0, 20.0), (60.0, 40.0), (40.0, 40.0), (42.0, 18.0), (38.0, 18.0), (40.0, 40.0))
    assert ("polygon-crossed", False) in rules([word(polygon=(*crossed, (20.0, 40.0)))])


def test_few_words_are_to_be_ignored() -> None:
    skipped = second(legible=False, ignore=True)
    third = word(3, mask=bar(70, 24, 8, 10), polygon=box(68, 20, 20, 18), text="ab")
    assert rules([word(), skipped]) == {("much-ignored", False)}
    assert rules([word(), skipped], [word(), third], [word(), third]) == set()


def test_strokes_that_jump_while_the_picture_stands_are_wrong() -> None:
    still = clip(*[[word()]] * 4)
    stored = photos(still)
    jumped = clip([word()], [word()], [word(mask=comb(shift=3))], [word()])
    assert told(jumped, stored) == {("mask-jump", True)}
    assert told(jumped, None) == set()
    assert told(still, stored) == set()


def test_strokes_copied_while_the_picture_moves_are_wrong() -> None:
    rng = np.random.default_rng(0)
    page = np.repeat(rng.integers(60, 200, (64, 48, 1), np.uint8).repeat(2, axis=1), 3, axis=2)
    moved = tuple(jpeg.encode(np.ascontiguousarray(np.roll(page, 4 * i, axis=1))) for i in range(2))
    assert told(clip([word()], [word()]), moved) == {("mask-copied", True)}
    assert told(clip([word()], [word(mask=comb(shift=4))]), moved) == set()


def test_no_hand_edits_a_window_in_a_second() -> None:
    quick, slow = event("ann", 1, lead_time_s=1.0), event("ann", 1, lead_time_s=2.0)
    edited = clip([word(effort="changed"), second()])
    assert [one.rule for one in effort.hurried(edited, quick, LIMITS)] == ["hurried"]
    assert list(effort.hurried(edited, slow, LIMITS)) == []
    assert list(effort.hurried(clip([word(), second()]), quick, LIMITS)) == []


def test_findings_name_frame_and_track() -> None:
    found = list(quality.findings(clip([], [word(7, text=None)]), None, LIMITS))
    assert [(one.rule, one.frame, one.track) for one in found] == [("no-transcription", 1, 7)]


def test_frames_that_nobody_labelled_are_left() -> None:
    window = clip([word()])
    unseen = replace(window.frames[0], labelled=False, instances=())
    assert told(replace(window, frames=(unseen,)), None) == set()


def test_limits_below_0_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"limits: drop = -1\.0"):
        Limits(drop=-1.0)
