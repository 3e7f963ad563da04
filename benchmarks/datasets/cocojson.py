"""What COCO and YouTube-VIS JSON have in common: tables, picture files, licences, one annotation as a text instance."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from benchmarks.datasets import labels, listing, pictures, rle, texts
from benchmarks.datasets.pictures import Size
from benchmarks.datasets.reader import UNSTATED, Item, part
from sts import masks
from sts.errors import DataError
from sts.geometry import Box, Polygon
from sts.types import Level, Origin, TextInstance

CREATIVE_COMMONS = re.compile(r"creativecommons\.org/licenses/(?P<kind>[a-z-]+)/(?P<version>\d\.\d)")
SPDX = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A parsed file."""

    path: Path
    rows: tuple[dict[str, Any], ...]
    """Images or videos"""
    annotations: Mapping[Any, Sequence[dict[str, Any]]]
    """By id of their image or video"""
    categories: Mapping[Any, str]
    licenses: Mapping[Any, str]


def tables(root: Path, member: str) -> Iterator[Table]:
    """Every JSON file below a folder that has `member` and `annotations`. DataError if there is none."""
    paths = [root / path for path in listing.listing(root) if path.suffix.lower() == ".json"]
    found = [path for path in paths if {member, "annotations"} <= _members(path)]
    if not found:
        raise DataError(f"{root} has no JSON with `{member}` and `annotations`: see docs/datasets.md")
    return (table(path, member) for path in found)


@lru_cache(maxsize=2)
def table(path: Path, member: str) -> Table:
    """DataError for a file that is not of this form."""
    data = _parsed(path)
    owner = member.removesuffix("s") + "_id"
    by_owner = defaultdict(list)
    try:
        for one in data["annotations"]:
            by_owner[one[owner]].append(one)
        rows = tuple(data[member])
        missing = set(by_owner) - {row["id"] for row in rows}
        categories = {one["id"]: str(one["name"]) for one in data.get("categories", ())}
        licenses = {one["id"]: _spdx(one) for one in data.get("licenses", ())}
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path} has no usable `{member}` and `annotations`: {error!r}") from error
    if missing:
        raise DataError(
            f"{path} has annotations of {len(missing)} {member} that it does not list, such as {min(map(str, missing))}"
        )
    return Table(path=path, rows=rows, annotations=by_owner, categories=categories, licenses=licenses)


class Files:
    """Finds the picture that a JSON file names, wherever it lies below the folder."""

    def __init__(self, root: Path) -> None:
        found = [path for path in listing.listing(root) if path.suffix.lower() in listing.PICTURES]
        self.root = root
        self.pictured = bool(found)
        self._by_name = defaultdict(list)
        for path in found:
            self._by_name[path.name].append(path)

    def find(self, name: object, where: Path) -> str | None:
        """The file whose path ends with `name`, or None. DataError for two, and for a path that leads out."""
        wanted = listing.inside(self.root, name, str(where))
        parts = tuple(wanted.split("/"))
        found = [str(path) for path in self._by_name[parts[-1]] if path.parts[-len(parts) :] == parts]
        if len(found) > 1:
            raise DataError(
                f"{where} names {wanted}, which {self.root} has {len(found)} times: {found[0]} and {found[1]}"
            )
        return found[0] if found else None


def stored(root: Path, item: Item, n: int, size: Size) -> tuple[bytes, ...] | None:
    """The pictures of a clip as JPEG, None in a dataset without. UnusableError if one is missing or of another size."""
    if not item.pictured:
        return None
    return tuple(pictures.picture(part(root, item, f"picture/{i}"), size).data for i in range(n))


def size(row: Mapping[str, Any], where: Path) -> Size:
    """Height and width that an image or video says it has."""
    found = tuple(row.get(name) for name in ("height", "width"))
    if not all(isinstance(value, int) and value > 0 for value in found):
        raise texts.unreadable(where, f"{row.get('id')} has height and width {found}")
    return int(found[0] or 0), int(found[1] or 0)


def number(value: Any, where: Path) -> float:
    """A finite number."""
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise texts.unreadable(where, f"{value!r} is no number")
    return float(value)


def pace(times: Sequence[float], otherwise: int) -> Fraction:
    """Frames a second of these times; `otherwise` for a single one."""
    if len(times) < 2 or times[-1] <= times[0]:
        return Fraction(otherwise)
    return Fraction((len(times) - 1) / (times[-1] - times[0])).limit_denominator(1001)


def origin(table: Table, row: Mapping[str, Any], uri: str) -> Origin:
    """Licence of an image as the file says it."""
    return Origin(kind="real", uri=uri, license=table.licenses.get(row.get("license"), UNSTATED))


def instances(
    table: Table, found: Sequence[tuple[dict[str, Any], Any, Mapping[str, Any]]], size: Size
) -> tuple[TextInstance, ...]:
    """Annotations with their segmentation on one frame and what else is said of that frame; null is not seen."""
    done: list[TextInstance] = []
    free = max((int(one["track_id"]) for one, _, _ in found if "track_id" in one), default=0) + 1
    for one, segmentation, said in found:
        if segmentation is not None:
            made = _instance(table, {**one, **said}, segmentation, size, free)
            free = max(free, *(each.track_id + 1 for each in made), free) if made else free
            done += made
    return tuple(done)


def _instance(table: Table, one: Mapping[str, Any], segmentation: Any, size: Size, free: int) -> list[TextInstance]:
    name = table.categories.get(one.get("category_id"), "word")
    level: Level = next((known for known in get_args(Level) if known == name), "word")
    mask = rle.mask(segmentation, *size, f"{table.path}: annotation {one.get('id')}")
    box = masks.box(mask)
    if box is None:
        return []
    crowd = bool(one.get("ignored", one.get("iscrowd", False)))
    if crowd and "polygon" not in one and "track_id" not in one:
        return labels.ignored(masks.decode(mask), level, free)
    outline = _outline(one, segmentation, box, str(table.path))
    drawn = level not in ("word", "text") or ("polygon" in one and isinstance(segmentation, list))
    text = one.get("text")
    return [
        TextInstance(
            track_id=int(one.get("track_id", free)),
            parent_id=one.get("parent_id"),
            level=level,
            polygon=outline,
            source="human",
            mask=None if drawn else mask,
            text=texts.normal(text) if isinstance(text, str) else None,
            script=one.get("script"),
            legible=one.get("legible") is not False,
            ignore=crowd,
            score=one.get("score"),
        )
    ]


def _outline(one: Mapping[str, Any], segmentation: Any, box: Box, where: str) -> Polygon:
    """Its own polygon, or the only one of its segmentation, or the box of its pixels."""
    if one.get("polygon"):
        return texts.polygon(one["polygon"], where)
    if isinstance(segmentation, list) and len(segmentation) == 1:
        return texts.polygon(segmentation[0], where)
    return labels.corners(box)


def _spdx(terms: Mapping[str, Any]) -> str:
    known = CREATIVE_COMMONS.search(str(terms.get("url", "")))
    if known:
        return f"CC-{known['kind'].upper()}-{known['version']}"
    name = str(terms.get("name", ""))
    return name if SPDX.fullmatch(name) else UNSTATED


def _members(path: Path) -> set[str]:
    data = _parsed(path)
    return {name for name, value in data.items() if isinstance(value, list)} if isinstance(data, dict) else set()


@lru_cache(maxsize=1)
def _parsed(path: Path) -> Any:
    """Kept for the step from looking whether a file is of the layout to reading it."""
    return texts.json_file(path)
