"""Optical flow between frames of a clip, warping along it, and what stays in sight."""

from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float32

from benchmarks.metrics.frames import Pixels
from sts.types import Clip

Field = Float32[np.ndarray, "h w 2"]
"""Displacement (x, y) of each pixel, px"""
Flow = Callable[[Clip, int, int], Field | None]
"""From the picture at one position in the clip to that at another, on the grid of the first; None without pictures"""


def dis(clip: Clip, first: int, second: int) -> Field | None:
    """Dense inverse search (Kroeger et al., ECCV 2016) as OpenCV's `fast` preset has it, on grey pictures."""
    if clip.video is None:
        return None
    grey = [cv2.cvtColor(clip.video[i], cv2.COLOR_RGB2GRAY) for i in (first, second)]
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return np.asarray(search.calc(grey[0], grey[1], np.zeros((*grey[0].shape, 2), np.float32)), np.float32)


def warp(mask: Pixels, flow: Field) -> Pixels:
    """The second frame's mask on the grid of the first: out(x) = mask(x + flow(x)), nearest pixel, False outside."""
    return cv2.remap(mask.astype(np.uint8), *_target(flow), cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT) > 0


def visible(forward: Field, backward: Field) -> Pixels:
    """Pixels of the first frame that the second shows: |f + b|² < 0.01 (|f|² + |b|²) + 0.5 with b taken at x + f(x).

    Sundaram, Brox and Keutzer, ECCV 2010. What leaves the frame is not visible.
    """
    x, y = _target(forward)
    back = cv2.remap(backward, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    height, width = x.shape
    inside = (x > -0.5) & (x < width - 0.5) & (y > -0.5) & (y < height - 0.5)
    return inside & (_square(forward + back) < 0.01 * (_square(forward) + _square(back)) + 0.5)


def _target(flow: Field) -> tuple[Float32[np.ndarray, "h w"], Float32[np.ndarray, "h w"]]:
    """Column and row in the second frame of each pixel of the first; pixel 0 is at 0, as in OpenCV."""
    rows, columns = (np.arange(n, dtype=np.float32) for n in flow.shape[:2])
    return flow[..., 0] + columns, flow[..., 1] + rows[:, None]


def _square(field: Field) -> Float32[np.ndarray, "h w"]:
    return field[..., 0] * field[..., 0] + field[..., 1] * field[..., 1]
