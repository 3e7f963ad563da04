"""The text of one frame as regions of Label Studio: outlines with their transcripts, and strokes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from annotate import bitmask, brush
from annotate.interface import IGNORE, IMAGE, LEVELS, STROKE, TEXT, TRANSCRIPT, UNIT, Masks
from sts import masks
from sts.geometry import Polygon
from sts.types import Mask, TextInstance

Region = dict[str, Any]
"""As JSON"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One frame of a task."""

    item: int
    """Its place in the task, from 0"""
    frame: int
    """Its index in the clip"""
    height: int
    """px"""
    width: int
    """px"""


def write(instances: Sequence[TextInstance], page: Page, kind: Masks = "bitmasklabels") -> list[Region]:
    """Words, lines and paragraphs, and all strokes; the same ids for the same tracks every time."""
    outlined = {one.track_id for one in instances if has_outline(one)}
    return [region for one in instances for region in _regions(one, page, outlined, kind)]


def has_outline(one: TextInstance) -> bool:
    """Whether the editor shows the polygon."""
    return one.level in LEVELS


def has_strokes(one: TextInstance) -> bool:
    """Whether the editor shows strokes; it does nothing with a region without pixels."""
    return one.level in ("word", "text") and one.mask is not None and masks.area(one.mask) > 0


def outline_id(track_id: int, frame: int) -> str:
    """Id of the region of a polygon and of its transcript."""
    return f"t{track_id}f{frame}p"


def strokes_id(track_id: int, frame: int) -> str:
    """Id of the region of a mask."""
    return f"t{track_id}f{frame}m"


def percent(polygon: Polygon, page: Page) -> list[list[float]]:
    """Points in percent of the picture's width and height; 0 is the outer edge of the first pixel, as with us."""
    return [[100 * x / page.width, 100 * y / page.height] for x, y in polygon]


def pixels(points: Sequence[Sequence[float]], page: Page) -> Polygon:
    """The inverse of `percent`."""
    return tuple((x * page.width / 100, y * page.height / 100) for x, y in points)


def _regions(one: TextInstance, page: Page, outlined: set[int], kind: Masks) -> Iterator[Region]:
    place = {
        "to_name": IMAGE,
        "item_index": page.item,
        "original_width": page.width,
        "original_height": page.height,
        "image_rotation": 0,
    }
    own, score = outline_id(one.track_id, page.frame), {} if one.score is None else {"score": one.score}
    if has_outline(one):
        parent = {"parentID": outline_id(one.parent_id, page.frame)} if one.parent_id in outlined else {}
        shape = {"points": percent(one.polygon, page), "closed": True}
        outline = {"id": own, "from_name": UNIT, "type": "polygonlabels", **place, **parent, **score}
        yield outline | {"value": {**shape, "polygonlabels": [one.level]}}
        if one.text is not None:
            transcript = {"id": own, "from_name": TRANSCRIPT, "type": "textarea", **place}
            yield transcript | {"value": {**shape, "text": [one.text]}}
    if one.mask is not None and has_strokes(one):
        parent = {"parentID": own} if has_outline(one) else {}
        strokes = {"id": strokes_id(one.track_id, page.frame), "from_name": STROKE, "type": kind, **place}
        yield strokes | parent | score | {"value": _value(one.mask, kind, IGNORE if one.ignore else TEXT)}


def _value(mask: Mask, kind: Masks, label: str) -> dict[str, Any]:
    strokes = masks.decode(mask)
    if kind == "brushlabels":
        return {"format": "rle", "rle": list(brush.encode(strokes)), kind: [label]}
    return {"imageDataURL": bitmask.encode(strokes), kind: [label]}
