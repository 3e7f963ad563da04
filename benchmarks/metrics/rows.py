"""What a metric keeps of each clip: one row of sums, so that shards merge exactly and intervals can draw clips."""

import math
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from jaxtyping import Float64

from sts.errors import DataError
from sts.statistics import PerClip, Scores

Row = Float64[np.ndarray, " k"]


@dataclass(slots=True)
class Rows:
    """Rows by clip id; any order of clips and shards gives the same table."""

    clips: dict[str, Row] = field(default_factory=dict)

    def add(self, clip_id: str, row: Row) -> None:
        """DataError for a clip that is counted already."""
        if clip_id in self.clips:
            raise DataError(f"clip {clip_id} is counted twice: two shards hold it; build the set again without one")
        self.clips[clip_id] = row

    def merge(self, other: "Rows") -> None:
        """Take over the clips of another shard."""
        for clip_id, row in other.clips.items():
            self.add(clip_id, row)

    def table(self) -> PerClip:
        """One row a clip, by clip id. DataError if there is none."""
        if not self.clips:
            raise DataError("no clip was scored: truth and prediction have no labelled clip in common")
        return np.stack([self.clips[clip_id] for clip_id in sorted(self.clips)])


def defined(scores: Mapping[str, float]) -> dict[str, float]:
    """The scores without those that are NaN: what could not be measured is absent, never zero."""
    return {name: value for name, value in scores.items() if not math.isnan(value)}


def scorer(metric: object) -> Scores | None:
    """`scores` of the module of a metric that is made of rows; None for a metric that is not."""
    return sys.modules[type(metric).__module__].scores if hasattr(metric, "rows") else None
