"""The ladder of plane motions, and how far up it the evidence reaches."""

from typing import Literal, cast

import cv2
import numpy as np
from jaxtyping import Bool, Float64

Model = Literal["identity", "similarity", "affine", "homography"]
LADDER: tuple[Model, ...] = ("identity", "similarity", "affine", "homography")
FREEDOM: dict[Model, int] = {"identity": 0, "similarity": 4, "affine": 6, "homography": 8}

Matrix = Float64[np.ndarray, "3 3"]
Points = Float64[np.ndarray, "n 2"]


def apply(matrix: Matrix, points: Points) -> Points:
    """Points through a homography."""
    image = points @ matrix[:, :2].T + matrix[:, 2]
    return image[:, :2] / image[:, 2:]


def through(source: Float64[np.ndarray, "4 2"], target: Float64[np.ndarray, "4 2"]) -> Matrix:
    """The homography through four pairs of points."""
    rows, right = np.zeros((8, 8)), target.reshape(-1)
    rows[0::2, 0:2], rows[1::2, 3:5] = source, source
    rows[0::2, 2], rows[1::2, 5] = 1, 1
    rows[:, 6:] = -right[:, None] * np.repeat(source, 2, axis=0)
    return cast(Matrix, np.append(np.linalg.solve(rows, right), 1.0).reshape(3, 3))


def fit(model: Model, source: Points, target: Points) -> Matrix:
    """Least squares motion of this kind from source to target."""
    if model == "identity":
        return np.eye(3)
    if model == "homography":
        matrix = cast(Matrix | None, cv2.findHomography(source, target, 0)[0])
        return fit("affine", source, target) if matrix is None else matrix
    centre = source.mean(axis=0)
    x, y = (source - centre).T
    one, none = np.ones_like(x), np.zeros_like(x)
    if model == "similarity":
        rows = np.block([[np.column_stack([x, -y, one, none])], [np.column_stack([y, x, none, one])]])
        a, b, u, v = np.linalg.lstsq(rows, target.T.reshape(-1), rcond=None)[0]
        linear, shift = np.array([[a, -b], [b, a]]), np.array([u, v])
    else:
        solved = np.linalg.lstsq(np.column_stack([x, y, one]), target, rcond=None)[0]
        linear, shift = solved[:2].T, solved[2]
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, shift - linear @ centre
    return matrix


def climb(source: Points, target: Points, *, floor: float = 0.05) -> tuple[Model, Matrix]:
    """The motion with the best Bayesian information criterion; `floor` is the noise of a point that is sure, px."""
    n = len(source)
    best: tuple[float, Model, Matrix] | None = None
    for model in LADDER:
        if 2 * n <= FREEDOM[model]:
            break
        matrix = fit(model, source, target)
        misses = np.linalg.norm(apply(matrix, source) - target, axis=1)
        variance = np.mean(np.minimum(misses, 3.0) ** 2) / 2 + floor**2
        cost = 2 * n * np.log(variance) + FREEDOM[model] * np.log(2 * n)
        if best is None or cost < best[0]:
            best = cost, model, matrix
    if best is None:
        return "identity", np.eye(3)
    return best[1], best[2]


def consensus(source: Points, target: Points, *, reach: float = 0.8) -> Bool[np.ndarray, " n"]:
    """Which pairs agree on one plane motion (MAGSAC)."""
    if len(source) < 5:
        return np.ones(len(source), bool)
    found = cv2.findHomography(source, target, cv2.USAC_MAGSAC, reach, maxIters=2000, confidence=0.999)[0]
    matrix = cast(Matrix | None, found)
    if matrix is None:
        return np.zeros(len(source), bool)
    return cast(Bool[np.ndarray, " n"], np.linalg.norm(apply(matrix, source) - target, axis=1) < 2 * reach)
