"""Pictures of materials, drawn from numbers: walls and grounds that repeat without a seam, and things seen once."""

from collections.abc import Callable

import numpy as np
from jaxtyping import UInt8

from synth.engines.world import fittings, grounds
from synth.engines.world.paint import Texture, texture
from synth.engines.world.spec import Material

Painter = Callable[[np.random.Generator, tuple[int, int], Material], UInt8[np.ndarray, "h w 3"]]


def make(material: Material, width: float, height: float) -> Texture:
    """The texture of a face of width x height m."""
    rng = np.random.default_rng(material.seed)
    if material.tile > 0:
        return texture(PAINTERS[material.kind](rng, (material.texels, material.texels), material), True)
    longest = max(width, height)
    rows, columns = (max(round(material.texels * side / longest / 16) * 16, 16) for side in (height, width))
    return texture(PAINTERS[material.kind](rng, (rows, columns), material), False)


def density(material: Material, made: Texture, width: float, height: float) -> tuple[float, float]:
    """How many texels the whole face takes across and down."""
    rows, columns = made.size
    if material.tile > 0:
        return columns * width / material.tile, rows * height / material.tile
    return float(columns), float(rows)


PAINTERS: dict[str, Painter] = {**grounds.PAINTERS, **fittings.PAINTERS}
"""Names for Material.kind"""
