"""HierText: words in lines in paragraphs, and the stroke masks that Hi-SAM adds.

S. Long et al., "Towards end-to-end unified scene text detection and layout analysis", CVPR 2022; M. Ye et al.,
"Hi-SAM", TPAMI 2024. The file is one JSON object, although it is called .jsonl.

    gt/{train,validation,test}.jsonl[.gz]   {train,validation,test}/ID.jpg   {train,validation,test}_gt/ID.png
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.datasets import exported, labels, listing, pictures, texts
from benchmarks.datasets.labels import Word
from benchmarks.datasets.reader import Item, Loaded, clip_id, part
from sts.errors import DataError
from sts.types import Level, Origin, TextInstance

RECORDS = r"(?P<key>.+?)\.jsonl(\.gz)?"
FOLDERS = "(train|val|validation|test)"
ROLES = {
    "picture": (f"{FOLDERS}|images?", r"(?P<key>.+)\.(jpe?g|png)"),
    "mask": (f"{FOLDERS}_gt", r"(?P<key>.+)\.png"),
}
ORIGIN = Origin(kind="real", uri="https://github.com/google-research-datasets/hiertext", license="CC-BY-SA-4.0")
ANNOTATIONS = '"annotations"'
BETWEEN = re.compile(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class HierText:
    """Words that are not legible count in stroke scores, as in Hi-SAM, and are don't-care in the scores of HierText."""

    def items(self, root: Path) -> Iterator[Item]:
        """One an image of the records, in their order; of our exports one a clip."""
        return exported.items(root, _images(root))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Paragraphs, lines and words; words have strokes where the masks are there."""
        return exported.clip(root, item, _image)


def _images(root: Path) -> Iterator[Item]:
    found = {role: listing.keyed(root, *patterns) for role, patterns in ROLES.items()}
    files = listing.keyed(root, "", RECORDS) | listing.keyed(root, "gt|annotations", RECORDS)
    if not files:
        raise DataError(f"{root} has no gt/SPLIT.jsonl or .jsonl.gz: see docs/datasets.md, or give another --format")
    for split, file in files.items():
        for image_id in _index(root / file)[1]:
            name = f"{listing.SPLITS.get(split, split)}/{image_id}"
            parts = {role: by_key[name] for role, by_key in found.items() if name in by_key}
            yield Item(name=name, parts=parts | {"words": file}, pictured=bool(found["picture"]))


def _image(root: Path, item: Item) -> Loaded:
    path = part(root, item, "words")
    record = _record(path, item.name.partition("/")[2])
    with texts.reading(path):
        size = (int(record["image_height"]), int(record["image_width"])) if "image_height" in record else None
        found = pictures.shown(root, item, size)
        pixels = pictures.above_middle(root / item.parts["mask"]) if "mask" in item.parts else None
        if pixels is not None:
            wanted = found if isinstance(found, tuple) else (found.height, found.width)
            pictures.same_size(root / item.parts["mask"], pixels.shape, wanted)
        instances = _instances(record["paragraphs"], pixels, str(path))
    return labels.image(clip_id("hiertext-", item), ORIGIN, instances, found)


@lru_cache(maxsize=2)
def _index(path: Path) -> tuple[str, Mapping[str, tuple[int, int]]]:
    """The text of a file and where the record of each image begins and ends: they are parsed one at a time."""
    text = _text(path)
    decoder, places = json.JSONDecoder(parse_constant=texts.no_number), dict[str, tuple[int, int]]()
    try:
        at = text.index("[", text.index(ANNOTATIONS)) + 1
        while text[at := _next(text, at)] != "]":
            record, end = decoder.raw_decode(text, at)
            places[str(record["image_id"])] = (at, end)
            at = end
    except (ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{path} is no HierText JSON with `annotations` and `image_id`: {error}") from error
    return text, places


def _record(path: Path, image_id: str) -> dict[str, Any]:
    text, places = _index(path)
    begin, end = places[image_id]
    record: dict[str, Any] = json.loads(text[begin:end])
    return record


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if path.suffix.lower() == ".gz" else data).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise DataError(f"cannot read {path}: {error}") from error


def _next(text: str, at: int) -> int:
    found = BETWEEN.match(text, at)
    return found.end() if found else at


def _instances(paragraphs: list[dict[str, Any]], pixels: pictures.Pixels | None, where: str) -> list[TextInstance]:
    """Words 1..n, then lines and paragraphs, each naming the one round it."""
    lines = [(p, line) for p, paragraph in enumerate(paragraphs) for line in paragraph["lines"]]
    words = [(n, word) for n, (_, line) in enumerate(lines) for word in line["words"]]
    instances = labels.strokes(pixels, [_word(word, where) for _, word in words])
    line_id = len(instances) + 1
    paragraph_id = line_id + len(lines)
    for i, (n, _) in enumerate(words):
        instances[i] = replace(instances[i], parent_id=line_id + n)
    instances += [_region(line_id + n, "line", paragraph_id + p, line, where) for n, (p, line) in enumerate(lines)]
    instances += [_region(paragraph_id + p, "paragraph", None, one, where) for p, one in enumerate(paragraphs)]
    return instances


def _word(entry: dict[str, Any], where: str) -> Word:
    legible = bool(entry.get("legible", True))
    outline = texts.polygon([value for point in entry["vertices"] for value in point], where)
    return Word(polygon=outline, text=_read(entry, legible), legible=legible)


def _region(track_id: int, level: Level, parent: int | None, entry: dict[str, Any], where: str) -> TextInstance:
    word = _word(entry, where)
    return TextInstance(
        track_id=track_id,
        parent_id=parent,
        level=level,
        polygon=word.polygon,
        source="human",
        text=word.text,
        legible=word.legible,
    )


def _read(entry: dict[str, Any], legible: bool) -> str | None:
    text = entry.get("text")
    return texts.normal(text) if legible and isinstance(text, str) and text else None
