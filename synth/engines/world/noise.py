"""Smooth random fields that repeat without a seam, the raw material of textures."""

import cv2
import numpy as np
from jaxtyping import Float32

Field = Float32[np.ndarray, "h w"]
Shape = tuple[int, int]


def smooth(rng: np.random.Generator, shape: Shape, cells: Shape) -> Field:
    """Value noise in about [-1, 1] with `cells` bumps down and across; it repeats at its edges."""
    rows, columns = (max(1, min(c, s)) for c, s in zip(cells, shape, strict=True))
    grid = np.pad(rng.uniform(-1, 1, (rows, columns)).astype(np.float32), 2, mode="wrap")
    fy, fx = shape[0] / rows, shape[1] / columns
    size = (round(grid.shape[1] * fx), round(grid.shape[0] * fy))
    large = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)
    top, left = round(2 * fy), round(2 * fx)
    return np.ascontiguousarray(large[top : top + shape[0], left : left + shape[1]])


def fractal(rng: np.random.Generator, shape: Shape, cells: Shape, octaves: int = 4, gain: float = 0.55) -> Field:
    """Sum of ever finer noise, about [-1, 1]."""
    total = np.zeros(shape, np.float32)
    size, weight = 1.0, 0.0
    for octave in range(octaves):
        total += np.float32(size) * smooth(rng, shape, (cells[0] << octave, cells[1] << octave))
        weight += size * size
        size *= gain
    return total / np.float32(np.sqrt(weight))


def grain(rng: np.random.Generator, shape: Shape, size: int = 1) -> Field:
    """Fine speckle, standard deviation about 1; `size` px."""
    rows, columns = -(-shape[0] // size), -(-shape[1] // size)
    small = rng.standard_normal((rows, columns)).astype(np.float32)
    return small if size == 1 else smooth_repeat(small, size)[: shape[0], : shape[1]]


def smooth_repeat(field: Field, size: int) -> Float32[np.ndarray, "H W"]:
    """Each value as a soft square of `size` px."""
    large = np.repeat(np.repeat(field, size, axis=0), size, axis=1)
    return np.asarray(cv2.blur(large, (size, size)), np.float32)
