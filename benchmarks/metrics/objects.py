"""J, F and J&F of each tracked text, as DAVIS and SA-V score video objects."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.metrics import contours, views
from benchmarks.metrics.rows import Row, Rows
from benchmarks.metrics.views import Piece, View
from sts.statistics import PerClip
from sts.types import Clip

Scored = Mapping[int, tuple[float, float]]
"""J and F in one frame by track_id, of what truth or prediction show there; absent tracks are empty in both"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One frame."""

    scored: Scored
    truth: frozenset[int]
    """Tracks with strokes in the truth"""


class Objects:
    """J (IoU) and F (boundary F) of each track of the truth, mean over its frames, then over the tracks of all clips.

    A track is a word, in frames without words a `text`; the prediction's object is the one with the same track_id, and
    tracks that only the prediction has are ignored. The first and the last labelled frame of a clip are left out, since
    trackers are given the first; a clip with fewer than three labelled frames keeps all. Both empty: J = F = 1.

    j, f, jf follow SA-V: frames count from the first in which truth or prediction shows the object. j_davis, f_davis,
    jf_davis follow DAVIS-2017: all frames count. DAVIS takes only the objects of its first frame; here as in SA-V all
    that the truth shows in the frames that count. jf = (j + f) / 2. Ignored pixels are cleared in both.

    Pont-Tuset et al., arXiv:1704.00675 (davis2017-evaluation); Ravi et al., SAM 2, 2024 (sav_dataset).
    """

    def __init__(self) -> None:
        self.rows = Rows(scores=scores)

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip. DataError for another size or a frame without prediction."""
        self.rows.add(truth.clip_id, total([seen(view) for view in views.views(truth, prediction)]))

    def merge(self, other: "Objects") -> None:
        """Take over the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> Mapping[str, float]:
        """Scores by name, fractions; none without objects. DataError if no clip was counted."""
        return self.rows.compute()


def seen(view: View) -> Seen:
    """J and F of each object that truth or prediction shows in one frame."""
    there, found = view.truth.objects, view.prediction.objects
    scored = {track: _score(there.get(track), found.get(track), view) for track in there.keys() | found.keys()}
    return Seen(scored=scored, truth=frozenset(there))


def total(frames: Sequence[Seen]) -> Row:
    """Row of a clip from its labelled frames in order of time: objects, J and F by SA-V, J and F by DAVIS."""
    kept = frames[1:-1] if len(frames) > 2 else frames
    tracks = frozenset[int]().union(*(frame.truth for frame in kept))
    return np.sum([np.zeros(5), *(_track(track, kept) for track in sorted(tracks))], axis=0)


def scores(table: PerClip) -> dict[str, float]:
    """Scores of some clips from their rows; NaN without objects."""
    n, *sums = table.sum(axis=0).tolist()
    j, f, j_davis, f_davis = (value / n if n else math.nan for value in sums)
    return {
        "jf": (j + f) / 2,
        "j": j,
        "f": f,
        "jf_davis": (j_davis + f_davis) / 2,
        "j_davis": j_davis,
        "f_davis": f_davis,
    }


def _track(track: int, frames: Sequence[Seen]) -> Row:
    """1, J and F from the first frame that shows the object, J and F of all frames."""
    scored = [frame.scored.get(track) for frame in frames]
    first = next(i for i, one in enumerate(scored) if one is not None)
    pairs = np.array([(1.0, 1.0) if one is None else one for one in scored])
    return np.concatenate([[1.0], pairs[first:].mean(axis=0), pairs.mean(axis=0)])


def _score(truth: Piece | None, prediction: Piece | None, view: View) -> tuple[float, float]:
    pieces = [[piece] if piece else [] for piece in (truth, prediction)]
    window = views.around([*pieces[0], *pieces[1]], view.height, view.width)
    there, found = (views.draw(piece, window) for piece in pieces)
    j = np.count_nonzero(there & found) / np.count_nonzero(there | found)
    return j, contours.boundary_f(there, found, contours.radius(view.diagonal))
