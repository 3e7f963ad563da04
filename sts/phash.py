"""pHash: 32 x 32 grey levels, their DCT, and for the 8 x 8 lowest frequencies whether each lies above their median."""

import cv2
import numpy as np
from jaxtyping import Float64

from sts.jpeg import Grey

SIDE = 32
"""px, what a picture is reduced to"""
LOW = 8
"""Frequencies kept each way"""
BITS = LOW * LOW


def of(grey: Grey) -> int:
    """64 bits of a picture of grey levels; like pictures differ in few of them."""
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float64)
    low: Float64[np.ndarray, " n"] = np.asarray(cv2.dct(small), np.float64)[:LOW, :LOW].ravel()
    return int.from_bytes(np.packbits(low > np.median(low)).tobytes(), "big")
