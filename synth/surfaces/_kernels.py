"""Geometry, compiled: projection of surface points, pictures stretched over quads."""

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


@njit(cache=True)
def stretch(quad, height, width):
    """Pixel indices of a picture of this size to those of a window; the picture's corners lie at `quad` (4, 2)."""
    x0, y0 = quad[0, 0] - 0.5, quad[0, 1] - 0.5
    x1, y1 = quad[1, 0] - 0.5, quad[1, 1] - 0.5
    x2, y2 = quad[2, 0] - 0.5, quad[2, 1] - 0.5
    x3, y3 = quad[3, 0] - 0.5, quad[3, 1] - 0.5
    across_x, across_y, down_x, down_y = x1 - x2, y1 - y2, x3 - x2, y3 - y2
    skew_x, skew_y = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    area = across_x * down_y - down_x * across_y
    g, h = (skew_x * down_y - down_x * skew_y) / area, (across_x * skew_y - skew_x * across_y) / area
    unit = ((x1 - x0 + g * x1, x3 - x0 + h * x3, x0), (y1 - y0 + g * y1, y3 - y0 + h * y3, y0), (g, h, 1.0))
    matrix = np.empty((3, 3))
    for i in range(3):
        a, b, c = unit[i]
        matrix[i, 0], matrix[i, 1], matrix[i, 2] = a / width, b / height, 0.5 * a / width + 0.5 * b / height + c
    return matrix
