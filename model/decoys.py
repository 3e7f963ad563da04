"""Strokes that are not text, drawn behind the text of a clip: lines, grids, rings, boxes, dots.

A net that has seen little else than rendered text takes whatever is thin and sharp for letters, the lines of a road or
the tiles of a floor. Nothing of the truth changes: where strokes cover a pixel, the decoy lies under them.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float32, Float64, UInt8

MOST = 3
"""Decoys in one clip"""
SHIFT = 4
"""Bits of a coordinate behind the point, as OpenCV draws"""

Rgb = UInt8[np.ndarray, "size size 3"]
Plane = UInt8[np.ndarray, "size size"]
Line = Float64[np.ndarray, "n 2"]
"""Corners in a square of side 1 about its centre; one corner alone is a dot"""


@dataclass(frozen=True, kw_only=True)
class Decoy:
    """Strokes of one colour."""

    cover: Float32[np.ndarray, "size size 1"]
    """Share of each pixel, 0 to 1"""
    color: Float32[np.ndarray, " 3"]


class Decoys:
    """Draws the same decoys into every frame of a clip."""

    def __init__(self, rng: np.random.Generator, size: int) -> None:
        """For frames of `size` px."""
        self.drawn = [_draw(rng, size) for _ in range(int(rng.integers(1, MOST + 1)))]

    def __call__(self, picture: Rgb, truth: Plane) -> Rgb:
        """The frame with decoys behind its strokes; `truth` is their share of each pixel, 0 to 255."""
        free = (255 - truth[..., None]).astype(np.float32) / 255
        seen = picture.astype(np.float32)
        for decoy in self.drawn:
            seen += free * decoy.cover * (decoy.color - seen)
        return seen.round().astype(np.uint8)


def _draw(rng: np.random.Generator, size: int) -> Decoy:
    """One pattern, turned, in a part of the square."""
    pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
    angle, scale = rng.uniform(0, math.pi), rng.uniform(0.25, 1.5)
    turn = scale * np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    place = rng.uniform(0, 1, 2)
    thickness = int(rng.integers(1, max(size // 40, 2) + 1))
    plane = np.zeros((size, size), np.uint8)
    for line in pattern(rng):
        corners = ((line @ turn + place) * size * 2**SHIFT).round().astype(np.int32)
        cv2.polylines(plane, [corners], False, 255, thickness, cv2.LINE_AA, SHIFT)
    color = (
        rng.uniform(0, 255, 3)
        if rng.random() < 0.5
        else np.full(3, rng.choice([rng.uniform(0, 60), rng.uniform(195, 255)]))
    )
    cover = (plane[..., None] * (rng.uniform(0.4, 1) / 255)).astype(np.float32)
    return Decoy(cover=cover, color=color.astype(np.float32))


def _stripes(rng: np.random.Generator) -> list[Line]:
    return [np.array([[-0.5, y], [0.5, y]]) for y in np.linspace(-0.5, 0.5, int(rng.integers(1, 24)))]


def _grid(rng: np.random.Generator) -> list[Line]:
    return [*_stripes(rng), *(line[:, ::-1] for line in _stripes(rng))]


def _rings(rng: np.random.Generator) -> list[Line]:
    angles = np.linspace(0, 2 * math.pi, 49)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    return [rng.uniform(0.05, 0.3) * circle + rng.uniform(-0.5, 0.5, 2) for _ in range(int(rng.integers(1, 8)))]


def _boxes(rng: np.random.Generator) -> list[Line]:
    box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]])
    return [box * rng.uniform(0.02, 0.3, 2) + rng.uniform(-0.5, 0.5, 2) for _ in range(int(rng.integers(1, 8)))]


def _bends(rng: np.random.Generator) -> list[Line]:
    return [rng.uniform(-0.5, 0.5, (int(rng.integers(2, 5)), 2)) for _ in range(int(rng.integers(1, 6)))]


def _dots(rng: np.random.Generator) -> list[Line]:
    across, down = (np.linspace(-0.5, 0.5, int(rng.integers(2, 16))) for _ in range(2))
    return [np.array([[x, y]]) for x in across for y in down]


PATTERNS: tuple[Callable[[np.random.Generator], list[Any]], ...] = (_stripes, _grid, _rings, _boxes, _bends, _dots)
