"""Average precision of words, lines and paragraphs, as COCO computes it, without its limit of 100 a frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64

from benchmarks.metrics import frames, regions
from benchmarks.metrics.panoptic import LEVELS
from benchmarks.metrics.regions import Regions
from benchmarks.metrics.rows import ByClip
from sts.types import Clip, Level

THRESHOLDS: Float64[np.ndarray, " 10"] = np.linspace(0.5, 0.95, 10)
RECALLS: Float64[np.ndarray, " 101"] = np.linspace(0.0, 1.0, 101)
MAX_DETECTIONS = 1000
"""A frame; with COCO's 100, 150 perfect lines score 0.66"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detections:
    """What the predictions of one frame or more are worth, best first within a frame."""

    scores: Float64[np.ndarray, " n"]
    hits: Bool[np.ndarray, "10 n"]
    """Matched to a truth that counts; a row an IoU threshold"""
    ignored: Bool[np.ndarray, "10 n"]
    """Matched to a region that does not count"""
    n_truth: int
    """Truths that count"""


class AveragePrecision:
    """AP over IoU 0.50 to 0.95, AP50 and AP75 of each level that the truth has.

    Predictions are taken by falling score (None is 1). Each takes the unmatched truth of highest IoU at or above the
    threshold, else a region that does not count: one not legible or to be ignored, a crowd in COCO's words, where the
    share of the prediction inside stands for IoU. AP is the mean over 101 recalls and ten thresholds of the best
    precision at that recall or beyond. A word is the pixels of its polygon, a line or paragraph those of its words.

    Lin et al., Microsoft COCO, ECCV 2014; pycocotools' COCOeval for area `all` with 1000 detections a frame; Hi-SAM
    reports it for lines. It is not made of sums by clip, so it keeps every detection and has no interval.
    """

    def __init__(self) -> None:
        self.found = ByClip[list[Detections]]()

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size and for frames without a prediction."""
        self.found.add(truth.clip_id, [_of_clip(truth, prediction, level) for level in LEVELS])

    def merge(self, other: "AveragePrecision") -> None:
        """Add the clips of another shard."""
        self.found.merge(other.found)

    def compute(self) -> dict[str, float]:
        """Fractions by name, such as `line_ap50`; absent where no truth counts. DataError if nothing was counted."""
        return {
            f"{level}_{name}": value
            for level, detections in _by_level(self).items()
            if detections.n_truth
            for name, value in average(detections).items()
        }


def precision_over_recall(metric: AveragePrecision) -> dict[Level, list[tuple[float, float]]]:
    """(recall, precision) at IoU 0.5 by level, one point a detection, at most 200; a level without truth is absent."""
    found: dict[Level, list[tuple[float, float]]] = {}
    for level, all_clips in _by_level(metric).items():
        order = np.argsort(-all_clips.scores, kind="stable")
        hits = np.cumsum(all_clips.hits[0, order][~all_clips.ignored[0, order]])
        if all_clips.n_truth and len(hits):
            recall, precision = hits / all_clips.n_truth, hits / (np.arange(len(hits)) + 1)
            kept = np.unique(np.linspace(0, len(hits) - 1, 200).astype(int))
            found[level] = list(zip(recall[kept].tolist(), precision[kept].tolist(), strict=True))
    return found


def detect(truth: Regions, prediction: Regions) -> Detections:
    """Match the predictions of one frame."""
    given = [1.0 if one.score is None else one.score for one in prediction.instances]
    order = np.argsort(-np.array(given, np.float64), kind="stable")[:MAX_DETECTIONS]
    common = regions.intersections(truth, prediction)
    iou = regions.ious(truth, prediction, common)[np.ix_(truth.care, order)]
    inside = common[~truth.care] / np.maximum(regions.areas(prediction), 1)
    hits = np.stack([_hits(iou, threshold) for threshold in THRESHOLDS])
    in_crowd = (inside[:, order, None] >= THRESHOLDS).any(axis=0).T
    return Detections(
        scores=np.array(given, np.float64)[order], hits=hits, ignored=in_crowd & ~hits, n_truth=int(truth.care.sum())
    )


def average(detections: Detections) -> dict[str, float]:
    """AP, AP50 and AP75 of detections among at least one truth."""
    order = np.argsort(-detections.scores, kind="stable")
    curves = zip(detections.hits[:, order], detections.ignored[:, order], strict=True)
    by_threshold = [_area(hits[~ignored], detections.n_truth) for hits, ignored in curves]
    return {"ap": float(np.mean(by_threshold)), "ap50": by_threshold[0], "ap75": by_threshold[5]}


def _by_level(metric: AveragePrecision) -> dict[Level, Detections]:
    """Of all clips together. DataError if there is none."""
    return dict(zip(LEVELS, map(_together, zip(*metric.found.ordered(), strict=True)), strict=True))


def _of_clip(truth: Clip, prediction: Clip, level: Level) -> Detections:
    size = (truth.height, truth.width)
    found = []
    for wanted, given in frames.pairs(truth, prediction):
        guesses = [one for one in given.instances if not (one.ignore and one.level == level)]
        found.append(detect(regions.drawn(wanted.instances, level, *size), regions.drawn(guesses, level, *size)))
    return _together(found)


def _together(parts: Sequence[Detections]) -> Detections:
    none = np.zeros((len(THRESHOLDS), 0), np.bool_)
    return Detections(
        scores=np.concatenate([np.zeros(0), *(part.scores for part in parts)]),
        hits=np.concatenate([none, *(part.hits for part in parts)], axis=1),
        ignored=np.concatenate([none, *(part.ignored for part in parts)], axis=1),
        n_truth=sum(part.n_truth for part in parts),
    )


def _hits(iou: Float64[np.ndarray, "g n"], threshold: float) -> Bool[np.ndarray, " n"]:
    """Which predictions, in order, take a truth; of equally good ones the last, as the reference has it."""
    hits = np.zeros(iou.shape[1], np.bool_)
    free = np.where(iou >= threshold, iou, -1.0)
    for i in np.flatnonzero((free >= 0).any(axis=0)).tolist():
        best = len(free) - 1 - int(free[::-1, i].argmax())
        if free[best, i] >= 0:
            hits[i] = True
            free[best] = -1.0
    return hits


def _area(hits: Bool[np.ndarray, " n"], n_truth: int) -> float:
    """Area under precision over recall, at 101 recalls."""
    found = np.cumsum(hits)
    precision = found / (np.arange(len(hits)) + 1 + np.spacing(1))
    best = np.append(np.maximum.accumulate(precision[::-1])[::-1], 0.0)
    at = np.searchsorted(found / n_truth, RECALLS, side="left")
    return float(best[np.minimum(at, len(hits))].mean())
