"""Agreement on strokes: cases counted by hand, and what a pixel more or less does to each score."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from annotate import raters, widths
from annotate.agreement import Kappas, Pair, classes, tolerant
from benchmarks.metrics import strokes
from sts import masks
from sts.errors import DataError
from sts.types import Clip, Mask
from tests.annotate import scenes
from tests.annotate.scenes import bar, clip, word


def one(mask: Mask, **changes: Any) -> Clip:
    return clip([word(mask=mask, **changes)])


def scores(a: Clip, b: Clip) -> dict[str, float]:
    pair = Pair()
    pair.update(*raters.comparable((a, b), (a, b)))
    return pair.compute()


def together(*clips: Clip) -> Kappas:
    kappas, same = Kappas(), raters.comparable(clips, ())
    kappas.update(same, classes(same[0]))
    return kappas


def grown(mask: Mask) -> Mask:
    return masks.encode(cv2.dilate(masks.decode(mask).view(np.uint8), np.ones((3, 3), np.uint8)) > 0)


def test_equal_strokes_agree_in_every_score() -> None:
    found = scores(one(bar(20, 20, 30, 3)), one(bar(20, 20, 30, 3)))
    assert set(found.values()) == {1.0}
    assert {"fgiou/2-4", "nsd_1px/2-4", "boundary_iou_2px/2-4", "kappa/2-4", "kappa/all", "tolerant"} <= set(found)
    assert not any(name.endswith(("/0-2", "/4-8", "/8-")) for name in found)


def test_a_bar_moved_along_itself_is_as_counted_by_hand() -> None:
    """30x3 px moved by 10: 60 px in both, 30 in each only, 2 of which lie within 1 px of both contours."""
    found = scores(one(bar(20, 20, 30, 3)), one(bar(30, 20, 30, 3)))
    assert found["fgiou/all"] == pytest.approx(60 / 120)
    assert found["boundary_iou_2px/all"] == pytest.approx(60 / 120)
    assert found["tolerant"] == pytest.approx(60 / (60 + 28 + 28))


def test_kappa_is_that_of_the_table_counted_by_hand() -> None:
    """Within 5 px of a 1-px dot in both and another in one: n, p_o and p_e from the disks."""
    both = masks.union((bar(20, 20, 1, 1), bar(60, 40, 1, 1)))
    found = scores(one(both), one(bar(20, 20, 1, 1)))
    reach = np.arange(-5, 6)
    n = 2 * int((reach[:, None] ** 2 + reach**2 <= 25).sum())
    agree, chance = (n - 1) / n, (2 * 1 + (n - 2) * (n - 1)) / n**2
    assert found["kappa/all"] == pytest.approx((agree - chance) / (1 - chance))


@pytest.mark.parametrize("width", [2, 3, 5])
def test_one_pixel_more_costs_fgiou_but_no_tolerant_score(width: int) -> None:
    thin = bar(20, 20, 30, width)
    found = scores(one(thin), one(grown(thin)))
    assert found["fgiou/all"] == pytest.approx(30 * width / (32 * (width + 2)))
    assert found["tolerant"] == found["fgiou_tolerant_1px/all"] == 1.0
    assert found["kappa/all"] < 0.9


def test_one_pixel_to_the_side_costs_fgiou_but_no_tolerant_score() -> None:
    found = scores(one(scenes.comb()), one(scenes.comb(shift=1)))
    assert found["fgiou/all"] == pytest.approx(3 / 5)
    assert found["tolerant"] == found["nsd_1px/all"] == found["boundary_f_1px/all"] == 1.0


def test_tolerance_ends_beyond_a_pixel() -> None:
    found = scores(one(scenes.comb()), one(scenes.comb(shift=3)))
    assert found["tolerant"] < 0.6


def test_boundary_iou_looks_2_px_deep() -> None:
    """20x20 against the same with its inner 10x10 missing: the second's rim has 2 px more inside."""
    whole = bar(20, 20, 20, 20)
    ring = masks.encode(masks.decode(whole) & ~masks.decode(bar(25, 25, 10, 10)))
    inner = 14**2 - 10**2
    outer = 20**2 - 16**2
    assert scores(one(whole), one(ring))["boundary_iou_2px/all"] == pytest.approx(outer / (outer + inner))


def test_scores_by_width_speak_of_strokes_of_this_width_only() -> None:
    thin, wide = bar(10, 10, 30, 1), bar(10, 40, 40, 10)
    found = scores(one(masks.union((thin, wide))), one(wide))
    assert found["fgiou/0-2"] == 0 and found["fgiou/8-"] == 1
    assert found["boundary_iou_2px/0-2"] == 0 and found["boundary_iou_2px/8-"] == 1
    assert found["kappa/8-"] == 1
    assert found["kappa/0-2"] == pytest.approx(0)


