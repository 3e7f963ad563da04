"""Lay a template on a frame to a few hundredths of a pixel: inverse compositional Gauss-Newton with robust weights."""

from dataclasses import dataclass
from typing import cast

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int64, UInt8

from synth.surfaces.direct import _kernels
from synth.surfaces.models import FREEDOM, LADDER, Matrix, Model, Points

SLACK = 0.5
"""px by which a detail may lie beside its place and still count: codecs move details"""
FAINT = 4.0
"""Grey levels a pixel; fainter gradients count less than their square, because codecs carry them along"""
ROUNDS, ENOUGH_PX = 6, 0.003


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Samples:
    """The pixels of a template that say most about where it lies."""

    points: Points
    """Key px"""
    columns: dict[Model, Float64[np.ndarray, "n k"]]
    """Change of the grey value with each parameter of the motion, then light"""
    weight: Float64[np.ndarray, " n"]
    slack: Float64[np.ndarray, " n"]
    """Grey levels by which a sample may be off because it lies SLACK px away: codecs move detail"""
    unit: Matrix
    """Key px to the coordinates of the parameters: the text box spans about -1..1"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Soft:
    """A softened cut of a frame, where sampling by bilinear interpolation is harmless."""

    picture: Float32[np.ndarray, "h w"]
    left: float
    top: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """A registration."""

    matrix: Matrix
    """Key px to frame px"""
    used: float
    """Share of the visible samples that agree; 0 if too few are visible"""


def pick(
    picture: Float32[np.ndarray, "h w"], to_key: Matrix, unit: Matrix, near: Float64[np.ndarray, "h w"], limit: int
) -> Samples:
    """Choose up to `limit` samples of a softened template, the strongest gradients of each tile, weighted by `near`."""
    gx = cv2.Scharr(picture, cv2.CV_64F, 1, 0, scale=1 / 32)
    gy = cv2.Scharr(picture, cv2.CV_64F, 0, 1, scale=1 / 32)
    strength = (gx**2 + gy**2) * (near > 0)
    strength[:2], strength[-2:], strength[:, :2], strength[:, -2:] = 0, 0, 0, 0
    chosen = _strongest(strength, limit)
    rows, cols = np.divmod(chosen, picture.shape[1])
    points = np.column_stack([cols + 0.5, rows + 0.5]) @ to_key[:2, :2].T + to_key[:2, 2]
    x, y = (points @ unit[:2, :2].T + unit[:2, 2]).T
    per_unit = 1 / (to_key[0, 0] * unit[0, 0])
    u, v = gx[rows, cols] * per_unit, gy[rows, cols] * per_unit
    values = picture[rows, cols].astype(np.float64)
    light = [values, np.ones_like(x), x, y]
    turn = u * x + v * y
    affine = [u, v, turn, v * x - u * y, u * x - v * y, u * y + v * x]
    bases: dict[Model, list[Float64[np.ndarray, " n"]]] = {
        "identity": [],
        "similarity": affine[:4],
        "affine": affine,
        "homography": [*affine, -x * turn, -y * turn],
    }
    energy = strength[rows, cols]
    return Samples(
        points=points,
        columns={m: np.ascontiguousarray(np.column_stack([*bases[m], *light])) for m in LADDER},
        weight=near[rows, cols] * energy / (energy + FAINT**2),
        slack=SLACK * np.sqrt(energy),
        unit=unit,
    )


def soften(frame: UInt8[np.ndarray, "h w"], corners: Points, sigma: float = 1.0) -> Soft:
    """Cut the part of a frame around `corners` and blur it."""
    height, width = frame.shape
    left, top = np.clip(np.floor(corners.min(axis=0)) - 12, 0, [width - 8, height - 8]).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 12, [left + 8, top + 8], [width, height]).astype(int)
    cut = frame[top:bottom, left:right].astype(np.float32)
    return Soft(picture=cv2.GaussianBlur(cut, (0, 0), sigma), left=float(left), top=float(top))


def refine(
    samples: Samples, soft: Soft, start: Matrix, model: Model, *, hidden: Bool[np.ndarray, " n"] | None = None
) -> Fit:
    """Improve `start` (key px to frame px) within the motions of `model` relative to it."""
    columns, free, n = samples.columns[model], FREEDOM[model], len(samples.points)
    values, seen = np.empty(n), np.empty(n, bool)
    matrix, used = start, 0.0
    guess: Float64[np.ndarray, " k"] | None = None
    for _ in range(ROUNDS):
        _kernels.look(soft.picture, (soft.left, soft.top), matrix, samples.points, values, seen)
        known = seen if hidden is None else seen & ~hidden
        if known.sum() < 10 * columns.shape[1]:
            return Fit(matrix=start, used=0.0)
        if guess is None:
            guess = np.zeros(columns.shape[1])
            guess[free : free + 2] = 1, np.median((values - columns[:, free])[known])
        misses = np.abs(values - columns[:, free:] @ guess[free:])
        bound = 4.7 * max(1.4826 * float(np.median(misses[known])), 0.3) + samples.slack
        used = float((misses < bound)[known].mean())
        guess = _solve(columns, samples.weight * known * np.maximum(1 - (misses / bound) ** 2, 0) ** 2, values)
        step = _motion(guess[:free] / guess[free])
        matrix = matrix @ np.linalg.inv(step @ samples.unit) @ samples.unit
        matrix = matrix / matrix[2, 2]
        if np.abs(step - np.eye(3)).max() < ENOUGH_PX * samples.unit[0, 0]:
            break
    return Fit(matrix=matrix, used=used)


def _solve(
    columns: Float64[np.ndarray, "n k"], weights: Float64[np.ndarray, " n"], values: Float64[np.ndarray, " n"]
) -> Float64[np.ndarray, " k"]:
    left, right = _kernels.gram(columns, weights, values)
    left[np.diag_indices(len(left))] *= 1 + 1e-9
    return cast(Float64[np.ndarray, " k"], np.linalg.lstsq(left, right, rcond=None)[0])


def _motion(p: Float64[np.ndarray, " k"]) -> Matrix:
    """Shift, then scale and turn, then shear, then perspective, as far as there are parameters."""
    p = np.concatenate([p, np.zeros(8 - len(p))])
    return np.array([[1 + p[2] + p[4], p[5] - p[3], p[0]], [p[5] + p[3], 1 + p[2] - p[4], p[1]], [p[6], p[7], 1.0]])


def _strongest(strength: Float64[np.ndarray, "h w"], limit: int, tile: int = 16) -> Int64[np.ndarray, " n"]:
    """Flat indices, in order, of the strongest pixels of each tile."""
    height, width = strength.shape
    down, across = height // tile, width // tile
    cut = (slice(down * tile), slice(across * tile))
    shape = (down, tile, across, tile)
    inner = strength[cut].reshape(shape).transpose(0, 2, 1, 3).reshape(down * across, -1)
    places = np.arange(height * width).reshape(height, width)[cut]
    places = places.reshape(shape).transpose(0, 2, 1, 3).reshape(down * across, -1)
    each = int(np.clip(limit // max(down * across, 1), 1, tile * tile))
    best = np.argpartition(-inner, each - 1, axis=1)[:, :each]
    picked = np.take_along_axis(places, best, axis=1)[np.take_along_axis(inner, best, axis=1) > 0]
    return cast(Int64[np.ndarray, " n"], np.sort(picked))
