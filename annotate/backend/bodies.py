"""What Label Studio asks: the JSON of /predict as dataclasses. Percent of a picture become px here."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotate import convert
from annotate.convert import Window
from sts import geometry
from sts.errors import DataError
from sts.geometry import Box
from sts.types import Point

CLICK, DRAG, MASK = "keypointlabels", "rectanglelabels", "bitmasklabels"
CARRY = "carry"
"""Label of a click or a drag whose answer is wanted on all frames of the window"""
MOST_CLICKS = 64
"""On one thing"""
LARGEST = 1000
"""Percent of a picture that a number may say; a drag may leave the picture"""

Table = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A paged picture task."""

    name: str
    """Its number in Label Studio, for logs"""
    frames: tuple[str, ...]
    """URLs"""
    window: Window | None
    """None for a task that was not pushed from a clip"""
    regions: tuple[Table, ...]
    """What its editor shows, as far as it was saved: the newest draft, else annotation, else prediction"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What a person shows on one frame; the clicks on one thing come together, oldest first."""

    frame: int
    """Place in Task.frames"""
    height: int
    """px of the picture in the editor"""
    width: int
    points: tuple[Point, ...] = ()
    """px"""
    positive: tuple[bool, ...] = ()
    box: Box | None = None
    """px"""
    masks: tuple[str, ...] = ()
    """Data URLs of strokes as a person left them"""
    carry: bool = False
    """The answer is wanted on all frames of the window"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request."""

    tasks: tuple[Task, ...]
    hint: Hint | None
    """None where a task was opened or a batch is asked for"""


def parse(body: Any) -> Ask:
    """DataError for what is no request of Label Studio."""
    whole = _table(body, "the body")
    tasks = tuple(_task(one) for one in _list(whole.get("tasks"), "tasks"))
    context = _table(whole.get("params") or {}, "params").get("context")
    return Ask(tasks=tasks, hint=None if context is None else _hint(_table(context, "params.context")))


def _task(value: Any) -> Task:
    task = _table(value, "a task")
    data = _table(task.get("data"), "data of a task")
    frames = _list(data.get("frames", []), "data.frames")
    if not all(isinstance(one, str) for one in frames):
        raise DataError("data.frames must be URLs")
    return Task(
        name=str(task.get("id", "?"))[:20], frames=tuple(frames), window=_window(data), regions=tuple(_shown(task))
    )


def _window(data: Table) -> Window | None:
    try:
        return convert.window(data)
    except DataError:
        return None


def _shown(task: Table) -> Iterator[Table]:
    """Regions of the newest result; whatever else a task carries is not looked at."""
    for kind in ("drafts", "annotations", "predictions"):
        given = task.get(kind)
        results = [one["result"] for one in given if _has_result(one)] if isinstance(given, list) else []
        if results:
            yield from (region for region in results[-1] if isinstance(region, dict))
            return


def _has_result(one: Any) -> bool:
    return isinstance(one, dict) and isinstance(one.get("result"), list) and not one.get("was_cancelled")


def _hint(context: Table) -> Hint:
    """The newest region says on which frame; those on other frames were left behind."""
    results = [_table(one, "a region") for one in _list(context.get("result"), "params.context.result")]
    regions = [one for one in results if one.get("type") in (CLICK, DRAG, MASK)]
    if not regions:
        return Hint(frame=0, height=0, width=0)
    frame, (height, width) = _index(regions[-1]), _size(regions[-1])
    here = [one for one in regions if _index(one) == frame]
    clicks = [one for one in here if one["type"] == CLICK]
    if len(clicks) > MOST_CLICKS:
        raise DataError(f"{len(clicks)} clicks on one thing: accept its answer or begin anew after {MOST_CLICKS}")
    boxes = [_box(_value(one), height, width) for one in here if one["type"] == DRAG]
    return Hint(
        frame=frame,
        height=height,
        width=width,
        points=tuple(_point(_value(one), height, width) for one in clicks),
        positive=tuple(one.get("is_positive") is not False for one in clicks),
        box=boxes[-1] if boxes else None,
        masks=tuple(_url(_value(one)) for one in here if one["type"] == MASK),
        carry=any(_carries(one) for one in here),
    )


def _carries(region: Table) -> bool:
    labels = _value(region).get(region["type"])
    return region["type"] == MASK or (isinstance(labels, list) and CARRY in labels)


def _point(value: Table, height: int, width: int) -> Point:
    x, y = (min(max(_number(value, name), 0.0), 100.0) for name in ("x", "y"))
    return x / 100 * width, y / 100 * height


def _box(value: Table, height: int, width: int) -> Box:
    """Around a rectangle that may be turned about its first corner, inside the picture."""
    left, top, across, down = (_number(value, name) for name in ("x", "y", "width", "height"))
    turn = math.radians(_number(value, "rotation") if "rotation" in value else 0.0)
    left, across, top, down = left / 100 * width, across / 100 * width, top / 100 * height, down / 100 * height
    corners = [(0.0, 0.0), (across, 0.0), (across, down), (0.0, down)]
    x0, y0, x1, y1 = geometry.box(
        [(x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)) for x, y in corners]
    )
    return max(left + x0, 0.0), max(top + y0, 0.0), min(left + x1, float(width)), min(top + y1, float(height))


def _index(region: Table) -> int:
    index = region.get("item_index", 0)
    if type(index) is not int or index < 0:
        raise DataError(f"item_index is {index!r}: give the place of a frame, counted from 0")
    return index


def _size(region: Table) -> tuple[int, int]:
    height, width = region.get("original_height"), region.get("original_width")
    if not (isinstance(height, int) and isinstance(width, int) and height > 0 and width > 0):
        raise DataError(f"original_height and original_width are {height!r} and {width!r}: give px")
    return height, width


def _url(value: Table) -> str:
    url = value.get("imageDataURL")
    if not isinstance(url, str):
        raise DataError("a mask has no imageDataURL")
    return url


def _value(region: Table) -> Table:
    return _table(region.get("value"), "value of a region")


def _number(value: Table, name: str) -> float:
    number = value.get(name)
    if not isinstance(number, int | float) or not -LARGEST <= number <= LARGEST:
        raise DataError(f"{name} of a region is {number!r}: give percent of the picture")
    return float(number)


def _table(value: Any, what: str) -> Table:
    if not isinstance(value, dict):
        raise DataError(f"{what} must be an object, not {type(value).__name__}")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise DataError(f"{what} must be a list, not {type(value).__name__}")
    return value
