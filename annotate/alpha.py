"""Which pixels of a mask with alpha are strokes."""

import numpy as np
from jaxtyping import Bool, UInt8

from sts.errors import DataError

OPAQUE = 128
"""Least alpha of a stroke: the editor's brush has soft edges, and counting all of them makes strokes fatter"""


def strokes(alpha: UInt8[np.ndarray, "h w"]) -> Bool[np.ndarray, "h w"]:
    """DataError where a mask has something, but nothing as opaque as text."""
    most = int(alpha.max(initial=0))
    if 0 < most < OPAQUE:
        raise DataError(f"a mask is badly scaled: its largest alpha is {most}, text has {OPAQUE} to 255")
    return alpha >= OPAQUE
