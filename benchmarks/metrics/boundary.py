"""How well contours agree: boundary F, surface Dice, tolerant fgIoU, boundary IoU, distances; also by stroke width."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float64, UInt8

from benchmarks.metrics import contours, strokes
from benchmarks.metrics.frames import Pixels
from benchmarks.metrics.ratios import f_score, share
from benchmarks.metrics.rows import Row, Rows
from benchmarks.metrics.views import View, views
from sts import scored
from sts.statistics import PerClip
from sts.types import Clip

TOLERANCES = (1, 2)
"""px"""
RIMS = {"005": 0.005, "02": 0.02}
"""Depth of the rim of boundary IoU as a share of the diagonal, rising"""
PARTS = (
    *("edge", "edge_davis", "edge_1", "edge_2", "edge_p", "edge_p_davis", "edge_p_1", "edge_p_2"),
    *("length", "length_1", "length_2"),
    *("hits", "errors", "errors_1", "errors_2"),
    *("rim_005", "rim_any_005", "rim_02", "rim_any_02"),
)
"""What is summed for each class of stroke width. Boundary px of the truth and (_p) the prediction, in all and near the
other; contour length of both; px of text in both, in one, in one beyond a tolerance; px of rims in both and in any"""
SCORES = (
    *("boundary_f", "boundary_f_1px", "boundary_f_2px", "nsd_1px", "nsd_2px"),
    *("fgiou_tolerant_1px", "fgiou_tolerant_2px", "boundary_iou_005", "boundary_iou_02"),
)
DISTANCES = ("hd95_px", "asd_truth_px", "asd_prediction_px")
N_CLASSES = len(strokes.CLASSES) + 1
SECTIONS = (1, len(SCORES), 1, len(DISTANCES), len(PARTS) * N_CLASSES)
"""Of a row: frames, sums of their scores, frames with both contours, sums of their distances, PARTS by class"""

Classes = UInt8[np.ndarray, "h w"]
Counts = Float64[np.ndarray, " c"]
"""One number a class of stroke width, the last for what is near no stroke"""
Pieces = tuple[Float64[np.ndarray, " _"], Float64[np.ndarray, " _"]]
"""Distance to the other contour and length of each piece of one, px"""


class Boundary:
    """Contour scores, mean over labelled frames, and of all frames together for each class of stroke width.

    boundary_f: DAVIS' F, harmonic mean of the shares of boundary pixels that have the other boundary within 0.008 of
    the diagonal, rounded up; _1px and _2px within 1 and 2 px. nsd_1px, nsd_2px: length of both contours within the
    tolerance of the other over the length of both. fgiou_tolerant_*: hits / (hits + errors), where an error within the
    tolerance of both contours does not count. boundary_iou_*: IoU of the masks' rims, 0.02 and 0.005 of the diagonal
    deep. In a frame all are 1 where both masks are empty and 0 where one is.

    `nsd_1px/2-4` is nsd_1px of strokes 2 to 4 px wide, all frames together, `/all` of all; present where the truth has
    such strokes. A pixel or piece of contour belongs to the nearest component of true strokes, up to 8 px away; what is
    farther counts in `/all` only. hd95_px, asd_*_px: 95th percentile and mean of the distances between contours,
    mean over frames in which both have one. Ignored pixels are cleared in both masks first.

    Perazzi et al., CVPR 2016 (F); Nikolov et al., JMIR 2021 (surface Dice); Cheng et al., CVPR 2021 (boundary IoU).
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=scores)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size or a frame without prediction."""
        self.rows.add(truth.clip_id, total([row(view) for view in views(truth, prediction)]))

    def merge(self, other: "Boundary") -> None:
        """Take over the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> Mapping[str, float]:
        """Scores by name, fractions and px. DataError if nothing was counted."""
        return self.rows.compute()


def row(view: View) -> Row:
    """SECTIONS of one frame."""
    truth, prediction = view.truth.strokes, view.prediction.strokes
    classes = strokes.classes(truth, prediction)
    surface, distances = _surface(truth, prediction, classes)
    parts = surface | _edges(truth, prediction, classes, contours.radius(view.diagonal))
    parts |= _pixels(truth, prediction, classes) | _rims(truth, prediction, classes, view.diagonal)
    table = np.stack([parts[name] for name in PARTS])
    return np.concatenate([[1.0], list(_scores(table.sum(axis=1)).values()), distances, table.ravel()])


def total(frames: Sequence[Row]) -> Row:
    """Row of a clip from the rows of its frames."""
    return np.sum([np.zeros(sum(SECTIONS)), *frames], axis=0)


def scores(table: PerClip) -> dict[str, float]:
    """Scores of some clips from their rows; NaN for what none of them has."""
    frames, means, contoured, distances, parts = np.split(table.sum(axis=0), np.cumsum(SECTIONS)[:-1])
    found = _means(SCORES, means, frames) | _means(DISTANCES, distances, contoured)
    parts = parts.reshape(len(PARTS), N_CLASSES)
    for name, column in (("all", parts.sum(axis=1)), *zip(strokes.CLASSES, parts.T, strict=False)):
        there = column[PARTS.index("edge")] > 0
        hits, wrong = (column[PARTS.index(part)] for part in ("hits", "errors"))
        by_class = {"fgiou": share(hits, hits + wrong), **_scores(column)}
        found |= {f"{score}/{name}": value if there else math.nan for score, value in by_class.items()}
    return found


