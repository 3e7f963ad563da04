"""Reading: error rates of matched words, and detection and reading together."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from benchmarks.metrics import frames, panoptic, regions
from benchmarks.metrics.regions import Regions
from benchmarks.metrics.rows import Row, Rows
from sts.statistics import PerClip
from sts.types import Clip, Frame

NAMES = ("cer", "ned", "e2e_ned", "e2e_pq", "e2e_f", "e2e_p", "e2e_r", "e2e_t")


class Transcription:
    """CER and 1-NED of matched words, and the scores of words that are found and read exactly.

    Words match as in `Panoptic` (IoU >= 0.5 and each other's best). Over the matches, with edit distance d between
    texts in NFC: `cer` = sum of d / sum of characters in the truth (above 1 where readings are much too long), `ned`
    = mean of 1 - d / length of the longer text. `e2e_ned` is the same mean over matches, missed words and false
    words, which score 0. `e2e_f`, `e2e_p`, `e2e_r`, `e2e_t`, `e2e_pq` are those of `Panoptic` where a match counts
    only with equal text. Case and punctuation count. A truth without text does not count; a prediction without text
    reads as the empty one. Where no truth or no prediction has a text there is no score.

    1-NED: Sun et al., ICDAR 2019 competition on large-scale street view text. End to end: HierText `eval.py --e2e`.
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=scores, by_rule=by_rule)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size and for frames without a prediction."""
        pairs = frames.pairs(truth, prediction)
        self.rows.add(truth.clip_id, sum((_counts(wanted, given) for wanted, given in pairs), np.zeros(9)))

    def merge(self, other: "Transcription") -> None:
        """Add the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> dict[str, float]:
        """Fractions by name. DataError if nothing was counted."""
        return self.rows.compute()


def scores(table: PerClip) -> dict[str, float]:
    """Scores of a table with the sums of `_counts`; NaN where nothing can be read."""
    matched, distance, characters, alike, read, tight, n_prediction, n_truth, texts = table.sum(axis=0).tolist()
    if not (n_truth and texts):
        return dict.fromkeys(NAMES, float("nan"))
    together = n_truth + n_prediction - matched
    whole = panoptic.quality(read, n_prediction, n_truth, tight)
    return {
        "cer": distance / characters if characters else float("nan"),
        "ned": alike / matched if matched else float("nan"),
        "e2e_ned": alike / together,
        **{f"e2e_{name}": value for name, value in whole.items()},
    }


def by_rule(table: PerClip) -> frozenset[str]:
    """Names of P, R and T that are 1 because there is no prediction, no truth, no word read."""
    *_, read, _, n_prediction, n_truth, _ = table.sum(axis=0).tolist()
    return frozenset(f"e2e_{name}" for name in panoptic.undivided(read, n_prediction, n_truth))


def edit_distance(a: str, b: str) -> int:
    """Least number of characters to insert, delete or replace (Levenshtein)."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, start=1):
        corner, row[0] = row[0], i
        for j, right in enumerate(b, start=1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (left != right))
    return row[-1]


def _counts(truth: Frame, prediction: Frame) -> Row:
    """Matches, edit distance, characters, sum of 1 - d / longer, equal texts, their IoU, predictions, truths, texts."""
    wanted = regions.outlines([replace(one, ignore=one.ignore or one.text is None) for one in truth.instances])
    given = regions.outlines([one for one in prediction.instances if not one.ignore])
    found = regions.match(wanted, given)
    texts = list(zip(_texts(wanted, found.truth.tolist()), _texts(given, found.prediction.tolist()), strict=True))
    distances = [edit_distance(*pair) for pair in texts]
    alike = [1 - d / max(len(a), len(b), 1) for d, (a, b) in zip(distances, texts, strict=True)]
    equal = np.array([a == b for a, b in texts], np.bool_)
    n_texts = sum(one.text is not None for one in given.instances)
    sizes = (sum(len(a) for a, _ in texts), sum(alike), equal.sum(), found.iou[equal].sum())
    return np.array((len(texts), sum(distances), *sizes, found.n_prediction, found.n_truth, n_texts), np.float64)


def _texts(found: Regions, rows: Sequence[int]) -> list[str]:
    return [unicodedata.normalize("NFC", found.instances[i].text or "") for i in rows]
