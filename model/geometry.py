"""Where the square input looks at a frame, and the one resampling of picture and truth that follows from it."""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from jaxtyping import Float64, UInt8

from model.frames import MEAN, resize
from sts.errors import DataError

Fill = tuple[int, ...]
"""Value of each plane outside the frame"""
LARGEST = 32766
"""px, side of what OpenCV can warp"""

OUTSIDE = tuple(round(255 * value) for value in MEAN)
"""What is beyond the edge of a frame, where there is no stroke"""

Planes = UInt8[np.ndarray, "h w *channels"]
Square = UInt8[np.ndarray, "size size *channels"]
Pair = tuple[UInt8[np.ndarray, "size size 3"], UInt8[np.ndarray, "size size"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A crop of a frame, seen turned, slanted or from behind; lengths in px of the frame."""

    left: float
    top: float
    width: float
    height: float
    flip: bool = False
    degrees: float = 0.0
    """Turn about the centre of the crop, clockwise as seen"""
    shear: float = 0.0
    """Degrees by which upright lines lean"""

    @property
    def upright(self) -> bool:
        """Whether rows of the frame stay rows."""
        return self.degrees == 0 and self.shear == 0

    def matrix(self) -> Float64[np.ndarray, "2 3"]:
        """From the unit square to px of the frame, corners of pixels at whole numbers."""
        angle, lean = math.radians(self.degrees), math.tan(math.radians(self.shear))
        turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        linear = turn @ np.array([[1.0, lean], [0.0, 1.0]]) @ np.diag([self.width, self.height])
        linear[:, 0] *= -1 if self.flip else 1
        centre = np.array([self.left + self.width / 2, self.top + self.height / 2])
        return np.column_stack([linear, centre - linear @ [0.5, 0.5]])


def whole(height: int, width: int) -> View:
    """The frame as it is: what inference sees."""
    return View(left=0.0, top=0.0, width=float(width), height=float(height))


def letterboxed(view: View) -> View:
    """The same and beyond, to the right or below, so that it is square and nothing is stretched."""
    side = max(view.width, view.height)
    return replace(view, width=side, height=side)


def both(picture: UInt8[np.ndarray, "h w 3"], truth: UInt8[np.ndarray, "h w"], view: View, size: int) -> Pair:
    """Picture and truth under one view; where it is turned they are resampled at once, as four planes."""
    if view.upright:
        return seen(picture, view, size, OUTSIDE), seen(truth, view, size, (0,))
    planes = cv2.cvtColor(picture, cv2.COLOR_RGB2RGBA)
    cv2.insertChannel(truth, planes, 3)
    square = seen(planes, view, size, (*OUTSIDE, 0))
    return cv2.cvtColor(square, cv2.COLOR_RGBA2RGB), cv2.extractChannel(square, 3)


def seen(planes: Planes, view: View, size: int, fill: Fill) -> Square:
    """Planes under a view, with `fill` where it looks beyond the frame.

    An upright view is resized exactly as at inference. Any other is sampled linearly on a finer grid, as fine as the
    frame's own, of which each pixel takes the mean.
    """
    if view.upright:
        square = _upright(planes, view, size, fill)
        return cv2.flip(square, 1) if view.flip else square
    if max(planes.shape[:2]) > LARGEST:
        raise DataError(
            f"a frame of {planes.shape[1]}x{planes.shape[0]} px is too large to be turned ({LARGEST} px a side): "
            "make it smaller with `python -m model.prepare`"
        )
    return _warped(planes, view.matrix(), size, fill)


def _upright(planes: Planes, view: View, size: int, fill: Fill) -> Square:
    left, top = round(view.left), round(view.top)
    wide, high = round(view.left + view.width) - left, round(view.top + view.height) - top
    part = planes[top : top + high, left : left + wide]
    inner = [max(round(size * there / all_), 1) for there, all_ in zip(part.shape, (high, wide), strict=False)]
    if inner == [size, size]:
        return resize(part, size, size)
    square = np.full((size, size, *planes.shape[2:]), fill, np.uint8)
    square[: inner[0], : inner[1]] = resize(part, inner[1], inner[0])
    return square


def _warped(planes: Planes, matrix: Float64[np.ndarray, "2 3"], size: int, fill: Fill) -> Square:
    strides = np.hypot(*matrix[:, :2]) / size
    fine = [min(max(round(stride), 1), LARGEST // size) for stride in strides]
    matrix = matrix @ np.diag([1 / (size * fine[0]), 1 / (size * fine[1]), 1.0])
    matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5  # OpenCV counts from the centre of a pixel
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    grid = cv2.warpAffine(planes, matrix, (size * fine[0], size * fine[1]), flags=flags, borderValue=fill)
    return resize(np.asarray(grid, np.uint8), size, size)
