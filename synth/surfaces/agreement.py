"""How well a followed quad fits what the frames show: the figures by which a surface is accepted or refused."""

from collections.abc import Sequence
from typing import cast

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

from synth.surfaces.models import Matrix, Points, apply
from synth.surfaces.template import covered, rectify

Quad = Float64[np.ndarray, "4 2"]
Shares = Float64[np.ndarray, " t"]

AREA = 20_000
"""px of the rectified quad"""
PLATE_FRAMES = 15
MOST_NOISE = 3.0
"""Grey levels; what differs more is another thing"""


def spread(points: Points, quad: Quad) -> float:
    """Share of the quad that lies inside the hull of the points."""
    if len(points) < 3:
        return 0.0
    hull = cv2.convexHull(points.astype(np.float32))
    common, _ = cv2.intersectConvexConvex(hull, cv2.convexHull(quad.astype(np.float32)))
    return min(1.0, float(common) / area(quad))


def scale(to_frame: Matrix, quad: Quad) -> float:
    """Linear size of the quad in the frame against the key frame."""
    return float(np.sqrt(area(apply(to_frame, quad)) / area(quad)))


def area(quad: Quad) -> float:
    """px squared."""
    x, y = quad.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def agree(
    frames: UInt8[np.ndarray, "t h w"],
    to_frame: Float64[np.ndarray, "t 3 3"],
    quad: Quad,
    masks: UInt8[np.ndarray, "t h w"] | None,
) -> Shares:
    """Share of the textured pixels of the quad that look, in each frame, as they mostly look.

    The quad is rectified in every frame; its usual look is the median over time. Slow differences of light are taken
    out. A pixel fits if it is within 4.5 deviations of the noise, or half the contrast around it. A quad without
    texture is judged by all its pixels.
    """
    low, high = quad.min(axis=0), quad.max(axis=0)
    step = max(1.0, float(np.sqrt(np.prod(high - low) / AREA)))
    width, height = (max(8, round(float(side) / step)) for side in high - low)
    place = np.array([[step, 0, low[0]], [0, step, low[1]], [0, 0, 1.0]])
    views = np.stack([_flat(rectify(f, m @ place, (width, height))) for f, m in zip(frames, to_frame, strict=True)])
    chosen = np.unique(np.linspace(0, len(frames) - 1, PLATE_FRAMES).round().astype(int))
    plate = np.median(views[chosen], axis=0).astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5), axis=-1).reshape(-1, 2)
    counted = _shown(apply(place, grid), to_frame, frames.shape[1:], masks).reshape(views.shape)
    misses = np.abs(views - plate)
    noise = float(np.clip(1.4826 * np.median(misses), 0.7, MOST_NOISE))
    contrast = np.median([np.sqrt(np.maximum(cv2.blur(views[t] ** 2, (9, 9)), 0)) for t in chosen], axis=0)
    textured = contrast > 2 * noise
    if textured.mean() < 0.02:
        textured[:] = True
    fits = misses < np.maximum(4.5 * noise, 0.5 * contrast)
    votes = counted & textured
    return cast(Shares, (fits & votes).sum(axis=(1, 2)) / np.maximum(votes.sum(axis=(1, 2)), 1))


def _flat(view: UInt8[np.ndarray, "h w"]) -> Float32[np.ndarray, "h w"]:
    """Without what changes slowly over the surface."""
    soft = cv2.GaussianBlur(view.astype(np.float32), (0, 0), 0.8)
    return cast(Float32[np.ndarray, "h w"], soft - cv2.blur(soft, (25, 25)))


def _shown(
    points: Points,
    to_frame: Float64[np.ndarray, "t 3 3"],
    shape: Sequence[int],
    masks: UInt8[np.ndarray, "t h w"] | None,
) -> np.ndarray:
    """Whether each point is in the picture and unmasked, by frame."""
    rows = []
    for t, matrix in enumerate(to_frame):
        there = apply(matrix, points)
        known = (there > 0).all(axis=1) & (there < [shape[1], shape[0]]).all(axis=1)
        rows.append(known if masks is None else known & ~covered(masks[t], there))
    return np.stack(rows)
