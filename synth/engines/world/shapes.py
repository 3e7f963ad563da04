"""Geometry of the things in a world: corners, outlines in the picture, and who stands in front of whom."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64

from synth.engines.world.camera import Points3, View
from synth.engines.world.spec import Panel, Solid, Tube
from synth.raster.outline import Outline

Points = Float64[np.ndarray, "_ 2"]

NEAR = 0.05
"""m; nothing closer to the eye is drawn"""
ROUND = 160
"""Corners of a circle"""
TOUCH = 1e-4
"""m; what is that close to a plane lies on it"""


def point(panel: Panel, x: float, y: float) -> Float64[np.ndarray, " 3"]:
    """World position of a point of the panel, m from its top left."""
    return np.array(panel.corner) + x * np.array(panel.right) + y * np.array(panel.down)


def corners(panel: Panel) -> Points3:
    """Clockwise from the top left."""
    w, h = panel.width, panel.height
    return np.stack([point(panel, x, y) for x, y in ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h))])


def normal(panel: Panel) -> Float64[np.ndarray, " 3"]:
    """Unit vector out of the front."""
    return np.cross(panel.down, panel.right)


def faces(panel: Panel, view: View) -> bool:
    """Whether the eye is in front of the panel."""
    return bool(normal(panel) @ (view.eye - panel.corner) > TOUCH)


def plane_matrix(view: View, panel: Panel) -> Float64[np.ndarray, "3 3"]:
    """Panel position in 0..1 to frame px."""
    right, down = panel.width * np.array(panel.right), panel.height * np.array(panel.down)
    return view.matrix @ np.c_[np.r_[right, 0], np.r_[down, 0], np.r_[panel.corner, 1]]


def lid(tube: Tube, view: View) -> Panel | None:
    """The square round the end of a tube that the eye sees."""
    x, foot, z = tube.foot
    top = foot - tube.height
    if top <= view.eye[1] <= foot:
        return None
    r, y = tube.radius, top if view.eye[1] < top else foot
    down = (0.0, 0.0, -1.0)
    return Panel(
        corner=(x - r, y, z + r), right=(1.0, 0.0, 0.0), down=down, width=2 * r, height=2 * r, material=tube.cap
    )


def ring(tube: Tube, y: float, count: int = ROUND) -> Points3:
    """Points on the circle at height y."""
    angle = np.arange(count) * (2 * np.pi / count)
    x, _, z = tube.foot
    return np.stack([x + tube.radius * np.sin(angle), np.full(count, y), z - tube.radius * np.cos(angle)], axis=1)


def rings(tube: Tube, count: int = ROUND) -> Points3:
    """Both ends of a tube."""
    return np.concatenate([ring(tube, tube.foot[1], count), ring(tube, tube.foot[1] - tube.height, count)])


def polygon(view: View, points: Points3, width: int, height: int) -> Outline | None:
    """A flat convex shape as the frame shows it, cut to a little more than the frame; None: not in it."""
    seen = view.project(points)
    for line in ((0, 0, 1, -NEAR), (1, 0, 2, 0), (-1, 0, width + 2, 0), (0, 1, 2, 0), (0, -1, height + 2, 0)):
        seen = _cut(seen, seen @ np.array(line[:3], float) + line[3])
        if len(seen) < 3:
            return None
    return closed(seen[:, :2] / seen[:, 2:])


def hull(view: View, points: Points3) -> Outline | None:
    """What a convex thing covers in the frame; None: part of it is behind the eye."""
    seen = view.project(points)
    if seen[:, 2].min() < NEAR:
        return None
    return closed(convex(seen[:, :2] / seen[:, 2:]))


def convex(points: Points) -> Points:
    """Corners of the convex hull."""
    return points[cv2.convexHull(points.astype(np.float32), returnPoints=False)[:, 0]]


def closed(points: Points) -> Outline:
    """One contour."""
    return Outline(points=points, ends=np.array([len(points)]))


def _cut(points: Points3, inside: Float64[np.ndarray, " n"]) -> Points3:
    """The part of a convex polygon where `inside`, linear over it, is not negative."""
    if inside.min() >= 0:
        return points
    kept = []
    for index in range(len(points)):
        here, there = inside[index - 1], inside[index]
        if (here < 0) != (there < 0):
            share = here / (here - there)
            kept.append(points[index - 1] + share * (points[index] - points[index - 1]))
        if there >= 0:
            kept.append(points[index])
    return np.array(kept).reshape(-1, 3)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Body:
    """What decides whether one convex thing hides another: its corners and the planes of its sides."""

    points: Points3
    normals: Float64[np.ndarray, "m 3"]
    offsets: Float64[np.ndarray, " m"]
    """normal @ point - offset is positive outside"""


def body_of(solid: Solid) -> Body:
    """Corners and sides of a solid."""
    if solid.tube is not None:
        count = 24
        points, y = rings(solid.tube, count), solid.tube.foot[1]
        angle = (np.arange(count) + 0.5) * (2 * np.pi / count)
        sides = np.stack([np.sin(angle), np.zeros(count), -np.cos(angle)], axis=1)
        reach = sides @ np.array(solid.tube.foot) + solid.tube.radius * np.cos(np.pi / count)
        normals = np.concatenate([sides, [(0.0, -1.0, 0.0), (0.0, 1.0, 0.0)]])
        return Body(points=points, normals=normals, offsets=np.r_[reach, solid.tube.height - y, y])
    points = np.concatenate([corners(panel) for panel in solid.panels])
    normals = np.stack([normal(panel) for panel in solid.panels])
    offsets = np.array([n @ panel.corner for n, panel in zip(normals, solid.panels, strict=True)])
    if len(solid.panels) == 1:
        normals, offsets = np.concatenate([normals, -normals]), np.r_[offsets, -offsets]
    return Body(points=points, normals=normals, offsets=offsets)


def hides(first: Body, second: Body, eye: Float64[np.ndarray, " 3"]) -> bool:
    """Whether the first may stand between the eye and the second."""
    if _behind(first, second, eye):
        return False
    return _behind(second, first, eye) or _nearer(first, second, eye)


def _behind(one: Body, other: Body, eye: Float64[np.ndarray, " 3"]) -> bool:
    """Whether a plane shows that `one` cannot hide `other`: it parts them, and the eye is on the other's side."""
    apart = (other.points @ one.normals.T - one.offsets >= -TOUCH).all(axis=0)
    if (apart & (one.normals @ eye - one.offsets > 0)).any():
        return True
    apart = (one.points @ other.normals.T - other.offsets >= -TOUCH).all(axis=0)
    return bool((apart & (other.normals @ eye - other.offsets <= 0)).any())


def _nearer(first: Body, second: Body, eye: Float64[np.ndarray, " 3"]) -> bool:
    ways = [float(np.linalg.norm(body.points.mean(axis=0) - eye)) for body in (first, second)]
    return ways[0] < ways[1]


def back_to_front(bodies: Sequence[Body], eye: Float64[np.ndarray, " 3"]) -> list[int]:
    """Indices in the order in which to paint; a ring of things that hide each other is broken at the farthest."""
    left = sorted(range(len(bodies)), key=lambda i: -float(np.linalg.norm(bodies[i].points.mean(axis=0) - eye)))
    order = []
    while left:
        free = (i for i in left if not any(hides(bodies[i], bodies[j], eye) for j in left if j != i))
        chosen = next(free, left[0])
        left.remove(chosen)
        order.append(chosen)
    return order
