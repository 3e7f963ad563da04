"""How words and lines lie: where each begins and ends, which way it is read, and which ones belong together."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64

from sts.geometry import Polygon

TALL = 0.6
"""Width over height of a word below which it is read downwards, if it has more than one character"""
RIBBON = 0.3
"""Least over largest distance between upper and lower line of a polygon whose halves are these lines"""

Vector = Float64[np.ndarray, "2"]
Line = Float64[np.ndarray, "n 2"]
Side = Float64[np.ndarray, "2 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Strip:
    """A word or line as a strip that is read from its start to its end."""

    top: Line
    """Points along the side that is up in upright text, in reading direction, px; the left one where it is read down"""
    bottom: Float64[np.ndarray, "n 2"]
    """As many along the other side"""

    @property
    def height(self) -> float:
        """Mean distance of both sides, px."""
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
    def ahead(self) -> Vector:
        """Unit vector in which reading goes on after the end."""
        return _unit(self.end - (self.top[-2] + self.bottom[-2]) / 2)

    @property
    def onset(self) -> Vector:
        """Unit vector of reading at the start."""
        return _unit((self.top[1] + self.bottom[1]) / 2 - self.start)

    @property
    def direction(self) -> Vector:
        """Unit vector from start to end."""
        return _unit(self.end - self.start)


def strip(polygon: Polygon, text: str | None) -> Strip | None:
    """The strip of a word; None for a polygon without area."""
    points = np.asarray(polygon, np.float64).reshape(-1, 2)
    half = len(points) // 2
    top, bottom = points[:half], points[half:][::-1]
    if len(points) < 4 or len(points) % 2 or not _parallel(top, bottom):
        top, bottom = _rectangle(points)
    across, along = np.hypot(*(bottom - top).T).mean(), np.hypot(*np.diff(top, axis=0).T).sum()
    if min(across, along) <= 0:
        return None
    if along < TALL * across and (text is None or len(text) > 1):
        top, bottom = np.stack([top[0], bottom[0]]), np.stack([top[-1], bottom[-1]])
    return Strip(top=top, bottom=bottom)


def joined(strips: Sequence[Strip]) -> Strip:
    """One strip from those of a line, in reading order."""
    return Strip(top=np.concatenate([one.top for one in strips]), bottom=np.concatenate([one.bottom for one in strips]))


def follows(one: Strip, two: Strip) -> float:
    """How well a word goes on in the next one of its line, in [0, 1]; 0 where it does not."""
    height = (one.height + two.height) / 2
    gap = two.start - one.end
    heading = _unit(one.ahead + two.onset)
    along, across = float(gap @ heading) / height, abs(_cross(heading, gap)) / height
    if _unlike(one, two, 2.0) or one.ahead @ two.onset < 0.75 or across > 0.5 or not -0.6 < along < 1.2:
        return 0.0
    return 1 - max(along, 0.0) / 2 - across / 2


def stacked(one: Strip, two: Strip) -> float:
    """How well two lines lie below each other in a paragraph, in [0, 1]; 0 where they do not."""
    height = (one.height + two.height) / 2
    heading = _unit(one.direction + two.direction)
    if _unlike(one, two, 1.8) or one.direction @ two.direction < 0.93:
        return 0.0
    offset = abs(_cross(heading, _middle(two) - _middle(one))) / height
    spans = [sorted((float(strip.start @ heading), float(strip.end @ heading))) for strip in (one, two)]
    common = min(spans[0][1], spans[1][1]) - max(spans[0][0], spans[1][0])
    share = common / max(min(b - a for a, b in spans), 1e-6)
    return 1 - offset / 4 if share > 0.3 and 0.4 < offset < 2.1 else 0.0


def leftwards(text: str) -> bool:
    """Whether most letters are of a script that is written from right to left."""
    kinds = [unicodedata.bidirectional(character) for character in text]
    return sum(kind in ("R", "AL") for kind in kinds) > kinds.count("L")


def _unlike(one: Strip, two: Strip, ratio: float) -> bool:
    low, high = sorted((one.height, two.height))
    return high > ratio * low


def _parallel(top: Line, bottom: Float64[np.ndarray, "n 2"]) -> bool:
    across = np.hypot(*(bottom - top).T)
    return float(across.min()) > RIBBON * float(across.max())


def _rectangle(points: Line) -> tuple[Side, Side]:
    """Upper and lower side of the smallest rectangle, read along its longer side, to the right or down."""
    corners = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))).astype(np.float64)
    if math.dist(corners[0], corners[1]) < math.dist(corners[1], corners[2]):
        corners = np.roll(corners, -1, axis=0)
    if (corners[1] - corners[0]).sum() < 0:
        corners = np.roll(corners, -2, axis=0)
    sides = corners[:2], corners[:1:-1]
    return sides if sides[0][:, 1].sum() <= sides[1][:, 1].sum() else sides[::-1]


def _middle(strip: Strip) -> Vector:
    return np.asarray((strip.top.mean(axis=0) + strip.bottom.mean(axis=0)) / 2)


def _unit(vector: Vector) -> Vector:
    return np.asarray(vector / max(float(np.hypot(*vector)), 1e-9))


def _cross(one: Vector, two: Vector) -> float:
    return float(one[0] * two[1] - one[1] * two[0])
