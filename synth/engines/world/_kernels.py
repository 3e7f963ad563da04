"""Loops over pixels and grid points, compiled: filtered texture look-up with light, shading with soft shadows."""

import math

import numpy as np
from numba import njit

SPAN = 8
"""Pixels between two exact evaluations of light and of the texture's level of detail"""
MOST_TAPS = 5
"""Samples along the long axis of a pixel's footprint"""
LANE = (1 << 20) - 1
"""A texel is one integer, 20 bits a channel, so that one product scales all three"""


@njit(cache=True, error_model="numpy")
def _wrap(index, size, repeat):
    return index & (size - 1) if repeat else min(max(index, 0), size - 1)


@njit(cache=True, error_model="numpy")
def _bilinear(texels, copy, repeat, x, y):
    """Packed colour times 4096 at texel position (x, y)."""
    start, rows, columns = copy
    fine_x, fine_y = math.floor(x * 64.0 - 31.5), math.floor(y * 64.0 - 31.5)
    column, row, right, down = fine_x >> 6, fine_y >> 6, fine_x & 63, fine_y & 63
    left, next_left = _wrap(column, columns, repeat), _wrap(column + 1, columns, repeat)
    upper = start + _wrap(row, rows, repeat) * columns
    lower = start + _wrap(row + 1, rows, repeat) * columns
    corner = right * down
    return (
        texels[upper + left] * (4096 - (right << 6) - (down << 6) + corner)
        + texels[upper + next_left] * ((right << 6) - corner)
        + texels[lower + left] * ((down << 6) - corner)
        + texels[lower + next_left] * corner
    )


@njit(cache=True, error_model="numpy")
def _sample(texels, levels, repeat, x, y, footprint):
    """Mean colour, 0..255, of samples along the long axis of the footprint, each from the two nearest copies."""
    detail, taps, step_x, step_y = footprint
    level = int(detail)
    share = detail - level
    scale = 1.0 / (1 << level)
    red = green = blue = 0.0
    for tap in range(taps):
        offset = tap - 0.5 * (taps - 1)
        at_x, at_y = (x + offset * step_x) * scale, (y + offset * step_y) * scale
        copy = (levels[level, 0], levels[level, 1], levels[level, 2])
        near = _bilinear(texels, copy, repeat, at_x, at_y)
        r, g, b = near & LANE, (near >> 20) & LANE, near >> 40
        if share >= 0.03:
            copy = (levels[level + 1, 0], levels[level + 1, 1], levels[level + 1, 2])
            far = _bilinear(texels, copy, repeat, 0.5 * at_x, 0.5 * at_y)
            red += r + share * ((far & LANE) - r)
            green += g + share * (((far >> 20) & LANE) - g)
            blue += b + share * ((far >> 40) - b)
        else:
            red, green, blue = red + r, green + g, blue + b
    unit = 1.0 / (4096.0 * taps)
    return red * unit, green * unit, blue * unit


@njit(cache=True, error_model="numpy")
def _footprint(ax, ay, bx, by, n_levels):
    """Level of detail, number of samples and step along the long axis, from texels moved per pixel in x and in y."""
    first, second = ax * ax + ay * ay, bx * bx + by * by
    if first < second:
        ax, ay, first, second = bx, by, second, first
    major, minor = math.sqrt(first), math.sqrt(second)
    taps = int(min(max(math.ceil(major / max(minor, 1.0) - 0.25), 1.0), MOST_TAPS))
    detail = math.log2(max(major / taps, 1.0))
    return min(detail, n_levels - 1.001), taps, ax / taps, ay / taps


@njit(cache=True, error_model="numpy")
def _gain(gains, x, y):
    """Bilinear light at a position in 0..1 of the panel."""
    rows, columns = gains.shape[:2]
    gx = min(max(x * columns - 0.5, 0.0), columns - 1.0)
    gy = min(max(y * rows - 0.5, 0.0), rows - 1.0)
    i, j = min(int(gx), columns - 2), min(int(gy), rows - 2)
    a, b = gx - i, gy - j
    w11, w10, w01 = a * b, (1 - a) * b, a * (1 - b)
    w00 = 1.0 - w11 - w10 - w01
    return (
        gains[j, i, 0] * w00 + gains[j, i + 1, 0] * w01 + gains[j + 1, i, 0] * w10 + gains[j + 1, i + 1, 0] * w11,
        gains[j, i, 1] * w00 + gains[j, i + 1, 1] * w01 + gains[j + 1, i, 1] * w10 + gains[j + 1, i + 1, 1] * w11,
        gains[j, i, 2] * w00 + gains[j, i + 1, 2] * w01 + gains[j + 1, i, 2] * w10 + gains[j + 1, i + 1, 2] * w11,
    )


