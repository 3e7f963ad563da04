"""From a place on a face to a Surface: its exact position, and whether text there can be seen."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from synth.engines.world.camera import View
from synth.engines.world.layers import Size
from synth.engines.world.shapes import point
from synth.engines.world.spec import Area, Solid, Tube

STEEPEST = np.cos(np.radians(65))
"""Of the angle between the line of sight and the normal, where text is still fine"""
SHARE = 1 / 3
"""Of the frames in which text must be fine"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Site:
    """An area with the axes of its tangent plane."""

    axes: Float64[np.ndarray, "4 4"]
    """Lifted area point in m to world, homogeneous"""
    width: float
    height: float
    radius: float | None


def site(area: Area, solid: Solid) -> Site:
    """Where an area is."""
    if solid.tube is not None:
        return _bent(area, solid.tube)
    panel = solid.panels[area.panel]
    right, down = np.array(panel.right), np.array(panel.down)
    corner = point(panel, area.x, area.y)
    return Site(axes=_axes(right, down, corner), width=area.width, height=area.height, radius=None)


def _bent(area: Area, tube: Tube) -> Site:
    angle = (area.x + area.width / 2) / tube.radius
    right = np.array([np.cos(angle), 0.0, np.sin(angle)])
    out = np.array([np.sin(angle), 0.0, -np.cos(angle)])
    corner = np.array(tube.foot) + tube.radius * out - right * area.width / 2
    corner[1] += area.y - tube.height
    return Site(
        axes=_axes(right, np.array([0.0, 1.0, 0.0]), corner), width=area.width, height=area.height, radius=tube.radius
    )


def _axes(right: np.ndarray, down: np.ndarray, corner: np.ndarray) -> Float64[np.ndarray, "4 4"]:
    axes = np.eye(4)
    axes[:3] = np.stack([right, down, np.cross(right, down), corner], axis=1)
    return axes


def rim(place: Site) -> tuple[Float64[np.ndarray, "n 3"], Float64[np.ndarray, "n 3"]]:
    """World points round the edge of an area, clockwise from its top left, and the normals there."""
    across = np.linspace(0, 1, 9)
    x = np.r_[across, across[::-1]] * place.width
    y = np.repeat((0.0, place.height), 9)
    angle = np.zeros(18) if place.radius is None else (x - place.width / 2) / place.radius
    flat = np.stack([x, y, np.zeros(18), np.ones(18)], axis=1)
    if place.radius is not None:
        flat[:, 0] = place.width / 2 + place.radius * np.sin(angle)
        flat[:, 2] = place.radius * (1 - np.cos(angle))
    out = np.stack([np.sin(angle), np.zeros(18), -np.cos(angle)], axis=1)
    return flat @ place.axes[:3].T, out @ place.axes[:3, :3].T


def seen_size(place: Site, view: View, size: Size) -> tuple[float, float] | None:
    """Width and height in px of the part in view that faces the eye well; None: some of it is behind or turned away."""
    points, normals = rim(place)
    ways = view.eye - points
    slope = (ways * normals).sum(axis=1) / np.linalg.norm(ways, axis=1)
    seen = view.project(points)
    if seen[:, 2].min() < 0.2 or slope.min() < 0.04:
        return None
    if float(np.median(slope)) < STEEPEST:
        return 0.0, 0.0
    image = np.clip(seen[:, :2] / seen[:, 2:], 0, (size.width, size.height))
    upper, lower = image[:9], image[:8:-1]
    return float(np.ptp(image[:, 0])), float(np.median(lower[:, 1] - upper[:, 1]))


def fit(place: Site, views: tuple[View, ...], size: Size) -> bool:
    """Whether text can stand here: large enough and well turned in a third of the frames, never turned away."""
    found = [seen_size(place, view, size) for view in views]
    least = (min(60.0, size.width / 8), min(25.0, size.width / 14, size.height / 9))
    fine = [part is not None and part[0] >= least[0] and part[1] >= least[1] for part in found]
    return None not in found and sum(fine) >= max(SHARE * len(views), 1)


def key_frame(place: Site, views: tuple[View, ...], size: Size) -> int:
    """The frame that shows most of it; the middle one if it is nearly as good."""
    areas = [part[0] * part[1] if part else 0.0 for part in (seen_size(place, view, size) for view in views)]
    middle = len(views) // 2
    return middle if areas[middle] > 0.8 * max(areas) else int(np.argmax(areas))


def scale(place: Site, view: View) -> float:
    """px per m in the middle of an area."""
    middle = np.array([place.width / 2, place.height / 2, 0, 1])
    step = 1e-4
    moved = middle + step * np.array([(0, 0, 0, 0), (1, 0, 0, 0), (0, 1, 0, 0)])
    points = moved @ place.axes[:3].T
    seen = view.project(points)
    image = seen[:, :2] / seen[:, 2:]
    return float(np.sqrt(abs(np.linalg.det(image[1:] - image[0])))) / step
