"""How good a stroke mask is, from counts that add up over frames and clips."""

import numpy as np
from jaxtyping import Bool, Float64, Int64, Num

from sts import masks, scored
from sts.types import Frame

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
    return (truth ^ drawn) & ~(scored.near_contour(truth, 1) & scored.near_contour(drawn, 1))


def fgiou(table: Num[np.ndarray, "*n 3"]) -> Float64[np.ndarray, "*n"]:
    """Hits over text in either mask; 1 where both are empty."""
    return _share(table[..., 0], table[..., 1])


def tolerant_fgiou(table: Num[np.ndarray, "*n 3"]) -> Float64[np.ndarray, "*n"]:
    """The same with only the errors that count."""
    return _share(table[..., 0], table[..., 2])


def tolerant_f(one: Counts) -> float:
    """F-score with only the errors that count."""
    return float(_share(2 * one[:1], one[2:]).item())


def legible(frame: Frame) -> dict[int, str]:
    """Transcripts of what counts, by track."""
    items = scored.bearers(frame)
    return {item.track_id: item.text for item in items if item.text and item.legible and not item.ignore}


def strokes(frame: Frame, height: int, width: int) -> Pixels:
    """Union of the strokes that are not ignored."""
    return masks.decode(scored.strokes(frame, height, width))


def ignored(frame: Frame, height: int, width: int) -> Pixels:
    """Inside polygons and masks of ignored instances, but never a stroke that counts."""
    region = scored.ignore_region(frame, height, width)
    return np.zeros((height, width), np.bool_) if region is None else region


def _share(hits: Num[np.ndarray, "*n"], wrong: Num[np.ndarray, "*n"]) -> Float64[np.ndarray, "*n"]:
    """1 of nothing."""
    return np.asarray(np.where(hits + wrong > 0, hits / np.maximum(hits + wrong, 1), 1.0))
