"""A word or line as a strip: u runs along its text from 0 to 1, v from its upper line at 0 to its lower at 1."""

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

Vector = Float64[np.ndarray, "2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strip:
    """The upper and the lower line of a word or line, in reading order, px."""

    top: Float64[np.ndarray, "n 2"]
    """The left one where it is read downwards"""
    bottom: Float64[np.ndarray, "n 2"]

    @property
    def length(self) -> float:
        """px along the middle."""
        return float(np.hypot(*np.diff((self.top + self.bottom) / 2, axis=0).T).sum())

    @property
    def height(self) -> float:
        """px, the mean."""
        return float(np.hypot(*(self.bottom - self.top).T).mean())

    @property
    def start(self) -> Vector:
        """Middle of the edge that is read first."""
        return np.asarray((self.top[0] + self.bottom[0]) / 2)

    @property
    def end(self) -> Vector:
        """Middle of the edge that is read last."""
        return np.asarray((self.top[-1] + self.bottom[-1]) / 2)

    @property
    def onset(self) -> Vector:
        """Unit vector of reading at the start."""
        return unit((self.top[1] + self.bottom[1]) / 2 - self.start)

    @property
    def ahead(self) -> Vector:
        """Unit vector in which reading goes on after the end."""
        return unit(self.end - (self.top[-2] + self.bottom[-2]) / 2)

    @property
    def direction(self) -> Vector:
        """Unit vector from start to end."""
        return unit(self.end - self.start)

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
    """The strip of a word's polygon, with `KNOTS` points a line.

    Where the polygon is no ribbon it is the smallest rectangle around it, its first corner the one nearest to the
    polygon's first point.
    """
    lines = ribbon(polygon) or _rectangle(polygon)
    return Strip(top=geometry.resample(lines.top, KNOTS), bottom=geometry.resample(lines.bottom, KNOTS))


def ribbon(polygon: Sequence[Point]) -> Strip | None:
    """The strip whose two lines are the two halves of a polygon; None for one that is no ribbon but any outline."""
    if len(polygon) < 4 or len(polygon) % 2:
        return None
    points = np.asarray(polygon, np.float64)
    half = len(points) // 2
    strip = Strip(top=points[:half], bottom=points[half:][::-1])
    heights = np.hypot(*(strip.bottom - strip.top).T)
    return strip if heights.min() >= FLATTEST * heights.max() else None


def unit(vector: Vector) -> Vector:
    """The same direction, 1 long."""
    return np.asarray(vector / max(float(np.hypot(*vector)), 1e-9))


def _rectangle(polygon: Sequence[Point]) -> Strip:
    corners: Points = cv2.boxPoints(cv2.minAreaRect(np.asarray(polygon, np.float32))).astype(np.float64)
    if geometry.signed_area([(x, y) for x, y in corners.tolist()]) < 0:
        corners = corners[::-1]
    first = min(range(4), key=lambda i: math.dist(corners[i], polygon[0]))
    turned = np.roll(corners, -first, axis=0)
    return Strip(top=turned[:2], bottom=turned[:1:-1])
