"""Carries words from a key frame to another frame: by plane motion and flow, or by the memory of a segmenter."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from realv.motion import Matrix, Motion, Points, shifted, transformed
from realv.planes import Planes
from sts import geometry, masks
from sts.geometry import Polygon
from sts.protocols import Prompt, Segment, Segmenter
from sts.types import Clip, Mask, TextInstance

AROUND = 0.3
"""Height of the band round a word that is looked at with it, in heights of its box"""
SOFT = 1.5
"""px; standard deviation of the blur after which two frames are as sharp as each other, thin outlines included"""
BLUR = (5, 5)
"""px; an edge that is half a pixel off is no sign of something in front"""
CONTRAST, DARKEST, BRIGHTEST = 0.35, 15.0, 40.0
"""What counts as another colour: this share of the contrast of the word and its surroundings, in these bounds"""
TEXTURE, ALIKE = 4.0, 0.3
"""Where grey levels deviate by so much on the key frame, both frames must correlate by so much: else something in front
that is as bright as the ground would pass for the word in other light"""
LEAST = 0.15
"""Share of the strokes that must show for a word to be there"""
STILL = np.eye(3)
"""Motion of what stands where it was on the screen"""
MOST = 0.5
"""Share of the strokes that must show for that: no motion speaks for it, and little of a word looks like many things"""

Patch = Float32[np.ndarray, "ph pw"]
Colours = UInt8[np.ndarray, "ph pw 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A word on another frame, within a patch of it."""

    left: int
    top: int
    polygon: Polygon
    strokes: Patch
    """Share of each pixel that strokes cover; binary only after all that is known of a frame came together"""
    weight: Patch
    """How far each pixel is known: 0 where something is in front or the flow does not return, 1 elsewhere"""
    confidence: float
    """In [0, 1]"""


@runtime_checkable
class Carrier(Protocol):
    """Carries words."""

    def carry(self, key: int, to: int, items: Sequence[TextInstance]) -> list[Carried | None]:
        """One answer an item: None where it cannot be followed."""


class FlowCarrier:
    """One warp of soft masks from the key frame: along the plane of a word, or along dense flow where there is none."""

    def __init__(self, motion: Motion) -> None:
        self._motion, self._planes = motion, Planes(motion)

    def carry(self, key: int, to: int, items: Sequence[TextInstance]) -> list[Carried | None]:
        """None for what leaves the frame or is hidden."""
        planes = self._planes.fit(key, to, [item.polygon for item in items])
        return [self._one(key, to, item, plane) for item, plane in zip(items, planes, strict=True)]

    def _one(self, key: int, to: int, item: TextInstance, plane: Matrix | None) -> Carried | None:
        """Along the plane; else along dense flow, or nowhere, as captions stand still where the scene moves."""
        if plane is not None:
            return self._along(key, to, item, plane)
        flow, still = (self._along(key, to, item, way) for way in (None, STILL))
        if still is not None and _shown(still) < MOST * float(still.strokes.sum()):
            still = None
        return max((way for way in (flow, still) if way is not None), key=_likely, default=None)

    def _along(self, key: int, to: int, item: TextInstance, plane: Matrix | None) -> Carried | None:
        follow = self._motion.piece(key, to, item.polygon) if plane is None else plane
        polygon = shifted(item.polygon, follow)
        window = _window(polygon, *self._motion.video.shape[1:3])
        if window is None:
            return None
        left, top, right, bottom = window
        centres = np.stack(np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5), axis=-1)
        points = centres.reshape(-1, 2)
        if plane is None:
            source, known = self._motion.moved(to, key, points), self._motion.returns(to, key, points)
        else:
            source, known = transformed(points, np.linalg.inv(plane)), np.ones(len(points), np.bool_)
        return self._seen(key, to, item, _Place(left, top, polygon, source, known, centres.shape[:2]))

    def _seen(self, key: int, to: int, item: TextInstance, place: "_Place") -> Carried | None:
        """Strokes and what hides them; None where too little shows."""
        video, (rows, columns) = self._motion.video, place.shape
        strokes = _warp(_soft(item.mask, video.shape[1:3]), place.source, place.shape)
        before = _warp(video[key], place.source, place.shape)
        now = video[to, place.top : place.top + rows, place.left : place.left + columns]
        same, likeness = visible(before, now, np.ones_like(strokes) if item.mask is None else strokes)
        if not likeness:
            return None
        known = same & place.known.reshape(place.shape)
        return Carried(
            left=place.left,
            top=place.top,
            polygon=place.polygon,
            strokes=strokes,
            weight=known.astype(np.float32),
            confidence=likeness,
        )


