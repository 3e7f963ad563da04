"""Compiled loops over run lengths; `sts.masks` is the typed way in."""

import numpy as np
from numba import njit


@njit(cache=True)
def patch_runs(pixels, left, top, height, width):
    """Run lengths by column of a height x width frame that is empty outside the patch."""
    x0, x1 = max(left, 0), min(left + pixels.shape[1], width)
    y0, y1 = max(top, 0), min(top + pixels.shape[0], height)
    counts = np.empty(max(x1 - x0, 0) * (max(y1 - y0, 0) + 2) + 2, np.int64)
    n, start, value = 0, 0, False
    for x in range(x0, x1):
        for y in range(y0, y1):
            if pixels[y - top, x - left] != value:
                here = x * height + y
                counts[n] = here - start
                n, start, value = n + 1, here, not value
        if value and (y1 - y0 < height or x + 1 == x1):
            here = x * height + y1
            counts[n] = here - start
            n, start, value = n + 1, here, False
    if start < height * width or n == 0:
        counts[n] = height * width - start
        n += 1
    return counts[:n]


@njit(cache=True)
def fill_runs(pixels, counts):
    """Set the foreground runs of an empty (h, w) array."""
    height = pixels.shape[0]
    here = 0
    for i in range(len(counts)):
        if i % 2:
            x, y = here // height, here % height
            for _ in range(counts[i]):
                pixels[y, x] = True
                y += 1
                if y == height:
                    x, y = x + 1, 0
        here += counts[i]
