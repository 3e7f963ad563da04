"""Where the camera stands in each frame, as a projection matrix."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from synth.engines.world.spec import Camera, Vec, WorldSpec

Points3 = Float64[np.ndarray, "_ 3"]
Homogeneous = Float64[np.ndarray, "_ 3"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """The pinhole of one frame."""

    matrix: Float64[np.ndarray, "3 4"]
    """World point to frame px, homogeneous; the third coordinate is the depth in m"""
    eye: Float64[np.ndarray, " 3"]

    def project(self, points: Points3) -> Homogeneous:
        """(x w, y w, w) of world points."""
        return points @ self.matrix[:, :3].T + self.matrix[:, 3]


def views(spec: WorldSpec) -> tuple[View, ...]:
    """The pinhole of every frame."""
    seconds = spec.rate[1] / spec.rate[0]
    shares = progress(spec.camera.ease, spec.frames)
    return tuple(view(spec.camera, float(share), n * seconds, spec) for n, share in enumerate(shares))


def progress(ease: str, frames: int) -> Float64[np.ndarray, " t"]:
    """How far along its way something is in each frame, [0, 1]."""
    share = np.linspace(0, 1, frames)
    if ease == "smooth":
        return share * share * (3 - 2 * share)
    if ease == "return":
        return np.sin(np.pi * share) ** 2
    return share


def view(camera: Camera, share: float, seconds: float, spec: WorldSpec) -> View:
    """The pinhole at a share of the way and a time."""
    shake = dict.fromkeys(("yaw", "pitch", "roll", "x", "y"), 0.0)
    for wave in camera.shake:
        shake[wave.axis] += wave.size * np.sin(2 * np.pi * wave.rate * seconds + wave.phase)
    target = between(*camera.target, share)
    angle = camera.orbit * (share - 0.5)
    turn = np.array([(np.cos(angle), 0, np.sin(angle)), (0, 1, 0), (-np.sin(angle), 0, np.cos(angle))])
    eye = target + turn @ (between(*camera.eye, share) - target)
    rotation = _small(shake["yaw"], shake["pitch"], shake["roll"]) @ _towards(target - eye)
    eye = eye + rotation.T @ np.array([shake["x"], shake["y"], 0.0])
    focal = camera.focal * spec.width
    lens = np.array([(focal, 0, spec.width / 2), (0, focal, spec.height / 2), (0, 0, 1)])
    return View(matrix=lens @ np.c_[rotation, -rotation @ eye], eye=eye)


def between(start: Vec, end: Vec, share: float) -> Float64[np.ndarray, " 3"]:
    """A point on the way from start to end."""
    return (1 - share) * np.array(start, float) + share * np.array(end, float)


def _towards(direction: Float64[np.ndarray, " 3"]) -> Float64[np.ndarray, "3 3"]:
    """World to camera axes for a level camera that looks along `direction`."""
    forward = direction / np.linalg.norm(direction)
    right = np.cross((0.0, 1.0, 0.0), forward)
    right /= np.linalg.norm(right)
    return np.stack([right, np.cross(forward, right), forward])


def _small(yaw: float, pitch: float, roll: float) -> Float64[np.ndarray, "3 3"]:
    (cy, cp, cr), (sy, sp, sr) = np.cos((yaw, pitch, roll)), np.sin((yaw, pitch, roll))
    about_y = np.array([(cy, 0, -sy), (0, 1, 0), (sy, 0, cy)])
    about_x = np.array([(1, 0, 0), (0, cp, sp), (0, -sp, cp)])
    about_z = np.array([(cr, sr, 0), (-sr, cr, 0), (0, 0, 1)])
    return about_z @ about_x @ about_y
