"""How sure a score is: bootstrap intervals that draw whole clips, since the frames of a clip are alike."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

PerClip = Float64[np.ndarray, "n k"]
"""One row a clip; whatever numbers the score is made from, such as (intersection, union)"""
Score = Callable[[PerClip], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A score of all clips and its percentile bootstrap interval."""

    value: float
    low: float
    high: float


def interval(
    clips: PerClip, score: Score, rng: np.random.Generator, draws: int = 2000, level: float = 0.95
) -> Interval:
    """Confidence interval of `score(clips)` over draws of as many clips with replacement (percentiles)."""
    scores = [score(clips[rows]) for rows in _draws(len(clips), rng, draws)]
    return _interval(score(clips), scores, level)


def paired_difference(
    a: PerClip, b: PerClip, score: Score, rng: np.random.Generator, draws: int = 2000, level: float = 0.95
) -> Interval:
    """Interval of `score(a) - score(b)` for two methods on the same clips, in the same order; 0 outside it is a win."""
    if len(a) != len(b):
        raise ValueError(f"paired scores need the same clips, not {len(a)} and {len(b)}")
    differences = [score(a[rows]) - score(b[rows]) for rows in _draws(len(a), rng, draws)]
    return _interval(score(a) - score(b), differences, level)


def mean(clips: PerClip) -> float:
    """Score that is the mean of the first column."""
    return float(clips[:, 0].mean())


def ratio(clips: PerClip) -> float:
    """Score that is the sum of the first column over the sum of the second, such as IoU of a whole set; 1 for 0 / 0."""
    above, below = clips[:, :2].sum(axis=0).tolist()
    return above / below if below else 1.0


def _draws(n: int, rng: np.random.Generator, draws: int) -> Int64[np.ndarray, "draws n"]:
    if n < 1:
        raise ValueError("an interval needs at least one clip")
    return rng.integers(0, n, (draws, n))


def _interval(value: float, scores: list[float], level: float) -> Interval:
    low, high = np.quantile(scores, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(value=value, low=low, high=high)
