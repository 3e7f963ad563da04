"""Tracking of text through a clip: HOTA, IDF1 and MOTA by the IoU of stroke masks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64
from scipy.optimize import linear_sum_assignment

from benchmarks.metrics import frames, regions
from benchmarks.metrics.regions import Regions
from benchmarks.metrics.rows import Row, Rows
from sts import masks, scored
from sts.statistics import PerClip
from sts.types import Clip, Frame, TextInstance

ALPHAS: Float64[np.ndarray, " 19"] = np.arange(0.05, 0.99, 0.05)
"""IoU thresholds of HOTA"""
THRESHOLD = 0.5
"""IoU of IDF1 and MOTA, and share of a prediction inside the ignore region"""
EPSILON = float(np.finfo(float).eps)

Ids = Int64[np.ndarray, " n"]
Pairs = Int64[np.ndarray, " k"]
Table = Float64[np.ndarray, "n m"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One frame: which tracks are there, counted from 0, and how well each pair agrees."""

    truth: Ids
    prediction: Int64[np.ndarray, " m"]
    iou: Table


class Tracking:
    """HOTA, DetA, AssA, LocA (means over 19 IoU thresholds), IDF1 and MOTA (IoU 0.5) of all clips together.

    A detection is a word (`text` in a frame without words) that shows at least a pixel; similarity is mask IoU. HOTA
    matches each frame by the similarity that two tracks have through the clip, and HOTA = sqrt(DetA AssA) with DetA =
    TP / (TP + FN + FP) and AssA = mean over TP of TPA / (TPA + FNA + FPA). IDF1 matches whole tracks, 2 IDTP / (2
    IDTP + IDFP + IDFN). MOTA = 1 - (FN + FP + ID switches) / truths, and is below 0 where errors outnumber truths.
    Predictions that match nothing and lie by more than half in an ignore region do not count, as in MOTS. Without a
    truth in any clip there is no score.

    Luiten et al., HOTA, IJCV 2020; Ristani et al. 2016; Bernardin and Stiefelhagen 2008; numbers as TrackEval's.
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=scores, by_rule=by_rule)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size and for frames without a prediction."""
        moments = _moments(truth, prediction)
        self.rows.add(truth.clip_id, np.concatenate([hota(moments), identity(moments), clear(moments)]))

    def merge(self, other: "Tracking") -> None:
        """Add the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> dict[str, float]:
        """Fractions by name. DataError if nothing was counted."""
        return self.rows.compute()


def scores(table: PerClip) -> dict[str, float]:
    """Scores of a table with the sums of `hota`, `identity` and `clear` side by side; NaN without a truth."""
    sums = table.sum(axis=0)
    found, n_prediction, n_truth, location, association = sums[:95].reshape(5, 19)
    detection = found / np.maximum(1, n_truth + n_prediction - found)
    linked = association / np.maximum(1, found)
    located = np.where(found > 0, location / np.maximum(1, found), 1.0)
    same, n_given, n_wanted = sums[95:98].tolist()
    matched, switches = sums[98:].tolist()
    if not n_wanted:
        return dict.fromkeys(("hota", "deta", "assa", "loca", "idf1", "mota"), float("nan"))
    return {
        "hota": float(np.sqrt(detection * linked).mean()),
        "deta": float(detection.mean()),
        "assa": float(linked.mean()),
        "loca": float(located.mean()),
        "idf1": 2 * same / (n_given + n_wanted),
        "mota": (2 * matched - n_given - switches) / n_wanted,
    }


def by_rule(table: PerClip) -> frozenset[str]:
    """`loca` without any match."""
    return frozenset() if table[:, :19].any() else frozenset({"loca"})


def hota(moments: Sequence[Moment]) -> Row:
    """TP, predictions, truths, sum of IoU and sum of association over the matches, each at 19 thresholds."""
    n_truth, n_prediction = _counts(moments)
    alike = np.zeros((len(n_truth), len(n_prediction)))
    for now in moments:
        rest = now.iou.sum(axis=0)[None, :] + now.iou.sum(axis=1)[:, None] - now.iou
        alike[np.ix_(now.truth, now.prediction)] += np.divide(
            now.iou, rest, out=np.zeros_like(now.iou), where=rest > EPSILON
        )
    alignment = alike / (n_truth[:, None] + n_prediction[None, :] - alike)
    pairs, location = np.zeros((len(ALPHAS), *alike.shape)), np.zeros(len(ALPHAS))
    for now in moments:
        rows, columns = _best(alignment[np.ix_(now.truth, now.prediction)] * now.iou)
        iou = now.iou[rows, columns]
        reached = iou >= ALPHAS[:, None] - EPSILON
        pairs[:, now.truth[rows], now.prediction[columns]] += reached
        location += (iou * reached).sum(axis=1)
    whole = np.maximum(1, n_truth[:, None] + n_prediction[None, :] - pairs)
    every = np.ones(len(ALPHAS))
    return np.concatenate(
        [
            pairs.sum(axis=(1, 2)),
            n_prediction.sum() * every,
            n_truth.sum() * every,
            location,
            (pairs * pairs / whole).sum(axis=(1, 2)),
        ]
    )


def identity(moments: Sequence[Moment]) -> Row:
    """IDTP, predictions and truths."""
    n_truth, n_prediction = _counts(moments)
    together = np.zeros((len(n_truth), len(n_prediction)))
    for now in moments:
        together[np.ix_(now.truth, now.prediction)] += now.iou >= THRESHOLD
    return np.array([together[_best(together)].sum(), n_prediction.sum(), n_truth.sum()])


def clear(moments: Sequence[Moment]) -> Row:
    """TP and identity switches; a frame keeps the pairs of the frame before where they still match."""
    last: dict[int, int] = {}
    before: dict[int, int] = {}
    matched = switches = 0
    for now in moments:
        if not (len(now.truth) and len(now.prediction)):
            continue
        kept = np.array([before.get(track, -1) for track in now.truth.tolist()])[:, None] == now.prediction[None, :]
        score = np.where(now.iou >= THRESHOLD - EPSILON, 1000 * kept + now.iou, 0.0)
        rows, columns = _best(score)
        real = score[rows, columns] > EPSILON
        before = dict(zip(now.truth[rows[real]].tolist(), now.prediction[columns[real]].tolist(), strict=True))
        matched += len(before)
        switches += sum(last.get(track, guess) != guess for track, guess in before.items())
        last |= before
    return np.array([matched, switches], np.float64)


def _moments(truth: Clip, prediction: Clip) -> list[Moment]:
    numbers: tuple[dict[int, int], dict[int, int]] = ({}, {})
    found = []
    for wanted, given in frames.pairs(truth, prediction):
        there, guesses = (regions.inked(_counted(frame)) for frame in (wanted, given))
        iou = regions.ious(there, guesses, regions.intersections(there, guesses))
        keep = _counts_in(wanted, truth, guesses, iou)
        kept = [one for one, counts in zip(guesses.instances, keep.tolist(), strict=True) if counts]
        ids = [_number(ones, known) for ones, known in zip((there.instances, kept), numbers, strict=True)]
        found.append(Moment(truth=ids[0], prediction=ids[1], iou=iou[:, keep]))
    return found


def _counted(frame: Frame) -> list[TextInstance]:
    return [one for one in scored.bearers(frame) if not one.ignore]


def _counts_in(frame: Frame, clip: Clip, given: Regions, iou: Table) -> Bool[np.ndarray, " m"]:
    """Predictions that match a truth, or lie by at most half in the ignore region."""
    keep = np.ones(len(given.shapes), np.bool_)
    region = scored.ignore_region(frame, clip.height, clip.width)
    if region is None:
        return keep
    score = np.where(iou < THRESHOLD - EPSILON, -10000.0, iou)
    rows, columns = _best(score)
    free = np.setdiff1d(np.arange(len(keep)), columns[score[rows, columns] > EPSILON])
    ignored = masks.encode(region)
    for i in free.tolist():
        mask = given.shapes[i]
        keep[i] = masks.intersection_area(mask, ignored) / masks.area(mask) <= THRESHOLD + EPSILON
    return keep


def _number(instances: Sequence[TextInstance], known: dict[int, int]) -> Ids:
    return np.array([known.setdefault(one.track_id, len(known)) for one in instances], np.int64)


def _counts(moments: Sequence[Moment]) -> tuple[Float64[np.ndarray, " n"], Float64[np.ndarray, " m"]]:
    """In how many frames each track is."""
    truth = np.concatenate([np.zeros(0, np.int64), *(now.truth for now in moments)])
    prediction = np.concatenate([np.zeros(0, np.int64), *(now.prediction for now in moments)])
    return np.bincount(truth).astype(np.float64), np.bincount(prediction).astype(np.float64)


def _best(score: Table) -> tuple[Pairs, Pairs]:
    """Rows and columns of the one-to-one assignment of largest sum."""
    rows, columns = linear_sum_assignment(-score)
    return rows.astype(np.int64), columns.astype(np.int64)