def errors(truth: Pixels, prediction: Pixels, tolerance: int) -> Pixels:
    """Pixels in one mask only that lie beyond the tolerance (px) of one of the two contours: errors that count."""
    close = scored.near_contour(truth, tolerance) & scored.near_contour(prediction, tolerance)
    return (truth ^ prediction) & ~close


def _scores(parts: Float64[np.ndarray, " k"]) -> dict[str, float]:
    sums = dict(zip(PARTS, parts.tolist(), strict=True))
    f = [
        f_score(share(sums[f"edge_p_{r}"], sums["edge_p"]), share(sums[f"edge_{r}"], sums["edge"]))
        for r in ("davis", *TOLERANCES)
    ]
    nsd = [share(sums[f"length_{t}"], sums["length"]) for t in TOLERANCES]
    iou = [share(sums["hits"], sums["hits"] + sums[f"errors_{t}"]) for t in TOLERANCES]
    rims = [share(sums[f"rim_{name}"], sums[f"rim_any_{name}"]) for name in RIMS]
    return dict(zip(SCORES, [*f, *nsd, *iou, *rims], strict=True))


def _means(names: Sequence[str], sums: Row, count: Float64[np.ndarray, "1"]) -> dict[str, float]:
    """NaN of nothing."""
    n = count.item()
    return {name: value / n if n else math.nan for name, value in zip(names, sums.tolist(), strict=True)}


def _edges(truth: Pixels, prediction: Pixels, classes: Classes, davis: int) -> dict[str, Counts]:
    """Boundary pixels of both, and those near the other's."""
    edges = contours.boundary(truth), contours.boundary(prediction)
    parts = {}
    for name, here, there in (("edge", *edges), ("edge_p", *edges[::-1])):
        places = np.flatnonzero(here)
        squares, owners = contours.squares(places, there), classes.ravel()[places]
        parts[name] = _count(owners)
        for radius, label in ((davis, "davis"), *((t, t) for t in TOLERANCES)):
            parts[f"{name}_{label}"] = _count(owners[squares <= radius * radius])
    return parts


def _surface(truth: Pixels, prediction: Pixels, classes: Classes) -> tuple[dict[str, Counts], Row]:
    """Length of both contours, and of what is near the other's; 1 and the distances, or zeros if one is empty."""
    codes = contours.codes(truth), contours.codes(prediction)
    masks = [contours.elements(one) for one in codes]
    around = np.pad(classes, ((0, 1), (0, 1)), mode="edge")
    parts = {name: np.zeros(N_CLASSES) for name in ("length", *(f"length_{t}" for t in TOLERANCES))}
    sides = []
    for code, here, there in ((codes[0], *masks), (codes[1], *masks[::-1])):
        places = np.flatnonzero(here)
        squares, owners = contours.squares(places, there), around.ravel()[places]
        lengths = contours.LENGTHS[code.ravel()[places]]
        parts["length"] += _count(owners, lengths)
        for tolerance in TOLERANCES:
            parts[f"length_{tolerance}"] += _count(owners, lengths * (squares <= tolerance**2))
        sides.append((np.sqrt(squares), lengths))
    return parts, _distances(*sides)


def _distances(truth: Pieces, prediction: Pieces) -> Row:
    """1, 95th percentile (the larger of both ways), means from the truth and from the prediction; px by length."""
    if not len(truth[0]) or not len(prediction[0]):
        return np.zeros(1 + len(DISTANCES))
    worst = max(_percentile(*side) for side in (truth, prediction))
    means = [float((distances * lengths).sum() / lengths.sum()) for distances, lengths in (truth, prediction)]
    return np.array([1.0, worst, *means])


def _percentile(distances: Row, lengths: Row) -> float:
    """Distance that 95 % of the length does not exceed."""
    order = np.argsort(distances, kind="stable")
    grown = np.cumsum(lengths[order]) / lengths.sum()
    return float(distances[order][min(int(np.searchsorted(grown, 0.95)), len(order) - 1)])


def _pixels(truth: Pixels, prediction: Pixels, classes: Classes) -> dict[str, Counts]:
    wrong = {f"errors_{t}": _count(classes[errors(truth, prediction, t)]) for t in TOLERANCES}
    return {"hits": _count(classes[truth & prediction]), "errors": _count(classes[truth ^ prediction]), **wrong}


def _rims(truth: Pixels, prediction: Pixels, classes: Classes, diagonal: float) -> dict[str, Counts]:
    depths, parts = [max(round(ratio * diagonal), 1) for ratio in RIMS.values()], {}
    for name, a, b in zip(RIMS, contours.rims(truth, depths), contours.rims(prediction, depths), strict=True):
        parts[f"rim_{name}"], parts[f"rim_any_{name}"] = _count(classes[a & b]), _count(classes[a | b])
    return parts


def _count(owners: UInt8[np.ndarray, " n"], weights: Float64[np.ndarray, " n"] | None = None) -> Counts:
    return np.bincount(owners, weights, N_CLASSES).astype(np.float64)
