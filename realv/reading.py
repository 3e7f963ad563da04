"""How words and lines lie: where each begins and ends, which way it is read, and which ones belong together."""

import math
import unicodedata
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float64

from realv import strip
from realv.strip import Strip, Vector, unit
from sts.geometry import Polygon

TALL = 0.6
"""Width over height of a word below which it is read downwards, if it has more than one character"""


def run(polygon: Polygon, text: str | None) -> Strip | None:
    """How a word or line is read; None for a polygon without area."""
    found = strip.ribbon(polygon) or _rectangle(np.asarray(polygon, np.float64).reshape(-1, 2))
    across, along = found.height, np.hypot(*np.diff(found.top, axis=0).T).sum()
    if min(across, along) <= 0:
        return None
    if along < TALL * across and (text is None or len(text) > 1):
        top, bottom = found.top, found.bottom
        return Strip(top=np.stack([top[0], bottom[0]]), bottom=np.stack([top[-1], bottom[-1]]))
    return found


def joined(strips: Sequence[Strip]) -> Strip:
    """One strip from those of a line, in reading order."""
    return Strip(top=np.concatenate([one.top for one in strips]), bottom=np.concatenate([one.bottom for one in strips]))


def follows(one: Strip, two: Strip) -> float:
    """How well a word goes on in the next one of its line, in [0, 1]; 0 where it does not."""
    height = (one.height + two.height) / 2
    gap = two.start - one.end
    heading = unit(one.ahead + two.onset)
    along, across = float(gap @ heading) / height, abs(_cross(heading, gap)) / height
    if _unlike(one, two, 2.0) or one.ahead @ two.onset < 0.75 or across > 0.5 or not -0.6 < along < 1.2:
        return 0.0
    return 1 - max(along, 0.0) / 2 - across / 2


def stacked(one: Strip, two: Strip) -> float:
    """How well two lines lie below each other in a paragraph, in [0, 1]; 0 where they do not."""
    height = (one.height + two.height) / 2
    heading = unit(one.direction + two.direction)
    if _unlike(one, two, 1.8) or one.direction @ two.direction < 0.93:
        return 0.0
    offset = abs(_cross(heading, _middle(two) - _middle(one))) / height
    spans = [sorted((float(line.start @ heading), float(line.end @ heading))) for line in (one, two)]
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


def _rectangle(points: Float64[np.ndarray, "n 2"]) -> Strip:
    """Upper and lower side of the smallest rectangle, read along its longer side, to the right or down."""
    corners = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))).astype(np.float64)
    if math.dist(corners[0], corners[1]) < math.dist(corners[1], corners[2]):
        corners = np.roll(corners, -1, axis=0)
    if (corners[1] - corners[0]).sum() < 0:
        corners = np.roll(corners, -2, axis=0)
    top, bottom = sorted((corners[:2], corners[:1:-1]), key=lambda side: float(side[:, 1].sum()))
    return Strip(top=top, bottom=bottom)


def _middle(one: Strip) -> Vector:
    return np.asarray((one.top.mean(axis=0) + one.bottom.mean(axis=0)) / 2)


def _cross(one: Vector, two: Vector) -> float:
    return float(one[0] * two[1] - one[1] * two[0])
