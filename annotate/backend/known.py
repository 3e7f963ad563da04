"""What the editor shows already: the words and masks of a task that a click may mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool

from annotate import bitmask
from sts import geometry
from sts.errors import DataError
from sts.geometry import Polygon
from sts.types import Point

Pixels = Bool[np.ndarray, "h w"]
Regions = Sequence[dict[str, Any]]

FARTHEST = 1e6
"""px from the picture's corner that a polygon may reach"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word's polygon in the editor."""

    region_id: str
    polygon: Polygon
    """px"""


def word_at(regions: Regions, frame: int, point: Point, size: tuple[int, int]) -> Word | None:
    """The smallest word that holds a point of a frame of (height, width) px."""
    at = np.asarray([point], np.float64)
    there = [word for word in _words(regions, frame, size) if geometry.contains(word.polygon, at)[0]]
    return min(there, key=lambda word: geometry.area(word.polygon), default=None)


def words(regions: Regions, frame: int, size: tuple[int, int]) -> Pixels:
    """Where the words of a frame are."""
    return filled([word.polygon for word in _words(regions, frame, size)], size)


def filled(polygons: Sequence[Polygon], size: tuple[int, ...]) -> Pixels:
    """The pixels of polygons, with those that they only touch."""
    place = np.zeros(size, np.uint8)
    for polygon in polygons:
        cv2.fillPoly(place, [np.floor(np.asarray(polygon)).astype(np.int32)], 1)
    return place.view(np.bool_)


def mask_at(regions: Regions, frame: int, point: Point, size: tuple[int, int]) -> Pixels | None:
    """The strokes of the region that is drawn at a point; None where there are none."""
    row, column = (min(int(value), side - 1) for value, side in zip(point[::-1], size, strict=True))
    for region in reversed(regions):
        if region.get("type") == "bitmasklabels" and region.get("item_index", 0) == frame:
            strokes = _strokes(region, size)
            if strokes is not None and strokes[row, column]:
                return strokes
    return None


def _words(regions: Regions, frame: int, size: tuple[int, int]) -> Iterator[Word]:
    for region in regions:
        if region.get("type") == "polygonlabels" and region.get("item_index", 0) == frame:
            polygon = _polygon(region.get("value"), size)
            if polygon and isinstance(region.get("id"), str):
                yield Word(region_id=region["id"], polygon=polygon)


def _polygon(value: Any, size: tuple[int, int]) -> Polygon:
    """Empty for a region that is no word, or no polygon."""
    try:
        if "word" not in value["polygonlabels"] or len(value["points"]) < 3:
            return ()
        points = tuple((float(x) / 100 * size[1], float(y) / 100 * size[0]) for x, y in value["points"])
    except (KeyError, TypeError, ValueError):
        return ()
    return points if all(abs(side) <= FARTHEST for point in points for side in point) else ()


def _strokes(region: dict[str, Any], size: tuple[int, int]) -> Pixels | None:
    """None for strokes that cannot be read, such as those of a draft that was not drawn to the end."""
    try:
        return bitmask.decode(region["value"]["imageDataURL"], *size)
    except (DataError, KeyError, TypeError, AttributeError):
        return None
