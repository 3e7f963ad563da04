"""Rectangles of the key frame that lie on one quiet surface, large and text-like first."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from synth.surfaces import sky
from synth.surfaces.layers import Scene

ASPECTS = (1.0, 1.6, 2.5, 4.0, 6.0, 8.0, 0.4)
"""Width over height; the last is for text set in columns"""
SMALLEST = (0.09, 0.045)
"""Width and height, shares of the picture's width: 115 x 58 px at 720p"""
EDGE_SHARE = 0.015
"""Share of a rectangle that may be edges between surfaces"""
GAP = 3
"""px between rectangles"""
BUSIEST = 34.0
"""Grey levels"""
RUNS_OUT, ENDS = 0.5, 0.6
"""Ground reaches the foot of the picture over this share of a rectangle's width; this share of columns ends it above"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An upright rectangle of the small key frame."""

    left: int
    top: int
    width: int
    height: int
    score: float
    """Comparable within one clip only"""

    def box(self, factor: float) -> tuple[float, float, float, float]:
        """xyxy in a picture `factor` times as large."""
        right, bottom = self.left + self.width, self.top + self.height
        return self.left * factor, self.top * factor, right * factor, bottom * factor


def candidates(scene: Scene, most: int) -> tuple[Candidate, ...]:
    """Up to `most` rectangles that do not overlap, best first."""
    maps = _maps(scene)
    taken = np.zeros(scene.usable.shape, np.float32)
    found: list[Candidate] = []
    while len(found) < most:
        best = max((_best(maps, taken, shape) for shape in _shapes(scene.usable.shape)), key=lambda c: c.score)
        if best.score <= 0:
            break
        found.append(best)
        rows = slice(max(best.top - GAP, 0), best.top + best.height + GAP)
        taken[rows, max(best.left - GAP, 0) : best.left + best.width + GAP] = 1
    return tuple(found)


def on_ground(scene: Scene, place: Candidate) -> bool:
    """It belongs to a lawn, a floor or a table top, as far as edges tell: a wall would go on upwards.

    Nothing cuts it off from the foot of the picture; nearby, and all across the picture, something ends it above.
    """
    near = slice(max(place.left - place.width, 0), place.left + 2 * place.width)
    free = 1 - cv2.dilate(scene.edges.astype(np.uint8), np.ones((3, 3), np.uint8))
    areas = cv2.connectedComponents(free[place.top :, near], connectivity=4)[1]
    left = place.left - near.start
    held = np.bincount(areas[: place.height, left : left + place.width].ravel(), minlength=2)
    own = 1 + int(np.argmax(held[1:]))
    above = np.asarray(scene.edges[: place.top].any(axis=0))
    runs_out = np.count_nonzero(areas[-1] == own) >= RUNS_OUT * place.width
    return bool(runs_out and min(above.mean(), above[near].mean()) >= ENDS)


def _shapes(size: tuple[int, ...]) -> list[tuple[int, int]]:
    """Widths and heights to try, px."""
    height, width = size
    shapes = set()
    for scale in (0.06, 0.085, 0.12, 0.17, 0.24, 0.34):
        for aspect in ASPECTS:
            wide, high = int(width * scale * aspect**0.5), int(width * scale / aspect**0.5)
            large = wide >= SMALLEST[0] * width * min(1.0, aspect) and high >= SMALLEST[1] * width
            if large and wide <= width / 2 and high <= height / 2:
                shapes.add((wide, high))
    return sorted(shapes)


def _maps(scene: Scene) -> Float32[np.ndarray, "h w 4"]:
    """What a rectangle adds up: unusable, edge, texture; the last plane how often it is hidden."""
    unusable = ~scene.usable | sky.find(scene.clean)
    return np.stack([unusable, scene.edges, scene.busy, scene.changed.mean(axis=0)], axis=2).astype(np.float32)


def _best(maps: Float32[np.ndarray, "h w 4"], taken: Float32[np.ndarray, "h w"], shape: tuple[int, int]) -> Candidate:
    """The best place for a rectangle of one shape; score 0 where there is none."""
    width, height = shape
    margin = maps.shape[1] // 64
    mean = cv2.blur(maps, shape, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE)
    free = cv2.blur(taken, shape, anchor=(0, 0), borderType=cv2.BORDER_REPLICATE) < 1e-6
    bad, edge, busy, hidden = np.moveaxis(mean, 2, 0)
    fits = free & (bad < 0.002) & (edge < EDGE_SHARE) & (busy < BUSIEST)
    fits[:margin], fits[:, :margin] = False, False
    fits[max(maps.shape[0] - height - margin, 0) :], fits[:, max(maps.shape[1] - width - margin, 0) :] = False, False
    quiet = np.exp(-busy / 25 - 2 * hidden) * (1 - edge / EDGE_SHARE / 2)
    score = np.where(fits, quiet * (width * height) ** 0.35 * _like_text(width / height), 0)
    top, left = np.unravel_index(np.argmax(score), score.shape)
    return Candidate(left=int(left), top=int(top), width=width, height=height, score=float(score[top, left]))


def _like_text(aspect: float) -> float:
    """Preference for the shapes that signs have."""
    return float(np.exp(-((np.log(aspect / 2.8) / 1.4) ** 2)))
