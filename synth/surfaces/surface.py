"""A place that can carry text, followed through the clip. Engines make surfaces; everything after is one code path."""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, UInt8

from synth.surfaces import _kernels

Points = Float64[np.ndarray, "n 2"]

NEAREST = 1e-9
"""Homogeneous weights below this lie behind the camera; engines give visible points positive ones"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Patch:
    """A small picture that stands somewhere in a frame; outside it the value is `0` (occlusion) or `1` (light)."""

    left: int
    """Frame column of the first pixel"""
    top: int
    pixels: UInt8[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Light:
    """How the scene lights a surface in one frame: gain on the text's colour, on a coarse grid over the surface."""

    gain: Float32[np.ndarray, "gh gw 3"]
    """Cell centres cover the surface evenly; 1 is the light of the key frame"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surface:
    """A rectangle (or a piece of a cylinder) in the scene with its image position, occlusion and light over time.

    A surface point (u, v) is lifted to (X, Y, Z) = (u, v, 0), or bent round the vertical axis
    (R sin(a), v, R (1 - cos(a))) with a = (u - width / 2) / R and X counted from width / 2, then projected by
    `to_frame`. With Z = 0 the columns 0, 1, 3 are the homography.
    """

    width: float
    """Surface units; one unit is about one pixel in the key frame"""
    height: float
    to_frame: Float64[np.ndarray, "t 3 4"]
    """Lifted surface point to frame pixel, homogeneous; one a frame"""
    radius: float | None = None
    """Of the cylinder, in surface units; None for a plane. Negative: hollow"""
    occlusion: tuple[Patch | None, ...] = ()
    """Opacity (0..255) of what stands in front, one a frame, in frame pixels; () for nothing ever"""
    light: tuple[Light, ...] = ()
    """One a frame; () for constant light"""
    colour: tuple[int, int, int]
    """Typical RGB of the bare surface in the key frame"""
    busy: float = 0.0
    """Standard deviation of the bare surface's luminance in the key frame, grey levels"""
    quality: float = 1.0
    """[0, 1]; how sure the engine is that text belongs here"""
    kind: str = "plane"
    """For the card: `plane`, `cylinder`, `wall`, `static`, `screen`"""

    def project(self, points: Points, time: int | float) -> Points:
        """Surface points to frame px at a frame number that need not be whole; nan behind the camera."""
        last = len(self.to_frame) - 1
        first = min(max(math.floor(time), 0), max(last - 1, 0))
        if time == first or last == 0:
            return self._project(points, first)
        share = time - first
        return (1 - share) * self._project(points, first) + share * self._project(points, first + 1)

    def _project(self, points: Points, frame: int) -> Points:
        image = _kernels.project(points, self.to_frame[frame], self.width, self.radius or 0.0, NEAREST)
        return np.asarray(image, np.float64)


def from_homographies(matrices: Float64[np.ndarray, "t 3 3"]) -> Float64[np.ndarray, "t 3 4"]:
    """Plane homographies as projections of (X, Y, 0, 1)."""
    return np.concatenate([matrices[:, :, :2], np.zeros_like(matrices[:, :, :1]), matrices[:, :, 2:]], axis=2)


def stretch(quad: Float64[np.ndarray, "4 2"], height: int, width: int) -> Float64[np.ndarray, "3 3"]:
    """Homography from the pixel indices of a picture to those of a window; the picture's corners lie at `quad`.

    Heckbert, "Fundamentals of Texture Mapping and Image Warping", 1989, section 2.2.3.
    """
    return np.asarray(_kernels.stretch(quad, height, width))
