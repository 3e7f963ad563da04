"""Frames as JPEG: quality 95, 4:2:0, as real video is."""

import cv2
import numpy as np
from jaxtyping import UInt8

from sts.errors import DataError

QUALITY = 95

Grey = UInt8[np.ndarray, "h w"]


def encode(frame: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """JPEG of an RGB frame; the same bytes for the same frame."""
    how = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    how += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), how)
    if not done:
        raise DataError(f"a frame of {frame.shape[1]}x{frame.shape[0]} px is too large for JPEG (65,500 px a side)")
    return data.tobytes()


def decode(data: bytes, where: str) -> UInt8[np.ndarray, "h w 3"]:
    """RGB frame of a JPEG or any picture that OpenCV reads; `where` names it in the error."""
    return _decoded(data, where, cv2.IMREAD_COLOR_RGB)


def grey(data: bytes, where: str, how: int = cv2.IMREAD_GRAYSCALE) -> Grey:
    """Grey levels of the same; `how` may ask OpenCV for a smaller picture."""
    return _decoded(data, where, how)


def _decoded(data: bytes, where: str, how: int) -> np.ndarray:
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), how) if data else None
    if pixels is None:
        raise DataError(f"{where}: {len(data)} bytes are no picture that can be decoded")
    return np.asarray(pixels, np.uint8)
