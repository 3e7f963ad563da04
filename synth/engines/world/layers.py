"""What of each thing shows in a frame: exact coverage of its faces, and of the whole of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import UInt8

from synth.engines.world import figures
from synth.engines.world.camera import Points3, View, between
from synth.engines.world.shapes import corners, faces, hull, lid, plane_matrix, polygon, ring, rings
from synth.engines.world.spec import Card, Panel, Solid, Tube
from synth.raster.coverage import Roi, blurred, cover, roi_of
from synth.raster.outline import Outline

Coverage = UInt8[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Face:
    """One face of a thing where the frame shows it."""

    panel: Panel | None
    """None: the side of the solid's tube"""
    number: int
    """Index among the solid's panels; after them the end of a tube; -1 for its side"""
    roi: Roi
    coverage: Coverage
    free: Coverage | None = None
    """0 where something else hides it altogether; None: nowhere"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Layer:
    """Everything of one thing in one frame."""

    faces: tuple[Face, ...]
    roi: Roi
    alpha: Coverage
    """Sum of the faces"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Of the frame, px."""

    width: int
    height: int


def solid_layer(solid: Solid, view: View, size: Size) -> Layer | None:
    """None: nothing of it is in the frame."""
    if solid.tube is not None:
        return _tube_layer(solid.tube, view, size)
    found = []
    for number, panel in enumerate(solid.panels):
        outline = polygon(view, corners(panel), size.width, size.height) if faces(panel, view) else None
        face = None if outline is None else _face(outline, panel, number, size)
        if face is not None:
            found.append(face)
    return _joined(found)


def _tube_layer(tube: Tube, view: View, size: Size) -> Layer | None:
    whole = hull(view, rings(tube))
    side = None if whole is None else _face(whole, None, -1, size)
    if side is None:
        return None
    panel = lid(tube, view)
    if panel is None:
        return Layer(faces=(side,), roi=side.roi, alpha=side.coverage)
    outline = polygon(view, ring(tube, panel.corner[1]), size.width, size.height)
    end = None if outline is None else _face(outline, panel, 0, size)
    if end is None:
        return Layer(faces=(side,), roi=side.roi, alpha=side.coverage)
    bare = side.coverage.copy()
    inside = bare[_within(end.roi, side.roi)]
    inside -= np.minimum(inside, end.coverage)
    return Layer(faces=(replace(side, coverage=bare), end), roi=side.roi, alpha=side.coverage)


def card_panel(card: Card, share: float) -> Panel:
    """The picture of a figure at a share of its way, mirrored when it goes left."""
    aspect = figures.SHAPES[card.shape].aspect
    foot = between(card.start, card.end, share)
    side = -1.0 if card.end[0] < card.start[0] else 1.0
    corner = foot - (side * aspect * card.height / 2, card.height, 0)
    return Panel(
        corner=(float(corner[0]), float(corner[1]), float(corner[2])),
        right=(side, 0.0, 0.0),
        down=(0.0, 1.0, 0.0),
        width=aspect * card.height,
        height=card.height,
        material=card.material,
    )


def card_points(panel: Panel, outline: Outline) -> Points3:
    """The figure's outline in the world."""
    right, down = panel.width * np.array(panel.right), panel.height * np.array(panel.down)
    return np.array(panel.corner) + outline.points @ np.stack([right, down])


def card_layer(card: Card, panel: Panel, outline: Outline, view: View, size: Size) -> Layer | None:
    """None: nothing of it is in the frame."""
    seen = view.project(card_points(panel, outline))
    if seen[:, 2].min() < 0.05:
        return None
    margin = float(np.ceil(3 * card.blur))
    face = _face(Outline(points=seen[:, :2] / seen[:, 2:], ends=outline.ends), panel, 0, size, margin)
    return None if face is None else _joined([replace(face, coverage=blurred(face.coverage, card.blur))])


def visible(layers: Sequence[tuple[int, Layer]], size: Size) -> list[tuple[int, Layer]]:
    """The same layers; what a later one hides altogether is marked: less to paint for the same picture."""
    free = np.full((size.height, size.width), 255, np.uint8)
    kept: list[tuple[int, Layer]] = []
    for index, layer in reversed(layers):
        parts = [replace(face, free=free[face.roi.slices].copy()) for face in layer.faces]
        parts = [part for part in parts if part.free is not None and (part.coverage & part.free).any()]
        if parts:
            here = free[layer.roi.slices]
            kept.append((index, replace(layer, faces=tuple(parts), alpha=layer.alpha & here)))
            here[layer.alpha == 255] = 0
    return kept[::-1]


def matrix(face: Face, view: View) -> np.ndarray:
    """0..1 of the face's panel to frame px."""
    assert face.panel is not None
    return plane_matrix(view, face.panel)


def _face(outline: Outline, panel: Panel | None, number: int, size: Size, margin: float = 0.0) -> Face | None:
    roi = roi_of(outline.points, size.height, size.width, margin)
    return None if roi is None else Face(panel=panel, number=number, roi=roi, coverage=cover(outline, roi))


def _joined(parts: list[Face]) -> Layer | None:
    if not parts:
        return None
    if len(parts) == 1:
        return Layer(faces=tuple(parts), roi=parts[0].roi, alpha=parts[0].coverage)
    left, top = min(p.roi.left for p in parts), min(p.roi.top for p in parts)
    right = max(p.roi.left + p.roi.width for p in parts)
    bottom = max(p.roi.top + p.roi.height for p in parts)
    roi = Roi(left=left, top=top, width=right - left, height=bottom - top)
    total = np.zeros((roi.height, roi.width), np.uint8)
    for part in parts:
        inside = total[_within(part.roi, roi)]
        inside += np.minimum(part.coverage, 255 - inside)
    return Layer(faces=tuple(parts), roi=roi, alpha=total)


def _within(inner: Roi, outer: Roi) -> tuple[slice, slice]:
    """Rows and columns of the inner roi in a picture of the outer one."""
    top, left = inner.top - outer.top, inner.left - outer.left
    return slice(top, top + inner.height), slice(left, left + inner.width)
