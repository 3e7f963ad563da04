"""Materials as small pictures over a block of text: gradients, textures, worn paint, relief."""

import math
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32, UInt8

from synth.raster.coverage import Roi, cover
from synth.raster.outline import Outline
from synth.specs import Emboss, Fill, Wear

Field = Float32[np.ndarray, "h w"]
Size = tuple[int, int]
"""(width, height), px"""

FLAKE_EDGE = 0.02
"""Share of the area over which worn paint goes from there to gone"""
GLEAM = 0.9
"""Change of the gain on the brightest edge of an emboss of strength 1"""
LOOKS: tuple[tuple[tuple[float, float, float], ...], ...] = (
    ((400.0, 1.5, 0.7), (90.0, 90.0, 0.3)),
    ((60.0, 60.0, 0.6), (12.0, 12.0, 0.3), (2.0, 2.0, 0.3)),
    ((1.5, 1.5, 0.7), (40.0, 40.0, 0.3)),
)
"""Brushed metal, concrete, grain: layers of noise as (cell width px, cell height px, weight)"""


def fill_patch(fill: Fill, size: Size) -> UInt8[np.ndarray, "h w 3"]:
    """Colours of a fill over a block of `size` px: flat, a gradient along `angle`, or two colours mixed by noise."""
    width, height = size
    if fill.kind == "solid":
        return np.full((height, width, 3), fill.colours[0], np.uint8)
    mix = _ramp(fill.angle, size) if fill.kind == "gradient" else _texture(fill.seed, size)
    first, second = (np.array(colour, np.float32) for colour in fill.colours[:2])
    colours = np.rint(first + mix[:, :, None] * (second - first))
    return np.asarray(colours, np.uint8)


def wear_alpha(wear: Wear, em: float, size: Size) -> UInt8[np.ndarray, "h w"]:
    """What is left of the paint, 0..255, over a block of `size` px, `em` px to the em; `amount` of the area is gone."""
    if wear.amount <= 0:
        return np.full(size[::-1], 255, np.uint8)
    cell = max(wear.scale * em, 1.0)
    noise = _noise(np.random.default_rng(wear.seed), [(cell / 2**k, cell / 2**k, 0.6**k) for k in range(4)], size)
    low, high = np.quantile(noise, (max(wear.amount - FLAKE_EDGE / 2, 0), min(wear.amount + FLAKE_EDGE / 2, 1)))
    left = np.clip((noise - low) / max(float(high - low), 1e-6), 0, 1)
    return np.asarray(np.rint(255 * left), np.uint8)


def emboss_gain(outline: Outline, emboss: Emboss, em: float, size: Size) -> Field:
    """Gain on the colour of strokes (px of a block of `size`): above 1 on edges that face the light, below 1 on others.

    The relief rises from the edge of a stroke over `width` em and is flat further inside; outside the strokes it is 1.
    """
    width, height = size
    shape = cover(outline, Roi(left=0, top=0, width=width, height=height))
    reach = max(emboss.width * em, 1.0)
    depth = cv2.distanceTransform((shape >= 128).astype(np.uint8), cv2.DIST_L2, 5)
    relief = cv2.GaussianBlur(np.minimum(depth, np.float32(reach)), (0, 0), max(reach / 4, 0.5))
    slope_x, slope_y = (cv2.Sobel(relief, cv2.CV_32F, dx, dy, scale=1 / 8) for dx, dy in ((1, 0), (0, 1)))
    facing = -(math.cos(emboss.angle) * slope_x + math.sin(emboss.angle) * slope_y)
    return np.where(shape > 0, 1 + GLEAM * emboss.strength * np.clip(facing, -1, 1), 1).astype(np.float32)


def _ramp(angle: float, size: Size) -> Field:
    """0 at the corner where the gradient starts, 1 at the opposite one."""
    width, height = size
    x, y = np.arange(width) + 0.5 - width / 2, np.arange(height) + 0.5 - height / 2
    reach = abs(math.cos(angle)) * width + abs(math.sin(angle)) * height
    return (0.5 + (math.cos(angle) * x + math.sin(angle) * y[:, None]) / reach).astype(np.float32)


def _texture(seed: int, size: Size) -> Field:
    """Noise in 0..1 with one of the LOOKS, chosen by the seed."""
    rng = np.random.default_rng(seed)
    noise = _noise(rng, LOOKS[int(rng.integers(len(LOOKS)))], size)
    mix = 0.5 + 0.25 * (noise - noise.mean()) / max(float(noise.std()), 1e-6)
    return np.asarray(np.clip(mix, 0, 1), np.float32)


def _noise(rng: np.random.Generator, layers: Sequence[tuple[float, float, float]], size: Size) -> Field:
    """Sum of smooth noises with cells of the given widths and heights."""
    width, height = size
    total = np.zeros((height, width), np.float32)
    for across, down, weight in layers:
        columns, rows = math.ceil(width / max(across, 1.0)) + 2, math.ceil(height / max(down, 1.0)) + 2
        cells = rng.random((rows, columns), np.float32) - 0.5
        shape = (max(round(columns * max(across, 1.0)), width), max(round(rows * max(down, 1.0)), height))
        total += weight * cv2.resize(cells, shape, interpolation=cv2.INTER_CUBIC)[:height, :width]
    return total
