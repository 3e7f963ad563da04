"""Moves the glyphs of a word to where they agree best with the picture: rough cells become exact places.

Every glyph is slid over its cell as a template, in some sizes. Height and polarity (bright on dark, dark on bright) are
those on which all the glyphs of the word agree best.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32

from realv.labelers.characters import Cuts

Upright = Float32[np.ndarray, "h w"]
Prior = Float32[np.ndarray, "32 32"]
Rectangle = tuple[float, float, float, float]
"""Left, top, right and bottom along a strip: u, v, u, v"""

HEIGHTS = (1.0, 0.85, 0.7)
WIDTHS = (1.0, 0.85, 0.7)
"""Of a glyph as shares of its cell"""
SLIMMEST = 3
"""px of a glyph that can be compared"""


def fit(grey: Upright, cells: Cuts, priors: Sequence[Prior | None]) -> tuple[Rectangle, ...]:
    """The place of each glyph in the upright picture of its word; that of its cell where it cannot be compared."""
    tried = [
        [_slid(grey, cell, prior, height, bright) for cell, prior in zip(cells, priors, strict=True)]
        for height in HEIGHTS
        for bright in (True, False)
    ]
    best = max(tried, key=lambda word: sum(agreement for agreement, _ in word), default=[])
    return tuple(place for _, place in best)


def _slid(
    grey: Upright, cell: tuple[float, float], prior: Prior | None, height: float, bright: bool
) -> tuple[float, Rectangle]:
    """Greatest normalised correlation of a glyph over its cell, and where."""
    rows, columns = grey.shape
    left, right = round(cell[0] * columns), round(cell[1] * columns)
    found: tuple[float, Rectangle] = (0.0, (cell[0], 0.0, cell[1], 1.0))
    for width in WIDTHS:
        size = round((right - left) * width), round(rows * height)
        if prior is None or min(size) < SLIMMEST:
            continue
        template = cv2.resize(prior if bright else -prior, size, interpolation=cv2.INTER_AREA)
        fits = cv2.matchTemplate(grey[:, left:right], template, cv2.TM_CCOEFF_NORMED)
        _, agreement, _, (x, y) = cv2.minMaxLoc(fits)
        if np.isfinite(agreement) and agreement > found[0]:
            place = (left + x) / columns, y / rows, (left + x + size[0]) / columns, (y + size[1]) / rows
            found = agreement, place
    return found
