"""What is scored of a labelled frame, wherever labels are compared: strokes, what to ignore, and near contours."""

from collections.abc import Collection, Iterable

import cv2
import numpy as np
from jaxtyping import Bool

from sts import masks
from sts.types import Frame, Mask, TextInstance

Pixels = Bool[np.ndarray, "h w"]


def bearers(frame: Frame) -> tuple[TextInstance, ...]:
    """The instances that carry strokes: words, or `text` in a frame without words."""
    words = tuple(one for one in frame.instances if one.level == "word")
    return words or tuple(one for one in frame.instances if one.level == "text")


def strokes(frame: Frame, height: int, width: int, *, ignored: bool = False) -> Mask:
    """Union of the stroke masks of what counts, or of what is to be ignored."""
    return united(bearers(frame), height, width, ignored=ignored)


def ignore_region(frame: Frame, height: int, width: int) -> Pixels | None:
    """Inside the polygons or masks of ignored instances, but never a stroke that counts; None where nothing is."""
    return skipped(bearers(frame), height, width)


def united(instances: Iterable[TextInstance], height: int, width: int, *, ignored: bool = False) -> Mask:
    """`strokes` of any instances."""
    found = [one.mask for one in instances if one.ignore == ignored and one.mask is not None]
    return masks.union(found) if found else masks.empty(height, width)


def skipped(instances: Collection[TextInstance], height: int, width: int) -> Pixels | None:
    """`ignore_region` of any instances."""
    if not any(one.ignore for one in instances):
        return None
    region = np.zeros((height, width), np.uint8)
    for one in instances:
        if one.ignore and len(one.polygon) >= 3:
            cv2.fillPoly(region, [np.round(np.array(one.polygon) - 0.5).astype(np.int32)], 1)
    inside = region > 0
    inside |= masks.decode(united(instances, height, width, ignored=True))
    inside &= ~masks.decode(united(instances, height, width))
    return inside


def near_contour(pixels: Pixels, radius: int) -> Pixels:
    """Pixels with their centre at most `radius` px from the contour between pixels; the frame's border is none."""
    across = np.maximum(np.abs(np.arange(-radius, radius + 1)) - 0.5, 0)
    disk = (np.hypot(across[:, None], across) <= radius).astype(np.uint8)
    flat = pixels.view(np.uint8)
    return cv2.dilate(flat, disk) != cv2.erode(flat, disk)
