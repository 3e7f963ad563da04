"""Changes of colour and sharpness, the same on all frames of a clip; they move nothing."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

LUMA = np.array([0.299, 0.587, 0.114])
"""Rec. 601"""
GRAIN = 32
"""px by which the field of noise is larger than a frame; each frame takes it from another place"""

Frames = list[UInt8[np.ndarray, "size size 3"]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is done to the pictures, in this order."""

    brightness: float = 1.0
    contrast: float = 1.0
    """About the mean grey of the clip"""
    saturation: float = 1.0
    gray: bool = False
    gamma: float = 1.0
    blur: float = 0.0
    """Sigma, px; 0 is off"""
    noise: float = 0.0
    """Sigma of 255; 0 is off"""
    quality: int = 0
    """Of JPEG; 0 is off"""
    seed: int = 0
    """Of the noise"""


def shown(frames: Frames, look: Look) -> Frames:
    """The frames as `look` has them."""
    color = _color(frames, look)
    if not np.allclose(color, np.eye(3, 4)):
        frames = [cv2.transform(frame, color) for frame in frames]
    if look.gamma != 1:
        table = np.round(255 * (np.arange(256) / 255) ** look.gamma).astype(np.uint8)
        frames = [cv2.LUT(frame, table) for frame in frames]
    if look.blur:
        frames = [cv2.GaussianBlur(frame, (0, 0), look.blur) for frame in frames]
    if look.noise:
        frames = _grained(frames, look)
    if look.quality:
        frames = [_pressed(frame, look.quality) for frame in frames]
    return [np.asarray(frame, np.uint8) for frame in frames]


def _color(frames: Frames, look: Look) -> Float32[np.ndarray, "3 4"]:
    """Brightness, contrast, saturation and grey as one linear map of RGB and 1."""
    middle = float(np.mean([np.array(cv2.mean(frame))[:3] @ LUMA for frame in frames])) if look.contrast != 1 else 0.0
    saturation = 0.0 if look.gray else look.saturation
    mix = saturation * np.eye(3) + (1 - saturation) * np.tile(LUMA, (3, 1))
    shift = np.full((3, 1), (1 - look.contrast) * middle * look.brightness)
    return np.hstack([mix * look.brightness * look.contrast, shift]).astype(np.float32)


def _grained(frames: Frames, look: Look) -> Frames:
    """One field of Gaussian noise, shifted from frame to frame: drawing one a frame would take longer than decoding."""
    rng = np.random.default_rng(look.seed)
    size = frames[0].shape[0]
    side = size + GRAIN
    field = (rng.standard_normal((side, side, 3), np.float32) * np.float32(look.noise)).round().astype(np.int16)
    grained = []
    for frame in frames:
        y, x = rng.integers(GRAIN, size=2)
        grained.append(cv2.add(frame, field[y : y + size, x : x + size], dtype=cv2.CV_8U))
    return grained


def _pressed(frame: UInt8[np.ndarray, "size size 3"], quality: int) -> UInt8[np.ndarray, "size size 3"]:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
