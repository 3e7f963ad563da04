"""Words from CRAFT's two maps, also curved ones, read by RapidOCR."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64

from realv.ocr import RapidReader
from realv.words import Picture, Word
from sts import geometry, plugins

Maps = Float32[np.ndarray, "2 h w"]
Points = Float64[np.ndarray, "n 2"]
Vector = Float64[np.ndarray, "2"]

HILL, FOOT, LINK = 0.7, 0.4, 0.4
"""Of the maps: a word has a character at least so sure, and is where characters and links are at least so high"""
SMALLEST = 10
"""px of a word's maps"""
GROWTH = 1.55
"""Height of letters over that of their hills above FOOT"""
ENDS = 0.15
"""Heights of letters that a word goes on beyond its hills on either side"""
CURVED = 2.0
"""Words longer than so many heights may be curved"""
KNOTS = 7
"""Points of the upper and of the lower line of a curved word"""
SLICES = 24


@runtime_checkable
class LinkedMaps(Protocol):
    """Shows characters and the links between those of a word, as CRAFT does."""

    def maps(self, picture: Picture) -> Maps:
        """Characters and links, 0 to 1, on the picture's own grid."""


@dataclass(kw_only=True)
class CraftWords:
    """WordFinder and RegionMap for words in any direction, straight or bent like an arch."""

    craft: dict[str, Any] = field(default_factory=lambda: {"class": "model.craft:Craft"})
    """Import path and options of what shows the maps"""
    least: float = 0.5
    """Confidence below which a word stays unread"""
    unread: bool = True
    """Whether words that cannot be read are words"""

    def __post_init__(self) -> None:
        """PluginError for what cannot be loaded, ConfigError for a value that cannot be meant."""
        self._maps = plugins.from_table(self.craft, LinkedMaps)
        self._reader = RapidReader(least=self.least)

    def find(self, picture: Picture) -> tuple[Word, ...]:
        """In any order."""
        found = tuple(shapes(self._maps.maps(picture)))
        readings = self._reader.read(picture, [polygon for polygon, _ in found])
        words = (
            Word(
                polygon=polygon, score=sure, text=reading[0] if reading else None, read=reading[1] if reading else None
            )
            for (polygon, sure), reading in zip(found, readings, strict=True)
        )
        return tuple(word for word in words if word.text or self.unread)

    def regions(self, picture: Picture) -> Float32[np.ndarray, "h w"]:
        """Where characters are: what words were made of is a RegionMap too."""
        return self._maps.maps(picture)[0]


def shapes(maps: Maps) -> Iterator[tuple[geometry.Polygon, float]]:
    """Polygon and height of the highest hill of each word."""
    regions, links = maps
    together = ((regions > FOOT) | (links > LINK)).astype(np.uint8)
    n, labels, stats, _ = cv2.connectedComponentsWithStats(together, connectivity=4)
    for i in range(1, n):
        left, top, width, height, area = stats[i].tolist()
        part = np.s_[top : top + height, left : left + width]
        hills = np.where(labels[part] == i, regions[part], 0)
        if area >= SMALLEST and hills.max() > HILL:
            yield _shape(hills > FOOT, left, top), float(hills.max())


def _shape(hills: Bool[np.ndarray, "h w"], left: int, top: int) -> geometry.Polygon:
    """The word around some hills: a middle line through them, straight or a parabola, and lines on both sides."""
    rows, columns = np.nonzero(hills)
    points = np.stack([columns + left + 0.5, rows + top + 0.5], axis=1)
    middle, ahead = _axes(points)
    side = np.array([-ahead[1], ahead[0]])
    u, v = (points - middle) @ ahead, (points - middle) @ side
    edges = np.linspace(u.min(), u.max(), SLICES + 1)
    slices = [v[(u >= a) & (u <= b)] for a, b in itertools.pairwise(edges)]
    heights = [np.ptp(one) + 1 for one in slices if len(one)]
    half = GROWTH * float(np.percentile(heights, 75)) / 2
    bend = np.polynomial.Polynomial.fit(u, v, 2 if np.ptp(u) > CURVED * 2 * half else 1)
    return _ribbon(bend, (u.min() - ENDS * half * 2, u.max() + ENDS * half * 2), half, (middle, ahead, side))


def _ribbon(bend: Any, ends: tuple[float, float], half: float, axes: tuple[Vector, Vector, Vector]) -> geometry.Polygon:
    """Lines at half a height from a bent line, in reading order."""
    middle, ahead, side = axes
    u = np.linspace(*ends, KNOTS)
    slope = bend.deriv()(u)
    line = middle + u[:, None] * ahead + bend(u)[:, None] * side
    normal = (side - slope[:, None] * ahead) / np.sqrt(1 + slope**2)[:, None]
    return geometry.rounded(geometry.ribbon(line - half * normal, line + half * normal, KNOTS))


def _axes(points: Points) -> tuple[Vector, Vector]:
    """The middle of points, and the direction they extend in: to the right, or down where they stand upright."""
    middle = points.mean(axis=0)
    _, _, ways = np.linalg.svd(points - middle, full_matrices=False)
    ahead = ways[0]
    upright = abs(ahead[1]) > 2 * abs(ahead[0])
    return middle, ahead if ahead[1 if upright else 0] > 0 else -ahead
