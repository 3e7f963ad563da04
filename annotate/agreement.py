"""How far people agree on strokes, in all and by stroke width; the scores are those of `benchmarks.metrics`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

from annotate import raters, widths
from sts import masks, plugins, scored
from sts.protocols import Metric
from sts.types import Clip, Frame, TextInstance

BOUNDARY = "benchmarks.metrics.boundary:Boundary"
COHEN = "benchmarks.metrics.agreement:Cohen"
FLEISS = "benchmarks.metrics.agreement:Fleiss"
CONTOURS = ("fgiou", "fgiou_tolerant_1px", "nsd_1px", "boundary_f_1px")
"""What is taken from the boundary scores, by stroke width"""
TOLERANT = "fgiou_tolerant_1px"
"""fgIoU where pixels within 1 px of both contours do not count: a plain one falls to 0.3 for thin strokes 1 px wider"""
RIM = 2
"""px, depth of the rims of boundary IoU: its published share of the diagonal is wider than any stroke"""
PLACES = ("all", *widths.CLASSES)
N = len(widths.CLASSES) + 1

Pixels = Bool[np.ndarray, "h w"]
Classes = UInt8[np.ndarray, "h w"]


@dataclass(slots=True)
class Kappas:
    """Cohen's kappa of two people, Fleiss' of three or more, within 5 px of anybody's strokes.

    `kappa/all`, and `kappa/2-4` for strokes 2 to 4 px wide of the first person; absent where nobody drew any.
    """

    by_place: dict[str, Any] = field(default_factory=dict)

    def update(self, clips: Sequence[Clip], found: Sequence[Classes]) -> None:
        """Count one window, as `raters.comparable` gives it, with the `classes` of the first."""
        for place in PLACES:
            self._update(place, [narrowed(clip, found, place) for clip in clips])

    def merge(self, other: "Kappas") -> None:
        """Add the windows of another part of the set."""
        for place, metric in other.by_place.items():
            if place in self.by_place:
                self.by_place[place].merge(metric)
            else:
                self.by_place[place] = metric

    def compute(self) -> dict[str, float]:
        """Kappas by name; none of nothing."""
        return {f"kappa/{place}": metric.compute()["kappa"] for place, metric in self.by_place.items()}

    def _update(self, place: str, clips: Sequence[Clip]) -> None:
        if not any(one.mask and masks.area(one.mask) for clip in clips for one in _counted(clip)):
            return
        if len(clips) == 2:
            self.by_place.setdefault(place, plugins.load(COHEN, Metric)).update(*clips)
        else:
            self.by_place.setdefault(place, plugins.load(FLEISS, Metric)).update(clips)


@dataclass(slots=True)
class Pair:
    """Two people over all windows that both did; pixels that either ignores do not count.

    `fgiou`, `fgiou_tolerant_1px`, `nsd_1px`, `boundary_f_1px`, `boundary_iou_2px` and Cohen's `kappa` within 5 px of a
    stroke, over all pixels together: `/all`, and `/2-4` for strokes 2 to 4 px wide of the first person. `tolerant` is
    the mean of fgiou_tolerant_1px over frames. What has no strokes is absent.
    """

    contours: Metric = field(default_factory=partial(plugins.load, BOUNDARY, Metric))
    rims: Float64[np.ndarray, "2 classes"] = field(default_factory=lambda: np.zeros((2, N)))
    """px of rims in both and in any, by class of width"""
    kappas: Kappas = field(default_factory=Kappas)

    def update(self, one: Clip, other: Clip) -> None:
        """Count one window, as `raters.comparable` gives it."""
        self.contours.update(one, other)
        found = classes(one)
        for a, b, of in zip(one.frames, other.frames, found, strict=True):
            if a.labelled:
                self.rims += _rims(a, b, of)
        self.kappas.update((one, other), found)

    def merge(self, other: "Pair") -> None:
        """Add the windows of another part of the set."""
        self.contours.merge(other.contours)
        self.rims = self.rims + other.rims
        self.kappas.merge(other.kappas)

    def compute(self) -> dict[str, float]:
        """Scores by name. DataError if nothing was counted."""
        scores = self.contours.compute()
        found = {"tolerant": scores[TOLERANT]} if TOLERANT in scores else {}
        names = [f"{score}/{place}" for score in CONTOURS for place in PLACES]
        found |= {name: scores[name] for name in names if name in scores}
        both, either = np.concatenate([self.rims.sum(axis=1, keepdims=True), self.rims[:, :-1]], axis=1)
        found |= {f"boundary_iou_2px/{p}": b / e for p, b, e in zip(PLACES, both, either, strict=True) if e}
        return found | self.kappas.compute()


def tolerant(truth: Clip, other: Clip, judges: Sequence[Clip]) -> float | None:
    """Mean over frames of tolerant fgIoU@1px, leaving out what a judge ignores; None without a frame that all label."""
    metric = plugins.load(BOUNDARY, Metric)
    metric.update(*raters.comparable((truth, other), judges))
    return metric.compute().get(TOLERANT)


def classes(clip: Clip) -> list[Classes]:
    """Class of stroke width of each pixel, frame by frame."""
    return [widths.classes(masks.decode(scored.strokes(frame, clip.height, clip.width))) for frame in clip.frames]


def narrowed(clip: Clip, classes: Sequence[Classes], place: str) -> Clip:
    """The clip with only strokes of one class of width; all other pixels are to be ignored."""
    if place == "all":
        return clip
    number = widths.CLASSES.index(place)
    frames = [_narrowed(frame, of == number) for frame, of in zip(clip.frames, classes, strict=True)]
    return replace(clip, frames=tuple(frames))


def _narrowed(frame: Frame, kept: Pixels) -> Frame:
    pixels = masks.decode(scored.strokes(frame, *kept.shape)) & kept
    text = TextInstance(track_id=0, level="text", polygon=(), source="human", mask=masks.encode(pixels))
    rest = replace(text, track_id=1, ignore=True, mask=masks.encode(~kept))
    return replace(frame, instances=(text, rest))


def _rims(one: Frame, other: Frame, classes: Classes) -> Float64[np.ndarray, "2 classes"]:
    a, b = (_rim(masks.decode(scored.strokes(frame, *classes.shape))) for frame in (one, other))
    return np.stack([np.bincount(classes[of], minlength=N) for of in (a & b, a | b)]).astype(np.float64)


def _rim(pixels: Pixels) -> Pixels:
    """Pixels of the strokes at most RIM px (chessboard) inside their contour."""
    square = np.ones((2 * RIM + 1, 2 * RIM + 1), np.uint8)
    inner = cv2.erode(pixels.view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return pixels & ~(np.asarray(inner) > 0)


def _counted(clip: Clip) -> Iterator[TextInstance]:
    return (one for frame in clip.frames for one in frame.instances if frame.labelled and not one.ignore)
