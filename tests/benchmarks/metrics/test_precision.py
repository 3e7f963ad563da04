"""Average precision, against pycocotools on the same pages."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import cases
from benchmarks.metrics import precision
from benchmarks.metrics.precision import AveragePrecision
from benchmarks.peers.evaluators import coco
from sts.types import Clip, TextInstance


def scored(*pairs: tuple[Clip, Clip]) -> dict[str, float]:
    metric = AveragePrecision()
    for truth, prediction in pairs:
        metric.update(truth, prediction)
    return metric.compute()


def line(number: int, left: int, top: int, score: float | None = None) -> TextInstance:
    return TextInstance(
        track_id=number, level="line", polygon=cases.box(left, top, 9, 3), source="human", score=score, parent_id=None
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_the_numbers_are_those_of_pycocotools(seed: int) -> None:
    pairs = cases.pages(seed, 12)
    theirs = coco.scores(Path(), pairs)
    assert scored(*pairs) == pytest.approx(theirs, abs=1e-15)
    assert 0.1 < theirs["line_ap"] < 0.9


def test_150_perfect_lines_score_1(monkeypatch: pytest.MonkeyPatch) -> None:
    page = cases.clip("a", [tuple(line(i, 12 * (i % 15), 6 * (i // 15)) for i in range(150))], (64, 192))
    assert scored((page, page)) == {"line_ap": 1.0, "line_ap50": 1.0, "line_ap75": 1.0}
    monkeypatch.setattr(precision, "MAX_DETECTIONS", 100)
    assert scored((page, page))["line_ap"] == pytest.approx(67 / 101)


def test_a_false_line_hurts_only_if_it_is_rated_above_a_true_one() -> None:
    truth = cases.clip("a", [(line(1, 0, 0),)], (64, 64))
    for rated, expected in ((0.9, 0.5), (0.1, 1.0)):
        guess = cases.clip("a", [(line(1, 0, 0, 0.5), line(2, 0, 40, rated))], (64, 64))
        assert scored((truth, guess))["line_ap50"] == pytest.approx(expected)


def test_what_lies_in_a_region_that_does_not_count_is_no_false_line() -> None:
    truth = cases.clip("a", [(line(1, 0, 0), replace(line(2, 0, 40), ignore=True))], (64, 64))
    guess = cases.clip("a", [(line(1, 0, 0, 0.5), line(2, 0, 40, 0.9), line(3, 0, 40, 0.8))], (64, 64))
    assert scored((truth, guess))["line_ap"] == pytest.approx(1)


def test_a_truth_is_found_once() -> None:
    truth = cases.clip("a", [(line(1, 0, 0), line(2, 0, 40))], (64, 64))
    guess = cases.clip("a", [(line(1, 0, 0, 0.9), line(2, 0, 0, 0.8), line(3, 0, 40, 0.7))], (64, 64))
    assert scored((truth, guess))["line_ap50"] == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)


def test_shards_merge_to_the_same_numbers() -> None:
    pairs = cases.pages(2, 6)
    parts = [AveragePrecision(), AveragePrecision()]
    for i, pair in enumerate(pairs):
        parts[i % 2].update(*pair)
    parts[1].merge(parts[0])
    assert parts[1].compute() == scored(*pairs)


def test_levels_without_a_truth_that_counts_are_absent() -> None:
    empty = cases.clip("a", [()], (64, 64))
    assert scored((empty, cases.clip("a", [(line(1, 0, 0),)], (64, 64)))) == {}
