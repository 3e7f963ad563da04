"""All pixel metrics at once: each clip is decoded once for `region`, `boundary` and `objects`."""

from collections.abc import Mapping

import numpy as np

from benchmarks.metrics import boundary, objects, region
from benchmarks.metrics.rows import Rows
from benchmarks.metrics.views import views
from sts.statistics import PerClip
from sts.types import Clip

ENDS = (region.COLUMNS, region.COLUMNS + sum(boundary.SECTIONS))
"""Of a row: where the numbers of region and of boundary end"""


class Pixels:
    """The scores of Region, Boundary and Objects; a row is theirs side by side."""

    def __init__(self) -> None:
        self.rows = Rows(scores=scores, by_rule=by_rule)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size or a frame without prediction."""
        frames = [(region.row(view), boundary.row(view), objects.seen(view)) for view in views(truth, prediction)]
        parts = [
            region.total([frame[0] for frame in frames]),
            boundary.total([frame[1] for frame in frames]),
            objects.total([frame[2] for frame in frames]),
        ]
        self.rows.add(truth.clip_id, np.concatenate(parts))

    def merge(self, other: "Pixels") -> None:
        """Take over the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> Mapping[str, float]:
        """Scores by name, fractions and px. DataError if nothing was counted."""
        return self.rows.compute()


def scores(table: PerClip) -> dict[str, float]:
    """Scores of some clips from their rows; NaN for what none of them has."""
    parts = np.split(table, ENDS, axis=1)
    return {**region.scores(parts[0]), **boundary.scores(parts[1]), **objects.scores(parts[2])}


def by_rule(table: PerClip) -> frozenset[str]:
    """Those of Region; the others have no such rule."""
    return region.by_rule(np.split(table, ENDS, axis=1)[0])
