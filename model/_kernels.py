"""Compiled loops over pixels; `model.frames` is the typed way in."""

import numpy as np
from numba import njit

HALF = np.float32(0.5)
ZERO, ONE, TWO, THREE = (np.uint64(i) for i in range(4))
"""Indices without a sign are not checked for being negative"""


@njit(cache=True, fastmath={"contract"})
def shrink(picture, made):
    """Mean over the area of each pixel of `made`, which is no larger on either axis; both (h, w, channels)."""
    height, width, channels = picture.shape
    rows = picture.reshape(height, width * channels)
    shrunk = made.reshape(made.shape[0], made.shape[1] * channels)
    (tops, bottoms), downs = _spans(height, made.shape[0])
    (lefts, rights), across = _spans(width, made.shape[1])
    columns = (channels * lefts).astype(np.uint64), (channels * rights).astype(np.uint64)
    share = np.float32(made.shape[0] * made.shape[1] / (height * width))
    total = np.empty(width * channels, np.float32)
    for y in range(len(shrunk)):
        weights = downs[0][y] * share, share, downs[1][y] * share
        _add_rows(rows, tops[y], bottoms[y], weights, total)
        if channels == 3:
            _squeeze_rgb(total, columns, across, shrunk[y])
        else:
            _squeeze(total, columns, across, shrunk[y], channels)


@njit(cache=True)
def _spans(n, n_made):
    """First and last of the n pixels that each made one covers, and the shares of these two that it covers."""
    first, last = np.empty(n_made, np.int64), np.empty(n_made, np.int64)
    start, end = np.empty(n_made, np.float32), np.empty(n_made, np.float32)
    for i in range(n_made):
        low, high = i * n, (i + 1) * n  # in parts of a pixel, of which each has n_made
        first[i], last[i] = low // n_made, (high - 1) // n_made
        start[i] = ((first[i] + 1) * n_made - low) / n_made
        end[i] = (high - last[i] * n_made) / n_made if last[i] > first[i] else 0.0
    return (first, last), (start, end)


@njit(cache=True, fastmath={"contract"})
def _add_rows(rows, first, last, weights, total):
    """Sum of rows first to last, of which the two at the ends have weights of their own."""
    for i in range(len(total)):
        total[i] = np.float32(rows[first, i]) * weights[0]
    for row in range(first + 1, last):
        for i in range(len(total)):
            total[i] += np.float32(rows[row, i]) * weights[1]
    if last > first:
        for i in range(len(total)):
            total[i] += np.float32(rows[last, i]) * weights[2]


@njit(cache=True, fastmath={"contract"})
def _squeeze_rgb(total, span, weights, row):
    """The same along a row of pixels of three channels, at once: three times as fast as one by one."""
    first, last = span
    place = ZERO
    for x in range(len(first)):
        i, end = first[x], last[x]
        red = total[i] * weights[0][x] + total[end] * weights[1][x] + HALF
        green = total[i + ONE] * weights[0][x] + total[end + ONE] * weights[1][x] + HALF
        blue = total[i + TWO] * weights[0][x] + total[end + TWO] * weights[1][x] + HALF
        i += THREE
        while i < end:
            red += total[i]
            green += total[i + ONE]
            blue += total[i + TWO]
            i += THREE
        row[place], row[place + ONE], row[place + TWO] = np.uint8(red), np.uint8(green), np.uint8(blue)
        place += THREE


@njit(cache=True, fastmath={"contract"})
def _squeeze(total, span, weights, row, channels):
    """Along a row of pixels of any channels, one channel by itself."""
    first, last = span
    step = np.uint64(channels)
    for channel in range(channels):
        shift = np.uint64(channel)
        place = shift
        for x in range(len(first)):
            i, end = first[x] + shift, last[x] + shift
            value = total[i] * weights[0][x] + total[end] * weights[1][x] + HALF
            i += step
            while i < end:
                value += total[i]
                i += step
            row[place] = np.uint8(value)
            place += step
