"""FlowText's rule for which pixels are text: the key frame's feathered mask, warped, above 0."""

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

Coverage = UInt8[np.ndarray, "h w"]

FEATHERS = ((15.0, 1, 0.25), (30.0, 3, 0.5), (np.inf, 5, 1.5))
"""Text up to this height (px), then size of the kernel and its deviation (px)"""


def mask(key: Coverage, height: float, to_frame: Float64[np.ndarray, "3 3"]) -> Bool[np.ndarray, "h w"]:
    """Text pixels of a frame; `height` is the text's in the key frame, `to_frame` takes key px to frame px."""
    _, size, sigma = next(feather for feather in FEATHERS if height <= feather[0])
    soft = cv2.GaussianBlur(key, (size, size), sigma)
    centres = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    matrix = np.linalg.inv(centres) @ to_frame @ centres
    return cv2.warpPerspective(soft, matrix, key.shape[::-1], flags=cv2.INTER_LINEAR) > 0
