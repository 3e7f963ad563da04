"""A virtual hand-held camera over a static shot: one homography a frame, applied to the picture and to points alike."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from sts.protocols import RngFor
from synth.surfaces.surface import Patch, Surface

PACE = 30
"""Frames of a whole move; a shorter clip sees the first part of it"""
Picture = UInt8[np.ndarray, "h w 3"]
Homographies = Float64[np.ndarray, "t 3 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSpec:
    """A slow move from one end to the other with shake on top."""

    zoom: tuple[float, float]
    """At the first and the last frame, at least 1"""
    pan: tuple[float, float, float, float]
    """x, y at the first and the last frame, as a share of the room that the zoom leaves, [-1, 1]"""
    roll: tuple[float, float]
    """rad, at the first and the last frame"""
    shake: float
    """px, standard deviation"""
    seed: int


def sample_camera(rng_for: RngFor) -> CameraSpec:
    """A move that stays inside the picture."""
    rng = rng_for("camera")
    zoom = 1.08 + 0.22 * rng.random(2)
    pan = [round(float(v), 4) for v in rng.uniform(-0.8, 0.8, 4)]
    return CameraSpec(
        zoom=(round(float(zoom[0]), 4), round(float(zoom[1]), 4)),
        pan=(pan[0], pan[1], pan[2], pan[3]),
        roll=(round(float(rng.normal(0, 0.006)), 5), round(float(rng.normal(0, 0.006)), 5)),
        shake=round(float(rng.gamma(2.0, 0.6)), 3),
        seed=int(rng.integers(2**31)),
    )


def homographies(spec: CameraSpec, frames: int, height: int, width: int) -> Homographies:
    """Base px to seen px, one a frame; the base covers the whole picture."""
    share = np.linspace(0, min(frames / PACE, 1), frames)
    ease = share * share * (3 - 2 * share)
    shake = _smooth_noise(spec, frames)
    matrices = np.empty((frames, 3, 3))
    for index in range(frames):
        zoom = np.interp(ease[index], (0, 1), spec.zoom)
        roll = np.interp(ease[index], (0, 1), spec.roll)
        room = _room(float(zoom), float(roll), height, width)
        pan = np.array([np.interp(ease[index], (0, 1), spec.pan[axis::2]) for axis in (0, 1)])
        shift = np.clip(pan * room + shake[index], -room, room)
        matrices[index] = _about_centre(zoom, roll, shift, height, width)
    return matrices


def seen(picture: Picture, matrix: Float64[np.ndarray, "3 3"], out: Picture) -> None:
    """The picture as the camera sees it, resampled once, at 1/32 px."""
    size = (picture.shape[1], picture.shape[0])
    cv2.warpAffine(
        picture, _centred(matrix)[:2], size, dst=out, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )


def seen_surface(surface: Surface, matrices: Homographies, height: int, width: int) -> Surface:
    """The same surface as the camera sees it."""
    occlusion = tuple(
        None if patch is None else _seen_patch(patch, matrix, height, width)
        for patch, matrix in zip(surface.occlusion, matrices, strict=False)
    )
    return replace(surface, to_frame=matrices @ surface.to_frame, occlusion=occlusion)


def _room(zoom: float, roll: float, height: int, width: int) -> Float64[np.ndarray, "2"]:
    """px by which the zoomed and rolled picture may be shifted, each way, and still cover the frame."""
    cos, sin = np.cos(roll), abs(np.sin(roll))
    size, turned = np.array([width, height]), np.array([width * cos + height * sin, height * cos + width * sin])
    slack = 0.5 * (zoom * size - turned)
    corner = np.linalg.solve(np.array([(cos, sin), (sin, cos)]), slack)
    room: Float64[np.ndarray, 2] = np.clip(corner, 0, np.maximum(slack / cos, 0))
    return room


def _about_centre(zoom: float, roll: float, shift: Float64[np.ndarray, "2"], height: int, width: int) -> np.ndarray:
    cos, sin = zoom * np.cos(roll), zoom * np.sin(roll)
    centre = np.array([width / 2, height / 2])
    turn = np.array([(cos, -sin), (sin, cos)])
    matrix = np.eye(3)
    matrix[:2, :2] = turn
    matrix[:2, 2] = centre + shift - turn @ centre
    return matrix


def _smooth_noise(spec: CameraSpec, frames: int) -> Float64[np.ndarray, "t 2"]:
    white = np.random.default_rng(spec.seed).normal(0, 1, (frames + 16, 2))
    kernel = np.hanning(9) / np.sqrt((np.hanning(9) ** 2).sum())
    return spec.shake * np.stack([np.convolve(white[:, axis], kernel, "same")[8:-8] for axis in (0, 1)], axis=1)


def _centred(matrix: Float64[np.ndarray, "3 3"]) -> Float64[np.ndarray, "3 3"]:
    """The same map for OpenCV, which counts from pixel centres."""
    half = np.array([(1, 0, 0.5), (0, 1, 0.5), (0, 0, 1.0)])
    return np.linalg.inv(half) @ matrix @ half


def _seen_patch(patch: Patch, matrix: Float64[np.ndarray, "3 3"], height: int, width: int) -> Patch | None:
    ph, pw = patch.pixels.shape
    corners = np.array([(0, 0), (pw, 0), (pw, ph), (0, ph)]) + np.array([patch.left, patch.top])
    seen = np.c_[corners, np.ones(4)] @ matrix.T
    seen = seen[:, :2] / seen[:, 2:]
    left, top = np.maximum(np.floor(seen.min(axis=0)).astype(int), 0)
    right, bottom = np.minimum(np.ceil(seen.max(axis=0)).astype(int), (width, height))
    if right <= left or bottom <= top:
        return None
    shift_in, shift_out = np.eye(3), np.eye(3)
    shift_in[:2, 2], shift_out[:2, 2] = (patch.left, patch.top), (-left, -top)
    local = _centred(shift_out @ matrix @ shift_in)
    size = (int(right - left), int(bottom - top))
    return Patch(left=int(left), top=int(top), pixels=cv2.warpPerspective(patch.pixels, local, size))
