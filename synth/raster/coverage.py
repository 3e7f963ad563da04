"""Outlines to pixels: the share of each pixel that a shape covers, exact to 1/255."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

from synth.raster import _kernels
from synth.raster.outline import Outline

Coverage = UInt8[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Roi:
    """A window of the frame, in px; it lies inside the frame."""

    left: int
    top: int
    width: int
    height: int

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns of the frame."""
        return slice(self.top, self.top + self.height), slice(self.left, self.left + self.width)

    def meets(self, other: "Roi") -> bool:
        """Whether the two have a pixel in common."""
        across = self.left < other.left + other.width and other.left < self.left + self.width
        return across and self.top < other.top + other.height and other.top < self.top + self.height


def roi_of(points: Float64[np.ndarray, "n 2"], height: int, width: int, margin: float | int = 0) -> Roi | None:
    """Box of the points grown by `margin` px and cut to the frame; None when nothing is left or one is not finite."""
    left, top, right, bottom = _kernels.bounds(points, float(margin), height, width)
    if right <= left or bottom <= top:
        return None
    return Roi(left=left, top=top, width=right - left, height=bottom - top)


def cover(outline: Outline, roi: Roi) -> Coverage:
    """Area of each pixel of the roi inside the outline (frame px), 0..255.

    Sums signed trapezoids, so contours that do not overlap themselves are filled non-zero, whichever way they turn.
    """
    window = float(roi.left), float(roi.top), roi.height, roi.width
    return np.asarray(_kernels.cover(outline.points, outline.ends, *window))


def cover_mean(outlines: Sequence[Outline], roi: Roi) -> Coverage:
    """Mean coverage over the sub-frames of an open shutter; one outline gives the bytes of `cover`."""
    if len(outlines) == 1:
        return cover(outlines[0], roi)
    total = np.zeros((roi.height, roi.width), np.uint16)
    for outline in outlines:
        total += cover(outline, roi)
    return ((total + len(outlines) // 2) // len(outlines)).astype(np.uint8)


def blurred(coverage: Coverage, sigma: float) -> Coverage:
    """Coverage out of focus: a Gaussian of `sigma` px. The roi needs a margin of 3 sigma; sigma 0 changes no byte."""
    if sigma == 0:
        return coverage
    weights = _gaussian(sigma)
    return np.asarray(cv2.sepFilter2D(coverage, -1, weights, weights, borderType=cv2.BORDER_CONSTANT), np.uint8)


@lru_cache(maxsize=64)
def _gaussian(sigma: float) -> Float32[np.ndarray, " n"]:
    """Weights to 3 sigma, in 256ths that add up to one: the filter works in whole numbers, and full stays full."""
    tail = cv2.getGaussianKernel(2 * math.ceil(3 * sigma) + 1, sigma).ravel()[: math.ceil(3 * sigma)]
    half = np.diff(np.rint(np.cumsum(tail) * 256), prepend=0)
    return np.concatenate([half, [256 - 2 * half.sum()], half[::-1]]).astype(np.float32) / 256
