"""Agreement of people on strokes, corrected for chance, where there is something to agree on."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64

from benchmarks.metrics import frames
from benchmarks.metrics.rows import Rows
from sts import masks, scored
from sts.statistics import PerClip
from sts.types import Clip, Frame

BAND = 5
"""px around the strokes of anybody; on whole frames, background makes kappa look good"""

Votes = Int64[np.ndarray, "raters n"]


class Cohen:
    """Cohen's kappa of two raters over the pixels within 5 px of a stroke of either, of all frames together.

    kappa = (p_o - p_e) / (1 - p_e): p_o the share of pixels on which they agree, p_e what chance gives at each
    rater's own share of text. 1 where both agree on one class everywhere; no score without a stroke. Pixels that
    either rater ignores do not count.

    Cohen, A coefficient of agreement for nominal scales, 1960. For three raters or more: `Fleiss`.
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=cohen)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip of both raters. DataError for another size and for frames that the second lacks."""
        counts = np.zeros(4)
        for frame in frames.pairs(truth, prediction):
            first, second = _strokes(frame, truth.height, truth.width)
            counts += np.bincount(2 * first + second, minlength=4)
        self.rows.add(truth.clip_id, counts)

    def merge(self, other: "Cohen") -> None:
        """Add the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> dict[str, float]:
        """`kappa`, at most 1. DataError if nothing was counted."""
        return self.rows.compute()


class Fleiss:
    """Fleiss' kappa of three raters or more, over the pixels within 5 px of a stroke of any, of all frames together.

    kappa = (P - P_e) / (1 - P_e): P the mean over pixels of the share of pairs of raters that agree, P_e the sum of
    the squared shares of the two classes. Every clip has the same number of raters; empty cases as in `Cohen`.

    Fleiss, Measuring nominal scale agreement among many raters, 1971.
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=fleiss)

    def update(self, raters: Sequence[Clip]) -> None:
        """Count one clip as each rater drew it. DataError for different sizes or frames."""
        first, counts = raters[0], np.zeros(3)
        paired = [frames.pairs(first, other) for other in raters[1:]]
        for found in zip(*paired, strict=True):
            votes = _strokes((found[0][0], *(frame for _, frame in found)), first.height, first.width)
            text, n = votes.sum(axis=0), len(raters)
            agree = (text * (text - 1) + (n - text) * (n - text - 1)) / (n * (n - 1))
            counts += (votes.shape[1], text.sum() / n, agree.sum())
        self.rows.add(first.clip_id, counts)

    def merge(self, other: "Fleiss") -> None:
        """Add the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> dict[str, float]:
        """`kappa`, at most 1. DataError if nothing was counted."""
        return self.rows.compute()


def cohen(table: PerClip) -> dict[str, float]:
    """Kappa of a table with pixels that are text for (nobody, the second, the first, both) a clip."""
    neither, second, first, both = table.sum(axis=0).tolist()
    n = neither + second + first + both
    chance = (both + first) * (both + second) + (neither + first) * (neither + second)
    return {"kappa": _kappa((neither + both) / n, chance / n**2) if n else float("nan")}


def fleiss(table: PerClip) -> dict[str, float]:
    """Kappa of a table with (pixels, sum of the share of raters that say text, sum of agreement) a clip."""
    n, text, agreement = table.sum(axis=0).tolist()
    return {"kappa": _kappa(agreement / n, (text / n) ** 2 + (1 - text / n) ** 2) if n else float("nan")}


def _kappa(observed: float, chance: float) -> float:
    return (observed - chance) / (1 - chance) if chance < 1 else 1.0


def _strokes(raters: Sequence[Frame], height: int, width: int) -> Votes:
    """1 for text, a row a rater, at the pixels that count."""
    drawn = np.stack([masks.decode(scored.strokes(frame, height, width)) for frame in raters])
    text = np.asarray(drawn.any(axis=0))
    counts = frames.grown(text, BAND)
    for frame in raters:
        ignored = scored.ignore_region(frame, height, width)
        counts = counts if ignored is None else counts & ~ignored
    return drawn[:, counts].astype(np.int64)
