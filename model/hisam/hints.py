"""A user's prompts on the frames of a clip, as parts of the frame."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from sts import geometry, masks
from sts.errors import DataError
from sts.geometry import Polygon
from sts.protocols import Prompt
from sts.types import Point


def check(prompts: Sequence[Prompt], frames: int) -> None:
    """DataError for a prompt that names no frame of the video or says no place."""
    for prompt in prompts:
        where = f"prompt of track {prompt.track_id} on frame {prompt.frame}"
        if not 0 <= prompt.frame < frames:
            raise DataError(f"{where}: the video has {frames}, counted from 0")
        if prompt.box is None and prompt.mask is None and not touched(prompt):
            raise DataError(f"{where} has no box, mask or positive point")


def current(prompts: Sequence[Prompt], frame: int) -> list[Prompt]:
    """The last prompt of each track up to a frame, by track."""
    latest: dict[int, Prompt] = {}
    for prompt in sorted(prompts, key=lambda one: one.frame):
        if prompt.frame <= frame:
            latest[prompt.track_id] = prompt
    return [latest[track] for track in sorted(latest)]


def touched(prompt: Prompt) -> list[Point]:
    """The positive points; the decoder of words was never shown a negative one."""
    return [point for point, positive in zip(prompt.points, prompt.positive, strict=True) if positive]


def box(prompt: Prompt) -> Polygon | None:
    """Around a box or a mask; None for points."""
    found = prompt.box or (masks.box(prompt.mask) if prompt.mask else None)
    if found is None:
        return None
    left, top, right, bottom = found
    return (left, top), (right, top), (right, bottom), (left, bottom)


def inside(polygons: Sequence[Polygon], size: tuple[int, int]) -> Bool[np.ndarray, "h w"]:
    """Pixels of a frame whose centres are in any of some polygons; `cv2.fillPoly` would take one more on two sides."""
    area = np.zeros(size, np.bool_)
    for polygon in polygons:
        left, top, right, bottom = (math.floor(max(side, 0)) for side in geometry.box(polygon))
        part = area[top : bottom + 1, left : right + 1]
        rows, columns = np.indices(part.shape)
        centres = np.stack([columns.ravel() + left, rows.ravel() + top], axis=1) + 0.5
        part |= geometry.contains(polygon, centres).reshape(part.shape)
    return area
