"""Puts the frames of one clip together again that our exporters wrote as pictures on their own (HierText, TextSeg).

    frames.csv     picture, clip_id, index, time_s, fps, kind, uri, license: a row a picture, named without its ending

A set without this file, or with one that has other columns, is read picture by picture.
"""

import csv
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from benchmarks.datasets import pictures
from benchmarks.datasets.reader import Item, Loaded, UnusableError
from sts import config
from sts.errors import ConfigError, DataError
from sts.types import Clip, Frame, Origin, TextInstance

NAME = "frames.csv"
ROLE = "frames"
"""The part that this file plays in a clip"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A picture's place in its clip."""

    picture: str
    clip_id: str
    index: int
    time_s: float
    fps: Fraction
    kind: Literal["synth", "real"]
    uri: str
    license: str


COLUMNS = tuple(field.name for field in fields(Place))


def items(root: Path, images: Iterable[Item]) -> Iterator[Item]:
    """Those that the table does not name as they are, then clips in its order, one for all pictures of a `clip_id`."""
    places = _places(root)
    clips: dict[str, list[Item]] = defaultdict(list)
    for item in images:
        place = places.get(_picture(item.name))
        if place is None:
            yield item
        else:
            clips[place.clip_id].append(item)
    for name in (name for name in _lengths(root) if name in clips):
        ordered = sorted(clips[name], key=lambda one: places[_picture(one.name)].index)
        parts = {f"{one.name}/{role}": path for one in ordered for role, path in one.parts.items()}
        yield Item(name=quote(name, safe=""), parts=parts | {ROLE: NAME}, pictured=ordered[0].pictured)


def clip(root: Path, item: Item, read: Callable[[Path, Item], Loaded]) -> Loaded:
    """A clip of all its pictures, each as `read` reads it; what is no such clip is left to `read`.

    No frame knows the track ids of another, so each gets numbers of its own.
    """
    if ROLE not in item.parts:
        return read(root, item)
    images = _images(item)
    table = _places(root)
    places = [table[_picture(one.name)] for one in images]
    n_wanted = _lengths(root)[places[0].clip_id]
    if len(images) != n_wanted:
        raise UnusableError(
            "frames are missing", f"clip {places[0].clip_id} has {len(images)} of the {n_wanted} frames of {NAME}"
        )
    loaded = [read(root, one) for one in images]
    made = _clip(item, places, [one[0] if isinstance(one, tuple) else one for one in loaded])
    stored = tuple(data for one in loaded if isinstance(one, tuple) for data in one[1])
    return (made, stored) if stored else made


def _clip(item: Item, places: Sequence[Place], images: Sequence[Clip]) -> Clip:
    height, width = pictures.one_size(item, [(one.height, one.width) for one in images])
    return Clip(
        clip_id=places[0].clip_id,
        fps=places[0].fps,
        height=height,
        width=width,
        frames=tuple(_frames(places, images)),
        origin=Origin(kind=places[0].kind, uri=places[0].uri, license=places[0].license),
    )


def _frames(places: Sequence[Place], images: Sequence[Clip]) -> Iterator[Frame]:
    n_before = 0
    for place, image in zip(places, images, strict=True):
        found = image.frames[0].instances
        instances = tuple(_numbered(one, n_before) for one in found)
        yield Frame(index=place.index, time_s=place.time_s, instances=instances)
        n_before = max((one.track_id for one in instances), default=n_before)


def _numbered(one: TextInstance, n_before: int) -> TextInstance:
    parent = None if one.parent_id is None else one.parent_id + n_before
    return replace(one, track_id=one.track_id + n_before, parent_id=parent)


def _images(item: Item) -> list[Item]:
    """The items that `items` has put together, in order."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for key, path in item.parts.items():
        if key != ROLE:
            name, _, role = key.rpartition("/")
            parts[name][role] = path
    return [Item(name=name, parts=found, pictured=item.pictured) for name, found in parts.items()]


def _picture(name: str) -> str:
    """Name of an item without its split."""
    return name.rpartition("/")[2]


@lru_cache(maxsize=2)
def _lengths(root: Path) -> dict[str, int]:
    """Frames of each clip."""
    found: dict[str, int] = defaultdict(int)
    for place in _places(root).values():
        found[place.clip_id] += 1
    return found


@lru_cache(maxsize=2)
def _places(root: Path) -> dict[str, Place]:
    """By picture. DataError for a row that is not of this form."""
    path = root / NAME
    if not path.is_file():
        return {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if tuple(rows.fieldnames or ()) != COLUMNS:
                return {}
            return {row["picture"]: _place(row) for row in rows}
    except (OSError, csv.Error, ConfigError, TypeError, ValueError, ZeroDivisionError) as error:
        raise DataError(f"{path} is damaged ({error}): export the set again, or delete it to load pictures") from error


def _place(row: dict[str, str]) -> Place:
    numbers = {"index": int(row["index"]), "time_s": float(row["time_s"])}
    if not math.isfinite(numbers["time_s"]):
        raise ValueError(f"{row['picture']} has the time {row['time_s']}")
    return config.from_dict(Place, row | numbers, NAME)
