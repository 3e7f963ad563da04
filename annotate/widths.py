"""How wide strokes are, and which class of width each pixel of a frame belongs to."""

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int32, Int64, UInt8

EDGES = (2.0, 4.0, 8.0)
"""px; a width on an edge belongs to the wider class"""
CLASSES = ("0-2", "2-4", "4-8", "8-")
"""Names of the classes, px: those of the boundary scores"""
STRAY = len(CLASSES)
"""Class of what is not near any stroke"""
REACH = 8.0
"""px from the nearest stroke at which a pixel still belongs to it"""

Pixels = Bool[np.ndarray, "h w"]


def classes(strokes: Pixels) -> UInt8[np.ndarray, "h w"]:
    """Of each pixel the class of the nearest stroke, an 8-connected component; STRAY beyond REACH."""
    found = np.full(strokes.shape, STRAY, np.uint8)
    rows, columns = (np.flatnonzero(strokes.any(axis=axis)) for axis in (1, 0))
    if len(rows):
        window = _around(rows), _around(columns)
        found[window] = _classes(np.ascontiguousarray(strokes[window]))
    return found


def _around(places: Int64[np.ndarray, " n"]) -> slice:
    """From the first to the last place, and REACH farther."""
    margin = int(REACH) + 1
    return slice(max(int(places[0]) - margin, 0), int(places[-1]) + 1 + margin)


def _classes(strokes: Pixels) -> UInt8[np.ndarray, "h w"]:
    ground = (~strokes).view(np.uint8)
    far, nearest = cv2.distanceTransformWithLabels(ground, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP)
    labels = np.asarray(nearest, np.int32)
    of_label = np.digitize(_widths(strokes, labels), EDGES).astype(np.uint8)
    return np.where(np.asarray(far) <= REACH, of_label[labels], np.uint8(STRAY))


def _widths(strokes: Pixels, labels: Int32[np.ndarray, "h w"]) -> Float64[np.ndarray, " n"]:
    """Stroke width of each label, px: twice the mean distance to the contour along the ridge.

    Distances are taken every half px from the contour between pixels, so that a bar of 1, 2 or 3 px has this width.
    """
    inside = _between(strokes)
    depth = np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, cv2.DIST_MASK_PRECISE))
    ridge = (inside > 0) & (depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-4)
    rows, columns = np.nonzero(ridge)
    owner = labels[(rows - 1) // 2, (columns - 1) // 2]
    n = int(labels.max()) + 1
    return np.bincount(owner, depth[ridge], n) / np.maximum(np.bincount(owner, minlength=n), 1)


def _between(strokes: Pixels) -> UInt8[np.ndarray, "tall wide"]:
    """Pixel (y, x) at (2y + 1, 2x + 1) and what is between: 1 only where all around is stroke."""
    twice = np.pad(strokes.view(np.uint8).repeat(2, axis=0).repeat(2, axis=1), 1)
    return twice[:-1, :-1] & twice[:-1, 1:] & twice[1:, :-1] & twice[1:, 1:]
