"""Paint onto the picture: integer alpha blending in place. No coverage, no change: alpha 0 leaves a pixel as it is."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float32, Int8, UInt8

from synth.raster import _kernels
from synth.raster.coverage import Roi
from synth.specs import Colour
from synth.surfaces.surface import Patch

Canvas = UInt8[np.ndarray, "H W 3"]
Alpha = UInt8[np.ndarray, "h w"]
Picture = UInt8[np.ndarray, "h w 3"]

VISIBLE = 8.0
"""CIE76 difference from which a stroke counts as seen"""
WEIGHTS = np.rint(np.arange(256) * (65536 / 255)).astype(np.int32)
"""Of 65536, for each alpha"""
NOISE_UNIT = 32
"""Levels of a noise tile that make one standard deviation"""


class Shade(NamedTuple):
    """Light in the frame: gains on a grid of cells `cell` px wide, bilinear between their centres, constant beyond."""

    gain: Float32[np.ndarray, "gh gw 3"]
    left: int
    """Frame column of the grid's edge"""
    top: int
    cell: int


class Ink(NamedTuple):
    """What is painted: a colour or a picture of the roi's size."""

    paint: Colour | Picture
    opacity: float = 1.0
    shade: Shade | None = None
    relief: Float32[np.ndarray, "h w"] | None = None
    """Gain on the paint"""


def blend(canvas: Canvas, roi: Roi, alpha: Alpha, ink: Ink) -> None:
    """canvas += (colour - canvas) * alpha * opacity / 255 in the roi; colour: paint * shade * relief, cut to 0..255."""
    weights = WEIGHTS if ink.opacity == 1 else np.rint(np.arange(256) * (ink.opacity * 65536 / 255)).astype(np.int32)
    paint = np.array(ink.paint, np.uint8).reshape(1, 1, 3) if isinstance(ink.paint, tuple) else ink.paint
    shade = ink.shade
    light = shade and (shade.gain, float(roi.left - shade.left), float(roi.top - shade.top), 1 / shade.cell)
    rows = canvas.reshape(len(canvas), -1)[roi.slices[0], 3 * roi.left : 3 * (roi.left + roi.width)]
    _kernels.blend(rows, alpha, weights, paint, light, ink.relief)


def veil(alpha_below: Alpha, roi_below: Roi, alpha_above: UInt8[np.ndarray, "ah aw"], roi_above: Roi) -> None:
    """What a later layer leaves of an earlier one: alpha_below *= 1 - alpha_above / 255 on the overlap, in place."""
    if not roi_below.meets(roi_above):
        return
    top, left = max(roi_below.top, roi_above.top), max(roi_below.left, roi_above.left)
    bottom = min(roi_below.top + roi_below.height, roi_above.top + roi_above.height)
    right = min(roi_below.left + roi_below.width, roi_above.left + roi_above.width)
    shared = Roi(left=left, top=top, width=right - left, height=bottom - top)
    _kernels.attenuate(_within(alpha_below, roi_below, shared), _within(alpha_above, roi_above, shared))


def hidden(alpha: Alpha, roi: Roi, patch: Patch) -> None:
    """What stands in front cuts the coverage: alpha *= 1 - occlusion / 255 in place."""
    height, width = patch.pixels.shape
    veil(alpha, roi, patch.pixels, Roi(left=patch.left, top=patch.top, width=width, height=height))


def contrast(under: Picture, over: Picture, alpha: Alpha, max_samples: int = 256) -> float:
    """Share of core pixels (alpha >= 128) where the picture with text differs visibly from the one without."""
    return float(_kernels.contrast(under, over, alpha, max_samples, VISIBLE))


def noise_tile(rng: np.random.Generator, height: int, width: int) -> Int8[np.ndarray, "th tw"]:
    """Gaussian noise of standard deviation NOISE_UNIT, cut at 127; made once, read with offsets."""
    return np.clip(np.rint(rng.standard_normal((height, width)) * NOISE_UNIT), -127, 127).astype(np.int8)


def grain(
    canvas: Canvas,
    roi: Roi,
    alpha: Alpha,
    sigma: float,
    tile: Int8[np.ndarray, "th tw"],
    start: tuple[int, int] = (0, 0),
) -> None:
    """Noise of `sigma` grey levels inside the text, in place, less where coverage is partial.

    The tile repeats; the roi's first pixel gets the one at `start` (row, column).
    """
    _kernels.add_noise(canvas[roi.slices], alpha, tile, start, sigma / (NOISE_UNIT * 255))


def _within(alpha: Alpha, roi: Roi, part: Roi) -> UInt8[np.ndarray, "ph pw"]:
    top, left = part.top - roi.top, part.left - roi.left
    return alpha[top : top + part.height, left : left + part.width]
