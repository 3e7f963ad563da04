"""Loops over pixels, compiled: exact area coverage, integer blending, contrast."""

import math

import numpy as np
from numba import njit

TIE = 0.5 + 1e-6
"""Rounds half up in spite of the last bits of the sum"""
FLAT = 1e-12
"""px; a lower edge has no area to its left, and its slope could overflow"""


@njit(cache=True)
def bounds(points, margin, height, width):
    """Box of the points, grown and cut to the frame: left, top, right, bottom; empty if one is not finite."""
    if len(points) == 0:
        return 0, 0, 0, 0
    low_x, low_y = points[0, 0], points[0, 1]
    high_x, high_y = low_x, low_y
    for i in range(len(points)):
        x, y = points[i, 0], points[i, 1]
        if not (math.isfinite(x) and math.isfinite(y)):
            return 0, 0, 0, 0
        low_x, high_x = min(low_x, x), max(high_x, x)
        low_y, high_y = min(low_y, y), max(high_y, y)
    left = math.floor(min(max(low_x - margin, 0.0), float(width)))
    top = math.floor(min(max(low_y - margin, 0.0), float(height)))
    right = math.ceil(min(max(high_x + margin, 0.0), float(width)))
    bottom = math.ceil(min(max(high_y + margin, 0.0), float(height)))
    return left, top, right, bottom


@njit(cache=True)
def accumulate(points, ends, left, top, areas):
    """Add the signed area to the left of every edge to `areas` (h, w + 2); a running sum along x is the coverage."""
    height, width, start = areas.shape[0], areas.shape[1] - 2, 0
    for end in ends:
        if end > start:
            x0, y0 = points[end - 1, 0] - left, points[end - 1, 1] - top
            for i in range(start, end):
                x1, y1 = points[i, 0] - left, points[i, 1] - top
                if abs(y1 - y0) > FLAT:
                    upper, near, far = min(y0, y1), min(x0, x1), max(x0, x1)
                    row = int(max(upper, 0.0))
                    if near >= 0.0 and far <= width and upper >= 0.0 and max(y0, y1) <= min(row + 1, height):
                        _add_piece(areas, row, near, far, y1 - y0)
                    elif y1 > y0:
                        _clip_rows(areas, x0, y0, x1, y1, 1.0)
                    else:
                        _clip_rows(areas, x1, y1, x0, y0, -1.0)
                x0, y0 = x1, y1
        start = end


@njit(cache=True)
def _clip_rows(areas, x0, y0, x1, y1, sign):
    """An edge going down: cut it at the upper and lower side, then at the left and right side."""
    height, width = areas.shape[0], areas.shape[1] - 2
    if y1 <= 0.0 or y0 >= height or (x0 >= width and x1 >= width):
        return
    slope = (x1 - x0) / (y1 - y0)
    top, bottom = max(y0, 0.0), min(y1, float(height))
    if x0 >= 0.0 and x1 >= 0.0 and x0 <= width and x1 <= width:
        _add_edge(areas, (x0, y0, x1, slope), top, bottom, sign)
        return
    low, high = (0.0, float(width)) if x0 < x1 else (float(width), 0.0)
    first = second = top
    if x0 != x1:
        first = min(max(y0 + (low - x0) / slope, top), bottom)
        second = min(max(y0 + (high - x0) / slope, top), bottom)
    elif x0 < 0.0:
        first = bottom
    if x0 < 0.0:
        _add_left(areas, top, first, sign)
    if second > first:
        _add_edge(areas, (x0, y0, x1, slope), first, second, sign)
    if x1 < 0.0 and x0 > x1:
        _add_left(areas, second, bottom, sign)


@njit(cache=True)
def _add_left(areas, top, bottom, sign):
    """The part of an edge that runs left of the picture covers whole rows."""
    for row in range(int(top), min(math.ceil(bottom), areas.shape[0])):
        areas[row, 0] += sign * max(min(bottom, row + 1.0) - max(top, float(row)), 0.0)


