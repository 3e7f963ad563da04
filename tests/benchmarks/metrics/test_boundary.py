"""Contour scores: the reference codes' own numbers, tolerance, empty masks, classes of stroke width."""

import numpy as np
import pytest

from benchmarks.metrics import boundary, contours
from benchmarks.metrics.boundary import Boundary
from tests.benchmarks.metrics.drawings import clip, drawn, image, text, wrong

NAMES = ("boundary_f_1px", "boundary_f_2px", "nsd_1px", "nsd_2px", "boundary_iou_02", "boundary_iou_005",
         "hd95_px", "asd_truth_px", "asd_prediction_px")  # fmt: skip
REFERENCE = {
    "same": (1, 1, 1, 1, 1, 1, 0, 0, 0),
    "moved": (0.7080332285921138, 0.9781622112246883, 0.7110690250949938, 0.9831856023534108, 0.20622119815668202,
              0.17972350230414746, 2.0, 1.1017946906123774, 1.0943586454558851),
    "fat": (1, 1, 1, 1, 0.46806167400881055, 0.09505208333333333, 1.0, 0.8608270415801599, 0.8701037903554284),
    "lost": (0.8877551020408164, 0.8962025316455697, 0.9053591233138389, 0.9119574580398744, 0.8019047619047619,
             0.7803617571059431, 8.0, 1.1245885689279032, 0.012075295480968097),
    "blot": (0.9437229437229437, 0.9437229437229437, 0.9403315600204587, 0.9403315600204587, 0.8564437194127243,
             0.8891454965357968, 11.0, 0.0, 1.1261718803419924),
    "all": (0, 0, 0.01831143267481115, 0.02472849595288918, 0.006309148264984227, 0.0049833887043189366, 23.0,
            10.302111360532844, 8.3712443887805),
}  # fmt: skip
"""davis2017-evaluation@ac7c43f `f_measure`, surface-distance@1f805ce, boundary-iou-api@37d2558 `mask_to_boundary`"""
DAVIS = {
    "same": 1.0,
    "moved": 1.0,
    "fat": 1.0,
    "lost": 0.944578313253012,
    "blot": 0.9673340358271866,
    "nothing": 0.0,
    "all": 0.4471406753675766,
}
"""`f_measure` at 0.008 with the masks in a frame of 640x480 px, whose radius is 7 px"""


def scored(truth: np.ndarray, guess: np.ndarray) -> dict[str, float]:
    metric = Boundary()
    metric.update(image(truth), image(guess))
    return dict(metric.compute())


@pytest.mark.parametrize("name", REFERENCE)
def test_contours_score_as_the_reference_codes_score_them(name: str) -> None:
    found = scored(drawn(), wrong(drawn())[name])
    assert [found[score] for score in NAMES] == pytest.approx(REFERENCE[name], abs=1e-9)


@pytest.mark.parametrize("name", DAVIS)
def test_davis_radius_is_the_diagonal_of_the_frame_and_not_of_the_text(name: str) -> None:
    truth, guess = (np.pad(mask, ((100, 332), (200, 376))) for mask in (drawn(), wrong(drawn())[name]))
    assert scored(truth, guess)["boundary_f"] == pytest.approx(DAVIS[name], abs=1e-9)


def test_the_radius_is_rounded_up() -> None:
    assert [contours.radius(np.hypot(*size)) for size in ((1280, 720), (640, 480), (3, 4), (300, 400))] == [12, 7, 1, 4]


def test_boundary_f_is_that_of_all_distances_by_brute_force() -> None:
    rng = np.random.default_rng(1)
    for _ in range(3):
        truth, guess = rng.random((2, 12, 15)) < 0.3
        there, found = (np.argwhere(contours.boundary(mask)) for mask in (truth, guess))
        near = np.hypot(*(there[:, None] - found[None]).transpose(2, 0, 1)) <= 2
        p, r = near.any(axis=0).mean(), near.any(axis=1).mean()
        assert contours.boundary_f(truth, guess, 2) == pytest.approx(2 * p * r / (p + r), abs=1e-12)


def test_both_empty_is_one_and_one_empty_is_zero() -> None:
    nothing, truth = np.zeros((48, 64), np.bool_), drawn()
    assert set(scored(nothing, nothing).values()) == {1.0}
    assert {scored(truth, nothing)[name] for name in boundary.SCORES} == {0.0}
    assert {scored(nothing, truth)[name] for name in boundary.SCORES} == {0.0}
    assert not {"hd95_px", "asd_truth_px"} & scored(truth, nothing).keys()


