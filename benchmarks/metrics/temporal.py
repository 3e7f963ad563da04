"""Steadiness of masks from frame to frame: tIoU and error along the flow, video consistency, flicker, area."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64

from benchmarks.metrics import flow as flows
from benchmarks.metrics import frames
from benchmarks.metrics.flow import Flow
from benchmarks.metrics.frames import Pixels
from benchmarks.metrics.rows import Row, Rows
from benchmarks.metrics.windows import Windows
from sts import masks, scored
from sts.statistics import PerClip
from sts.types import Clip, Frame

LENGTHS = (8, 16)
"""Frames in a window"""
BAND = 5
"""px around the true strokes"""

Pair = tuple[Frame, Frame]


class Temporal:
    """How steady a prediction is. M_t are its strokes, T_t those of the truth; ignore regions are taken out of M_t.

    `tiou`: mean of IoU(M_t, W M_t+1) over neighbouring frames, W M(x) = M(x + f(x)) with f the flow from t to t+1, on
    the pixels that both frames show (`flow.visible`); pairs without any stroke are left out. `e_warp`: share of
    visible pixels where M_t and W M_t+1 differ. Both need pictures (or a given flow) and are absent without. They
    need no truth, so text drawn beside the strokes in every frame is steady too.

    `vc_8`, `vc_16`: video consistency of VSPW as released. C = pixels whose truth is constant over n frames; score =
    share of C whose prediction is constant too, right or wrong; mean over windows, without the last of each video and
    without videos of n frames or fewer. C is cut to `band` px around the true strokes, since background makes it 1;
    with `band=None` it is the released number. `vc_8_strict`, `vc_16_strict`: the paper's formula on strokes, share
    of pixels that are text in all n frames and predicted so in all; every window counts. `flicker_8`, `flicker_16`:
    share of C, all windows together, whose prediction changes twice or more within the window. `area_cov`: deviation
    of a predicted track's area over its mean, mean over tracks seen twice or more; real motion towards the camera
    counts as well, so compare it with the truth's.

    Windows and pairs do not reach across frames that are not labelled. Lai et al., ECCV 2018 (warping error); Miao et
    al., VSPW, CVPR 2021; SAMText, 2023 (area).
    """

    needs_pictures = True
    """`update` looks at the video of the truth, where it has one"""

    def __init__(self, flow: Flow = flows.dis, band: int | None = BAND) -> None:
        self.rows = Rows(scores=scores)
        self.flow = flow
        self.band = band

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip; pictures are those of the truth, else of the prediction. DataError as for `frames.pairs`."""
        counted = np.zeros((len(LENGTHS), 6))
        warped = np.zeros(4)
        for run in _runs(truth, prediction):
            steps, sums = self._run(run, truth, prediction)
            warped += steps
            counted += sums
        self.rows.add(truth.clip_id, np.concatenate([warped, _areas(frames.pairs(truth, prediction)), counted.ravel()]))

    def merge(self, other: "Temporal") -> None:
        """Add the clips of another shard."""
        self.rows.merge(other.rows)

    def compute(self) -> dict[str, float]:
        """Fractions by name. DataError if nothing was counted."""
        return self.rows.compute()

    def _run(self, run: list[Pair], truth: Clip, prediction: Clip) -> tuple[Row, Float64[np.ndarray, "lengths 6"]]:
        """Sums of warping and of windows over frames without a gap."""
        pictures = truth if truth.video is not None else prediction
        places = {frame.index: i for i, frame in enumerate(pictures.frames)}
        windows, steps, before = Windows(LENGTHS, truth.height, truth.width), np.zeros(4), None
        for wanted, given in run:
            strokes, guess, near = self._pixels(truth, wanted, given)
            windows.add(strokes, guess, near)
            if before is not None:
                steps += self._step(pictures, (before[0], places[wanted.index]), before[1], guess)
            before = places[wanted.index], guess
        return steps, windows.sums

    def _pixels(self, clip: Clip, truth: Frame, prediction: Frame) -> tuple[Pixels, Pixels, Pixels]:
        """Strokes of truth and prediction, and where windows look."""
        strokes, guess = (masks.decode(scored.strokes(one, clip.height, clip.width)) for one in (truth, prediction))
        near = np.ones_like(strokes) if self.band is None else frames.grown(strokes, self.band)
        ignored = scored.ignore_region(truth, clip.height, clip.width)
        return (strokes, guess, near) if ignored is None else (strokes, guess & ~ignored, near & ~ignored)

    def _step(self, clip: Clip, places: tuple[int, int], before: Pixels, after: Pixels) -> Row:
        """IoU and 1, pixels that differ and visible pixels of one pair of frames."""
        forward, backward = self.flow(clip, *places), self.flow(clip, *places[::-1])
        if forward is None or backward is None:
            return np.zeros(4)
        seen = flows.visible(forward, backward)
        here, there = before & seen, flows.warp(after, forward) & seen
        either, different = int((here | there).sum()), int((here ^ there).sum())
        counts = (1 - different / either, 1) if either else (0, 0)
        return np.array((*counts, different, int(seen.sum())), np.float64)


def scores(table: PerClip) -> dict[str, float]:
    """Scores of a table with the sums of `_step`, `_areas` and `Windows`; NaN where nothing was measured."""
    sums = table.sum(axis=0)
    found = {"tiou": _share(sums[0:2]), "e_warp": _share(sums[2:4]), "area_cov": _share(sums[4:6])}
    for n, window in zip(LENGTHS, sums[6:].reshape(len(LENGTHS), 6), strict=True):
        found[f"vc_{n}"] = _share(window[0:2])
        found[f"vc_{n}_strict"] = _share(window[2:4])
        found[f"flicker_{n}"] = _share(window[4:6])
    return found


def _share(sums: Row) -> float:
    above, below = sums.tolist()
    return above / below if below else float("nan")


def _runs(truth: Clip, prediction: Clip) -> Iterator[list[Pair]]:
    """Labelled frames with their predictions, cut where a frame that is not labelled lies between."""
    pairs = iter(frames.pairs(truth, prediction))
    run: list[Pair] = []
    for frame in truth.frames:
        if frame.labelled:
            run.append(next(pairs))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _areas(pairs: list[Pair]) -> Row:
    """Sum over the predicted tracks of deviation / mean of their areas, and how many tracks there are."""
    areas: dict[int, list[int]] = {}
    for _, given in pairs:
        for one in scored.bearers(given):
            if one.mask is not None and not one.ignore:
                areas.setdefault(one.track_id, []).append(masks.area(one.mask))
    seen = [[area for area in track if area] for track in areas.values()]
    variations = [float(np.std(track) / np.mean(track)) for track in seen if len(track) > 1]
    return np.array((sum(variations), len(variations)), np.float64)