@njit(cache=True)
def _add_edge(areas, edge, top, bottom, sign):
    """The part of an edge (x0, y0, x1, slope) between two heights, inside the picture."""
    x0, y0, x1, slope = edge
    low, high = min(x0, x1), max(x0, x1)
    low, high = max(low, 0.0), min(high, areas.shape[1] - 2.0)
    near = min(max(x0 + (top - y0) * slope, low), high)
    for row in range(int(top), min(math.ceil(bottom), areas.shape[0])):
        until = min(bottom, row + 1.0)
        far = min(max(x0 + (until - y0) * slope, low), high)
        _add_piece(areas, row, min(near, far), max(near, far), sign * (until - max(top, float(row))))
        near = far


@njit(cache=True)
def _add_piece(areas, row, low, high, height):
    """A piece of an edge within one row, from column position `low` to `high`, `height` tall with its sign."""
    first, last = int(low), math.ceil(high)
    if last <= first + 1:
        share = (low + high) / 2 - first
        areas[row, first] += height * (1 - share)
        areas[row, first + 1] += height * share
        return
    step = height / (high - low)
    before = first + 1 - low
    done = 0.5 * step * before * before
    areas[row, first] += done
    for column in range(first + 1, last - 1):
        covered = step * (column + 0.5 - low)
        areas[row, column] += covered - done
        done = covered
    after = high - (last - 1)
    covered = height - 0.5 * step * after * after
    areas[row, last - 1] += covered - done
    areas[row, last] += height - covered


@njit(cache=True)
def cover(points, ends, left, top, height, width):
    """Coverage 0..255 of a window: edges summed, then a running sum along x, clamped to one."""
    areas = np.zeros((height, width + 2))
    accumulate(points, ends, left, top, areas)
    coverage = np.zeros((height, width), np.uint8)
    for y in range(height):
        total, level = 0.0, 0
        for x in range(width):
            if areas[y, x] != 0.0:
                total += areas[y, x]
                level = int(min(abs(total), 1.0) * 255.0 + TIE)
            coverage[y, x] = level
    return coverage


@njit(cache=True)
def blend(canvas, alpha, weights, paint, light, relief):
    """Mix paint (1 x 1 or h x w colours) into flat rows (h, 3 * w); weights: share of 65536 for each alpha.

    light: None or (grid of gains (gh, gw, 3), column and row of the first pixel on it, cells to a pixel);
    relief: None or a gain a pixel. Whole rows at once, as the compiler then works on eight values together.
    """
    height, width = alpha.shape
    colour, share = np.empty(3 * width, np.float32), np.empty(3 * width, np.int32)
    if light is not None:
        gains = _widened(light[0], light[1], light[3], width)
    for y in range(height):
        if not alpha[y].any():
            continue
        _fetch(paint, y, colour)
        if light is not None:
            _lit(colour, gains, (y + light[2] + 0.5) * light[3] - 0.5)
        for x in range(width):
            share[3 * x] = share[3 * x + 1] = share[3 * x + 2] = weights[alpha[y, x]]
            if relief is not None:
                for c in range(3):
                    colour[3 * x + c] *= relief[y, x]
        _mix(canvas[y], colour, share)


