"""Polygons round pixels that are to be ignored: filled, they are exactly these pixels."""

from collections.abc import Iterator

import cv2
import numpy as np
import shapely
from jaxtyping import Bool, Int32

from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Mask

Pixels = Bool[np.ndarray, "h w"]
MARGIN = 0.25
"""px round the centres of the outermost pixels, so that a dot or a line has an area too"""


def parts(region: Pixels) -> list[tuple[Polygon, Mask]]:
    """The 8-connected parts of a region, with their pixels; a part with a hole is cut in two until it has none."""
    return [(_polygon(points), _drawn(points, region.shape)) for points in _contours(region, 0)]


def _contours(region: Pixels, left: int) -> Iterator[Int32[np.ndarray, "n 2"]]:
    """Centres of the pixels along the border of each part."""
    contours, tree = cv2.findContours(region.view(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for i, contour in enumerate(contours):
        hole = int(tree[0][i][2])
        if tree[0][i][3] >= 0:
            continue
        if hole < 0:
            yield np.asarray(contour, np.int32).reshape(-1, 2) + np.array([left, 0], np.int32)
            continue
        only = np.zeros(region.shape, np.uint8)
        cv2.drawContours(only, contours, i, 1, cv2.FILLED, hierarchy=tree, maxLevel=1)
        cut = int(contours[hole].reshape(-1, 2)[:, 0].mean()) + 1
        kept = region & (only > 0)
        yield from _contours(np.ascontiguousarray(kept[:, :cut]), left)
        yield from _contours(np.ascontiguousarray(kept[:, cut:]), left + cut)


def _polygon(points: Int32[np.ndarray, "n 2"]) -> Polygon:
    centres = points + 0.5
    closed = np.concatenate([centres, centres[:1], centres[:1], centres[:1]])
    shape = shapely.union(shapely.linestrings(closed), shapely.make_valid(shapely.polygons(closed)))
    ring = shapely.get_exterior_ring(shape.buffer(MARGIN, quad_segs=1))
    return geometry.clockwise(geometry.rounded(shapely.get_coordinates(ring)[:-1]))


def _drawn(points: Int32[np.ndarray, "n 2"], shape: tuple[int, ...]) -> Mask:
    page = np.zeros(shape, np.uint8)
    cv2.fillPoly(page, [points], 1)
    return masks.encode(page > 0)