@njit(cache=True, error_model="numpy")
def _put(canvas, row, column, covered, colour):
    """Add a lit colour (0..255) by its coverage."""
    r, g, b = colour
    if covered == 255:
        canvas[row, column, 0] = int(min(r, 255.0) + 0.5)
        canvas[row, column, 1] = int(min(g, 255.0) + 0.5)
        canvas[row, column, 2] = int(min(b, 255.0) + 0.5)
        return
    share = covered / 255.0
    canvas[row, column, 0] = min(canvas[row, column, 0] + int(min(r, 255.0) * share + 0.5), 255)
    canvas[row, column, 1] = min(canvas[row, column, 1] + int(min(g, 255.0) * share + 0.5), 255)
    canvas[row, column, 2] = min(canvas[row, column, 2] + int(min(b, 255.0) * share + 0.5), 255)


@njit(cache=True, error_model="numpy")
def _any(picture, row, begin, end):
    seen = 0
    for column in range(begin, end):
        seen |= picture[row, column]
    return seen != 0


@njit(cache=True, error_model="numpy")
def paint_plane(canvas, mask, place, texture, density, gains):
    """Add a lit plane to the canvas by its mask: coverage, and where it is free to be seen.

    place: frame px, counted from the mask's corner, to 0..1 of the panel; density: texels of the whole panel.
    """
    (coverage, free), (texels, levels, repeat) = mask, texture
    a, b, c, d, e, f, g, h, i = place
    size_x, size_y = density
    for row in range(coverage.shape[0]):
        y = row + 0.5
        for block in range(0, coverage.shape[1], SPAN):
            begin, end = block, min(block + SPAN, coverage.shape[1])
            while end > begin and coverage[row, end - 1] == 0:
                end -= 1
            while begin < end and coverage[row, begin] == 0:
                begin += 1
            if not _any(free, row, begin, end):
                continue
            low, high = begin + 0.5, end - 0.5
            w0, w1 = 1.0 / (g * low + h * y + i), 1.0 / (g * high + h * y + i)
            u0, v0 = (a * low + b * y + c) * w0, (d * low + e * y + f) * w0
            u1, v1 = (a * high + b * y + c) * w1, (d * high + e * y + f) * w1
            um, vm, wm = 0.5 * (u0 + u1), 0.5 * (v0 + v1), 0.5 * (w0 + w1)
            footprint = _footprint(
                (a - um * g) * wm * size_x,
                (d - vm * g) * wm * size_y,
                (b - um * h) * wm * size_x,
                (e - vm * h) * wm * size_y,
                len(levels),
            )
            first, last = _gain(gains, u0, v0), _gain(gains, u1, v1)
            slope = 1.0 / max(end - 1 - begin, 1)
            for column in range(begin, end):
                if coverage[row, column] == 0 or free[row, column] == 0:
                    continue
                x = column + 0.5
                w = 1.0 / (g * x + h * y + i)
                u = min(max((a * x + b * y + c) * w, -0.1), 1.1) * size_x
                v = min(max((d * x + e * y + f) * w, -0.1), 1.1) * size_y
                red, green, blue = _sample(texels, levels, repeat, u, v, footprint)
                share = (column - begin) * slope
                red *= first[0] + share * (last[0] - first[0])
                green *= first[1] + share * (last[1] - first[1])
                blue *= first[2] + share * (last[2] - first[2])
                _put(canvas, row, column, coverage[row, column], (red, green, blue))


@njit(cache=True, error_model="numpy")
def _on_tube(ray, x, y, eye, tube):
    """Where the ray through a frame px meets an upright tube: angle from the side facing +z back, and height."""
    dx = ray[0, 0] * x + ray[0, 1] * y + ray[0, 2]
    dy = ray[1, 0] * x + ray[1, 1] * y + ray[1, 2]
    dz = ray[2, 0] * x + ray[2, 1] * y + ray[2, 2]
    ox, oz = eye[0] - tube[0], eye[2] - tube[2]
    square, half, rest = dx * dx + dz * dz, dx * ox + dz * oz, ox * ox + oz * oz - tube[3] * tube[3]
    t = (-half - math.sqrt(max(half * half - square * rest, 0.0))) / square
    return math.atan2(ox + t * dx, -(oz + t * dz)), eye[1] + t * dy - tube[1]