def test_what_either_ignores_does_not_count() -> None:
    other = word(2, mask=bar(70, 50, 8, 4), polygon=scenes.box(68, 48, 14, 10))
    kept, skipped = clip([word(), other]), clip([word(), replace(other, ignore=True, legible=False)])
    assert scores(kept, skipped)["tolerant"] == scores(skipped, kept)["tolerant"] == 1.0
    assert scores(kept, clip([word()]))["tolerant"] < 1


def test_only_the_judge_may_ignore() -> None:
    truth, lazy = clip([word()]), clip([word(ignore=True, legible=False)])
    assert tolerant(truth, lazy, [truth]) == 0.0
    assert tolerant(truth, lazy, [truth, lazy]) == 1.0


def test_strokes_without_a_word_count_as_well() -> None:
    text = word(9, level="text", mask=bar(70, 50, 8, 4), polygon=scenes.box(68, 48, 14, 10))
    assert scores(clip([word(), text]), clip([word(), text]))["tolerant"] == 1.0
    assert scores(clip([word(), text]), clip([word()]))["tolerant"] < 1


def test_windows_are_pooled_and_parts_merge() -> None:
    a, b = (one(bar(20, 20, 30, width)) for width in (3, 6))
    whole, left, right = Pair(), Pair(), Pair()
    for pair, name, guess in ((left, "x", a), (right, "y", b)):
        window = raters.comparable((replace(a, clip_id=name), replace(guess, clip_id=name)), ())
        whole.update(*window)
        pair.update(*window)
    left.merge(right)
    assert left.compute() == whole.compute()
    assert whole.compute()["fgiou/all"] == pytest.approx(180 / 270)


def test_three_people_have_the_kappa_of_fleiss() -> None:
    """Of n pixels near a 2-px bar that two of three drew, 2 have 1 of 3 pairs that agree."""
    drawn, empty = one(bar(20, 20, 2, 1)), clip([])
    kappas = together(drawn, drawn, empty)
    reach = np.arange(-5, 6)
    disk = (reach[:, None] ** 2 + reach**2 <= 25).astype(np.uint8)
    n = int(cv2.dilate(masks.decode(bar(20, 20, 2, 1)).view(np.uint8), disk).sum())
    observed, share = (n - 2 + 2 / 3) / n, 4 / 3 / n
    chance = share**2 + (1 - share) ** 2
    assert kappas.compute()["kappa/all"] == pytest.approx((observed - chance) / (1 - chance))
    assert set(kappas.compute()) == {"kappa/all", "kappa/0-2"}


def test_nobody_drew_anything_is_agreement_without_kappa() -> None:
    assert scores(clip([]), clip([])) == {"tolerant": 1.0}
    assert together(clip([]), clip([]), clip([])).compute() == {}


def test_frames_that_somebody_left_out_are_not_compared() -> None:
    a = clip([word()], [word()])
    b = clip([word()], [])
    b = replace(b, frames=(b.frames[0], replace(b.frames[1], labelled=False)))
    assert scores(a, b)["tolerant"] == 1.0
    assert tolerant(a, replace(b, frames=tuple(replace(f, labelled=False, instances=()) for f in b.frames)), []) is None


def test_other_sizes_are_refused() -> None:
    with pytest.raises(DataError, match="clip c is 96x64 px with 1 frames and 96x64 px with 2 frames"):
        raters.comparable((clip([]), clip([], [])), ())


def test_a_window_is_cut_and_counts_from_0() -> None:
    whole = clip([], [word(1)], [word(2)])
    part = raters.cut(whole, 1, 2, "c:000001-000002")
    assert [(f.index, f.instances[0].track_id) for f in part.frames] == [(0, 1), (1, 2)]
    with pytest.raises(DataError, match="clip c has 1 of the frames 2 to 5"):
        raters.cut(whole, 2, 5, "x")


def test_widths_are_those_of_the_boundary_scores() -> None:
    page = np.zeros((150, 400), np.uint8)
    for text, y, size, thick in (("Text gO", 60, 1.5, 4), ("thin", 100, 1.0, 1), ("BIG", 140, 1.2, 9)):
        cv2.putText(page, text, (5 + 10 * thick, y), cv2.FONT_HERSHEY_SIMPLEX, size, 1, thick)
    drawn = page > 0
    assert np.array_equal(widths.classes(drawn)[drawn], strokes.classes(drawn, drawn)[drawn])
    assert len(set(widths.classes(drawn)[drawn].tolist())) == 4
    assert (widths.classes(np.zeros((5, 5), np.bool_)) == widths.STRAY).all()
