"""Light on the faces of a world: ambient, lamps, soft shadows of convex things, dark creases and contacts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64

from synth.engines.world import _kernels
from synth.engines.world.camera import Points3, between
from synth.engines.world.shapes import convex, normal
from synth.engines.world.spec import Lamp, Panel, Tube, Vec

Lamps = Float64[np.ndarray, "k 8"]
Gains = Float32[np.ndarray, "gh gw 3"]
Lines = Float64[np.ndarray, "m 3"]

CELLS = 56
"""Grid cells along the longer side of a panel"""
CREASE = 0.35
"""m over which a corner of the room gets lighter"""
CONTACT = 0.45
"""Share of light lost where a thing touches a plane"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Points of a face at which light is computed."""

    shape: tuple[int, int]
    points: Float64[np.ndarray, "n 5"]
    """x, y, z in the world, then u, v on the face in m"""
    normals: Points3
    base: Float64[np.ndarray, "n 3"]
    """Light without the lamps"""
    panel: Panel | None
    """None on a tube"""


def lamps_at(lamps: Sequence[Lamp], share: float) -> Lamps:
    """The lamps as numbers, at a share of the clip."""
    rows = [(float(p.kind == "point"), *between(p.start, p.end, share), *p.colour, p.reach) for p in lamps]
    return np.array(rows, float).reshape(-1, 8)


def panel_grid(panel: Panel, ambient: Vec, box: tuple[float, float, float, float] | None = None) -> Grid:
    """Cell centres of a panel, or of a part of it (x, y, width, height)."""
    x, y, width, height = box or (0.0, 0.0, panel.width, panel.height)
    columns, rows = _cells(width, height)
    us, vs = np.meshgrid(x + (np.arange(columns) + 0.5) * width / columns, y + (np.arange(rows) + 0.5) * height / rows)
    u, v = us.ravel(), vs.ravel()
    world = np.array(panel.corner) + u[:, None] * np.array(panel.right) + v[:, None] * np.array(panel.down)
    ways = (u, v, panel.width - u, panel.height - v)
    open_share = np.prod([1 - c * np.exp(-w / CREASE) for c, w in zip(panel.creases, ways, strict=True)], axis=0)
    base = open_share[:, None] * np.array(ambient) * (1 - panel.glow) + 1.1 * panel.glow
    return Grid(
        shape=(rows, columns),
        points=np.c_[world, u, v],
        normals=np.repeat(normal(panel)[None], len(u), axis=0),
        base=base,
        panel=panel,
    )


def tube_grid(
    tube: Tube,
    ambient: Vec,
    arc: tuple[float, float] = (-np.pi, 2 * np.pi),
    box: tuple[float, float] = (0.0, 1.0),
) -> Grid:
    """Cell centres of a tube's side, or of a part: first angle and its length, first height and length in 0..1."""
    columns, rows = 24, 4
    angles = arc[0] + (np.arange(columns) + 0.5) * arc[1] / columns
    falls = box[0] + (np.arange(rows) + 0.5) * box[1] / rows
    angle, fall = (grid.ravel() for grid in np.meshgrid(angles, falls))
    out = np.stack([np.sin(angle), np.zeros(len(angle)), -np.cos(angle)], axis=1)
    world = np.array(tube.foot) + tube.radius * out
    world[:, 1] -= tube.height * (1 - fall)
    base = np.repeat(np.array(ambient)[None], len(angle), axis=0)
    return Grid(shape=(rows, columns), points=np.c_[world, angle, fall], normals=out, base=base, panel=None)


def touched(grid: Grid, others: Sequence[Points3]) -> Grid:
    """The grid with dark contacts where things stand on its panel."""
    base = grid.base
    for points in others:
        near = _plane(grid, points)
        foot = near[near[:, 2] < 0.03, :2]
        if len(foot) < 3 or near[:, 2].min() < -0.03:
            continue
        size = float(np.ptp(near, axis=0).min())
        lines = _lines(convex(foot))
        if not len(lines):
            continue
        outside = (grid.points[:, 3:] @ lines[:, :2].T + lines[:, 2]).max(axis=1)
        base = base * (1 - CONTACT * np.exp(-np.maximum(outside, 0) / max(0.3 * size, 0.02)))[:, None]
    return Grid(shape=grid.shape, points=grid.points, normals=grid.normals, base=base, panel=grid.panel)


