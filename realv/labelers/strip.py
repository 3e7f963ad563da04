"""A word as an upright strip: u runs along its text from 0 to 1, v from its upper line at 0 to its lower at 1."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from sts import geometry
from sts.geometry import Points, Polygon
from sts.types import Point

HEIGHT = 32
"""px of a strip as a picture"""
KNOTS = 33
"""Points of the upper and of the lower line"""
FLATTEST = 0.35
"""Least height of a ribbon, as a share of its greatest; a polygon that is flatter somewhere has no two long lines"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """The upper and the lower line of a word, in reading order, px."""

    top: Float64[np.ndarray, "n 2"]
    bottom: Float64[np.ndarray, "n 2"]

    @property
    def length(self) -> float:
        """px along the middle."""
        return float(np.hypot(*np.diff((self.top + self.bottom) / 2, axis=0).T).sum())

    @property
    def height(self) -> float:
        """px, the mean."""
        return float(np.hypot(*(self.bottom - self.top).T).mean())

    def at(self, u: Float64[np.ndarray, "*shape"], v: Float64[np.ndarray, "*shape"]) -> Float64[np.ndarray, "*shape 2"]:
        """Points in the picture, px."""
        along = np.clip(u, 0, 1) * (len(self.top) - 1)
        knots = np.arange(len(self.top))
        lines = [
            np.stack([np.interp(along, knots, line[:, axis]) for axis in (0, 1)], axis=-1)
            for line in (self.top, self.bottom)
        ]
        return np.asarray(lines[0] + (lines[1] - lines[0]) * v[..., None])

    def part(self, left: float, top: float, right: float, bottom: float) -> Polygon:
        """The corners of what lies between two u and two v, clockwise from the top left."""
        corners = self.at(np.array([left, right, right, left]), np.array([top, top, bottom, bottom]))
        return tuple((float(x), float(y)) for x, y in corners)

    def upright(self, plane: Float32[np.ndarray, "h w"]) -> Float32[np.ndarray, "sh sw"]:
        """What a plane on the picture's grid shows along the strip, `HEIGHT` px high."""
        width = max(round(HEIGHT * self.length / max(self.height, 1e-6)), 2)
        u, v = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(HEIGHT) + 0.5) / HEIGHT)
        places = (self.at(u, v) - 0.5).astype(np.float32)
        found = cv2.remap(plane, places[..., 0], places[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, np.float32)


def of(polygon: Sequence[Point]) -> Strip:
    """The strip of a word's polygon: its two halves are the two lines, unless it is no ribbon but any outline.

    Then the strip is the smallest rectangle around it, its first corner the one nearest the polygon's first point.
    """
    half = len(polygon) // 2
    strip = _between(polygon[:half], polygon[half:][::-1]) if len(polygon) >= 4 and len(polygon) % 2 == 0 else None
    return strip if strip is not None and _even(strip) else _rectangle(polygon)


def _between(top: Sequence[Point], bottom: Sequence[Point]) -> Strip:
    return Strip(top=geometry.resample(top, KNOTS), bottom=geometry.resample(bottom, KNOTS))


def _even(strip: Strip) -> bool:
    heights = np.hypot(*(strip.bottom - strip.top).T)
    return bool(heights.min() >= FLATTEST * heights.max())


def _rectangle(polygon: Sequence[Point]) -> Strip:
    corners: Points = cv2.boxPoints(cv2.minAreaRect(np.asarray(polygon, np.float32))).astype(np.float64)
    if geometry.signed_area([(x, y) for x, y in corners.tolist()]) < 0:
        corners = corners[::-1]
    first = min(range(4), key=lambda i: math.dist(corners[i], polygon[0]))
    turned = [(x, y) for x, y in np.roll(corners, -first, axis=0).tolist()]
    return _between(turned[:2], turned[2:][::-1])
