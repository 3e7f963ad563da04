"""What comes back from Label Studio, checked: the regions of a task as outlines and strokes of each frame."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Bool

from annotate import bitmask, brush, interface
from annotate.regions import Page, pixels
from sts import masks
from sts.errors import DataError
from sts.geometry import Polygon
from sts.types import Effort, Level, Mask

EFFORTS: dict[str, Effort] = {"prediction": "kept", "prediction-changed": "changed", "manual": "drawn"}
"""What the editor says of a region's origin"""
PROMPTS = (interface.CLICK, interface.DRAG)
CHOICES = (interface.QUALITY, interface.ISSUES)
STROKES = tuple(interface.TAGS)
FOREIGN = "foreign regions"
"""How kinds begin that are no label of ours and nobody expects"""

Name = TypeVar("Name", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A polygon."""

    id: str
    parent: str | None
    """id of another region, which may be gone"""
    level: Level
    polygon: Polygon
    """px, as drawn"""
    text: str | None
    effort: Effort | None
    """None where the editor does not say"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    """A mask."""

    id: str
    parent: str | None
    ignore: bool
    mask: Mask
    effort: Effort | None


@dataclass(slots=True)
class Parts:
    """An annotation, taken apart."""

    outlines: list[list[Outline]]
    """One list a frame of the task"""
    strokes: list[list[Strokes]]
    choices: dict[str, list[str]] = field(default_factory=dict)
    """Name of the control to what was chosen"""
    dropped: Counter[str] = field(default_factory=Counter)
    """What is no label of ours, by kind"""


def take_apart(result: Sequence[Any], pages: Sequence[Page], sent: Mapping[str, Mask] | None = None) -> Parts:
    """The parts of an annotation's `result`. DataError for a region of ours that cannot be used as it is.

    `sent` are the masks of the regions that people began with: most come back as they were, and need no decoding.
    """
    parts = Parts(outlines=[[] for _ in pages], strokes=[[] for _ in pages])
    texts = {_id(region): region for region in result if _control(region) == interface.TRANSCRIPT}
    seen: set[str] = set()
    for region in result:
        name = _control(region)
        if name in (interface.STROKE, interface.UNIT):
            page = _page(region, pages, seen)
            if name == interface.UNIT:
                parts.outlines[page.item].append(_outline(region, texts.pop(_id(region), None), page))
            else:
                parts.strokes[page.item].append(_strokes(region, page, (sent or {}).get(_id(region))))
        elif name in CHOICES:
            parts.choices[name] = _strings(_value(region), "choices", name)
        elif name != interface.TRANSCRIPT:
            parts.dropped[_foreign(name)] += 1
    parts.dropped["transcripts without a polygon"] += len(texts)
    parts.dropped = +parts.dropped
    return parts


def _control(region: Any) -> str:
    """Name of the control, or the type of what has none, such as a relation."""
    if not isinstance(region, Mapping):
        raise DataError(f"a region is {region!r} instead of an object")
    return str(region.get("from_name", region.get("type")))


def _id(region: Mapping[str, Any]) -> str:
    key = region.get("id")
    if not isinstance(key, str):
        raise DataError(f"a region of {_control(region)!r} has no id")
    return key


def _parent(region: Mapping[str, Any]) -> str | None:
    return str(region.get("parentID") or "") or None


def _foreign(name: str) -> str:
    return "smart prompts" if name in PROMPTS else f"{FOREIGN} of {name!r}"


def _page(region: Mapping[str, Any], pages: Sequence[Page], seen: set[str]) -> Page:
    """The frame that a region is on; its id is seen for the first time."""
    key, item = _id(region), region.get("item_index", 0 if len(pages) == 1 else None)
    if key in seen:
        raise DataError(f"region {key!r} occurs twice: remove one in the editor")
    seen.add(key)
    if item is None:
        raise DataError(f"region {key!r} does not say on which of {len(pages)} frames it is: it has no item_index")
    if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < len(pages):
        raise DataError(f"region {key!r} is on item {item!r} of a task of {len(pages)} frames, which count from 0")
    page = pages[item]
    size = region.get("original_width"), region.get("original_height")
    if size != (page.width, page.height):
        raise DataError(
            f"region {key!r} was drawn on a picture of {size[0]}x{size[1]} px, its frame has "
            f"{page.width}x{page.height}: serve the frames as they are stored"
        )
    if region.get("image_rotation", 0) != 0:
        raise DataError(f"region {key!r} was drawn on a picture turned by {region['image_rotation']}°: turn it back")
    return page


def _outline(region: Mapping[str, Any], transcript: Mapping[str, Any] | None, page: Page) -> Outline:
    key, value = region["id"], _value(region)
    level = _label(region, ("polygonlabels",), interface.LEVELS)
    points = value.get("points")
    if not (isinstance(points, list) and points and all(map(_is_point, points))):
        raise DataError(f"polygon {key!r} has no list of points in percent: {str(points)[:60]}")
    return Outline(
        id=key,
        parent=_parent(region),
        level=level,
        polygon=pixels([[float(v) for v in point] for point in points], page),
        text=None if transcript is None else " ".join(_strings(_value(transcript), "text", key)),
        effort=EFFORTS.get(str(region.get("origin"))),
    )


def _is_point(point: Any) -> bool:
    return (
        isinstance(point, list)
        and len(point) == 2
        and all(isinstance(v, int | float) and math.isfinite(v) for v in point)
    )


def _strokes(region: Mapping[str, Any], page: Page, sent: Mask | None) -> Strokes:
    key, value = region["id"], _value(region)
    if "touches" in value:
        raise DataError(f"mask {key!r} is a draft that holds brush movements and no pixels: submit it first")
    ignore = _label(region, STROKES, (interface.TEXT, interface.IGNORE)) == interface.IGNORE
    if sent is not None and value.get("imageDataURL") == bitmask.encode(masks.decode(sent)):
        mask = sent
    else:
        mask = masks.encode(_pixels(region, value, page))
    effort = EFFORTS.get(str(region.get("origin")))
    return Strokes(id=key, parent=_parent(region), ignore=ignore, mask=mask, effort=effort)


def _pixels(region: Mapping[str, Any], value: Mapping[str, Any], page: Page) -> Bool[np.ndarray, "h w"]:
    try:
        if region["type"] == "brushlabels":
            return brush.decode(value.get("rle"), page.height, page.width)
        return bitmask.decode(str(value.get("imageDataURL")), page.height, page.width)
    except DataError as error:
        raise DataError(f"region {region['id']!r} on item {page.item}: {error}") from error


def _label(region: Mapping[str, Any], kinds: Sequence[str], known: Sequence[Name]) -> Name:
    key, kind = region["id"], region.get("type")
    if kind not in kinds:
        raise DataError(f"region {key!r} is of type {kind!r} instead of {' or '.join(kinds)}: give it a label")
    labels = _strings(_value(region), str(kind), key)
    if len(labels) != 1 or labels[0] not in known:
        raise DataError(f"region {key!r} has the labels {labels} instead of one of {', '.join(known)}")
    return next(name for name in known if name == labels[0])


def _value(region: Mapping[str, Any]) -> Mapping[str, Any]:
    value = region.get("value")
    if not isinstance(value, Mapping):
        raise DataError(f"region {region.get('id')!r} has no value")
    return value


def _strings(value: Mapping[str, Any], name: str, key: str) -> list[str]:
    found = value.get(name)
    found = [found] if isinstance(found, str) else found
    if not (isinstance(found, list) and all(isinstance(one, str) for one in found)):
        raise DataError(f"{name} of {key!r} is {str(found)[:60]} instead of a list of strings")
    return found
