"""Tell whether the camera and the surface stand still, so that text may stand still too, exactly."""

from collections.abc import Sequence
from typing import cast

import numpy as np
from jaxtyping import Bool, UInt8

from synth.surfaces.models import consensus
from synth.surfaces.template import Pairs, Support, Template, make, match

Frames = UInt8[np.ndarray, "t h w"]

NEAR_PX = 0.5
"""A point that moves less may be still"""
DRIFT_PX = 0.25
"""All of them together may not move farther"""
LEAST_NEAR = 0.1
"""With a smaller share of the points that are found, the camera has moved"""
ENOUGH, N_PROBES = 20, 7
"""Points to judge by; frames to look at, besides the key's neighbours"""


def stands(template: Template, frames: Frames, masks: Frames | None) -> bool:
    """Whether what the template shows stands still, whatever crosses the picture.

    Not if the quad's own points leave together: then something carries it.
    """
    last, key = len(frames) - 1, template.frame
    close = {t for t in (key - 2, key - 1, key + 1, key + 2) if 0 <= t <= last}
    probes = sorted(close | {int(t) for t in np.linspace(0, last, N_PROBES).round()} - {key})
    pairs = {t: match(template, frames[t], np.eye(3), None if masks is None else masks[t]) for t in probes}
    if _carried([pairs[t] for t in sorted(close)]):
        return False
    enough = np.median([len(found.key) for found in pairs.values()] or [0]) >= ENOUGH
    return bool(enough) and _still(list(pairs.values()))


def whole(template: Template, frame: UInt8[np.ndarray, "h w"], mask: UInt8[np.ndarray, "h w"] | None) -> Template:
    """A template of the whole frame for the same quad."""
    height, width = frame.shape
    support = Support(quad=template.support.quad, left=0, top=0, width=width, height=height)
    return make(frame, template.frame, np.eye(3), support, mask)


def near(pairs: Pairs) -> Bool[np.ndarray, " n"]:
    """Which points hardly moved."""
    return cast(Bool[np.ndarray, " n"], np.linalg.norm(pairs.frame - pairs.key, axis=1) < NEAR_PX)


def _still(probes: Sequence[Pairs]) -> bool:
    """In most frames the largest group of points that move together is the one that does not move."""
    drifts = []
    for pairs in probes:
        close = near(pairs)
        if len(close) >= ENOUGH and close.mean() < LEAST_NEAR:
            return False
        group = consensus(pairs.key, pairs.frame, reach=NEAR_PX / 2)
        if (group & close).sum() >= max(ENOUGH // 2, 0.7 * group.sum()):
            drifts.append(np.linalg.norm(np.median((pairs.frame - pairs.key)[group & close], axis=0)))
    return len(drifts) >= 0.7 * len(probes) and float(np.quantile(drifts, 0.8)) < DRIFT_PX


def _carried(neighbours: Sequence[Pairs]) -> bool:
    """The quad's own points are found next to the key frame, but elsewhere."""
    own = [near(pairs)[pairs.inside].mean() for pairs in neighbours if pairs.inside.sum() >= 8]
    return bool(own) and float(np.median(own)) < 0.25
