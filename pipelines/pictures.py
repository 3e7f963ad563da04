"""Stored pictures as grey levels."""

import cv2
import numpy as np
from jaxtyping import UInt8

from sts.errors import DataError

Grey = UInt8[np.ndarray, "h w"]


def grey(data: bytes, where: str, how: int = cv2.IMREAD_GRAYSCALE) -> Grey:
    """Grey levels; `how` may ask OpenCV for a smaller picture. DataError that says `where`."""
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), how) if data else None
    if pixels is None:
        raise DataError(f"{where}: {len(data)} bytes are no picture that can be decoded")
    return np.asarray(pixels, np.uint8)
