"""fgIoU and F in three aggregations: hand values, Hi-SAM's own numbers, ignored pixels, merging."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.metrics.region import Region
from sts.errors import DataError
from tests.benchmarks.metrics.drawings import clip, drawn, image, text, wrong

HISAM = {
    "fgiou": 0.36256851996867656,
    "miou": 0.6096419434907632,
    "bg_iou": 0.8567153670128499,
    "p_hisam": 0.30602599975595185,
    "r_hisam": 0.40973451327433624,
    "f_hisam": 0.3503669503321458,
}
"""eval_img.py of ymy-k/Hi-SAM@6900943 on the six images of `images`"""


def images() -> list[tuple[np.ndarray, np.ndarray]]:
    truth = drawn()
    guesses, nothing = wrong(truth), np.zeros_like(truth)
    found = [(truth, guesses[name]) for name in ("moved", "fat", "blot", "nothing")]
    return [*found, (nothing, guesses["blot"]), (nothing, nothing)]


def scored(pairs: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, float]:
    metric = Region()
    for i, (truth, guess) in enumerate(pairs):
        metric.update(image(truth, f"image-{i}"), image(guess, f"image-{i}"))
    return dict(metric.compute())


def row(n: int, first: int = 0) -> np.ndarray:
    """A frame with n px of text."""
    pixels = np.zeros((4, 30), np.bool_)
    pixels[1, first : first + n] = True
    return pixels


def test_six_images_score_as_hi_sam_scores_them() -> None:
    found = scored(images())
    assert {name: found[name] for name in HISAM} == pytest.approx(HISAM, abs=1e-9)


def test_three_aggregations_differ_as_computed_by_hand() -> None:
    """G, P, TP of three images: (10, 20, 10), (10, 5, 5), (0, 0, 0)."""
    found = scored([(row(10), row(20)), (row(10), row(5)), (row(0), row(0))])
    assert found["fgiou"] == pytest.approx(15 / 30)
    assert (found["p_hisam"], found["r_hisam"]) == pytest.approx((1.5 / 3, 1.5 / 3))
    assert found["f_hisam"] == pytest.approx(0.5)
    assert (found["p_global"], found["r_global"]) == pytest.approx((15 / 25, 15 / 20))
    assert found["f_global"] == pytest.approx(2 * 0.6 * 0.75 / 1.35)
    assert (found["p_mean"], found["r_mean"]) == pytest.approx((2.5 / 3, 2.5 / 3))
    assert found["f_mean"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)
    assert found["fgiou_mean"] == pytest.approx((0.5 + 0.5 + 1) / 3)


def test_text_where_there_is_none_scores_zero_in_its_image() -> None:
    found = scored([(row(0), row(5))])
    assert found["fgiou"] == found["f_mean"] == found["f_hisam"] == found["p_global"] == 0


def test_ignored_pixels_count_in_no_foreground_score_and_the_background_has_both_rules() -> None:
    truth = clip((text(row(10), 1), text(row(5, 20), 2, ignore=True)), size=(4, 30))
    guess = clip((text(row(10) | row(10, 20), 1),), size=(4, 30))
    metric = Region()
    metric.update(truth, guess)
    found = metric.compute()
    assert found["fgiou"] == pytest.approx(10 / 15)
    assert found["bg_iou"] == pytest.approx((120 - 5 - 15) / (120 - 5 - 10))
    assert found["bg_iou_hisam"] == pytest.approx((120 - 15) / (120 - 10))
    assert found["miou"] == pytest.approx((found["fgiou"] + found["bg_iou"]) / 2)


def test_a_stroke_that_counts_is_never_ignored() -> None:
    truth = clip((text(row(10), 1), text(row(20), 2, ignore=True)), size=(4, 30))
    metric = Region()
    metric.update(truth, clip((text(row(20), 1),), size=(4, 30)))
    assert metric.compute()["fgiou"] == 1


def test_frames_that_are_not_labelled_are_not_scored() -> None:
    truth = clip((text(row(10)),), (), size=(4, 30))
    truth = replace(truth, frames=(truth.frames[0], replace(truth.frames[1], labelled=False)))
    metric = Region()
    metric.update(truth, clip((text(row(10)),), (text(row(30)),), size=(4, 30)))
    assert metric.compute()["fgiou"] == metric.compute()["f_hisam"] == 1


def test_shards_merge_to_the_same_numbers_and_no_clip_counts_twice() -> None:
    parts = [Region(), Region()]
    for i, (truth, guess) in enumerate(images()):
        parts[i % 2].update(image(truth, f"image-{i}"), image(guess, f"image-{i}"))
    parts[1].merge(parts[0])
    assert parts[1].compute() == scored(images())
    with pytest.raises(DataError, match="image-0 is counted twice"):
        parts[1].merge(parts[0])


def test_a_prediction_of_another_size_is_an_error_and_never_resized() -> None:
    with pytest.raises(DataError, match=r"64x48 px, the prediction 32x24 px"):
        Region().update(image(drawn()), image(drawn()[::2, ::2]))


def test_scores_at_the_original_size_are_those_of_plain_numpy() -> None:
    rng = np.random.default_rng(0)
    truth, guess = (np.kron(rng.random((90, 160)) < share, np.ones((10, 10))) > 0 for share in (0.1, 0.12))
    found = scored([(truth, guess)])
    assert found["fgiou"] == (truth & guess).sum() / (truth | guess).sum()
    assert found["bg_iou"] == (~truth & ~guess).sum() / (~truth | ~guess).sum()
