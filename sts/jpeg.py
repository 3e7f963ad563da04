"""Frames as JPEG: quality 95, 4:2:0, as real video is."""

import io

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image, UnidentifiedImageError

from sts.errors import DataError

QUALITY = 95

ORIENTATION = 274
"""EXIF tag"""
SCAN, TABLES = 0xDA, b"\xff\xc4"
TOLD = (*range(0xE3, 0xEE), 0xE1, 0xEF, 0xFE)
"""Segments of what a camera says besides the picture (EXIF, XMP, comments): place, serial number, a small picture"""

Grey = UInt8[np.ndarray, "h w"]


def encode(frame: UInt8[np.ndarray, "h w 3"]) -> bytes:
    """JPEG of an RGB frame; the same bytes for the same frame."""
    how = [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    how += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), how)
    if not done:
        raise DataError(f"a frame of {frame.shape[1]}x{frame.shape[0]} px is too large for JPEG (65,500 px a side)")
    return data.tobytes()


def plain(image: Image.Image) -> bool:
    """Whether an opened picture is an upright baseline JPEG in colour or grey, which can be stored as it is."""
    kind = image.format == "JPEG" and image.mode in ("RGB", "L") and not image.info.get("progressive")
    return kind and image.getexif().get(ORIENTATION, 1) == 1


def stored(data: bytes, height: int, width: int) -> bytes | None:
    """A file's own picture data without what else the camera tells, if it is a plain JPEG of that size, else None."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            fits = plain(image) and image.size == (width, height) and TABLES in data
            return _bare(data) if fits else None
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return None


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


def _bare(data: bytes) -> bytes:
    """The JPEG without segments that hold no part of the picture."""
    parts, at = [data[:2]], 2
    while data[at] == 0xFF and data[at + 1] != SCAN:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] not in TOLD:
            parts.append(data[at:end])
        at = end
    return b"".join([*parts, data[at:]])
