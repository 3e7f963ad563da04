"""How good a stroke mask is, from counts that add up over frames and clips."""

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int64, Num

from sts import masks
from sts.types import Frame, TextInstance

Pixels = Bool[np.ndarray, "h w"]
Counts = Int64[np.ndarray, "3"]
"""px: text in both masks, in one only, and of these what is more than 1 px from the contour of either mask"""
SQUARE = np.ones((3, 3), np.uint8)


def counts(truth: Pixels, drawn: Pixels) -> Counts:
    """Hits, errors and errors that count, of one frame."""
    wrong = errors(truth, drawn)
    return np.array([(truth & drawn).sum(), (truth ^ drawn).sum(), wrong.sum()], np.int64)


def errors(truth: Pixels, drawn: Pixels) -> Pixels:
    """Pixels in one mask only, but for those within 1 px of both contours, which no annotator would mend."""
    return (truth ^ drawn) & ~(_near_contour(truth) & _near_contour(drawn))


def fgiou(table: Num[np.ndarray, "*n 3"]) -> Float64[np.ndarray, "*n"]:
    """Hits over text in either mask; 1 where both are empty."""
    return _share(table[..., 0], table[..., 1])


def tolerant_fgiou(table: Num[np.ndarray, "*n 3"]) -> Float64[np.ndarray, "*n"]:
    """The same with only the errors that count."""
    return _share(table[..., 0], table[..., 2])


def tolerant_f(one: Counts) -> float:
    """F-score with only the errors that count."""
    return float(_share(2 * one[:1], one[2:]).item())


def bearers(frame: Frame) -> tuple[TextInstance, ...]:
    """What carries strokes: words, or `text` in a frame without words."""
    words = tuple(item for item in frame.instances if item.level == "word")
    return words or tuple(item for item in frame.instances if item.level == "text")


def strokes(frame: Frame, height: int, width: int) -> Pixels:
    """Union of the strokes that are not ignored."""
    drawn = [item.mask for item in bearers(frame) if item.mask is not None and not item.ignore]
    return masks.decode(masks.union([masks.empty(height, width), *drawn]))


def ignored(frame: Frame, height: int, width: int) -> Pixels:
    """Inside polygons and masks of ignored instances, but never a stroke that counts."""
    region = np.zeros((height, width), np.uint8)
    skipped = [item for item in bearers(frame) if item.ignore]
    for item in skipped:
        if len(item.polygon) >= 3:
            cv2.fillPoly(region, [np.round(np.array(item.polygon) - 0.5).astype(np.int32)], 1)
    drawn = [item.mask for item in skipped if item.mask is not None]
    inside = (region > 0) | masks.decode(masks.union([masks.empty(height, width), *drawn]))
    return inside & ~strokes(frame, height, width)


def _near_contour(pixels: Pixels) -> Pixels:
    """Within 1 px of the contour; the border of the frame is none."""
    flat = pixels.view(np.uint8)
    return cv2.dilate(flat, SQUARE) != cv2.erode(flat, SQUARE)


def _share(hits: Num[np.ndarray, "*n"], wrong: Num[np.ndarray, "*n"]) -> Float64[np.ndarray, "*n"]:
    """1 of nothing."""
    return np.asarray(np.where(hits + wrong > 0, hits / np.maximum(hits + wrong, 1), 1.0))
