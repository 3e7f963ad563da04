"""All pixel metrics at once: each clip is decoded once for `region`, `boundary` and `objects`."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float64

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
        """Count one clip. DataError for another size or a frame without prediction.

        A truth that has words and no strokes cannot tell: its clip says nothing.
        """
        frames = [(region.row(view), boundary.row(view), objects.seen(view)) for view in views(truth, prediction)]
        parts = [
            region.total([frame[0] for frame in frames]),
            boundary.total([frame[1] for frame in frames]),
            objects.total([frame[2] for frame in frames]),
        ]
        row = np.concatenate(parts)
        self.rows.add(truth.clip_id, row if _drawn(truth) else np.full_like(row, np.nan))

    def merge(self, other: "Pixels") -> None:
        """Take over the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> Mapping[str, float]:
        """Scores by name, fractions and px. DataError if nothing was counted."""
        return self.rows.compute()


def scores(table: PerClip) -> dict[str, float]:
    """Scores of some clips from their rows; NaN for what none of them has."""
    told = _told(table)
    parts = np.split(told if len(told) else np.zeros((1, table.shape[1])), ENDS, axis=1)
    found = {**region.scores(parts[0]), **boundary.scores(parts[1]), **objects.scores(parts[2])}
    return found if len(told) else dict.fromkeys(found, np.nan)


def by_rule(table: PerClip) -> frozenset[str]:
    """Those of Region; the others have no such rule."""
    told = _told(table)
    return region.by_rule(np.split(told, ENDS, axis=1)[0]) if len(told) else frozenset()


def _drawn(truth: Clip) -> bool:
    """Whether somebody drew strokes, or said that there is no text."""
    texts = [one for frame in truth.frames if frame.labelled for one in frame.instances]
    return not texts or any(one.mask is not None for one in texts)


def _told(table: PerClip) -> Float64[np.ndarray, "told k"]:
    return table[~np.isnan(table).any(axis=1)]