def shine(grid: Grid, lamps: Lamps, others: Sequence[Points3], softness: Sequence[float]) -> Gains:
    """Gain at each cell; `others` are the corners of convex things that may cast a shadow on the grid."""
    lines: list[Lines] = []
    owners: list[int] = []
    widths: list[float] = []
    for index, lamp in enumerate(lamps):
        for points in others:
            cast = _shadow(grid, points, lamp)
            if cast is not None and len(shape := _lines(convex(cast[:, :2]))) > 2:
                lines.append(shape)
                owners.append(index)
                widths.append(0.01 + softness[index] * float(np.abs(cast[:, 2]).mean()))
    gains = np.zeros((len(grid.points), 3))
    hulls = (
        np.concatenate(lines) if lines else np.zeros((0, 3)),
        np.cumsum([len(part) for part in lines]).astype(np.int64),
        np.array(owners, np.int64),
        np.array(widths, float),
    )
    _kernels.shade(grid.points, grid.normals, grid.base, lamps, hulls, gains)
    return np.clip(gains, 0, 4).astype(np.float32).reshape(*grid.shape, 3)


def shaded(grid: Grid, lamps: Lamps, points: Points3) -> bool:
    """Whether a convex thing casts a shadow on the grid."""
    return any(_shadow(grid, points, lamp) is not None for lamp in lamps)


def _shadow(grid: Grid, points: Points3, lamp: Float64[np.ndarray, " 8"]) -> Points3 | None:
    """(u, v) of a shadow's corners on the grid's panel and the height of what casts them; None: it misses."""
    if grid.panel is None:
        return None
    near = _plane(grid, points)
    if near[:, 2].min() < -0.03 or near[:, 2].max() < 0.02:
        return None
    cast = _cast(grid, near, lamp)
    return None if cast is None or not _meets(cast, grid) else np.c_[cast, near[:, 2]]


def _cells(width: float, height: float) -> tuple[int, int]:
    longest = max(width, height)
    return max(round(CELLS * width / longest), 4), max(round(CELLS * height / longest), 4)


def _plane(grid: Grid, points: Points3) -> Points3:
    """World points as (u, v, height) over the grid's panel."""
    assert grid.panel is not None
    axes = np.stack([np.array(grid.panel.right), np.array(grid.panel.down), grid.normals[0]], axis=1)
    return (points - grid.panel.corner) @ axes


def _cast(grid: Grid, points: Points3, lamp: Float64[np.ndarray, " 8"]) -> Float64[np.ndarray, "n 2"] | None:
    """Where the shadow of points (u, v, height) falls on the panel; None: they are not between it and the lamp."""
    assert grid.panel is not None
    axes = np.stack([np.array(grid.panel.right), np.array(grid.panel.down), grid.normals[0]], axis=1)
    height = np.maximum(points[:, 2:], 0)
    if lamp[0] == 0:
        way = lamp[1:4] @ axes
        return None if way[2] <= 0.02 else points[:, :2] - height * way[:2] / way[2]
    source = (lamp[1:4] - grid.panel.corner) @ axes
    if source[2] - height.max() < 0.05:
        return None
    return points[:, :2] + (points[:, :2] - source[:2]) * height / (source[2] - height)


def _meets(points: Float64[np.ndarray, "n 2"], grid: Grid) -> bool:
    low, high = grid.points[:, 3:].min(axis=0), grid.points[:, 3:].max(axis=0)
    return bool((points.max(axis=0) > low).all() and (points.min(axis=0) < high).all())


def _lines(polygon: Float64[np.ndarray, "n 2"]) -> Lines:
    """Signed distance lines of a convex polygon, none if it is flat: a u + b v + c is positive outside."""
    step = np.roll(polygon, -1, axis=0) - polygon
    length = np.hypot(*step.T)
    if length.max() < 1e-6 or len(polygon) < 3:
        return np.zeros((0, 3))
    step, start = step[length > 1e-9] / length[length > 1e-9, None], polygon[length > 1e-9]
    out = np.stack([step[:, 1], -step[:, 0]], axis=1)
    if ((polygon.mean(axis=0) - start) * out).sum(axis=1).mean() > 0:
        out = -out
    return np.c_[out, -(start * out).sum(axis=1)]
