"""TextSeg and BTS: masks with effects and regions to ignore, quadrilaterals and transcripts of words and characters.

X. Xu et al., "Rethinking text segmentation: a novel dataset and a text-specific refinement approach", CVPR 2021.
X. Xu et al., "BTS: a bi-lingual benchmark for text segmentation in the wild", CVPR 2022.

    image/ID.jpg   semantic_label/ID_maskfg.png   annotation/ID_anno.json (in BTS: bpoly_label/)
    or as Hi-SAM orders it: {train,val,test}_images/ID.jpg   {train,val,test}_gt/ID.png
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import exported, labels, listing, pictures, texts
from benchmarks.datasets.labels import Word
from benchmarks.datasets.reader import Item, Loaded, UnusableError, clip_id, part
from sts.errors import DataError
from sts.geometry import Polygon
from sts.types import Level, Origin, TextInstance

ROLES = {
    "picture": ("images?|(train|val|test)_images", r"(?P<key>.+)\.(jpe?g|png)"),
    "mask": ("semantic_label|(train|val|test)_gt", r"(?P<key>.+?)(_maskfg)?\.png"),
    "words": ("annotation|bpoly_label", r"(?P<key>.+)_anno\.json"),
}
BACKGROUND, TEXT, EFFECT, IGNORE = 0, 100, 200, 255
NOTHING = ("#", "")
"""Transcripts of what cannot be read"""
TEXTSEG_ORIGIN = Origin(
    kind="real",
    uri="https://github.com/SHI-Labs/Rethinking-Text-Segmentation",
    license="LicenseRef-TextSeg-Academic",
)
BTS_ORIGIN = Origin(kind="real", uri="https://github.com/TencentARC/BTS", license="LicenseRef-BTS-NonCommercial")


@dataclass(frozen=True, slots=True)
class TextSeg:
    """100 is text, 200 its effect, 255 is ignored."""

    prefix: str = "textseg-"
    origin: Origin = TEXTSEG_ORIGIN

    def items(self, root: Path) -> Iterator[Item]:
        """One a picture or mask; of our exports one a clip."""
        return exported.items(root, listing.joined(root, ROLES, ("picture", "mask")))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Words with strokes and effects, characters as polygons."""
        return exported.clip(root, item, self._image)

    def _image(self, root: Path, item: Item) -> Loaded:
        values = self.values(part(root, item, "mask"))
        found = pictures.shown(root, item, values.shape)
        words = _annotated(root / item.parts["words"]) if "words" in item.parts else []
        effects = values == EFFECT
        instances = labels.strokes(values == TEXT, [word for word, _ in words], effects if effects.any() else None)
        instances += labels.ignored(values == IGNORE, "word" if words else "text", len(instances) + 1)
        for parent, (_, characters) in enumerate(words, 1):
            instances += _outlines(characters, "char", parent, len(instances) + 1)
        return labels.image(clip_id(self.prefix, item), self.origin, instances, found)

    def values(self, path: Path) -> pictures.Values:
        """The mask. UnusableError for values without a meaning."""
        values = pictures.values(path)
        unknown = sorted(set(np.unique(values).tolist()) - {BACKGROUND, TEXT, EFFECT, IGNORE})
        if unknown:
            raise UnusableError(
                "mask has unknown values", f"{path} has the values {unknown[:5]}; 0, 100, 200, 255 have a meaning"
            )
        return values


@dataclass(frozen=True, slots=True)
class Bts(TextSeg):
    """As TextSeg; a mask of 0 and 255 alone has no region to ignore but text in white."""

    prefix: str = "bts-"
    origin: Origin = BTS_ORIGIN

    def values(self, path: Path) -> pictures.Values:
        """The mask in the values of TextSeg."""
        values = pictures.values(path)
        if set(np.unique(values).tolist()) <= {0, 1} or set(np.unique(values).tolist()) <= {0, 255}:
            return np.where(values > 0, TEXT, BACKGROUND).astype(np.uint8)
        return TextSeg.values(self, path)


def _annotated(path: Path) -> list[tuple[Word, list[Word]]]:
    """Words with their characters: {"0": {"text", "bbox", "char": {"0": {"text", "bbox", "mask_value"}}}}."""
    try:
        table = texts.json_file(path)
    except DataError as error:
        raise texts.unreadable(path, f"{error}") from error
    return [
        (_word(entry, path), [_word(one, path) for one in _entries(entry.get("char", {}), path)])
        for entry in _entries(table, path)
    ]


def _entries(table: Any, path: Path) -> list[dict[str, Any]]:
    rows = list(table.values()) if isinstance(table, dict) else table
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise texts.unreadable(path, "its words are no table")
    return rows


def _word(entry: dict[str, Any], path: Path) -> Word:
    text = entry.get("text")
    known = isinstance(text, str) and text not in NOTHING
    return Word(
        polygon=_outline(entry.get("bbox"), path), text=texts.normal(str(text)) if known else None, legible=known
    )


def _outline(numbers: Any, path: Path) -> Polygon:
    """Four corners as eight numbers or four pairs."""
    flat = np.ravel(np.asarray(numbers, object)).tolist() if isinstance(numbers, list) else []
    return texts.polygon(flat, str(path))


def _outlines(words: list[Word], level: Level, parent: int, first: int) -> list[TextInstance]:
    return [
        TextInstance(
            track_id=first + i,
            parent_id=parent,
            level=level,
            polygon=word.polygon,
            source="human",
            text=word.text,
            legible=word.legible,
        )
        for i, word in enumerate(words)
    ]
