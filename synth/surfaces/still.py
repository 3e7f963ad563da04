"""Tell whether the camera and the surface stand still, so that text may stand still too, exactly."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, UInt8

from synth.surfaces.template import Pairs, Support, Template, make, match, support_of

NEAR_PX = 0.5
"""A point that moves less may be still"""
DRIFT_PX = 0.12
"""All of them together may not move farther"""
ENOUGH = 20
N_PROBES = 9


def is_still(
    frames: UInt8[np.ndarray, "t h w"], key: int, quad: Float64[np.ndarray, "4 2"], masks: UInt8[np.ndarray, "t h w"] | None
) -> Template | None:
    """The template by which the scene is still, or None: asked around the quad first, then of the whole frame.

    Things that cross the picture do not count, but a quad whose own points leave together stands on a moving thing.
    """
    height, width = frames.shape[1:]
    whole = Support(quad=quad, left=0, top=0, width=width, height=height)
    far = np.linspace(0, len(frames) - 1, N_PROBES).round().astype(int)
    probes = sorted({int(t) for t in far} | {t for t in (key - 2, key - 1, key + 1, key + 2) if 0 <= t < len(frames)})
    probes.remove(key) if key in probes else None
    for support in (support_of(quad, frames.shape[1:]), whole):
        mask = None if masks is None else masks[key]
        template = make(frames[key], key, np.eye(3), support, mask)
        pairs = [match(template, frames[t], np.eye(3), None if masks is None else masks[t]) for t in probes]
        close = [p for p, t in zip(pairs, probes, strict=True) if abs(t - key) <= 2]
        if _carried(close):
            return None
        if np.median([len(p.key) for p in pairs] or [0]) >= ENOUGH:
            return template if _stands(pairs) else None
    return None


def moved(pairs: Pairs) -> Float64[np.ndarray, "n 2"]:
    """px from the key frame."""
    return pairs.frame - pairs.key


def near(pairs: Pairs) -> np.ndarray:
    """Which points hardly moved."""
    return np.linalg.norm(moved(pairs), axis=1) < NEAR_PX