@njit(cache=True, error_model="numpy")
def paint_tube(canvas, mask, sight, tube, paint, gains):
    """Like paint_plane for a tube (foot x, y, z, radius, height, turn); sight: frame px to ray, and the eye.

    paint: texture, and its texels per turn and per height.
    """
    (ray, eye), ((texels, levels, repeat), density), (coverage, free) = sight, paint, mask
    height, turn = tube[4], tube[5]
    around = 1.0 / (2.0 * math.pi)
    for row in range(coverage.shape[0]):
        for column in range(coverage.shape[1]):
            if coverage[row, column] == 0 or free[row, column] == 0:
                continue
            x, y = column + 0.5, row + 0.5
            angle, rise = _on_tube(ray, x, y, eye, tube)
            right = _on_tube(ray, x + 0.5, y, eye, tube)
            lower = _on_tube(ray, x, y + 0.5, eye, tube)
            u, v = ((angle + turn) * around + 0.5) * density[0], (rise / height + 1.0) * density[1]
            scale_x, scale_y = 2.0 * around * density[0], 2.0 * density[1] / height
            footprint = _footprint(
                (right[0] - angle) * scale_x,
                (right[1] - rise) * scale_y,
                (lower[0] - angle) * scale_x,
                (lower[1] - rise) * scale_y,
                len(levels),
            )
            red, green, blue = _sample(texels, levels, repeat, u, v, footprint)
            light = _gain(gains, angle * around + 0.5, rise / height + 1.0)
            _put(canvas, row, column, coverage[row, column], (red * light[0], green * light[1], blue * light[2]))


@njit(cache=True, error_model="numpy")
def fade(canvas, coverage):
    """Make room for what covers the canvas."""
    for row in range(coverage.shape[0]):
        for column in range(coverage.shape[1]):
            covered = coverage[row, column]
            if covered == 255:
                canvas[row, column, 0] = canvas[row, column, 1] = canvas[row, column, 2] = 0
            elif covered:
                for c in range(3):
                    canvas[row, column, c] = (np.int32(canvas[row, column, c]) * (255 - covered) + 127) // 255


@njit(cache=True, error_model="numpy")
def shade(points, normals, base, lamps, hulls, gains):
    """Light at points (n, 3): base (n, 3) plus each lamp's share, less what convex hulls in (u, v) keep off.

    lamps: kind (0 sun, 1 point), x, y, z, r, g, b, reach a row. hulls: lines (a, b, c) with a u + b v + c > 0 outside,
    in the plane of points[:, 3:5]; one past the last line of each hull; its lamp; half the width of its edge.
    """
    for n in range(len(points)):
        gains[n] = base[n]
        for k in range(len(lamps)):
            lamp = lamps[k]
            dx, dy, dz = lamp[1], lamp[2], lamp[3]
            if lamp[0] == 1:
                dx, dy, dz = dx - points[n, 0], dy - points[n, 1], dz - points[n, 2]
            distance = math.sqrt(dx * dx + dy * dy + dz * dz)
            facing = (dx * normals[n, 0] + dy * normals[n, 1] + dz * normals[n, 2]) / distance
            if facing <= 0.0:
                continue
            if lamp[0] == 1:
                ratio = distance / lamp[7]
                facing *= 2.0 / (1.0 + ratio * ratio)
            facing *= _open(points[n, 3], points[n, 4], hulls, k)
            for c in range(3):
                gains[n, c] += lamp[4 + c] * facing


@njit(cache=True, error_model="numpy")
def _open(u, v, hulls, lamp):
    """Share of a lamp's light that reaches (u, v)."""
    lines, ends, owners, softness = hulls
    left = 1.0
    start = 0
    for index in range(len(ends)):
        if owners[index] == lamp:
            outside = -1e9
            for line in range(start, ends[index]):
                outside = max(outside, lines[line, 0] * u + lines[line, 1] * v + lines[line, 2])
            share = min(max(0.5 - outside / (2.0 * softness[index]), 0.0), 1.0)
            left *= 1.0 - share * share * (3.0 - 2.0 * share)
        start = ends[index]
    return left
