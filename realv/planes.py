"""Flat pieces of the scene: corners of one frame found again in another, and the plane motion that most share."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from realv.motion import Grey, Matrix, Motion, Points, transformed
from sts import geometry
from sts.geometry import Polygon

CORNERS = 60
"""Of one word, at most"""
AROUND = 0.4
"""Width of the band round a word whose corners count, in heights of its box"""
REACH = 1.0
"""px, largest error of a corner that agrees"""
REST = 0.2
"""px, the same for corners that do not move at all"""
RETURN = 0.5
"""px, largest error of a corner that is tracked there and back"""
LEAST = 8
"""Corners that agree, else there is no plane"""
SHARE = 0.5
"""Of the corners that were found again"""
MANY = 16
"""Corners that a homography is fitted to"""
ENOUGH = 0.9
"""Share of the corners of the best model that a simpler one must reach"""
WINDOW = (15, 15)
"""px"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """n corners of one frame and where they are in another."""

    source: Points
    target: Float64[np.ndarray, "n 2"]


class Planes:
    """Fits plane motions of the words of a clip directly from frame to frame, so that no error adds up."""

    def __init__(self, motion: Motion) -> None:
        self._motion = motion
        self._grey = lru_cache(maxsize=8)(partial(_grey, motion))

    def fit(self, at: int, to: int, polygons: list[Polygon]) -> list[Matrix | None]:
        """Homography of each polygon's plane from frame to frame; None where too few corners agree on one."""
        grey = self._grey(at)
        corners = [_corners(grey, polygon) for polygon in polygons]
        if not sum(map(len, corners)):
            return [None] * len(polygons)
        kept, target = self._found(at, to, np.concatenate(corners))
        ends = np.cumsum([0, *map(len, corners)])
        return [
            _plane(Pairs(source=points[kept[a:b]], target=target[a:b][kept[a:b]]))
            for points, a, b in zip(corners, ends[:-1], ends[1:], strict=True)
        ]

    def _found(self, at: int, to: int, points: Points) -> tuple[Bool[np.ndarray, " n"], Points]:
        """Which points are tracked there and back, and where they are (Lucas-Kanade from the traced flow)."""
        start = self._motion.moved(at, to, points)
        forth, seen = _tracked(self._grey(at), self._grey(to), points, start)
        back, seen_back = _tracked(self._grey(to), self._grey(at), forth, points)
        return seen & seen_back & (np.hypot(*(back - points).T) < RETURN), forth


def _grey(motion: Motion, frame: int) -> Grey:
    return np.asarray(cv2.cvtColor(motion.video[frame], cv2.COLOR_RGB2GRAY), np.uint8)


def _tracked(first: Grey, second: Grey, points: Points, start: Points) -> tuple[Points, Bool[np.ndarray, " n"]]:
    one, two = (np.ascontiguousarray(p - 0.5, np.float32).reshape(-1, 1, 2) for p in (points, start))
    found, seen, _ = cv2.calcOpticalFlowPyrLK(
        first, second, one, two, winSize=WINDOW, maxLevel=2, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    return found[:, 0].astype(np.float64) + 0.5, seen[:, 0] > 0


def _corners(grey: Grey, polygon: Polygon) -> Points:
    """Corners in and round a polygon, in our pixels."""
    left, top, right, bottom = geometry.box(polygon)
    margin = AROUND * min(right - left, bottom - top) + 2
    x, y = max(int(left - margin), 0), max(int(top - margin), 0)
    patch = grey[y : max(int(bottom + margin), 0), x : max(int(right + margin), 0)]
    if min(patch.shape, default=0) < 8:
        return np.zeros((0, 2))
    found: Float32[np.ndarray, "n 1 2"] | None = cv2.goodFeaturesToTrack(patch, CORNERS, 0.02, 3)
    if found is None:
        return np.zeros((0, 2))
    points = found[:, 0].astype(np.float64) + np.array([x + 0.5, y + 0.5])
    return points[geometry.contains(polygon, points, margin)]


def _plane(pairs: Pairs) -> Matrix | None:
    """The simplest of rest, similarity, affine map and homography that nearly as many corners agree on as on any.

    A caption rests above a moving picture. A homography of few corners in a row fits them and bends the rest.
    """
    if len(pairs.source) < LEAST:
        return None
    models = [np.eye(3), _similarity(pairs), _affine(pairs), _homography(pairs) if len(pairs.source) >= MANY else None]
    reaches = (REST, REACH, REACH, REACH)
    agree = [0 if m is None else _agreeing(pairs, m, reach) for m, reach in zip(models, reaches, strict=True)]
    best = max(agree)
    if best < max(LEAST, SHARE * len(pairs.source)):
        return None
    return next(model for model, n in zip(models, agree, strict=True) if n >= ENOUGH * best)


def _agreeing(pairs: Pairs, model: Matrix, reach: float) -> int:
    return int((np.hypot(*(transformed(pairs.source, model) - pairs.target).T) < reach).sum())


def _similarity(pairs: Pairs) -> Matrix | None:
    return _whole(cv2.estimateAffinePartial2D(pairs.source, pairs.target, ransacReprojThreshold=REACH)[0])


def _affine(pairs: Pairs) -> Matrix | None:
    return _whole(cv2.estimateAffine2D(pairs.source, pairs.target, ransacReprojThreshold=REACH)[0])


def _homography(pairs: Pairs) -> Matrix | None:
    matrix: Any = cv2.findHomography(pairs.source, pairs.target, cv2.RANSAC, REACH)[0]
    return None if matrix is None else np.asarray(matrix, np.float64)


def _whole(matrix: Any) -> Matrix | None:
    return None if matrix is None else np.vstack([matrix, [0.0, 0.0, 1.0]])
