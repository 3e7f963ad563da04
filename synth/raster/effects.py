"""Effects as shapes: what a painter or sign maker does to letters, before any pixel exists."""

from collections.abc import Sequence

import numpy as np
import shapely
from jaxtyping import Float64
from shapely.geometry.base import BaseGeometry

from synth.raster.outline import EMPTY, Outline, joined

Points = Float64[np.ndarray, "_ 2"]

QUARTER = 12
"""Segments of a round join's quarter circle: 1/16 px off a border of 0.1 em on text of 200 px"""
CORNER = 20
"""The same for the larger radius of a board"""
LAMP = 20
"""Sides of a lamp"""


def border(outline: Outline, width: float) -> Outline:
    """The shape grown by `width` with round joins; holes shrink."""
    return _outline(shapely.buffer(_area(outline), width, quad_segs=QUARTER))


def extruded(outline: Outline, dx: float, dy: float) -> Outline:
    """Everything the shape passes over while it moves by (dx, dy)."""
    area, shift = _area(outline), np.array([dx, dy], float)
    strips = [strip for contour in contours(outline) for strip in _swept(contour, shift)]
    moved = shapely.transform(area, lambda points: points + shift)
    return _outline(shapely.union_all([area, moved, *_polygons(strips)]))


def lamps(outline: Outline, pitch: float, size: float) -> Outline:
    """Round lamps, `size` * pitch across, at those points ((i + 0.5) * pitch, (j + 0.5) * pitch) inside the shape."""
    if not len(outline.points):
        return EMPTY
    low, high = np.floor(outline.points.min(axis=0) / pitch), np.ceil(outline.points.max(axis=0) / pitch)
    across, down = (np.arange(first, last) for first, last in zip(low, high, strict=True))
    centres = (np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2) + 0.5) * pitch
    area = _area(outline)
    shapely.prepare(area)
    lit = centres[shapely.contains_xy(area, centres)]
    points = (lit[:, None] + _circle(LAMP) * (pitch * size / 2)).reshape(-1, 2)
    return Outline(points=points, ends=np.arange(1, len(lit) + 1) * LAMP)


def rounded_rectangle(width: float, height: float, radius: float) -> Outline:
    """From (0, 0) to (width, height); `radius` is cut to half the shorter side."""
    reach = min(radius, width / 2, height / 2)
    turn = np.linspace(0, np.pi / 2, CORNER + 1 if reach > 0 else 1)
    right, bottom = width - reach, height - reach
    centres = np.array([(right, bottom), (reach, bottom), (reach, reach), (right, reach)])
    angles = turn + np.arange(4)[:, None] * np.pi / 2
    points = centres[:, None] + reach * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    return Outline(points=points.reshape(-1, 2), ends=np.array([4 * len(turn)]))


def contours(outline: Outline) -> list[Points]:
    """Point lists of the contours that have an area."""
    return [ring for ring in np.split(outline.points, outline.ends[:-1]) if len(ring) > 2]


def _circle(sides: int) -> Points:
    """Polygon with the area of the unit circle."""
    angles = np.arange(sides) * (2 * np.pi / sides)
    radius = np.sqrt(2 * np.pi / (sides * np.sin(2 * np.pi / sides)))
    return np.stack([np.cos(angles), np.sin(angles)], axis=1) * float(radius)


def _area(outline: Outline) -> BaseGeometry:
    """Contours within an even number of others are pieces, the rest are holes in the smallest one around them."""
    rings = np.array(_polygons(contours(outline)), object)
    inner, outer = shapely.STRtree(rings).query(rings, predicate="within")
    apart = inner != outer
    inner, outer = inner[apart], outer[apart]
    depth = np.bincount(inner, minlength=len(rings))
    pieces = rings.copy()
    for hole in np.flatnonzero(depth % 2):
        around = outer[inner == hole]
        parent = around[np.argmax(depth[around])]
        pieces[parent] = shapely.difference(pieces[parent], rings[hole])
    return shapely.union_all(pieces[depth % 2 == 0])


def _polygons(rings: Sequence[Points]) -> list[BaseGeometry]:
    shapes = np.array([shapely.Polygon(ring) for ring in rings], object)
    broken = ~shapely.is_valid(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    return list(shapes)


def _swept(contour: Points, shift: Float64[np.ndarray, "2"]) -> list[Points]:
    """Strips between a contour and its moved copy, one for each run of edges on the same side of the motion."""
    edges = np.roll(contour, -1, axis=0) - contour
    side = np.sign(edges[:, 0] * shift[1] - edges[:, 1] * shift[0])
    turns = np.flatnonzero(side != np.roll(side, 1))
    strips = []
    for first, last in zip(turns, np.append(turns[1:], turns[:1] + len(contour)), strict=True):
        run = contour[np.arange(first, last + 1) % len(contour)]
        if side[first] != 0:
            strips.append(np.concatenate([run, (run + shift)[::-1]]))
    return strips


def _outline(shape: BaseGeometry) -> Outline:
    polygons = [part for part in shapely.get_parts(shape) if isinstance(part, shapely.Polygon)]
    rings = [ring for polygon in polygons for ring in (polygon.exterior, *polygon.interiors)]
    points = [shapely.get_coordinates(ring)[:-1] for ring in rings]
    return joined([Outline(points=p, ends=np.array([len(p)])) for p in points if len(p) > 2])