class MemoryCarrier:
    """The masks that a segmenter with a memory follows from all key frames, forwards and backwards."""

    def __init__(self, clip: Clip, motion: Motion, segmenter: Segmenter) -> None:
        assert clip.video is not None
        self._motion = motion
        last = len(clip.frames) - 1
        prompts = [
            Prompt(track_id=item.track_id, frame=frame.index, mask=item.mask)
            for frame in clip.frames
            if frame.labelled
            for item in frame.instances
            if item.mask is not None and masks.area(item.mask)
        ]
        turned = [Prompt(track_id=p.track_id, frame=last - p.frame, mask=p.mask) for p in prompts]
        there = list(segmenter.segment(clip.video, prompts)) if prompts else []
        back = list(segmenter.segment(clip.video[::-1], turned)) if prompts else []
        self._found = [{segment.track_id: segment for segment in found} for found in (*there, *back)]

    def carry(self, key: int, to: int, items: Sequence[TextInstance]) -> list[Carried | None]:
        """None for what the segmenter does not follow."""
        n = len(self._motion.video)
        found = self._found[to if to > key else 2 * n - 1 - to] if self._found else {}
        return [self._one(key, to, item, found) for item in items]

    def _one(self, key: int, to: int, item: TextInstance, found: dict[int, Segment]) -> Carried | None:
        segment = found.get(item.track_id)
        if segment is None:
            return None
        strokes = masks.decode(segment.mask).astype(np.float32)
        polygon = shifted(item.polygon, self._motion.piece(key, to, item.polygon))
        return Carried(
            left=0, top=0, polygon=polygon, strokes=strokes, weight=np.ones_like(strokes), confidence=segment.score
        )


def _shown(one: Carried) -> float:
    """px of strokes."""
    return float((one.strokes * one.weight).sum())


def _likely(one: Carried) -> float:
    """How much of the strokes shows, and how alike it is."""
    return _shown(one) * one.confidence


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a word may be on a frame, and where each of those pixels was on the key frame."""

    left: int
    top: int
    polygon: Polygon
    source: Points
    known: Bool[np.ndarray, " n"]
    shape: tuple[int, ...]


def visible(before: Colours, now: Colours, strokes: Patch) -> tuple[Bool[np.ndarray, "ph pw"], float]:
    """Where two aligned patches show the same, but for light, and how alike strokes are where they do, in [0, 1]."""
    soft, soft_now = (cv2.GaussianBlur(patch, (0, 0), SOFT) for patch in (before, now))
    error = cv2.blur(np.abs(_relit(soft, soft_now) - soft_now).max(axis=2), BLUR)
    limit = _limit(before)
    same = (error < limit) & _alike(before, now)
    weight = strokes * same
    if weight.sum() < LEAST * strokes.sum():
        return np.zeros_like(same), 0.0
    return same, 1 - float((weight * error).sum() / max(weight.sum(), 1e-6)) / (2 * limit)


def _alike(before: Colours, now: Colours) -> Bool[np.ndarray, "ph pw"]:
    """Where the greys of two aligned patches rise and fall together, within about a letter's height."""
    side = max(min(before.shape[:2]) // 3, 5)
    x, y = (cv2.GaussianBlur(patch, (3, 3), 0).mean(axis=2, dtype=np.float32) for patch in (before, now))
    mean_x, mean_y, mean_xx, mean_yy, mean_xy = (cv2.blur(of, (side, side)) for of in (x, y, x * x, y * y, x * y))
    spread_x, spread_y = mean_xx - mean_x**2, mean_yy - mean_y**2
    together = mean_xy - mean_x * mean_y > ALIKE * np.sqrt(np.maximum(spread_x * spread_y, 0))
    return np.asarray(together | (spread_x < TEXTURE**2))


def _relit(before: Colours, now: Colours) -> Float32[np.ndarray, "ph pw 3"]:
    """The patch in the light of the other: gain and offset a channel, fitted to the half that agrees best."""
    x, y = before.reshape(-1, 3).astype(np.float32), now.reshape(-1, 3).astype(np.float32)
    fitted, error = x, np.abs(x - y).max(axis=1)
    for _ in range(2):
        agree = error <= max(float(np.median(error)), 4.0)
        middle, mean = x[agree].mean(axis=0), y[agree].mean(axis=0)
        spread = ((x[agree] - middle) ** 2).sum(axis=0)
        gain = ((x[agree] - middle) * (y[agree] - mean)).sum(axis=0) / np.maximum(spread, 1e-3)
        fitted = (x - middle) * np.clip(gain, 0.5, 2) + mean
        error = np.abs(fitted - y).max(axis=1)
    return np.asarray(fitted.reshape(before.shape), np.float32)


def _limit(before: Colours) -> float:
    """Grey levels between two colours that are not the same."""
    low, high = np.percentile(before.max(axis=2), (5, 95))
    return float(np.clip(CONTRAST * (high - low), DARKEST, BRIGHTEST))


def _window(polygon: Polygon, height: int, width: int) -> tuple[int, int, int, int] | None:
    """Whole pixels round a polygon; None outside the frame."""
    left, top, right, bottom = geometry.box(polygon)
    margin = AROUND * min(right - left, bottom - top) + 3
    x, y = max(int(left - margin), 0), max(int(top - margin), 0)
    end_x, end_y = min(int(right + margin) + 1, width), min(int(bottom + margin) + 1, height)
    return (x, y, end_x, end_y) if x < end_x and y < end_y else None


def _soft(mask: Mask | None, shape: tuple[int, ...]) -> Float32[np.ndarray, "h w"]:
    return np.zeros(shape, np.float32) if mask is None else masks.decode(mask).astype(np.float32)


def _warp(picture: np.ndarray, source: Points, shape: tuple[int, ...]) -> np.ndarray:
    """The picture at points, in rows and columns; OpenCV counts from the middle of the first pixel, not its corner."""
    x, y = ((source[:, i] - 0.5).astype(np.float32).reshape(shape) for i in (0, 1))
    return np.asarray(cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT))
