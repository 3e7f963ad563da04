"""How a region lies in space, read from the straight lines around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

Segments = Float64[np.ndarray, "n 4"]
Box = tuple[float, float, float, float]
"""xyxy, px"""

FOCAL = 1.1
"""Of the picture's width: a usual lens, for want of a calibration"""
STEEPEST = 0.36
"""Tangent of the largest tilt of a baseline, 20 degrees"""
AGREES = 0.03
"""Slope by which a line may miss the vanishing point"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pose:
    """A rectangle on a plane in the scene, seen in the key frame."""

    width: float
    """Surface units, about px in the key frame along the baseline"""
    height: float
    to_key: Float64[np.ndarray, "3 3"]
    """Surface point, origin at the top left, to key-frame px"""
    tilted: bool
    """Perspective was read from vanishing lines"""
    ground: bool
    """The plane faces up"""


def segments(grey: UInt8[np.ndarray, "h w"], shortest: float) -> Segments:
    """Straight lines as x0 y0 x1 y1, px."""
    lines = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if lines is None:
        return np.empty((0, 4))
    found = lines[:, 0].astype(np.float64) + 0.5
    return found[np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]) >= shortest]


def lay(box: Box, lines: Segments, size: tuple[int, int]) -> Pose:
    """The largest rectangle in `box` that lies as the lines near it say; upright where they say nothing."""
    centre = np.array([(box[0] + box[2]) / 2, (box[1] + box[3]) / 2])
    near = _near(box, lines) - np.tile(centre, 2)
    reach = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    along, across = _converge(near, reach[1]), _converge(near[:, [1, 0, 3, 2]], reach[0])
    for choice in _choices(along, across):
        pose = _fit(box, _axes(*choice, centre, size), choice, centre, size)
        if pose is not None:
            return pose
    raise AssertionError("an upright rectangle always fits its own box")


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
        tried += [(along, (-along[0], 0.0))] if not along[1] else [(along, (0.0, 0.0)), ((along[0], 0.0), (-along[0], 0.0))]
    return [*tried, ((0.0, 0.0), (0.0, 0.0))]


def _near(box: Box, lines: Segments) -> Segments:
    """Lines whose middle is within the box grown by half its size."""
    middle = (lines[:, :2] + lines[:, 2:]) / 2
    grow = np.maximum(0.5 * np.array([box[2] - box[0], box[3] - box[1]]), 40)
    inside = (middle > np.array(box[:2]) - grow) & (middle < np.array(box[2:]) + grow)
    near = lines[inside.all(axis=1)]
    length = np.hypot(near[:, 2] - near[:, 0], near[:, 3] - near[:, 1])
    return near[np.argsort(-length, kind="stable")[:40]]


def _converge(lines: Segments, reach: float) -> Vanishing | None:
    """Slope, and its change across, that the most line length near the x direction agrees with; None for too little."""
    run = lines[:, 2:] - lines[:, :2]
    flat = np.abs(run[:, 1]) < 0.7 * np.abs(run[:, 0])
    start, run = lines[flat, :2], run[flat]
    if len(run) < 3:
        return None
    slope, length = run[:, 1] / run[:, 0], np.hypot(run[:, 0], run[:, 1])
    offset = start[:, 1] - slope * start[:, 0]
    first, second = np.triu_indices(len(run), 1)
    apart = offset[second] - offset[first]
    wide = np.abs(apart) > 0.4 * reach
    change = np.zeros(len(apart))
    change[wide] = (slope[second] - slope[first])[wide] / apart[wide]
    models = np.stack([slope[first] - change * offset[first], change], axis=1)
    models = np.concatenate([models[wide], np.stack([slope, np.zeros(len(slope))], axis=1)])
    misses = np.abs(models[:, :1] + models[:, 1:] * offset - slope)
    support = ((misses < AGREES) * length).sum(axis=1) * np.where(models[:, 1] == 0, 1.3, 1.0)
    best = int(np.argmax(support))
    agree = misses[best] < AGREES
    n_needed, share = (3, 0.5) if models[best, 1] == 0 else (5, 0.65)
    if np.count_nonzero(agree) < n_needed or (agree * length).sum() < share * length.sum():
        return None
    level, change_best = float(models[best, 0]), float(models[best, 1])
    return (level, change_best) if abs(level) < STEEPEST * 1.5 and abs(change_best) * reach < 0.5 else None


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
    box: Box, rays: Float64[np.ndarray, "3 2"], choice: tuple[Vanishing, Vanishing], centre: Float64[np.ndarray, " 2"], size: tuple[int, int]
) -> Pose | None:
    """None where the axes are not square to each other, the plane is too flat, or little of the box is left."""
    along, across = choice
    tilted = along[1] != 0 or across[1] != 0
    length = np.linalg.norm(rays, axis=0)
    if abs(along[0]) > STEEPEST and not tilted:
        return None
    if tilted and abs(rays[:, 0] @ rays[:, 1]) > 0.3 * length[0] * length[1]:
        return None
    ratio = float(length[0] / length[1]) if tilted else 1.0
    if ratio < 0.2 or ratio > 2.0:
        return None
    plane = np.array([[1.0, ratio * across[0], 0.0], [along[0], ratio, 0.0], [-along[1], -ratio * across[1], 1.0]])
    plane[:, :2] /= np.hypot(1.0, along[0])
    half = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    sides = half * [1.0, 1 / ratio] * 0.98
    corners = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
    for _ in range(30):
        image = cv2.perspectiveTransform((corners * sides)[None], plane)[0]
        over = np.abs(image).max(axis=0) / half
        if (over <= 1.0).all():
            break
        sides = sides * np.clip(1 / over, 0.7, 0.99)
    area = cv2.contourArea(image.astype(np.float32)) / (4 * half[0] * half[1])
    if area < 0.4 or (over > 1.0).any():
        return None
    move = np.array([[1.0, 0.0, centre[0]], [0.0, 1.0, centre[1]], [0.0, 0.0, 1.0]])
    origin = np.array([[1.0, 0.0, -sides[0]], [0.0, 1.0, -sides[1]], [0.0, 0.0, 1.0]])
    normal = np.cross(rays[:, 0] / length[0], rays[:, 1] / length[1])
    ground = bool(tilted and abs(normal[1]) > 0.6)
    return Pose(width=2 * float(sides[0]), height=2 * float(sides[1]), to_key=move @ plane @ origin, tilted=tilted, ground=ground)
