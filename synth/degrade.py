"""What lens, sensor and codec did to the whole picture. Photometric only: nothing moves, so no mask changes."""

from collections.abc import Callable
from fractions import Fraction

import cv2
import numpy as np
from jaxtyping import Int8, UInt8, UInt16

from sts.video import recompressed
from synth.raster import _kernels
from synth.raster.blend import NOISE_UNIT, noise_tile
from synth.specs import Degrade

Video = UInt8[np.ndarray, "t h w 3"]
Picture = UInt8[np.ndarray, "h w 3"]

TILE_ROWS = 128
TILE_SPARE = 331
"""px a row of noise is longer than the picture; every row of every frame starts somewhere else in it"""
COMMON = 0.8
"""Part of the noise that the three channels share"""


def degrade(video: Video, spec: Degrade, fps: Fraction) -> Video:
    """The video after vignetting, noise, gamma (out = in ** gamma), sharpening, JPEG and H.264, in this order.

    In place, but for H.264: that gives a new array.
    """
    steps = _steps(video.shape[1], video.shape[2], spec)
    for index, picture in enumerate(video):
        for step in steps:
            step(picture, index)
    return video if spec.h264 is None else recompressed(video, fps, spec.h264)


def _steps(height: int, width: int, spec: Degrade) -> list[Callable[[Picture, int], None]]:
    """What is done to each picture, in place; the second argument is its index."""
    steps: list[Callable[[Picture, int], None]] = []
    if spec.noise > 0 or spec.vignette > 0:
        light, tile = _light(height, width, spec.vignette), _tile(width, spec)
        steps.append(lambda picture, index: _expose(picture, light, tile, spec, index))
    if spec.gamma != 1:
        steps.append(lambda picture, _: _bend(picture, spec.gamma))
    if spec.sharpen > 0:
        steps.append(lambda picture, _: _sharpen(picture, spec.sharpen))
    if spec.jpeg is not None:
        quality = spec.jpeg
        steps.append(lambda picture, _: _pass_through_jpeg(picture, quality))
    return steps


def _expose(
    picture: Picture, light: UInt16[np.ndarray, "h w3"], tile: Int8[np.ndarray, "th tw"], spec: Degrade, index: int
) -> None:
    height, width = picture.shape[:2]
    rng = np.random.default_rng([spec.seed, 1, index])
    starts = np.stack([rng.integers(TILE_ROWS, size=height), 3 * rng.integers(TILE_SPARE, size=height)])
    scale = np.int32(round(spec.noise / NOISE_UNIT * 32768))
    _kernels.expose(picture.reshape(height, 3 * width), light, tile, starts, scale)


def _light(height: int, width: int, vignette: float) -> UInt16[np.ndarray, "h w3"]:
    """Light of each sample in 1/256: full in the middle, less by `vignette` in the corners, as the squared distance."""
    y, x = ((np.arange(length) + 0.5) / length * 2 - 1 for length in (height, width))
    gain = 1 - vignette * (x**2 + y[:, None] ** 2) / 2
    return np.repeat(np.rint(gain * 256).astype(np.uint16), 3, axis=1)


def _tile(width: int, spec: Degrade) -> Int8[np.ndarray, "th tw"]:
    """Rows of noise, one sample a channel, of standard deviation NOISE_UNIT, mostly grey."""
    rng, columns = np.random.default_rng([spec.seed, 0]), width + TILE_SPARE
    grey = np.repeat(noise_tile(rng, TILE_ROWS, columns), 3, axis=1)
    colour = noise_tile(rng, TILE_ROWS, 3 * columns)
    mixed = COMMON * grey + float(np.sqrt(1 - COMMON**2)) * colour
    return np.clip(np.rint(mixed), -127, 127).astype(np.int8)


def _bend(picture: Picture, gamma: float) -> None:
    levels = np.rint(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
    cv2.LUT(picture, levels, dst=picture)


def _sharpen(picture: Picture, amount: float) -> None:
    soft = cv2.GaussianBlur(picture, (5, 5), 1.0)
    cv2.addWeighted(picture, 1 + amount, soft, -amount, 0, dst=picture)


def _pass_through_jpeg(picture: Picture, quality: int) -> None:
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB, dst=picture)
