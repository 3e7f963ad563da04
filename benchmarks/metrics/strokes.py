"""How wide a stroke is, and to which class of width each pixel of a frame belongs."""

import cv2
import numpy as np
from jaxtyping import Int32, UInt8

from benchmarks.metrics import _kernels
from benchmarks.metrics.frames import Pixels

EDGES = (2.0, 4.0, 8.0)
"""px; a width on an edge belongs to the wider class"""
CLASSES = ("0-2", "2-4", "4-8", "8-")
"""Names of the classes, px"""
STRAY = len(CLASSES)
"""Class of what is not near any stroke"""
REACH = 8
"""px from the nearest stroke at which a pixel still belongs to it"""


def classes(strokes: Pixels, others: Pixels) -> UInt8[np.ndarray, "h w"]:
    """For true strokes, for others and for all pixels beside them: class of the true stroke; STRAY elsewhere.

    A stroke is an 8-connected component. Pixels outside belong to the nearest one, if it is at most REACH px away.
    """
    n, labels = cv2.connectedComponents(strokes.view(np.uint8))
    own: Int32[np.ndarray, "h w"] = np.asarray(labels, np.int32)
    boxes = enumerate(_kernels.boxes(own, n).tolist())
    widths = [width(own[top:bottom, left:right] == i) for i, (top, bottom, left, right) in boxes if i]
    table = np.array([STRAY, *np.digitize(widths, EDGES)], np.uint8)
    beside = cv2.dilate((strokes | others).view(np.uint8), np.ones((3, 3), np.uint8)) > strokes
    places = np.flatnonzero(beside)
    own.ravel()[places] = _kernels.nearest_labels(own, places, REACH)
    return table.take(own)


def width(strokes: Pixels) -> float:
    """Stroke width in px: twice the mean distance to the contour along the ridge. Needs at least one pixel.

    Distances are taken at pixel centres and between, every half px, from the contour that runs between pixels, so that
    a bar of 1, 2 or 3 px has exactly this width. The ridge is where no neighbour is farther from the contour.
    """
    return float(_kernels.mean_ridge(strokes))
