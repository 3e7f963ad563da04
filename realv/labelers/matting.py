"""How much stroke is in each pixel, from the colours of strokes and ground close by."""

import cv2
import numpy as np
from jaxtyping import Bool, Float32

Lab = Float32[np.ndarray, "h w 3"]
Plane = Float32[np.ndarray, "h w"]

ROUNDS = 2
STEEP = 8.0
"""Of the sigmoid that makes a membership of a share"""
NOISE = 4.0
"""Squared distance in Lab that colours must exceed to be told apart"""
GLOBAL = 0.02
"""Weight of the word's mean colour beside the colours close by"""


def shares(
    fine: Lab,
    coarse: Float32[np.ndarray, "ch cw 3"],
    near: Bool[np.ndarray, "ch cw"],
    strokes: Float32[np.ndarray, "ch cw"],
    reach: float,
) -> Plane:
    """Share of stroke in each pixel of `fine`: 0 is ground, 1 is stroke; half is the border of a mask.

    The colour of strokes and that of the ground are local means, so that light may change along a word; a pixel's
    share is where its colour lies between the two. The means are found on `coarse`, the same picture in fewer pixels,
    from the `strokes` there (0 to 1) with a Gaussian of `reach` px of coarse.
    """
    inside, sure = near.astype(np.float32), strokes
    for _ in range(ROUNDS):
        ink, paper = _local(coarse, sure * inside, reach), _local(coarse, (1 - sure) * inside, reach)
        sure = _membership(_between(coarse, ink, paper))
    ink, paper = _local(coarse, sure * inside, reach), _local(coarse, (1 - sure) * inside, reach)
    size = fine.shape[1], fine.shape[0]
    return _between(fine, *(cv2.resize(one, size, interpolation=cv2.INTER_LINEAR) for one in (ink, paper)))


def _local(colours: Lab, weight: Plane, reach: float) -> Lab:
    """Weighted mean of the colours around each pixel."""
    everywhere = (colours * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-3)
    summed, weights = (_blurred(one, reach) for one in (colours * weight[..., None], weight))
    return np.asarray((summed + GLOBAL * everywhere) / (weights + GLOBAL)[..., None], np.float32)


def _between(colours: Lab, ink: Lab, paper: Lab) -> Plane:
    """Where each colour lies on the way from paper to ink."""
    way = ink - paper
    share = ((colours - paper) * way).sum(axis=-1) / ((way * way).sum(axis=-1) + NOISE)
    return np.asarray(np.clip(share, -1, 2), np.float32)


def _membership(share: Plane) -> Plane:
    return np.asarray(1 / (1 + np.exp(-STEEP * (share - 0.5))), np.float32)


def _blurred(values: np.ndarray, reach: float) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(values, (0, 0), reach, borderType=cv2.BORDER_REFLECT), np.float32)
