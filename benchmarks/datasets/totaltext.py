"""Total-Text: photos with curved words; official character masks as JPEG, word polygons as .mat or .txt.

C. K. Ch'ng, C. S. Chan, C. Liu, "Total-Text: toward orientation robustness in scene text detection", IJDAR 2020.

    Images/{Train,Test}/img1.jpg   groundtruth_pixel/{Train,Test}/img1.jpg
    Polygon/{Train,Test}/poly_gt_img1.{mat,txt}
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import labels, listing, matlab, pictures, texts
from benchmarks.datasets.labels import Word
from benchmarks.datasets.reader import Item, Loaded, clip_id, part
from sts.types import Origin

ROLES = {
    "picture": ("images?", r"(?P<key>.+)\.(jpe?g|png)"),
    "mask": ("groundtruth_pixel|masks?", r"(?P<key>.+)\.(jpe?g|png)"),
    "words": ("polygon", r"(poly_)?gt_(?P<key>.+)\.(mat|txt)"),
}
ORIGIN = Origin(
    kind="real", uri="https://github.com/cs-chan/Total-Text-Dataset", license="LicenseRef-TotalText-NonCommercial"
)
RECORD = re.compile(
    r"""x:\s*\[\[(?P<x>[^\]]*)\]\],\s*y:\s*\[\[(?P<y>[^\]]*)\]\],\s*ornt:\s*\[.*?\],\s*
    transcriptions:\s*\[u?(?P<text>'.*?'|".*?")\]\s*(?=x:|$)""",
    re.S | re.X,
)
COLUMNS = 6
"""`x:`, its numbers, `y:`, its numbers, text, orientation"""
UNREADABLE = "#"


@dataclass(frozen=True, slots=True)
class TotalText:
    """Strokes are above 127. A word marked `#` is not legible, but its strokes count, as in the papers' scores."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a picture or mask."""
        return listing.joined(root, ROLES, ("picture", "mask"))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Words with their strokes, or `text` where there are no polygons."""
        pixels = pictures.above_middle(part(root, item, "mask"))
        found = pictures.shown(root, item, pixels.shape)
        words = _words(root / item.parts["words"]) if "words" in item.parts else []
        return labels.image(clip_id("totaltext-", item), ORIGIN, labels.strokes(pixels, words), found)


def _words(path: Path) -> list[Word]:
    return _from_matlab(path) if path.suffix.lower() == ".mat" else _from_text(path)


def _from_text(path: Path) -> list[Word]:
    """Records of a .txt file; their numbers may run over several lines."""
    text = "\n".join(texts.lines(path))
    found = [
        _word(record["x"].split(), record["y"].split(), ast.literal_eval(record["text"]), path)
        for record in RECORD.finditer(text)
    ]
    if len(found) != len(re.findall(r"(?m)^\s*x:", text)):
        raise texts.unreadable(path, "its records are not `x: [[..]], y: [[..]], ornt: [..], transcriptions: [..]`")
    return found


def _from_matlab(path: Path) -> list[Word]:
    rows = next(
        (value for value in matlab.read(path).values() if isinstance(value, np.ndarray) and value.dtype.hasobject), None
    )
    if rows is None or rows.ndim != 2 or rows.shape[1] < COLUMNS - 1:
        raise texts.unreadable(path, "it has no table of `x:`, numbers, `y:`, numbers, text, orientation")
    return [_word(np.ravel(row[1]), np.ravel(row[3]), row[4], path) for row in rows]


def _word(x: Any, y: Any, text: Any, path: Path) -> Word:
    if len(x) != len(y):
        raise texts.unreadable(path, f"a word has {len(x)} x and {len(y)} y")
    outline = texts.polygon([value for point in zip(x, y, strict=True) for value in point], str(path))
    known = isinstance(text, str) and text != UNREADABLE
    return Word(polygon=outline, text=texts.normal(text) if known else None, legible=known)
