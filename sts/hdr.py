"""High dynamic range and wide colour to ordinary RGB.

Light is decoded by SMPTE ST 2084 (PQ) or ARIB STD-B67 (HLG, as ITU-R BT.2100 shows it on a display of 1,000 cd/m2),
its reference white of 203 cd/m2 (ITU-R BT.2408) becomes 1, BT.2020 primaries become BT.709 (ITU-R BT.2087), what is
brighter is bent below 1 without a change of hue, and the result is encoded for a display of gamma 2.4 (ITU-R BT.1886).
"""

from functools import cache
from typing import Literal

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8, UInt16

Transfer = Literal["pq", "hlg", "bt2020"]
"""`bt2020` is ordinary range in wide colour"""

WHITE = 203.0
"""cd/m2"""
PEAK = 1000.0
"""cd/m2, of the display that HLG is shown on"""
SYSTEM_GAMMA = 1.2
"""Of HLG on such a display"""
DISPLAY_GAMMA = 2.4
KNEE = 0.75
"""Light up to here stays as it is"""
LEVELS = 65536
TO_BT709 = ((1.660491, -0.587641, -0.072850), (-0.124550, 1.132900, -0.008349), (-0.018151, -0.100579, 1.118730))
LUMINANCE = (0.2627, 0.6780, 0.0593)
"""Of BT.2020 primaries"""


def to_sdr(picture: UInt16[np.ndarray, "h w 3"], transfer: Transfer) -> UInt8[np.ndarray, "h w 3"]:
    """RGB of BT.2020 primaries with 16 bits, full range, as RGB of BT.709."""
    light = _decoded(transfer)[picture]
    if transfer == "hlg":
        scene = cv2.transform(light, np.asarray([LUMINANCE], np.float32))
        light *= (np.maximum(scene, 1e-6) ** (SYSTEM_GAMMA - 1) * (PEAK / WHITE))[..., None]
    light = np.maximum(cv2.transform(light, np.asarray(TO_BT709, np.float32)), 0)
    bent = light if transfer == "bt2020" else _bent(light)
    done: UInt8[np.ndarray, "h w 3"] = np.round(np.minimum(bent, 1) ** (1 / DISPLAY_GAMMA) * 255).astype(np.uint8)
    return done


@cache
def _decoded(transfer: Transfer) -> Float32[np.ndarray, " levels"]:
    """Light of every level; 1 is reference white, for HLG the brightest light of the scene."""
    signal: Float64[np.ndarray, " levels"] = np.arange(LEVELS) / (LEVELS - 1)
    if transfer == "bt2020":
        return np.asarray(signal**DISPLAY_GAMMA, np.float32)
    if transfer == "hlg":
        bright = (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
        return np.where(signal <= 0.5, signal**2 / 3, bright).astype(np.float32)
    root = signal ** (32 / 2523)
    light = (np.maximum(root - 3424 / 4096, 0) / (2413 / 128 - 2392 / 128 * root)) ** (8192 / 1305)
    return np.asarray(light * 10_000 / WHITE, np.float32)


def _bent(light: Float32[np.ndarray, "h w 3"]) -> Float32[np.ndarray, "h w 3"]:
    """Scaled so that the strongest channel comes near 1 and never above."""
    strongest = light.max(axis=2, keepdims=True)
    above = np.maximum(strongest - KNEE, 0)
    wanted = np.minimum(strongest, KNEE) + (1 - KNEE) * (1 - np.exp(-above / (1 - KNEE)))
    return np.asarray(light * (wanted / np.maximum(strongest, 1e-6)), np.float32)
