"""Contours of a mask, as boundary pixels (DAVIS) and as elements with lengths (surface-distance), and distances."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8

from benchmarks.metrics import _kernels
from benchmarks.metrics.frames import Pixels
from benchmarks.metrics.ratios import f_score, share

Squares = Float64[np.ndarray, " n"]
"""px², squared distances; inf where there is nothing to be near to"""
Codes = UInt8[np.ndarray, "corners_y corners_x"]
"""At each corner of a pixel, the four pixels around it as bits: 8 4 / 2 1"""

Places = Int64[np.ndarray, " n"]
"""Pixels as places in row-major order"""

SLANT = math.sqrt(0.5)
LENGTHS = np.zeros(16)
"""px, of the contour in the square between four pixel centres, by code"""
LENGTHS[[1, 2, 4, 7, 8, 11, 13, 14]] = SLANT
LENGTHS[[3, 5, 10, 12]] = 1.0
LENGTHS[[6, 9]] = 2 * SLANT
WHOLE = 15


def boundary(pixels: Pixels) -> Pixels:
    """Pixels that differ from the next to the right, below or diagonally: DAVIS' 1-px boundary, half a px up and left.

    The border of the frame is no boundary (Perazzi et al., CVPR 2016; `_seg2bmap` of davis2017-evaluation).
    """
    edges = np.zeros_like(pixels)
    here, right, below = pixels[:-1, :-1], pixels[:-1, 1:], pixels[1:, :-1]
    edges[:-1, :-1] = (here ^ right) | (here ^ below) | (here ^ pixels[1:, 1:])
    edges[-1, :-1] = pixels[-1, :-1] ^ pixels[-1, 1:]
    edges[:-1, -1] = pixels[:-1, -1] ^ pixels[1:, -1]
    return edges


def codes(pixels: Pixels) -> Codes:
    """Neighbourhood of each corner; outside is background, so the border of the frame is a contour."""
    wide = np.pad(pixels, 1).view(np.uint8)
    return 8 * wide[:-1, :-1] + 4 * wide[:-1, 1:] + 2 * wide[1:, :-1] + wide[1:, 1:]


def elements(corners: Codes) -> Bool[np.ndarray, "corners_y corners_x"]:
    """Corners through whose neighbourhood the contour runs (Nikolov et al., 2021, surface-distance)."""
    return (corners > 0) & (corners < WHOLE)


def squares(places: Places, others: Pixels) -> Squares:
    """Exact squared distance from each place to the nearest of the others."""
    found = _kernels.squared_distances(others, places)
    return np.where(found < _kernels.FAR, found, np.inf)


def radius(diagonal: float) -> int:
    """px at which boundaries match in DAVIS and SA-V: 0.008 of the frame's diagonal, rounded up."""
    return math.ceil(0.008 * diagonal)


def boundary_f(truth: Pixels, prediction: Pixels, reach: int) -> float:
    """Harmonic mean of the shares of boundary pixels at most `reach` px from the other boundary; both empty: 1."""
    there, found = boundary(truth), boundary(prediction)
    sides = [(np.flatnonzero(a), b) for a, b in ((found, there), (there, found))]
    p, r = (share(np.count_nonzero(squares(a, b) <= reach * reach), len(a)) for a, b in sides)
    return f_score(p, r)


def rims(pixels: Pixels, depths: Sequence[int]) -> list[Pixels]:
    """Pixels of the mask at most each depth (px, chessboard, rising) inside its contour; the frame's border is one too.

    Cheng et al., Boundary IoU, CVPR 2021 (`mask_to_boundary` of boundary-iou-api).
    """
    found, inner = [], pixels
    for step in np.diff(depths, prepend=0).tolist():
        if inner.any():
            square = np.ones((2 * step + 1, 2 * step + 1), np.uint8)
            inner = cv2.erode(inner.view(np.uint8), square, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
        found.append(pixels & ~inner)
    return found
