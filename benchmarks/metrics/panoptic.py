"""Detection and layout: the panoptic quality of HierText for words, lines and paragraphs."""

from collections.abc import Iterator

import numpy as np

from benchmarks.metrics import frames, regions
from benchmarks.metrics.regions import Regions
from benchmarks.metrics.rows import Row, Rows
from sts.statistics import PerClip
from sts.types import Clip, Frame, Level

LEVELS: tuple[Level, ...] = ("word", "line", "paragraph")


class Panoptic:
    """PQ, F, P, R and tightness T of each level that the truth has, over all frames together.

    A truth and a prediction match if they are each other's best IoU and it is at least 0.5. With TP matches among G
    truths and N predictions that count: R = TP / G, P = TP / N, F = 2 P R / (P + R), T = mean IoU of the matches, PQ
    = T F. R, P and T are 1 where they have nothing to divide by, F is 0 where P + R = 0. Words are compared as
    polygons, lines and paragraphs as the pixels of their words. A region that is not legible or is to be ignored does
    not count, nor does a prediction that lies in it by half. A frame without predictions misses all its truths.

    Long et al., Towards End-to-End Unified Scene Text Detection and Layout Analysis, CVPR 2022, and its `eval.py`,
    which sums in float32; here sums are float64. It refuses an image without a record and a predicted line without
    words; here the first misses everything and the second stands for its own polygon.
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=scores, by_rule=by_rule)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size and for frames without a prediction."""
        sums = np.zeros((len(LEVELS), 5))
        for wanted, given in frames.pairs(truth, prediction):
            for i, level in enumerate(LEVELS):
                sums[i] += _counts(_of(wanted, level, truth), _of(given, level, truth, counted=True))
        self.rows.add(truth.clip_id, sums.ravel())

    def merge(self, other: "Panoptic") -> None:
        """Add the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> dict[str, float]:
        """Fractions by name, such as `line_pq`, absent where the truth has none. DataError if nothing was counted."""
        return self.rows.compute()


def scores(table: PerClip) -> dict[str, float]:
    """Scores of a table with (TP, N, G, sum of IoU, truths) of each level a clip; NaN for a level without truths."""
    found: dict[str, float] = {}
    for level, (matched, n_prediction, n_truth, tightness, seen) in _levels(table):
        for name, value in quality(matched, n_prediction, n_truth, tightness).items():
            found[f"{level}_{name}"] = value if seen else float("nan")
    return found


def by_rule(table: PerClip) -> frozenset[str]:
    """Names of P, R and T that are 1 because there is no prediction, no truth, no match."""
    return frozenset(
        f"{level}_{name}"
        for level, (matched, n_prediction, n_truth, _, seen) in _levels(table)
        for name in undivided(matched, n_prediction, n_truth)
        if seen
    )


def quality(matched: float, n_prediction: float, n_truth: float, tightness: float) -> dict[str, float]:
    """PQ, F, P, R and T of sums, by the rules of the reference for what is empty."""
    recall = matched / n_truth if n_truth else 1.0
    precision = matched / n_prediction if n_prediction else 1.0
    f = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    tight = tightness / matched if matched else 1.0
    return {"pq": tight * f, "f": f, "p": precision, "r": recall, "t": tight}


def undivided(matched: float, n_prediction: float, n_truth: float) -> list[str]:
    """Which of the scores of `quality` have nothing to divide by."""
    return [name for name, below in (("p", n_prediction), ("r", n_truth), ("t", matched)) if not below]


def _levels(table: PerClip) -> Iterator[tuple[Level, list[float]]]:
    """The sums of each level."""
    yield from zip(LEVELS, table.sum(axis=0).reshape(len(LEVELS), 5).tolist(), strict=True)


def _of(frame: Frame, level: Level, clip: Clip, *, counted: bool = False) -> Regions:
    """Regions of a level; of a prediction only those that are not to be ignored."""
    instances = [one for one in frame.instances if not (counted and one.ignore and one.level == level)]
    if level == "word":
        return regions.outlines(instances)
    return regions.drawn(instances, level, clip.height, clip.width)


def _counts(truth: Regions, prediction: Regions) -> Row:
    found = regions.match(truth, prediction)
    sums = (len(found.truth), found.n_prediction, found.n_truth, found.iou.sum(), len(truth.shapes))
    return np.array(sums, np.float64)
