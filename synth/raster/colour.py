"""Colours as people see them apart."""

from collections.abc import Sequence

import numpy as np

from synth.raster import _kernels
from synth.specs import Colour


def difference(first: Colour, second: Colour) -> float:
    """CIE76 distance in L*a*b* (D65): 2 is just noticeable, white to black is 100."""
    return float(_kernels.difference(*first, *second))


def mixed(first: Colour, second: Colour, share: float) -> Colour:
    """`share` of the second colour over the first."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def lightness(colour: Colour) -> float:
    """L*, 0 is black and 100 is white."""
    return float(_kernels.lab(*colour)[0])


def shaded(colour: Colour, level: float) -> Colour:
    """The colour in `level` times the light."""
    return _clipped([channel * level for channel in colour])


def jittered(rng: np.random.Generator, colour: Colour) -> Colour:
    """The same paint from another tin, a little faded or fresh; greys stay nearly grey."""
    scatter = 6.0 if max(colour) - min(colour) > 30 else 2.5
    return _clipped((np.array(colour) * rng.uniform(0.9, 1.08) + rng.normal(0, scatter, size=3)).tolist())


def within(rng: np.random.Generator, low: float, high: float) -> float:
    """A value between the bounds, to three decimals."""
    return round(float(rng.uniform(low, high)), 3)


def _clipped(channels: Sequence[float]) -> Colour:
    red, green, blue = (min(max(round(channel), 0), 255) for channel in channels)
    return red, green, blue
