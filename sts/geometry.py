"""Polygons as tuples of (x, y) px: x right, y down, clockwise as seen on the screen."""

import math
from collections.abc import Sequence

import numpy as np
import shapely
from jaxtyping import Bool, Float64

from sts.types import Point

Polygon = tuple[Point, ...]
Box = tuple[float, float, float, float]
"""xyxy, px"""
Points = Float64[np.ndarray, "n 2"]

GRID = 64
"""Stored polygons lie on multiples of 1/64 px: exact in float32, the same on every machine"""


def rounded(points: Sequence[Point] | Points) -> Polygon:
    """The points on the 1/64 px grid."""
    grid = np.round(np.asarray(points, np.float64).reshape(-1, 2) * GRID) / GRID + 0.0
    return _polygon(grid)


def box(polygon: Sequence[Point]) -> Box:
    """Tight xyxy box."""
    across, down = zip(*polygon, strict=True)
    return float(min(across)), float(min(down)), float(max(across)), float(max(down))


def signed_area(polygon: Sequence[Point]) -> float:
    """px²; positive if clockwise on the screen."""
    if len(polygon) < 3:
        return 0.0
    x, y = (np.asarray(polygon, np.float64) - polygon[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def area(polygon: Sequence[Point]) -> float:
    """px²."""
    return abs(signed_area(polygon))


def clockwise(polygon: Polygon) -> Polygon:
    """The same polygon, clockwise; its first point stays first."""
    return polygon if signed_area(polygon) >= 0 else (polygon[0], *polygon[:0:-1])


def hull(points: Sequence[Point] | Points) -> Polygon:
    """Convex hull, clockwise from its top-left point (least x + y); fewer than 3 corners for points in line."""
    shape = shapely.convex_hull(shapely.multipoints(np.asarray(points, np.float64).reshape(-1, 2)))
    corners = shapely.get_coordinates(shape)
    corners = corners[:-1] if shape.geom_type == "Polygon" else corners
    if not len(corners):
        return ()
    first = int(np.argmin(corners.sum(axis=1)))
    return clockwise(_polygon(np.roll(corners, -first, axis=0)))


def clip(polygon: Sequence[Point], height: int, width: int) -> Polygon:
    """The part inside the frame, () if none (Sutherland-Hodgman).

    Keeps the order of the points; parts that the border separates stay joined by an edge along the border.
    """
    points = np.asarray(polygon, np.float64).reshape(-1, 2)
    for axis, limit, inside in ((0, 0.0, 1.0), (0, float(width), -1.0), (1, 0.0, 1.0), (1, float(height), -1.0)):
        points = _cut(points, axis, limit, inside)
    inside_part = _polygon(points)
    return inside_part if signed_area(inside_part) != 0 else ()


def contains(polygon: Sequence[Point], points: Points, margin: float = 0.0) -> Bool[np.ndarray, " n"]:
    """Which points lie inside the polygon grown by a margin in px; the border counts as inside."""
    shape = shapely.make_valid(shapely.polygons(np.asarray(polygon, np.float64)))
    grown = shape.buffer(margin) if margin else shape
    shapely.prepare(grown)
    inside: Bool[np.ndarray, " n"] = shapely.intersects_xy(grown, points[:, 0], points[:, 1])
    return inside


def resample(line: Sequence[Point] | Points, n: int) -> Float64[np.ndarray, "m 2"]:
    """n points at equal distances along an open line, its ends included."""
    points = np.asarray(line, np.float64)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    at = np.linspace(0, along[-1], n)
    return np.stack([np.interp(at, along, points[:, 0]), np.interp(at, along, points[:, 1])], axis=1)


def ribbon(top: Sequence[Point] | Points, bottom: Sequence[Point] | Points, n: int = 7) -> Polygon:
    """Polygon of 2 n points for curved text from its upper and lower line, both in reading order."""
    return _polygon(np.concatenate([resample(top, n), resample(bottom, n)[::-1]]))


def ribbon_height(polygon: Sequence[Point]) -> float:
    """Mean distance between the upper and the lower line of a polygon with an even number of points, px."""
    half = len(polygon) // 2
    return sum(map(math.dist, polygon[:half], reversed(polygon[half:]))) / half


def _polygon(points: Points) -> Polygon:
    return tuple((x, y) for x, y in points.tolist())


def _cut(points: Points, axis: int, limit: float, inside: float) -> Float64[np.ndarray, "m 2"]:
    """The part of a polygon on one side of a vertical or horizontal line."""
    if not len(points):
        return points
    ahead = np.roll(points, -1, axis=0)
    here, there = (points[:, axis] - limit) * inside, (ahead[:, axis] - limit) * inside
    crosses = (here < 0) != (there < 0)
    share = np.divide(here, here - there, out=np.zeros_like(here), where=crosses)
    crossing = points + share[:, None] * (ahead - points)
    crossing[:, axis] = limit
    pairs: Float64[np.ndarray, "m 2"] = np.stack([points, crossing], axis=1).reshape(-1, 2)[
        np.stack([here >= 0, crosses], axis=1).ravel()
    ]
    return pairs
