"""Take the shaking of the measurement, but not that of the camera, out of a path."""

from typing import cast

import numpy as np
from jaxtyping import Float64

ORDER = 4
"""Differences of this order are kept small"""
STRENGTHS = 10.0 ** np.arange(-4, 2.01, 0.1)
MOST_PX = 0.5
"""No coordinate is moved farther"""


def smooth(path: Float64[np.ndarray, "t 4 2"]) -> Float64[np.ndarray, "t 4 2"]:
    """Whittaker smoother whose strength is the most likely one for the path as a whole (Wahba 1985).

    A path that is measured well stays as it is, because its differences are then those of the camera.
    """
    n = len(path)
    if n < 2 * ORDER + 1:
        return path
    differences = np.diff(np.eye(n), ORDER, axis=0)
    roughness, basis = np.linalg.eigh(differences.T @ differences)
    roughness = np.maximum(roughness, 0)
    parts = basis.T @ path.reshape(n, -1)
    energy = (parts**2).sum(axis=1)
    kept = 1 / (1 + STRENGTHS[:, None] * roughness)
    lost = np.clip(1 - kept[:, ORDER:], 1e-12, None)
    surprise = (n - ORDER) * np.log(lost @ energy[ORDER:] + 1e-12) - np.log(lost).sum(axis=1)
    calm = (basis @ (kept[np.argmin(surprise)][:, None] * parts)).reshape(path.shape)
    return cast(Float64[np.ndarray, "t 4 2"], path + np.clip(calm - path, -MOST_PX, MOST_PX))
