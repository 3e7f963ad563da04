"""Compiled loops over distances; `contours` and `strokes` are the typed ways in."""

import numpy as np
from numba import njit

FAR = np.int64(1) << 60
"""px², where there is nothing to be near to"""


@njit(cache=True)
def along_columns(sources):
    """Steps from each pixel to the nearest source in its column; height + width and more where the column has none."""
    height, width = sources.shape
    steps = np.empty((height, width), np.int32)
    for x in range(width):
        steps[0, x] = 0 if sources[0, x] else height + width
    for y in range(1, height):
        for x in range(width):
            steps[y, x] = 0 if sources[y, x] else steps[y - 1, x] + 1
    for y in range(height - 2, -1, -1):
        for x in range(width):
            steps[y, x] = min(steps[y, x], steps[y + 1, x] + 1)
    return steps


@njit(cache=True)
def nearest(steps, y, x, first, last):
    """Squared distance from (y, x) to the nearest source; sources lie in the columns from first to last.

    Columns are looked at from x to both sides, while one can be nearer.
    """
    best = FAR
    for dx in range(max(first - x, x - last, 0), max(x - first, last - x) + 1):
        if dx * dx >= best:
            break
        for at in (x - dx, x + dx):
            if first <= at <= last and steps[y, at] < len(steps):
                best = min(best, dx * dx + np.int64(steps[y, at]) ** 2)
    return best


@njit(cache=True)
def squared_distances(sources, places):
    """Squared distance to the nearest source of each place (index in row-major order); FAR without sources."""
    steps, (height, width) = along_columns(sources), sources.shape
    first, last = 0, width - 1
    while first < last and steps[0, first] >= height:
        first += 1
    while first < last and steps[0, last] >= height:
        last -= 1
    found = np.empty(len(places), np.int64)
    for i in range(len(places)):
        found[i] = nearest(steps, places[i] // width, places[i] % width, first, last)
    return found


@njit(cache=True)
def nearest_labels(labels, places, reach):
    """Label of the nearest labelled pixel of each place, at most `reach` px away; 0 if there is none."""
    width = labels.shape[1]
    steps = along_columns(labels > 0)
    found = np.zeros(len(places), labels.dtype)
    for i in range(len(places)):
        y, x = places[i] // width, places[i] % width
        best = reach * reach + 1
        for at in range(max(x - reach, 0), min(x + reach + 1, width)):
            gap = steps[y, at]
            square = (at - x) ** 2 + gap * gap
            if gap <= reach and square < best:
                best = square
                row = y - gap if y >= gap and labels[y - gap, at] else y + gap
                found[i] = labels[row, at]
    return found


@njit(cache=True)
def boxes(labels, n):
    """First row, last row + 1, first column, last column + 1 of each of n labels; 0 is left out."""
    height, width = labels.shape
    found = np.zeros((n, 4), np.int64)
    found[:, 0], found[:, 2] = height, width
    for y in range(height):
        for x in range(width):
            if labels[y, x]:
                box = found[labels[y, x]]
                box[0], box[1] = min(box[0], y), y + 1
                box[2], box[3] = min(box[2], x), max(box[3], x + 1)
    return found


@njit(cache=True)
def mean_ridge(strokes):
    """Mean distance to the contour in half px along the ridge: places where no neighbour is farther from it."""
    outside = between(strokes)
    height, width = outside.shape
    steps = along_columns(outside)
    depth = np.zeros((height, width), np.int64)
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            if not outside[y, x]:
                depth[y, x] = nearest(steps, y, x, 0, width - 1)
    total, count = 0.0, 0
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            if depth[y, x] and is_top(depth, y, x):
                total += np.sqrt(depth[y, x])
                count += 1
    return total / count


@njit(cache=True)
def between(strokes):
    """Pixel (y, x) at (2y + 1, 2x + 1), what is between pixels at even places: outside unless all around is stroke."""
    height, width = strokes.shape
    outside = np.ones((2 * height + 1, 2 * width + 1), np.bool_)
    for y in range(1, 2 * height):
        for x in range(1, 2 * width):
            above, left = (y - 1) // 2, (x - 1) // 2
            whole = (
                strokes[above, left] and strokes[above, x // 2] and strokes[y // 2, left] and strokes[y // 2, x // 2]
            )
            outside[y, x] = not whole
    return outside


@njit(cache=True)
def is_top(depth, y, x):
    """Whether no neighbour of (y, x) is deeper."""
    for other_y in range(y - 1, y + 2):
        for other_x in range(x - 1, x + 2):
            if depth[other_y, other_x] > depth[y, x]:
                return False
    return True
