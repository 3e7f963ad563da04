"""Changes of colour and sharpness, the same on all frames of a clip; they move nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Int16, UInt8

LUMA = np.array([0.299, 0.587, 0.114])
"""Rec. 601"""
GRAIN = 32
"""px by which the field of noise is larger than a frame; each frame takes it from another place"""

SPARSE = 4
"""Of so many pixels and rows one is looked at for the mean grey"""

Rgb = UInt8[np.ndarray, "size size 3"]
Change = Callable[[Rgb], Rgb]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is done to the pictures, in this order."""

    brightness: float = 1.0
    contrast: float = 1.0
    """About the mean grey of the first frame"""
    saturation: float = 1.0
    gray: bool = False
    channels: tuple[int, ...] = (0, 1, 2)
    """Which of red, green and blue each of them becomes"""
    negative: bool = False
    gamma: float = 1.0
    blur: float = 0.0
    """Sigma, px; 0 is off"""
    noise: float = 0.0
    """Sigma of 255; 0 is off"""
    quality: int = 0
    """Of JPEG; 0 is off"""
    seed: int = 0
    """Of the noise"""


class Grader:
    """Gives the frames of one clip a look, in their order; the first of them says what its mean grey is."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self._changes: list[Change] | None = None

    def __call__(self, frame: Rgb) -> Rgb:
        """The frame as the look has it."""
        if self._changes is None:
            self._changes = list(_changes(self.look, frame))
        for change in self._changes:
            frame = change(frame)
        return frame


def _changes(look: Look, first: Rgb) -> Iterator[Change]:
    """What is done to each frame, in turn."""
    color = _color(look, _grey(first) if look.contrast != 1 else 0.0)
    if not np.array_equal(color, np.eye(3, 4)):
        yield lambda frame: np.asarray(cv2.transform(frame, color), np.uint8)
    if look.gamma != 1:
        table = np.round(255 * (np.arange(256) / 255) ** look.gamma).astype(np.uint8)
        yield lambda frame: np.asarray(cv2.LUT(frame, table), np.uint8)
    if look.blur:
        yield lambda frame: np.asarray(cv2.GaussianBlur(frame, (0, 0), look.blur), np.uint8)
    if look.noise:
        yield _Grain(look)
    if look.quality:
        yield lambda frame: _pressed(frame, look.quality)


def _grey(frame: Rgb) -> float:
    """Mean grey of every SPARSE-th pixel of every such row, 0 to 255."""
    return float(frame[::SPARSE, ::SPARSE].reshape(-1, 3).mean(axis=0) @ LUMA)


def _color(look: Look, middle: float) -> Float32[np.ndarray, "3 4"]:
    """Brightness, contrast, saturation, grey, channels and negative as one linear map of RGB and 1."""
    saturation = 0.0 if look.gray else look.saturation
    mix = saturation * np.eye(3) + (1 - saturation) * np.tile(LUMA, (3, 1))
    shift = np.full((3, 1), (1 - look.contrast) * middle * look.brightness)
    linear = np.hstack([mix * look.brightness * look.contrast, shift])[list(look.channels)]
    return (np.array([0, 0, 0, 255]) - linear if look.negative else linear).astype(np.float32)


class _Grain:
    """One field of Gaussian noise, shifted from frame to frame: drawing one a frame would take longer than decoding."""

    def __init__(self, look: Look) -> None:
        self.sigma = np.float32(look.noise)
        self.rng = np.random.default_rng(look.seed)
        self.field: Int16[np.ndarray, "side side 3"] | None = None

    def __call__(self, frame: Rgb) -> Rgb:
        """The frame with noise."""
        size = frame.shape[0]
        if self.field is None:
            drawn = self.rng.standard_normal((size + GRAIN, size + GRAIN, 3), np.float32)
            self.field = (drawn * self.sigma).round().astype(np.int16)
        y, x = self.rng.integers(GRAIN, size=2)
        return np.asarray(cv2.add(frame, self.field[y : y + size, x : x + size], dtype=cv2.CV_8U), np.uint8)


def _pressed(frame: Rgb, quality: int) -> Rgb:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR_RGB), np.uint8)