def test_a_pixel_of_dilation_or_shift_costs_fgiou_but_no_tolerant_fgiou() -> None:
    y, x = np.mgrid[:48, :64]
    strokes = ((x % 8) == 4) & (y > 6) & (y < 40) & (x > 4) & (x < 60)
    fat = strokes | np.roll(strokes, 1, 1) | np.roll(strokes, -1, 1)
    moved = np.roll(strokes, 1, 1)
    for guess in (fat, moved):
        assert (strokes & guess).sum() / (strokes | guess).sum() < 0.34
        assert (boundary.errors(strokes, guess, 1)).sum() == 0
    assert scored(strokes, fat)["fgiou_tolerant_1px"] == 1
    far = np.roll(strokes, 2, 1)
    assert scored(strokes, far)["fgiou_tolerant_1px"] < 0.1


def test_tolerance_forgives_no_stroke_that_is_lost_or_invented() -> None:
    truth = np.zeros((48, 64), np.bool_)
    truth[10, 5:50] = truth[20, 5:50] = True
    lost = truth.copy()
    lost[20] = False
    assert scored(truth, lost)["fgiou_tolerant_2px"] == 0.5
    assert scored(lost, truth)["fgiou_tolerant_2px"] == 0.5


def test_davis_f_is_blind_to_a_shift_of_two_pixels_and_nsd_is_not() -> None:
    truth, moved = (np.pad(mask, ((300, 372), (500, 716))) for mask in (drawn(), wrong(drawn())["moved"]))
    found = scored(truth, moved)
    assert found["boundary_f"] == 1
    assert found["nsd_1px"] < 0.72 and found["fgiou_tolerant_1px"] < 0.5


def test_each_class_of_width_has_its_own_scores() -> None:
    """The thin bar is lost, the thick one is found; a blot far from both is nobody's."""
    truth, guess = np.zeros((2, 48, 64), np.bool_)
    truth[5, 5:50] = truth[20:26, 5:50] = True
    guess[20:26, 5:50] = guess[40:44, 10:20] = True
    found = scored(truth, guess)
    assert (found["nsd_1px/0-2"], found["nsd_1px/4-8"]) == (0, 1)
    assert found["fgiou_tolerant_1px/4-8"] == found["boundary_f/4-8"] == 1
    assert found["fgiou_tolerant_1px/all"] == found["fgiou_tolerant_1px"] == 270 / (270 + 45 + 40)
    assert "nsd_1px/2-4" not in found and "nsd_1px/8-" not in found


def test_an_error_near_a_stroke_belongs_to_its_class() -> None:
    truth, guess = np.zeros((2, 48, 64), np.bool_)
    truth[5, 5:50] = truth[20:26, 5:50] = True
    guess |= truth
    guess[10, 5:50] = True
    found = scored(truth, guess)
    assert found["fgiou_tolerant_1px/0-2"] == 0.5 and found["fgiou_tolerant_1px/4-8"] == 1


def test_ignored_pixels_have_no_contour() -> None:
    word, skipped = np.zeros((2, 48, 64), np.bool_)
    word[5:8, 5:50] = True
    skipped[30:40, 20:50] = True
    metric = Boundary()
    metric.update(clip((text(word, 1), text(skipped, 2, ignore=True))), clip((text(word | skipped, 1),)))
    assert {metric.compute()[name] for name in boundary.SCORES} == {1.0}


def test_frames_count_alike_in_the_mean_and_by_length_over_all() -> None:
    small, large = np.zeros((2, 48, 64), np.bool_)
    small[5:9, 5:9] = True
    large[20:24, 5:60] = True
    metric = Boundary()
    metric.update(clip((text(small),), (text(large),)), clip((text(small),), ()))
    found = metric.compute()
    assert found["nsd_1px"] == 0.5
    assert found["nsd_1px/all"] < 0.3


def test_shards_merge_to_the_same_numbers() -> None:
    parts, whole = [Boundary(), Boundary()], Boundary()
    for i, guess in enumerate(wrong(drawn()).values()):
        for metric in (parts[i % 2], whole):
            metric.update(image(drawn(), f"image-{i}"), image(guess, f"image-{i}"))
    parts[1].merge(parts[0])
    assert parts[1].compute() == whole.compute()
