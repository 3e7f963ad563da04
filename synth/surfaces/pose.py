"""How a region lies in space, read from the straight lines around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

Segments = Float64[np.ndarray, "n 4"]
Box = tuple[float, float, float, float]
"""xyxy, px"""
Normal = Float64[np.ndarray, " 3"]
"""Unit, towards the camera; camera axes: x right, y down, z forward"""

FOCAL = 1.1
"""Of the picture's width: a usual lens, for want of a calibration"""
STEEPEST = 0.36
"""Tangent of the largest tilt of a baseline, 20 degrees"""
LONG = 0.055
"""Of the picture's width: shorter lines do not tell where lines converge"""
FLATTEST = 0.3
"""Foreshortening at which text can still be read"""
AGREES = 0.03
"""Slope by which a line may miss the vanishing point"""
LEVEL = 0.75
"""Share of a normal that is vertical from which a plane counts as ground"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """A rectangle on a plane in the scene, seen in the key frame."""

    width: float
    """Surface units: px in the key frame, where the plane is tilted the mean of both directions"""
    height: float
    to_key: Float64[np.ndarray, "3 3"]
    """Surface point, origin at the top left, to key-frame px"""
    tilted: bool
    """It has perspective: vanishing lines or a normal told of it"""
    ground: bool
    """The plane faces up"""


def segments(grey: UInt8[np.ndarray, "h w"], shortest: float) -> Segments:
    """Straight lines as x0 y0 x1 y1, px."""
    lines = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    found = np.asarray(lines, np.float64).reshape(-1, 4) + 0.5 if np.any(lines) else np.empty((0, 4))
    return found[np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]) >= shortest]


def lay(box: Box, lines: Segments, size: tuple[int, int]) -> Pose:
    """The largest rectangle in `box` that lies as the lines near it say; upright where they say nothing."""
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    near = _near(box, lines) - np.tile(centre, 2)
    reach = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    long = LONG * size[0]
    along, across = _converge(near, reach[1], long), _converge(near[:, [1, 0, 3, 2]], reach[0], long)
    poses = (_fit(box, choice, centre, size) for choice in _choices(along, across))
    upright = Pose(width=2 * reach[0], height=2 * reach[1], to_key=_move(box[0], box[1]), tilted=False, ground=False)
    return next((pose for pose in poses if pose is not None), upright)


def tilted(box: Box, normal: Normal, size: tuple[int, int]) -> Pose | None:
    """The largest rectangle in `box` on the plane with this normal, its baseline level in the scene.

    The camera is taken to stand upright. On the ground the baseline runs across the line of sight. None where the
    plane is seen too flat, its baseline is too steep, or little of the box is left.
    """
    x, _, z = normal
    across = np.array([1.0, 0.0, 0.0]) - x * normal if abs(normal[1]) > LEVEL else np.array([-z, 0.0, x])
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    rays = np.stack([across, np.cross(across, normal)], axis=1)
    image = rays * np.array([[FOCAL * size[0]], [FOCAL * size[0]], [1.0]])
    image[:2] -= image[2] * (centre - np.array(size) / 2)[:, None]
    (x0, y0, z0), (x1, y1, z1) = image.T.tolist()
    if x0 <= 0 or y1 <= 0:
        return None
    return _fit(box, ((y0 / x0, -z0 / x0), (x1 / y1, -z1 / y1)), centre, size)


Vanishing = tuple[float, float]
"""Slope of the lines through the centre, and how it changes per px across them"""


def _choices(along: Vanishing | None, across: Vanishing | None) -> list[tuple[Vanishing, Vanishing]]:
    """What to believe, most telling first."""
    tried = []
    if along and across:
        tried.append((along, across))
    if across and not along and across[1]:
        tried.append(((0.0, 0.0), across))
    if along:
        tried += (
            [(along, (-along[0], 0.0))] if not along[1] else [(along, (0.0, 0.0)), ((along[0], 0.0), (-along[0], 0.0))]
        )
    return tried


def _near(box: Box, lines: Segments) -> Float64[np.ndarray, "m 4"]:
    """Lines whose middle is within the box grown by half its size."""
    middle = (lines[:, :2] + lines[:, 2:]) / 2
    grow = np.maximum(0.5 * np.array([box[2] - box[0], box[3] - box[1]]), 40)
    inside = (middle > np.array(box[:2]) - grow) & (middle < np.array(box[2:]) + grow)
    near = lines[inside.all(axis=1)]
    length = np.hypot(near[:, 2] - near[:, 0], near[:, 3] - near[:, 1])
    return near[np.argsort(-length, kind="stable")[:40]]


def _converge(lines: Segments, reach: float, long: float) -> Vanishing | None:
    """Slope, and its change across, that the most line length near the x direction agrees with; None for too little."""
    run = lines[:, 2:] - lines[:, :2]
    flat = np.abs(run[:, 1]) < 0.7 * np.abs(run[:, 0])
    start, run = lines[flat, :2], run[flat]
    if len(run) < 3:
        return None
    slope, length = run[:, 1] / run[:, 0], np.hypot(run[:, 0], run[:, 1])
    offset = start[:, 1] - slope * start[:, 0]
    models = _models(slope, offset, length >= long, reach)
    misses = np.abs(models[:, :1] + models[:, 1:] * offset - slope) < AGREES
    support = (misses * length).sum(axis=1) * np.where(models[:, 1] == 0, 1.3, 1.0)
    best = int(np.argmax(support))
    level, change = models[best].tolist()
    counted = misses[best] & ((length >= long) | (change == 0))
    n_needed, share = (3, 0.5) if change == 0 else (4, 0.6)
    if np.count_nonzero(counted) < n_needed or (length * misses[best]).sum() < share * length.sum():
        return None
    return (level, change) if abs(level) < STEEPEST * 1.5 and abs(change) * reach < 0.5 else None


def _models(
    slope: Float64[np.ndarray, " n"], offset: Float64[np.ndarray, " n"], long: Bool[np.ndarray, " n"], reach: float
) -> Float64[np.ndarray, "m 2"]:
    """Every line as the direction of parallels, and every pair of long lines well apart as a vanishing point."""
    parallel = np.stack([slope, np.zeros(len(slope))], axis=1)
    slope, offset = slope[long], offset[long]
    first, second = np.triu_indices(len(slope), 1)
    apart = offset[second] - offset[first]
    wide = np.abs(apart) > 0.5 * reach
    first, second, apart = first[wide], second[wide], apart[wide]
    change = (slope[second] - slope[first]) / apart
    return np.concatenate([np.stack([slope[first] - change * offset[first], change], axis=1), parallel])


def _axes(
    along: Vanishing, across: Vanishing, centre: Float64[np.ndarray, " 2"], size: tuple[int, int]
) -> Float64[np.ndarray, "3 2"]:
    """The vanishing points as rays in the camera, the lens in the middle of the picture."""
    points = np.array([[1.0, along[0], along[1]], [across[0], 1.0, across[1]]]).T
    points[2] *= -1
    absolute = points.copy()
    absolute[:2] += points[2] * (centre - np.array(size) / 2)[:, None]
    absolute[:2] /= FOCAL * size[0]
    return absolute


def _fit(
    box: Box, choice: tuple[Vanishing, Vanishing], centre: Float64[np.ndarray, " 2"], size: tuple[int, int]
) -> Pose | None:
    """None where the axes are not square to each other, the plane is too flat, or little of the box is left."""
    along, across = choice
    rays = _axes(along, across, centre, size)
    tilted = along[1] != 0 or across[1] != 0
    length = np.linalg.norm(rays, axis=0)
    square = abs(rays[:, 0] @ rays[:, 1]) <= 0.3 * length[0] * length[1]
    ratio = float(length[0] / length[1]) if tilted else 1.0
    if abs(along[0]) > STEEPEST or (tilted and not square) or not FLATTEST < ratio < 1 / FLATTEST:
        return None
    plane = np.array([[1.0, ratio * across[0], 0.0], [along[0], ratio, 0.0], [-along[1], -ratio * across[1], 1.0]])
    plane[:, :2] /= np.hypot(1.0, along[0]) * np.sqrt(ratio)
    half = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    sides = _shrink(plane, half, half * [np.sqrt(ratio), np.sqrt(1 / ratio)])
    if sides is None:
        return None
    normal = np.cross(rays[:, 0] / length[0], rays[:, 1] / length[1])
    return Pose(
        width=2 * float(sides[0]),
        height=2 * float(sides[1]),
        to_key=_move(*centre) @ plane @ _move(*-sides),
        tilted=tilted,
        ground=bool(tilted and abs(normal[1]) > LEVEL),
    )


def _shrink(
    plane: Float64[np.ndarray, "3 3"], half: Float64[np.ndarray, " 2"], sides: Float64[np.ndarray, " 2"]
) -> Float64[np.ndarray, " 2"] | None:
    """Half sides of the largest rectangle on the plane whose picture stays in the box; None if it is small."""
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    for _ in range(40):
        image = cv2.perspectiveTransform((corners * sides)[None], plane)[0]
        over = np.abs(image).max(axis=0) / half
        if (over <= 1.0).all():
            area = cv2.contourArea(image.astype(np.float32))
            return sides if area > 0.4 * 4 * half[0] * half[1] else None
        sides = sides * np.clip(1 / over, 0.7, 0.99)
    return None


def _move(x: float, y: float) -> Float64[np.ndarray, "3 3"]:
    return np.array([[1.0, 0.0, x], [0.0, 1.0, y], [0.0, 0.0, 1.0]])
