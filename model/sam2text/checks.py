"""What a stream refuses before it looks: frames and prompts from outside that no answer could follow from."""

import math

import numpy as np

from sts import masks
from sts.errors import DataError
from sts.protocols import Prompt
from sts.types import Mask, Point


def check_frame(frame: np.ndarray, number: int) -> None:
    """DataError for anything but RGB of 8 bits."""
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[-1] != 3 or not frame.size:
        raise DataError(
            f"frame {number} is {frame.dtype} of shape {tuple(frame.shape)}: give RGB as uint8 of shape "
            "(height, width, 3), at least 1x1 px"
        )


def check_prompt(prompt: Prompt, number: int, size: tuple[int, int]) -> None:
    """DataError for one that is not for frame `number`, says nothing, or points at no place of its height and width."""
    where = f"prompt of track {prompt.track_id}"
    if prompt.frame != number:
        raise DataError(f"{where} is for frame {prompt.frame}, but frame {number} is next; give it with its frame")
    if len(prompt.points) != len(prompt.positive):
        raise DataError(f"{where} has {len(prompt.points)} points and {len(prompt.positive)} signs; give one a point")
    if prompt.mask is None and prompt.box is None and not prompt.points:
        raise DataError(f"{where} says nothing; give a box, points or a mask")
    if prompt.box is not None:
        _check_box(prompt.box, where)
    for point in prompt.points:
        _check_point(point, where, size)
    if prompt.mask is not None:
        _check_mask(prompt.mask, where, size)


def _check_box(box: tuple[float, float, float, float], where: str) -> None:
    """It may stick out of the frame, as text may."""
    left, top, right, bottom = box
    if not all(map(math.isfinite, box)) or left >= right or top >= bottom:
        raise DataError(
            f"{where} has the box {box}; give left, top, right, bottom in px with left < right, top < bottom"
        )


def _check_point(point: Point, where: str, size: tuple[int, int]) -> None:
    height, width = size
    if not (0 <= point[0] <= width and 0 <= point[1] <= height):
        raise DataError(f"{where} has the point {point} on a frame of {width}x{height} px; give (x, y) in px within it")


def _check_mask(mask: Mask, where: str, size: tuple[int, int]) -> None:
    if (mask.height, mask.width) != size:
        found = f"{mask.width}x{mask.height}"
        raise DataError(
            f"{where} has a mask of {found} px on a frame of {size[1]}x{size[0]} px; give one of the size of the frame"
        )
    masks.check(mask)
