"""fgIoU and F-score of stroke pixels in the three ways in which papers sum them up."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.metrics.ratios import f_score, share
from benchmarks.metrics.rows import Row, Rows
from benchmarks.metrics.views import View, views
from sts.statistics import PerClip
from sts.types import Clip

COLUMNS = 13
"""Numbers of a row: see `row`"""


class Region:
    """Pixels that are text in truth (G), prediction (P) and both (TP), each labelled frame being one image.

    fgiou = sum TP / sum (P + G - TP) over the set, as TexRNet and Hi-SAM have it; both empty: 1.
    f_hisam = 2 p r / (p + r) with p = mean TP/P and r = mean TP/G over images; TP/0 is 0, also where both are empty.
    f_global = the same with p = sum TP / sum P, r = sum TP / sum G; 0/0 is 1.
    f_mean, fgiou_mean = mean over images of an image's own score; both empty: 1, one empty: 0.
    bg_iou, miou (mean of bg_iou and fgiou) leave ignored pixels out (TexRNet); *_hisam count them as found background.

    Ignored pixels are cleared in prediction and truth first. p + r = 0 gives 0 where the reference divides by zero.
    Xu et al., Rethinking Text Segmentation, CVPR 2021 (`evaluate_service.py`); Ye et al., Hi-SAM, TPAMI 2024
    (`eval_img.py`).
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=scores, by_rule=by_rule)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size or a frame without prediction."""
        self.rows.add(truth.clip_id, total([row(view) for view in views(truth, prediction)]))

    def merge(self, other: "Region") -> None:
        """Take over the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> Mapping[str, float]:
        """Scores by name, fractions. DataError if nothing was counted."""
        return self.rows.compute()


def row(view: View) -> Row:
    """Sums of one frame: 1, TP, P, G, background in both, in one at least, ignored, then means of p, r, F, IoU."""
    hits = int(np.count_nonzero(view.truth.strokes & view.prediction.strokes))
    found, there = int(np.count_nonzero(view.prediction.strokes)), int(np.count_nonzero(view.truth.strokes))
    together, seen = found + there - hits, view.height * view.width - view.ignored
    p, r = hits / found if found else 0.0, hits / there if there else 0.0
    own_p, own_r = (p, r) if together else (1.0, 1.0)
    own = (own_p, own_r, f_score(own_p, own_r), share(hits, together))
    return np.array([1, hits, found, there, seen - together, seen - hits, view.ignored, p, r, *own], np.float64)


def total(frames: Sequence[Row]) -> Row:
    """Row of a clip from the rows of its frames."""
    return np.sum([np.zeros(COLUMNS), *frames], axis=0)


def scores(table: PerClip) -> dict[str, float]:
    """Scores of some clips from their rows; means over no image are NaN."""
    images, hits, found, there, ground, ground_any, ignored, *means = table.sum(axis=0).tolist()
    p, r, p_mean, r_mean, f_mean, iou_mean = (value / images if images else math.nan for value in means)
    iou, p_all, r_all = share(hits, found + there - hits), share(hits, found), share(hits, there)
    ground_iou, ground_hisam = share(ground, ground_any), share(ground + ignored, ground_any + ignored)
    return {
        "fgiou": iou,
        "f_hisam": f_score(p, r),
        "p_hisam": p,
        "r_hisam": r,
        "f_global": f_score(p_all, r_all),
        "p_global": p_all,
        "r_global": r_all,
        "fgiou_mean": iou_mean,
        "f_mean": f_mean,
        "p_mean": p_mean,
        "r_mean": r_mean,
        "bg_iou": ground_iou,
        "miou": (iou + ground_iou) / 2,
        "bg_iou_hisam": ground_hisam,
        "miou_hisam": (iou + ground_hisam) / 2,
    }


def by_rule(table: PerClip) -> frozenset[str]:
    """p_global of no predicted pixel and r_global of no true one."""
    found, there = table.sum(axis=0)[2:4].tolist()
    return frozenset(name for name, below in (("p_global", found), ("r_global", there)) if not below)
