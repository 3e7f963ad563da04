import numpy as np

from sts import statistics

RNG = 7


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    rng = np.random.default_rng(RNG)
    hits = 0
    for _ in range(200):
        made = statistics.interval(rng.normal(3.0, 1.0, (40, 1)), statistics.mean, rng, draws=300)
        hits += made.low <= 3.0 <= made.high
    assert 178 <= hits <= 200


def test_the_same_generator_gives_the_same_interval() -> None:
    clips = np.random.default_rng(RNG).random((20, 2))
    first, second = (statistics.interval(clips, statistics.ratio, np.random.default_rng(1)) for _ in range(2))
    assert first == second
    assert first.low < first.value < first.high


def test_a_small_steady_gain_shows_only_when_clips_are_paired() -> None:
    rng = np.random.default_rng(RNG)
    hard = rng.normal(0.5, 0.2, (50, 1))
    better = hard + 0.01 + rng.normal(0, 0.005, (50, 1))
    gain = statistics.paired_difference(better, hard, statistics.mean, rng)
    assert gain.low > 0
    assert statistics.interval(better, statistics.mean, rng).low < hard.mean()


def test_a_ratio_is_of_sums_and_one_where_all_is_empty() -> None:
    assert statistics.ratio(np.array([[1.0, 2.0], [3.0, 3.0]])) == 0.8
    assert statistics.ratio(np.zeros((3, 2))) == 1.0
