"""How sure scores are.

Over clips: bootstrap intervals that draw whole clips, since the frames of a clip are alike. Over trainings: Student.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

PerClip = Float64[np.ndarray, "n k"]
"""One row a clip; whatever numbers the scores are made from, such as (intersection, union)"""
Scores = Callable[[PerClip], Mapping[str, float]]
"""Scores of a table by name; NaN where a score is not defined"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A score of all clips and its percentile bootstrap interval; NaN for one clip or too few draws that define it."""

    value: float
    low: float
    high: float


def intervals(
    clips: PerClip, scores: Scores, rng: np.random.Generator, draws: int = 1000, level: float = 0.95
) -> dict[str, Interval]:
    """Confidence interval of each score over draws of as many clips with replacement (percentiles)."""
    drawn = [scores(clips[rows]) for rows in _draws(len(clips), rng, draws)]
    return _intervals(scores(clips), drawn, level)


def paired_differences(
    a: PerClip, b: PerClip, scores: Scores, rng: np.random.Generator, draws: int = 1000, level: float = 0.95
) -> dict[str, Interval]:
    """Intervals of `scores(a) - scores(b)` for two methods on the same clips, in the same order; 0 outside is a win."""
    if len(a) != len(b):
        raise ValueError(f"paired scores need the same clips, not {len(a)} and {len(b)}")
    drawn = [_minus(scores(a[rows]), scores(b[rows])) for rows in _draws(len(a), rng, draws)]
    return _intervals(_minus(scores(a), scores(b)), drawn, level)


def mean(values: Sequence[float], level: float = 0.95) -> Interval:
    """Mean of independent trainings and Student's interval of it; NaN for one: it says nothing of how they differ."""
    n, middle = len(values), float(np.mean(values))
    if n < 2:
        return Interval(value=middle, low=math.nan, high=math.nan)
    reach = _student(n - 1, level) * float(np.std(values, ddof=1)) / math.sqrt(n)
    return Interval(value=middle, low=middle - reach, high=middle + reach)


def _student(freedom: int, level: float) -> float:
    """What |t| is below with probability `level`: the angle a of t = sqrt(freedom) tan a has cos(a)^(freedom - 1)."""
    angles = np.linspace(0, math.pi / 2, 100_001)
    density = np.cos(angles) ** (freedom - 1)
    share = np.concatenate([[0.0], np.cumsum(density[1:] + density[:-1])])
    return math.sqrt(freedom) * math.tan(float(np.interp(level * share[-1], share, angles)))


def _minus(a: Mapping[str, float], b: Mapping[str, float]) -> dict[str, float]:
    return {name: a[name] - b[name] for name in a if name in b}


def _draws(n: int, rng: np.random.Generator, draws: int) -> Int64[np.ndarray, "draws n"]:
    if n < 1:
        raise ValueError("an interval needs at least one clip")
    return rng.integers(0, n, (draws if n > 1 else 0, n))  # one clip says nothing of how much clips differ


def _intervals(values: Mapping[str, float], drawn: Sequence[Mapping[str, float]], level: float) -> dict[str, Interval]:
    return {name: _interval(value, np.array([one[name] for one in drawn]), level) for name, value in values.items()}


def _interval(value: float, scores: Float64[np.ndarray, " draws"], level: float) -> Interval:
    known = scores[np.isfinite(scores)]
    if not len(known) or 2 * len(known) < len(scores):
        return Interval(value=value, low=float("nan"), high=float("nan"))
    low, high = np.quantile(known, [(1 - level) / 2, (1 + level) / 2]).tolist()
    return Interval(value=value, low=low, high=high)
