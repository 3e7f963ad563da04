"""Inner loops of direct registration, in plain float64 order so that every run gives the same bytes."""

import numpy as np
from numba import njit


@njit(cache=True)
def look(picture, corner, matrix, points, values, seen):
    """Bilinear values of `picture`, whose first pixel is at `corner` (left, top), where `matrix` sends each point."""
    height, width = picture.shape
    left, top = corner
    for i in range(points.shape[0]):
        x, y = points[i, 0], points[i, 1]
        depth = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2]
        u = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2]) / depth - 0.5 - left
        v = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2]) / depth - 0.5 - top
        seen[i] = depth > 0 and u >= 1 and v >= 1 and u < width - 2 and v < height - 2
        values[i] = 0.0
        if seen[i]:
            j, k = int(u), int(v)
            a, b = u - j, v - k
            upper = (1 - a) * picture[k, j] + a * picture[k, j + 1]
            lower = (1 - a) * picture[k + 1, j] + a * picture[k + 1, j + 1]
            values[i] = (1 - b) * upper + b * lower


@njit(cache=True)
def gram(columns, weights, values):
    """Weighted normal equations of columns @ x = values."""
    n = columns.shape[1]
    left, right = np.zeros((n, n)), np.zeros(n)
    for i in range(columns.shape[0]):
        if weights[i] > 0.0:
            for j in range(n):
                scaled = weights[i] * columns[i, j]
                right[j] += scaled * values[i]
                for k in range(j + 1):
                    left[j, k] += scaled * columns[i, k]
    for j in range(n):
        for k in range(j):
            left[k, j] = left[j, k]
    return left, right
