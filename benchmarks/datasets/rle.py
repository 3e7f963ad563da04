"""Masks of COCO: compressed and plain run lengths, and polygons with the pixels that pycocotools gives them.

Equal to `rleFrString` and `rleFrPoly` of pycocotools (P. Dollár, T.-Y. Lin, "Microsoft COCO toolbox", 2015).
"""

from typing import Any

import numpy as np
from jaxtyping import Float64, Int64

from benchmarks.datasets.texts import unreadable
from sts import masks
from sts.errors import DataError
from sts.types import Mask

FINE = 5
"""Steps a pixel in which the outline of a polygon is walked"""

Corners = Int64[np.ndarray, "n 2"]
Walk = Int64[np.ndarray, "m 2"]


def mask(segmentation: Any, height: int, width: int, where: str) -> Mask:
    """Of a list of polygons or of run lengths. UnusableError for another size or damaged counts and coordinates."""
    try:
        if isinstance(segmentation, dict):
            return _runs(segmentation, height, width)
        return polygons(segmentation, height, width)
    except (DataError, KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise unreadable(where, f"a segmentation cannot be read: {error}") from error


def uncompressed(text: str) -> tuple[int, ...]:
    """Run lengths of a compressed string: six bits a letter, from the third on as difference to the last but one."""
    counts: list[int] = []
    value = shift = 0
    for letter in text.encode("ascii"):
        bits = letter - 48
        if not 0 <= bits < 64:
            raise ValueError(f"{chr(letter)!r} is no letter of compressed run lengths")
        value |= (bits & 31) << shift
        shift += 5
        if not bits & 32:
            value -= (bits >> 4 & 1) << shift
            counts.append(value + (counts[-2] if len(counts) > 2 else 0))
            value = shift = 0
    if shift:
        raise ValueError("compressed run lengths end in the middle of a number")
    return tuple(counts)


def polygons(parts: Any, height: int, width: int) -> Mask:
    """Union of the polygons, each x0, y0, x1, y1, ..."""
    if not isinstance(parts, list):
        raise TypeError(f"{parts!r} is neither polygons nor run lengths")
    found = [_filled(np.asarray(part, np.float64), height, width) for part in parts]
    return masks.union(found) if found else masks.empty(height, width)


def _runs(segmentation: dict[str, Any], height: int, width: int) -> Mask:
    size = [int(value) for value in segmentation["size"]]
    if size != [height, width]:
        raise DataError(f"run lengths of {size} (height, width) in a picture of {[height, width]}")
    counts = segmentation["counts"]
    plain = uncompressed(counts) if isinstance(counts, str) else tuple(int(count) for count in counts)
    found = Mask(height=height, width=width, counts=plain)
    masks.check(found)
    return masks.encode(masks.decode(found))


def _filled(flat: Float64[np.ndarray, " m"], height: int, width: int) -> Mask:
    """Pixels whose column is crossed by the outline above them an odd number of times."""
    if flat.ndim != 1 or len(flat) < 6 or len(flat) % 2 or not np.isfinite(flat).all():
        raise ValueError("a polygon needs three points or more, all numbers")
    walk = _outline(np.trunc(FINE * flat.reshape(-1, 2) + 0.5).astype(np.int64))
    before, after = walk[:-1], walk[1:]
    moved = before[:, 0] != after[:, 0]
    before, after = before[moved], after[moved]
    column = (np.minimum(before[:, 0], after[:, 0]) + 0.5) / FINE - 0.5
    row = np.ceil(np.clip((np.minimum(before[:, 1], after[:, 1]) + 0.5) / FINE - 0.5, 0, height)).astype(np.int64)
    kept = (np.floor(column) == column) & (column >= 0) & (column <= width - 1)
    places = column[kept].astype(np.int64) * height + row[kept]
    crossed = np.bincount(places, minlength=height * width + 1)[: height * width]
    inside = np.cumsum(crossed) % 2 == 1
    return masks.encode(np.ascontiguousarray(inside.reshape(width, height).T))


def _outline(corners: Corners) -> Walk:
    """Every fine step along the closed outline; a line is walked from its lower end, as rounding depends on it."""
    return np.concatenate([_line(a, b) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])


def _line(start: Int64[np.ndarray, "2"], end: Int64[np.ndarray, "2"]) -> Walk:
    run = np.abs(end - start)
    long = 0 if run[0] >= run[1] else 1
    flip = start[long] > end[long]
    low, high = (end, start) if flip else (start, end)
    steps = np.arange(run[long] + 1)
    slope = (high[1 - long] - low[1 - long]) / run[long] if run[long] else 0.0
    walk = np.empty((len(steps), 2), np.int64)
    walk[:, long] = low[long] + steps
    walk[:, 1 - long] = np.trunc(low[1 - long] + slope * steps + 0.5).astype(np.int64)
    return walk[::-1] if flip else walk
