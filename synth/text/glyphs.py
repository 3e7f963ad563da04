"""Glyph outlines: read through HarfBuzz, freed of self-overlap by Skia, flattened once for each font and glyph."""

from collections.abc import Sequence

import numpy as np
import pathops
from jaxtyping import Float64

from synth.raster.outline import EMPTY, Outline

Points = Float64[np.ndarray, "_ 2"]

TOLERANCE = 1 / 2000
"""em; distance between a curve and its chords"""
MOST_STEPS = 64
"""Chords of one curve"""
SQUARE = 1000.0
"""Side on which shapes are compared, as large as a font's em: Skia wants no small numbers"""


def without_overlap(path: pathops.Path) -> pathops.Path:
    """The same filled shape with contours that do not cross; outer contours and holes run opposite ways."""
    result = pathops.Path(path)
    try:
        result.simplify(fix_winding=True, keep_starting_points=False)
    except pathops.PathOpsError:
        return path
    return result


def moved(path: pathops.Path, x: int, y: int, turned: bool) -> pathops.Path:
    """The path at (x, y), turned clockwise by a quarter first where asked; font units, y up."""
    return path.transform(0, -1, 1, 0, x, y) if turned else path.transform(1, 0, 0, 1, x, y)


def likeness(one: pathops.Path, other: pathops.Path) -> float:
    """Area that both shapes cover over the area that any covers, stretched to one square; 0 for no ink."""
    if not one.area or not other.area:
        return 0.0
    first, second = _squared(one), _squared(other)
    both = float(pathops.op(first, second, pathops.PathOp.INTERSECTION).area)
    return both / (first.area + second.area - both)


def _squared(path: pathops.Path) -> pathops.Path:
    x0, y0, x1, y1 = path.bounds
    x, y = SQUARE / (x1 - x0), SQUARE / (y1 - y0)
    return path.transform(x, 0, 0, y, -x * x0, -y * y0)


def flatten(path: pathops.Path, upem: int) -> Outline:
    """Font units, y up, to an outline in em, y down."""
    contours: list[Points] = []
    pieces: list[Points] = []
    for verb, points in path:
        if verb in (pathops.PathVerb.MOVE, pathops.PathVerb.CLOSE):
            _finish(pieces, contours)
        pieces += [_chords(pieces, points, TOLERANCE * upem)] if points else []
    _finish(pieces, contours)
    if not contours:
        return EMPTY
    ends = np.cumsum([len(contour) for contour in contours]).astype(np.int64)
    return Outline(points=np.concatenate(contours) * (1 / upem, -1 / upem), ends=ends)


def split_long(outline: Outline, longest: float) -> Outline:
    """The same shape with points at most `longest` apart, so that straight strokes can bend."""
    if not len(outline.ends):
        return outline
    following = np.arange(1, len(outline.points) + 1)
    following[outline.ends - 1] = np.concatenate([[0], outline.ends[:-1]])
    step = outline.points[following] - outline.points
    counts = np.maximum(np.ceil(np.hypot(step[:, 0], step[:, 1]) / longest), 1).astype(np.int64)
    last = np.cumsum(counts)
    share = (np.arange(last[-1]) - np.repeat(last - counts, counts)) / np.repeat(counts, counts)
    points = np.repeat(outline.points, counts, axis=0) + np.repeat(step, counts, axis=0) * share[:, None]
    return Outline(points=points, ends=last[outline.ends - 1])


def _finish(pieces: list[Points], contours: list[Points]) -> None:
    """Ends the contour in `pieces`, without points that repeat the one before."""
    if pieces:
        points = np.concatenate(pieces)
        distinct = np.any(points != np.roll(points, 1, axis=0), axis=1)
        if distinct.sum() > 2:
            contours.append(points[distinct])
    pieces.clear()


def _chords(pieces: list[Points], points: Sequence[tuple[float, float]], tolerance: float) -> Points:
    """Points after the current one along a line, a quadratic or a cubic Bezier curve."""
    if len(points) == 1:
        return np.array(points, np.float64)
    control = np.concatenate([pieces[-1][-1:], np.array(points, np.float64)])
    bend = np.abs(np.diff(control, 2, axis=0)).sum(axis=1).max()
    factor = 0.25 if len(points) == 2 else 0.75
    steps = int(np.clip(np.ceil(np.sqrt(factor * bend / tolerance)), 1, MOST_STEPS))
    t = (np.arange(1, steps + 1) / steps)[:, None]
    blended = control[:, None]
    while len(blended) > 1:
        blended = blended[:-1] * (1 - t) + blended[1:] * t
    return np.ascontiguousarray(blended[0])
