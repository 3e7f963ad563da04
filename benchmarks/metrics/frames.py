"""Which frames of two clips are compared."""

import cv2
import numpy as np
from jaxtyping import Bool

from sts.errors import DataError
from sts.types import Clip, Frame

Pixels = Bool[np.ndarray, "h w"]


def pairs(truth: Clip, prediction: Clip) -> list[tuple[Frame, Frame]]:
    """Frames that are labelled in the truth, each with the predicted frame of the same index.

    DataError for clips of different sizes and for a frame without a prediction.
    """
    sizes = [(clip.width, clip.height) for clip in (truth, prediction)]
    if sizes[0] != sizes[1]:
        raise DataError(
            f"clip {truth.clip_id}: the truth is {sizes[0][0]}x{sizes[0][1]} px, the prediction "
            f"{sizes[1][0]}x{sizes[1][1]} px: predict at the original size"
        )
    predicted = {frame.index: frame for frame in prediction.frames}
    wanted = [frame for frame in truth.frames if frame.labelled]
    missing = [frame.index for frame in wanted if frame.index not in predicted]
    if missing:
        raise DataError(
            f"clip {truth.clip_id}: {len(missing)} of {len(wanted)} frames have no prediction, the first is frame "
            f"{missing[0]}: a frame without text is predicted as a frame without instances"
        )
    return [(frame, predicted[frame.index]) for frame in wanted]


def grown(pixels: Pixels, radius: int) -> Pixels:
    """The foreground and all pixels at most `radius` px from it, centre to centre."""
    reach = np.arange(-radius, radius + 1)
    disk = (reach[:, None] ** 2 + reach**2 <= radius**2).astype(np.uint8)
    return cv2.dilate(pixels.astype(np.uint8), disk) > 0
