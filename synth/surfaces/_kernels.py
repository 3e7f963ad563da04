"""Loops over points, compiled: projection of surface points."""

import math

import numpy as np
from numba import njit


@njit(cache=True)
def project(points, matrix, width, radius, nearest):
    """Surface points (n, 2) by a 3 x 4 projection; `radius` is 0 for a plane, `width` counts for a cylinder only."""
    image = np.empty_like(points)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], 0.0
        if radius != 0.0:
            angle = (x - width / 2) / radius
            x, z = width / 2 + radius * math.sin(angle), radius * (1 - math.cos(angle))
        depth = matrix[2, 0] * x + matrix[2, 1] * y + matrix[2, 2] * z + matrix[2, 3]
        if not depth > nearest:
            depth = np.nan
        image[i, 0] = (matrix[0, 0] * x + matrix[0, 1] * y + matrix[0, 2] * z + matrix[0, 3]) / depth
        image[i, 1] = (matrix[1, 0] * x + matrix[1, 1] * y + matrix[1, 2] * z + matrix[1, 3]) / depth
    return image
