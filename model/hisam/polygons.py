"""Word polygons to kernels and back: words that touch stay apart when each is learned as its inner part."""

import cv2
import numpy as np
import shapely
from jaxtyping import Bool, Float64

from sts import geometry
from sts.geometry import Polygon

Points = Float64[np.ndarray, "n 2"]
Ring = Float64[np.ndarray, "_ 2"]
KERNEL = 0.4
"""What is left of a word's width and height, about"""
UNCLIP = 2.0
"""How far a kernel grows: area * UNCLIP / perimeter"""
SMOOTH = 0.002
"""Largest error of a contour with fewer points, as a share of its length"""
LEAST_AREA = 32
"""px² of the picture; smaller words are left out"""


def shrink(polygon: Points) -> list[Ring]:
    """The kernel of a word: moved inward by D = A (1 - 0.4²) / P (arXiv 1911.08947).

    A concave word may fall into several; one too thin to have a kernel keeps its shape.
    """
    shape = shapely.make_valid(shapely.polygons(polygon))
    if shape.length == 0:
        return []
    inner = shape.buffer(-shape.area * (1 - KERNEL**2) / shape.length)
    return [shapely.get_coordinates(part.exterior) for part in _parts(shape if inner.is_empty else inner)]


def words(kernels: Bool[np.ndarray, "h w"]) -> list[Polygon]:
    """Words of a mask of kernels, each grown by D = A * 2 / P and cut at the border; from top to bottom."""
    contours, _ = cv2.findContours(kernels.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    grown = [_grown(np.asarray(contour, np.float64)[:, 0]) for contour in reversed(contours)]
    return [polygon for one in grown if one is not None for polygon in _within(one, kernels.shape)]


def _grown(contour: Points) -> Ring | None:
    """One polygon, or None. A contour goes through pixel centres: one a pixel wide has an area only with its pixels."""
    pixels = shapely.multipoints(contour + 0.5).buffer(0.5, cap_style="square")
    outline = shapely.union_all([pixels, *_filled(contour + 0.5)])
    (outer, *rest) = _parts(outline)
    if rest:
        return None
    points = shapely.get_coordinates(outer.exterior)[:-1]
    smooth = cv2.approxPolyDP(points.astype(np.float32)[:, None], SMOOTH * outer.length, True)[:, 0]
    if len(smooth) < 4:
        return None
    kernel = shapely.make_valid(shapely.polygons(smooth.astype(np.float64)))
    parts = _parts(kernel.buffer(kernel.area * UNCLIP / kernel.length, quad_segs=2))
    return shapely.get_coordinates(parts[0].exterior)[:-1] if len(parts) == 1 else None


def _filled(points: Points) -> list[shapely.Polygon]:
    return _parts(shapely.make_valid(shapely.polygons(points))) if len(points) > 2 else []


def _within(points: Points, size: tuple[int, ...]) -> list[Polygon]:
    """The part inside the picture, clockwise from its top-left corner; none where that is too small."""
    inside = geometry.clockwise(geometry.clip([(x, y) for x, y in points.tolist()], *size))
    if geometry.area(inside) < LEAST_AREA:
        return []
    first = int(np.argmin(np.sum(inside, axis=1)))
    return [geometry.rounded(inside[first:] + inside[:first])]


def _parts(shape: shapely.Geometry) -> list[shapely.Polygon]:
    """The polygons of a shape; lines and points are left out."""
    found = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    inner = [part for part in shapely.get_parts(shape) if part.geom_type == "MultiPolygon"]
    return found + [part for group in inner for part in group.geoms]
