"""How a plane without lines leans: from the camera's motion, from a map of depth, or as ground usually does."""

from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float32, Float64

from sts.errors import RenderError
from synth.surfaces import pose
from synth.surfaces.pose import Box, Normal, Pose

NEAR = 0.08
"""Of the distance to the plane: a shorter way of the camera tells nothing"""
FAR = 0.5
"""Of the longest way: the frames that are asked"""
FEWEST = 3
"""Frames that have to agree"""
AGREE_DEG = 6.0
CALMER = 0.5
"""Of two motions that explain the same pictures the one that turns less is believed if it turns so much less"""
STEADY = 0.7
"""Radians of turn for a way of 1: the noise of a track looks like a turn and a way that cancel each other"""
ROUGH = 0.03
"""Of the depth itself: a plane strays less"""
N_SAMPLES = 40
"""Rows and columns at which a map of depth is read"""
ROUNDS = 5
"""Of fitting, what strays counting less each time"""
PITCH = 0.21
"""Radians that a camera usually looks down at ground at the foot of its picture, by the horizons of eight clips"""
FACING = 0.985
"""Share of a normal along the line of sight, 10 degrees: nearer to it a pose stays upright"""


class _Motion(NamedTuple):
    """One way to explain a homography."""

    turn: float
    """Radians"""
    way: float
    """Of the camera, as a share of the distance to the plane"""
    normal: Normal


def lean(upright: Pose, box: Box, normal: Normal | None, size: tuple[int, int]) -> Pose:
    """A pose in `box` that lies on the plane with this normal. RenderError where it is seen too flat to be read."""
    if normal is None or -normal[2] > FACING:
        return upright
    found = pose.tilted(box, normal, size)
    if found is None:
        raise RenderError(f"the plane with the normal {np.round(normal, 2).tolist()} is seen too flat")
    return found


def normal_from_motion(to_frame: Float64[np.ndarray, "t 3 3"], box: Box, size: tuple[int, int]) -> Normal | None:
    """Of the plane in `box` (key-frame px) that moves by these homographies from the key frame to each frame.

    Several frames must agree, and the camera must move, not only turn. Where two planes explain the motion, one of
    them is seen too flat or makes the camera turn much more; else None.
    """
    told = [motions for matrix in to_frame if (motions := _motions(matrix, box, size))]
    ways = np.array([max(motion.way for motion in motions) for motions in told])
    if len(ways) < FEWEST or ways.max() < NEAR:
        return None
    far = [motions for motions, way in zip(told, ways, strict=True) if way >= max(NEAR, FAR * ways.max())]
    agreed = [_agreed(motion.normal, far) for motion in told[int(np.argmax(ways))]]
    found = sorted((motion for motion in agreed if motion is not None), key=lambda motion: motion.turn)
    if not found or found[0].turn > STEADY * found[0].way or len(far) < FEWEST:
        return None
    sure = all(_apart(other.normal, found[0].normal) < AGREE_DEG for other in found[1:])
    return found[0].normal if sure or found[0].turn < CALMER * found[1].turn else None


def normal_from_inverse_depth(inverse_depth: Float32[np.ndarray, "h w"], box: Box, focal_px: float) -> Normal | None:
    """Of the plane in `box`, from the inverse depth of a whole picture, of any scale, 0 for infinitely far.

    On a plane it is affine in the pixels. None if it strays from that.
    """
    height, width = inverse_depth.shape
    x, y = (grid.ravel() for grid in np.meshgrid(*(_samples(box[i], box[i + 2]) for i in (0, 1))))
    near = inverse_depth[np.clip(y, 0, height - 1).astype(int), np.clip(x, 0, width - 1).astype(int)].astype(np.float64)
    rows = np.stack([(x - width / 2) / focal_px, (y - height / 2) / focal_px, np.ones_like(x)], axis=1)
    plane = np.linalg.lstsq(rows, near, rcond=None)[0]
    for _ in range(ROUNDS):
        misses = np.abs(rows @ plane - near)
        weight = 1 / np.sqrt(1 + (misses / max(float(np.median(misses)), 1e-9)) ** 2)
        plane = np.linalg.lstsq(rows * weight[:, None], near * weight, rcond=None)[0]
    if not np.quantile(np.abs(rows @ plane - near), 0.8) < ROUGH * near.mean():
        return None
    return -plane / np.linalg.norm(plane)


def usual_ground() -> Normal:
    """Of level ground, for want of anything that tells more."""
    return np.array([0.0, -np.cos(PITCH), -np.sin(PITCH)])


def _samples(start: float, stop: float) -> Float64[np.ndarray, " n"]:
    return start + (np.arange(N_SAMPLES) + 0.5) * (stop - start) / N_SAMPLES


def _motions(matrix: Float64[np.ndarray, "3 3"], box: Box, size: tuple[int, int]) -> list[_Motion]:
    """Up to two, with planes that the camera sees from the front; none where it does not move."""
    focal = pose.FOCAL * size[0]
    lens = np.array([[focal, 0, size[0] / 2], [0, focal, size[1] / 2], [0, 0, 1]])
    ray = np.linalg.solve(lens, [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 1.0])
    _, turns, ways, normals = cv2.decomposeHomographyMat(matrix, lens)
    return [
        _Motion(turn=_angle(turn), way=float(np.linalg.norm(way)), normal=-normal[:, 0])
        for turn, way, normal in zip(turns, ways, normals, strict=True)
        if np.isfinite(way).all() and normal[:, 0] @ ray > pose.FLATTEST * np.linalg.norm(ray)
    ]


def _agreed(normal: Normal, frames: list[list[_Motion]]) -> _Motion | None:
    """The mean of what each frame says that is nearest to `normal`; None if the frames differ."""
    nearest = [min(motions, key=lambda motion: _apart(motion.normal, normal)) for motions in frames]
    mean = np.mean([motion.normal for motion in nearest], axis=0)
    mean /= np.linalg.norm(mean)
    if np.quantile([_apart(motion.normal, mean) for motion in nearest], 0.8) > AGREE_DEG:
        return None
    turn, way = (float(np.mean(values)) for values in zip(*((m.turn, m.way) for m in nearest), strict=True))
    return _Motion(turn=turn, way=way, normal=mean)


def _angle(rotation: Float64[np.ndarray, "3 3"]) -> float:
    return float(np.arccos(np.clip((np.trace(rotation) - 1) / 2, -1, 1)))


def _apart(one: Normal, two: Normal) -> float:
    """Degrees."""
    return float(np.degrees(np.arccos(np.clip(one @ two, -1, 1))))
