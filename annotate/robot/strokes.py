"""Strokes of a brush: the middle line of a blob as a path, and the pixels that a hand paints along it."""

from collections import deque
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

Pixels = Bool[np.ndarray, "h w"]
Path = Float64[np.ndarray, "n 2"]
"""(x, y) px; (0, 0) is the outer corner of the first pixel"""
Pixel = tuple[int, int]
"""Row, column"""
NEIGHBOURS = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
"""Clockwise from above, as bits 1, 2, 4 to 128"""
HOLD = 4.0
"""px; a hand trembles at points so far apart, or a stroke width where that is more"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stroke:
    """One movement of a brush that is as wide as the text where it passes."""

    path: Path
    widths: Float64[np.ndarray, " n"]
    """px, at each point"""

    @property
    def length(self) -> float:
        """px, along the path."""
        return float(np.hypot(*np.diff(self.path, axis=0).T).sum())

    @property
    def box(self) -> tuple[int, int, int, int]:
        """xyxy, whole px that hold all it may paint."""
        reach = self.widths.max() / 2 + 1
        low, high = self.path.min(axis=0) - reach, self.path.max(axis=0) + reach
        return int(low[0]) - 1, int(low[1]) - 1, int(high[0]) + 2, int(high[1]) + 2

    def moved(self, right: int, down: int) -> "Stroke":
        """The same elsewhere, px."""
        return Stroke(path=np.add(self.path, (right, down)), widths=self.widths)


def along(blob: Pixels) -> Stroke:
    """The stroke that covers most of a connected blob: the longest way along its middle, as wide as it is there."""
    wide = np.pad(blob, 1)
    line = _longest(thinned(wide))
    depth = cv2.distanceTransform(wide.view(np.uint8), cv2.DIST_L2, 5)
    return Stroke(path=line[:, ::-1] - 0.5, widths=2 * depth[line[:, 0], line[:, 1]].astype(np.float64))


def trembling(stroke: Stroke, jitter_px: float, rng: np.random.Generator) -> Stroke:
    """The stroke as a hand follows it, with Gaussian errors of a standard deviation in px."""
    n = round(stroke.length / max(HOLD, float(np.median(stroke.widths)))) + 2
    held = np.linspace(0, len(stroke.path) - 1, n).round().astype(int)
    path = stroke.path[held]
    return Stroke(path=path + rng.normal(0, jitter_px, path.shape), widths=stroke.widths[held])


def painted(stroke: Stroke, box: tuple[int, int, int, int]) -> Pixels:
    """What a stroke covers of a box of whole px, xyxy: pixels whose centre is nearer than half its width."""
    left, top, right, bottom = box
    centres = np.stack(np.meshgrid(np.arange(left, right) + 0.5, np.arange(top, bottom) + 0.5), axis=-1)
    covered = np.zeros(centres.shape[:2], np.bool_)
    ends = np.concatenate([stroke.path[1:], stroke.path[-1:]])
    for start, way, width in zip(stroke.path, ends - stroke.path, stroke.widths, strict=True):
        ahead = np.clip((centres - start) @ way / max(float(way @ way), 1e-9), 0, 1)
        off = centres - start - ahead[..., None] * way
        covered |= (off * off).sum(axis=-1) < (width / 2) ** 2
    return covered


def thinned(pixels: Pixels) -> Pixels:
    """Skeleton about one pixel wide, as connected as the pixels (Guo and Hall, CACM 1989)."""
    left = pixels.astype(np.uint8)
    while True:
        before = int(left.sum())
        for table in _tables():
            left[table[cv2.filter2D(left, cv2.CV_8U, _bits(), borderType=cv2.BORDER_CONSTANT)]] = 0
        if int(left.sum()) == before:
            return left > 0


def _longest(skeleton: Pixels) -> np.ndarray:
    """Rows and columns of the longest of the shortest ways through a skeleton, or one of nearly that length."""
    there = set(map(tuple, np.argwhere(skeleton).tolist()))
    end = list(_walk(there, min(there)))[-1]
    cameby = _walk(there, end)
    here: Pixel | None = list(cameby)[-1]
    way = []
    while here is not None:
        way.append(here)
        here = cameby[here]
    return np.array(way)


def _walk(there: set[Pixel], start: Pixel) -> dict[Pixel, Pixel | None]:
    """Each pixel that can be reached and the one before it on the way, the nearest first."""
    cameby: dict[Pixel, Pixel | None] = {start: None}
    waiting = deque([start])
    while waiting:
        row, column = here = waiting.popleft()
        for down, right in NEIGHBOURS:
            ahead = (row + down, column + right)
            if ahead in there and ahead not in cameby:
                cameby[ahead] = here
                waiting.append(ahead)
    return cameby


@lru_cache(maxsize=1)
def _bits() -> UInt8[np.ndarray, "3 3"]:
    """Weights that turn the neighbours of a pixel into a number."""
    kernel = np.zeros((3, 3), np.uint8)
    for bit, (down, right) in enumerate(NEIGHBOURS):
        kernel[1 + down, 1 + right] = 1 << bit
    return kernel


@lru_cache(maxsize=1)
def _tables() -> tuple[Bool[np.ndarray, "256"], Bool[np.ndarray, "256"]]:
    """For both halves of a step: which neighbourhoods let a pixel go."""
    ring = (np.arange(256)[:, None] >> np.arange(8) & 1) > 0
    pairs = ring | np.roll(ring, -1, axis=1)
    crossings = (~ring[:, ::2] & (ring[:, 1::2] | np.roll(ring[:, ::2], -1, axis=1))).sum(axis=1)
    n = np.minimum(pairs[:, 0::2].sum(axis=1), pairs[:, 1::2].sum(axis=1))
    up, up_right, right, down_right, down, down_left, left, up_left = ring.T
    edge = (crossings == 1) & (n >= 2) & (n <= 3)
    return edge & ~((up | up_right | ~down_right) & right), edge & ~((down | down_left | ~up_left) & left)
