"""Outlines to pixels: the share of each pixel that a shape covers, exact to 1/255."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

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
    areas = np.zeros((roi.height, roi.width + 2))
    _kernels.accumulate(outline.points, outline.ends, float(roi.left), float(roi.top), areas)
    coverage = np.zeros((roi.height, roi.width), np.uint8)
    _kernels.integrate(areas, coverage)
    return coverage


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
    reach = math.ceil(3 * sigma)
    if reach == 0:
        return coverage
    size = 2 * reach + 1
    return np.asarray(cv2.GaussianBlur(coverage, (size, size), sigma, borderType=cv2.BORDER_CONSTANT), np.uint8)
