from collections.abc import Mapping

import numpy as np
import pytest

from sts import statistics
from sts.statistics import PerClip

RNG = 7


def mean(clips: PerClip) -> Mapping[str, float]:
    return {"mean": float(clips[:, 0].mean())}


def both(clips: PerClip) -> Mapping[str, float]:
    above, below = clips[:, :2].sum(axis=0).tolist()
    return {"ratio": above / below if below else float("nan"), **mean(clips)}


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(RNG)
    hits = 0
    for _ in range(200):
        made = statistics.intervals(rng.normal(3.0, 1.0, (40, 1)), mean, rng, draws=300)["mean"]
        hits += made.low <= 3.0 <= made.high
    assert 178 <= hits <= 200


def test_the_same_generator_gives_the_same_intervals() -> None:
    clips = np.random.default_rng(RNG).random((20, 2))
    first, second = (statistics.intervals(clips, both, np.random.default_rng(1)) for _ in range(2))
    assert first == second
    assert set(first) == {"ratio", "mean"}
    assert first["ratio"].low < first["ratio"].value < first["ratio"].high


def test_a_small_steady_gain_shows_only_when_clips_are_paired() -> None:
    rng = np.random.default_rng(RNG)
    hard = rng.normal(0.5, 0.2, (50, 1))
    better = hard + 0.01 + rng.normal(0, 0.005, (50, 1))
    assert statistics.paired_differences(better, hard, mean, rng)["mean"].low > 0
    assert statistics.intervals(better, mean, rng)["mean"].low < hard.mean()


def test_a_score_that_few_draws_define_has_no_interval() -> None:
    clips = np.zeros((30, 2))
    clips[0] = 1
    found = statistics.intervals(clips[:, [0, 1]], both, np.random.default_rng(1))
    assert found["ratio"].low == found["ratio"].high == 1.0
    never = statistics.intervals(np.zeros((30, 2)), both, np.random.default_rng(1))["ratio"]
    assert all(np.isnan([never.value, never.low, never.high]))


def test_one_clip_has_scores_but_no_interval() -> None:
    one = statistics.intervals(np.ones((1, 2)), both, np.random.default_rng(1))["ratio"]
    assert one.value == 1.0
    assert np.isnan([one.low, one.high]).all()
    difference = statistics.paired_differences(np.ones((1, 2)), np.ones((1, 2)), both, np.random.default_rng(1))[
        "ratio"
    ]
    assert difference.value == 0.0
    assert np.isnan([difference.low, difference.high]).all()


@pytest.mark.parametrize(("n", "t"), [(2, 12.7062), (3, 4.3027), (4, 3.1824), (11, 2.2281), (121, 1.9799)])
def test_the_interval_of_a_mean_is_students(n: int, t: float) -> None:
    values = np.random.default_rng(RNG).normal(3.0, 1.0, n)
    found = statistics.mean(values.tolist())
    assert found.value == pytest.approx(values.mean())
    assert (found.high - found.low) / 2 == pytest.approx(t * values.std(ddof=1) / n**0.5, rel=1e-4)


def test_one_training_has_a_mean_but_no_interval() -> None:
    found = statistics.mean([0.5])
    assert found.value == 0.5
    assert np.isnan([found.low, found.high]).all()