@njit(cache=True)
def _fetch(paint, y, colour):
    """A row of the paint, repeated if there is one colour only."""
    row, step = paint[min(y, paint.shape[0] - 1)], int(paint.shape[1] > 1)
    for x in range(colour.size // 3):
        for c in range(3):
            colour[3 * x + c] = row[x * step, c]


@njit(cache=True)
def _widened(grid, first, scale, width):
    """The rows of the grid (gh, gw, 3) at every pixel of a row: (gh, 3 * width)."""
    wide, last = np.empty((grid.shape[0], 3 * width), np.float32), grid.shape[1] - 1
    for x in range(width):
        at = min(max((x + first + 0.5) * scale - 0.5, 0.0), float(last))
        near = int(at)
        far, share = min(near + 1, last), np.float32(at - near)
        for row in range(grid.shape[0]):
            for c in range(3):
                wide[row, 3 * x + c] = grid[row, near, c] + share * (grid[row, far, c] - grid[row, near, c])
    return wide


@njit(cache=True)
def _lit(colour, gains, at):
    """Multiply by the gains at a height between two rows."""
    last = gains.shape[0] - 1
    at = min(max(at, 0.0), float(last))
    near = int(at)
    upper, lower, share = gains[near], gains[min(near + 1, last)], np.float32(at - near)
    for i in range(colour.size):
        colour[i] *= upper[i] + share * (lower[i] - upper[i])


@njit(cache=True)
def _mix(row, colour, share):
    """row += (colour - row) * share / 65536, rounded; colours are cut to 0..255."""
    for i in range(row.size):
        level = np.int32(min(max(colour[i], np.float32(0)), np.float32(255)) + np.float32(0.5))
        base = np.int32(row[i])
        row[i] = (base * 65536 + (level - base) * share[i] + 32768) >> 16


@njit(cache=True)
def attenuate(alpha, above):
    """Multiply by one minus `above`."""
    for y in range(alpha.shape[0]):
        for x in range(alpha.shape[1]):
            if above[y, x] != 0:
                product = np.int32(alpha[y, x]) * (255 - np.int32(above[y, x])) + 128
                alpha[y, x] = (product + (product >> 8)) >> 8  # rounded product / 255


@njit(cache=True)
def add_noise(canvas, alpha, tile, start, scale):
    """Add tile * scale * alpha / 255, the tile repeated; start: its row and column at the first pixel."""
    rows, columns = tile.shape
    for y in range(alpha.shape[0]):
        row, at = tile[(start[0] + y) % rows], start[1] % columns
        for x in range(alpha.shape[1]):
            if alpha[y, x] != 0:
                noise = row[at] * scale * alpha[y, x]
                for c in range(3):
                    canvas[y, x, c] = int(min(max(canvas[y, x, c] + noise, 0.0), 255.0) + 0.5)
            at = at + 1 if at + 1 < columns else 0


LINEAR = np.array([v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in np.arange(256) / 255])
"""Light of each sRGB level"""
STEPS = 4096
_AT = np.arange(STEPS + 2) / STEPS
ROOT = np.where(_AT > 216 / 24389, np.cbrt(_AT), _AT * 841 / 108 + 16 / 116)
"""The root of L*a*b* at steps of 1 / STEPS; a straight line between two of them is right to 1e-5"""


@njit(cache=True)
def lab(red, green, blue):
    """CIE L*a*b* under D65 of an sRGB colour, whole numbers 0..255."""
    r, g, b = LINEAR[red], LINEAR[green], LINEAR[blue]
    x = _root((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047)
    y = _root(0.2126729 * r + 0.7151522 * g + 0.0721750 * b)
    z = _root((0.0193339 * r + 0.1191920 * g + 0.9503041 * b) / 1.08883)
    return 116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)


@njit(cache=True)
def _root(value):
    at = value * STEPS
    near = int(at)
    return ROOT[near] + (at - near) * (ROOT[near + 1] - ROOT[near])


@njit(cache=True)
def difference(r0, g0, b0, r1, g1, b1):
    """CIE76 colour difference."""
    first, second = lab(r0, g0, b0), lab(r1, g1, b1)
    return math.sqrt((first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2 + (first[2] - second[2]) ** 2)


@njit(cache=True)
def contrast(under, over, alpha, max_samples, least):
    """Share of evenly picked core pixels (alpha >= 128) whose colour differs by at least `least`; 0 without any."""
    height, width = alpha.shape
    core = 0
    for y in range(height):
        for x in range(width):
            core += alpha[y, x] >= 128
    step = max((core + max_samples - 1) // max_samples, 1)
    seen = samples = different = 0
    for y in range(height):
        for x in range(width):
            if alpha[y, x] >= 128:
                if seen % step == 0:
                    u, o = under[y, x], over[y, x]
                    samples += 1
                    different += difference(u[0], u[1], u[2], o[0], o[1], o[2]) >= least
                seen += 1
    return different / max(samples, 1)


@njit(cache=True)
def expose(pixels, light, tile, starts, scale):
    """pixels * light / 256 + noise * scale / 32768, in place, on flat rows (h, 3 * w); starts: tile row and column."""
    for y in range(pixels.shape[0]):
        row, gain, column = pixels[y], light[y], starts[1, y]
        noise = tile[starts[0, y], column : column + row.size]
        for x in range(row.size):
            level = (np.int32(row[x]) * np.int32(gain[x]) + 128) >> 8
            level += (np.int32(noise[x]) * scale + 16384) >> 15
            row[x] = min(max(level, np.int32(0)), np.int32(255))
