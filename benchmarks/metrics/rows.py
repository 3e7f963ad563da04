"""What a metric keeps of each clip: one row of sums, so that shards merge exactly and intervals can draw clips."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from jaxtyping import Float64

from sts.errors import DataError
from sts.statistics import PerClip, Scores

Row = Float64[np.ndarray, " k"]
T = TypeVar("T")
ByRule = Callable[[PerClip], frozenset[str]]
"""Names of the scores of a table that have nothing to divide by and are 1 by a rule of the reference code"""


@dataclass(slots=True)
class ByClip(Generic[T]):
    """What was counted, by clip id; any order of clips and shards gives the same."""

    clips: dict[str, T] = field(default_factory=dict)

    def add(self, clip_id: str, counted: T) -> None:
        """DataError for a clip that is counted already."""
        if clip_id in self.clips:
            raise DataError(f"clip {clip_id} is counted twice: two shards hold it; build the set again without one")
        self.clips[clip_id] = counted

    def merge(self, other: "ByClip[T]") -> None:
        """Take over the clips of another shard."""
        for clip_id, counted in other.clips.items():
            self.add(clip_id, counted)

    def ordered(self) -> list[T]:
        """By clip id. DataError if there is none."""
        if not self.clips:
            raise DataError("no clip was scored: truth and prediction have no labelled clip in common")
        return [self.clips[clip_id] for clip_id in sorted(self.clips)]


def nothing(_: PerClip) -> frozenset[str]:
    """A metric without such rules."""
    return frozenset()


@dataclass(slots=True)
class Rows(ByClip[Row]):
    """A row of sums a clip, and what they come to."""

    scores: Scores = field(kw_only=True)
    """Scores of a table of such rows; NaN for what cannot be measured"""
    by_rule: ByRule = field(kw_only=True, default=nothing)

    def table(self) -> PerClip:
        """One row a clip, by clip id. DataError if there is none."""
        return np.stack(self.ordered())

    def compute(self) -> dict[str, float]:
        """Scores of all clips. DataError if there is none."""
        return defined(self.scores(self.table()))


def defined(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores without those that are NaN: what could not be measured is absent, never zero."""
    return {name: float(value) for name, value in scores.items() if not math.isnan(value)}


def by_rule(metric: Any) -> frozenset[str]:
    """Names of scores that no prediction has earned, such as the precision of none; none of a metric without rows."""
    return metric.rows.by_rule(metric.rows.table()) if hasattr(metric, "rows") else frozenset()


def scorer(metric: Any) -> Scores | None:
    """The scores of a metric that is made of rows; None for a metric that is not."""
    return metric.rows.scores if hasattr(metric, "rows") else None
