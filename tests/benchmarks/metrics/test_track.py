"""HOTA, IDF1 and MOTA, against hand values and against what TrackEval says of the same videos."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks import cases
from benchmarks.metrics.track import ALPHAS, Tracking
from sts import masks, statistics
from sts.types import Clip, TextInstance

SIZE = (40, 60)
REFERENCE = {
    "hota": 0.4154853148797047,
    "deta": 0.39887555345631626,
    "assa": 0.4329333182111315,
    "loca": 0.8797928048958491,
    "idf1": 0.3811074918566775,
    "mota": -0.22569444444444445,
}
"""TrackEval at 12c8791 on cases.videos(0, 3), by `benchmarks.reference`"""


def bar(track: int, left: int = 5, **other: Any) -> TextInstance:
    pixels = np.zeros(SIZE, np.bool_)
    pixels[10:20, left : left + 20] = True
    made = TextInstance(
        track_id=track,
        level="word",
        polygon=cases.box(left, 10, 20, 10),
        source="human",
        mask=masks.encode(pixels),
    )
    return replace(made, **other)


def video(shots: Sequence[Sequence[TextInstance]], name: str = "a") -> Clip:
    return cases.clip(name, [tuple(shot) for shot in shots], SIZE)


def scored(*pairs: tuple[Clip, Clip]) -> dict[str, float]:
    metric = Tracking()
    for truth, prediction in pairs:
        metric.update(truth, prediction)
    return metric.compute()


TRUTH = video([[bar(1)]] * 10)


def test_the_numbers_are_those_of_the_reference_code() -> None:
    assert scored(*cases.videos(0, 3)) == pytest.approx(REFERENCE, abs=1e-12)


def test_a_perfect_prediction_scores_1_whatever_its_numbers() -> None:
    assert scored((TRUTH, video([[bar(77)]] * 10))) == dict.fromkeys(
        ("hota", "deta", "assa", "loca", "idf1", "mota"), 1
    )


def test_a_track_that_breaks_in_two_halves_has_half_the_association() -> None:
    found = scored((TRUTH, video([[bar(1)]] * 5 + [[bar(2)]] * 5)))
    assert found == pytest.approx(
        {"hota": 0.5**0.5, "deta": 1, "assa": 0.5, "loca": 1, "idf1": 0.5, "mota": 1 - 1 / 10}
    )


def test_a_shift_costs_the_thresholds_above_its_iou() -> None:
    found = scored((TRUTH, video([[bar(1, left=9)]] * 10)))
    reached = sum(alpha <= 16 / 24 for alpha in np.arange(0.05, 0.99, 0.05))
    assert found["deta"] == pytest.approx(reached / 19)
    assert found["mota"] == found["idf1"] == 1


def test_errors_that_outnumber_truths_make_mota_negative() -> None:
    assert scored((TRUTH, video([[bar(2, left=35), bar(3, left=38)]] * 10)))["mota"] == -2


def test_predictions_in_an_ignore_region_do_not_count() -> None:
    truth = video([[bar(1), bar(2, left=35, ignore=True)]] * 4)
    assert scored((truth, video([[bar(1), bar(2, left=35)]] * 4)))["mota"] == 1
    assert scored((truth, video([[bar(1), bar(2, left=24)]] * 4)))["mota"] == 0


def test_text_that_is_hidden_is_not_there() -> None:
    hidden = bar(2, mask=masks.empty(*SIZE))
    assert scored((video([[bar(1), hidden]] * 3), video([[bar(1)]] * 3)))["mota"] == 1


def test_an_empty_prediction_scores_0_and_an_empty_truth_nothing() -> None:
    empty = video([[]] * 10)
    assert scored((TRUTH, empty)) == {"hota": 0, "deta": 0, "assa": 0, "loca": 1, "idf1": 0, "mota": 0}
    assert scored((empty, TRUTH)) == {}


def test_shards_merge_to_the_same_numbers() -> None:
    pairs = cases.videos(3, 2)
    parts = [Tracking(), Tracking()]
    for i, pair in enumerate(pairs):
        parts[i % 2].update(*pair)
    parts[1].merge(parts[0])
    assert parts[1].compute() == scored(*pairs)


def test_the_interval_of_assa_on_images_ends_at_the_number_of_thresholds_reached() -> None:
    """In a single frame each match is a whole track: AssA is the share of thresholds that any match of any image
    reaches, so no draw of images is above the whole set, and most are equal to it."""
    metric = Tracking()
    for i in range(12):
        truth, guess = (video([[bar(1, left=left)]], f"image-{i}") for left in (9, 9 + (0, 2, 6)[i % 3]))
        metric.update(truth, guess)
    found = statistics.intervals(metric.rows.table(), metric.rows.scores, np.random.default_rng(0), draws=200)
    assert found["assa"].value == found["assa"].high == 1.0
    assert found["deta"].low < found["deta"].value < found["deta"].high
    metric = Tracking()
    for i in range(12):
        truth, guess = (video([[bar(1, left=left)]], f"image-{i}") for left in (9, 9 + (6, 10)[i % 2]))
        metric.update(truth, guess)
    found = statistics.intervals(metric.rows.table(), metric.rows.scores, np.random.default_rng(0), draws=200)
    assert found["assa"].value == found["assa"].high == sum(alpha <= 14 / 26 for alpha in ALPHAS) / 19
