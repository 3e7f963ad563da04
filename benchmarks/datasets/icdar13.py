"""ICDAR 2013 text segmentation: every character in a colour of its own on white, with a list of colours and characters.

D. Karatzas et al., "ICDAR 2013 robust reading competition", ICDAR 2013, challenge 2 task 2. Datumaro calls it
`icdar_text_segmentation`.

    Challenge2_{Training_Task12,Test_Task12}_Images/100.jpg   Challenge2_{Training,Test}_Task2_GT/100_GT.{bmp,txt}
    or SPLIT/images/100.png   SPLIT/100_GT.{bmp,txt}

A line of the list is `R G B centre_x centre_y x1 y1 x2 y2 "c"`, with `#` before it if it is not to be scored; an empty
line ends a word.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Int64

from benchmarks.datasets import labels, listing, pictures, texts
from benchmarks.datasets.reader import UNSTATED, Item, Loaded, clip_id, part
from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Origin, TextInstance

GT = r"challenge2_(training|test)_task2_gt|gt_text_segmentation|(train|val|test)"
ROLES = {
    "picture": (r"challenge2_(training|test)_task12_images|images?", r"(?P<key>.+)\.(jpe?g|png|bmp)"),
    "mask": (GT, r"(?P<key>.+)_GT\.(bmp|png)"),
    "words": (GT + "|gt_char_localization", r"(?P<key>.+)_GT\.txt"),
}
ORIGIN = Origin(kind="real", uri="https://rrc.cvc.uab.es/?ch=2", license=UNSTATED)
WHITE = 0xFFFFFF
LINE = re.compile(r"(?P<dont_care>#?)\s*(?P<numbers>(-?\d+\s+){9})(?P<text>.*)")

Colours = Int64[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True)
class Character:
    """One line of the list."""

    colour: int
    polygon: Polygon
    text: str
    scored: bool


@dataclass(frozen=True, slots=True)
class Icdar13Segmentation:
    """Words with the strokes of their characters; colours that are not in the list are ignored, as in TexRNet."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a picture or mask."""
        return listing.joined(root, ROLES, ("picture", "mask"))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Words and characters."""
        red, green, blue = np.moveaxis(pictures.colours(part(root, item, "mask")).astype(np.int64), 2, 0)
        colours = red << 16 | green << 8 | blue
        groups = list(_groups(part(root, item, "words")))
        found = pictures.shown(root, item, colours.shape)
        words = [word for word in ([one for one in group if one.scored] for group in groups) if word]
        instances = [_word(i, word, colours) for i, word in enumerate(words, 1)]
        for parent, word in enumerate(words, 1):
            instances += [_character(len(instances) + 1 + i, parent, one) for i, one in enumerate(word)]
        known = _in(colours, [one for word in words for one in word]) | (colours == WHITE)
        instances += labels.ignored(~known, "word" if words else "text", len(instances) + 1)
        return labels.image(clip_id("icdar13seg-", item), ORIGIN, instances, found)


def _groups(path: Path) -> Iterator[list[Character]]:
    """Characters word by word."""
    numbered = [(n, line.strip()) for n, line in enumerate(texts.lines(path), 1)]
    for filled, lines in groupby(numbered, lambda line: bool(line[1])):
        if filled:
            yield [_read(line, f"{path}:{n}") for n, line in lines]


def _read(line: str, where: str) -> Character:
    found = LINE.fullmatch(line)
    if found is None:
        raise texts.unreadable(where, f'{line!r} is not `R G B x y x1 y1 x2 y2 "c"`')
    red, green, blue, _, _, left, top, right, bottom = map(int, found["numbers"].split())
    outline = texts.polygon([left, top, right, top, right, bottom, left, bottom], where)
    text = found["text"].strip()
    quoted = len(text) >= 3 and text[0] == text[-1] == '"'
    return Character(
        colour=red << 16 | green << 8 | blue,
        polygon=outline,
        text=texts.normal(text[1:-1] if quoted else text),
        scored=not found["dont_care"],
    )


def _in(colours: Colours, characters: Sequence[Character]) -> Bool[np.ndarray, "h w"]:
    return np.isin(colours, [one.colour for one in characters])


def _word(track_id: int, word: Sequence[Character], colours: Colours) -> TextInstance:
    points = [point for one in word for point in one.polygon]
    return TextInstance(
        track_id=track_id,
        level="word",
        polygon=labels.corners(geometry.box(points)),
        source="human",
        mask=masks.encode(_in(colours, word)),
        text="".join(one.text for one in word),
    )


def _character(track_id: int, parent: int, one: Character) -> TextInstance:
    return TextInstance(
        track_id=track_id, parent_id=parent, level="char", polygon=one.polygon, source="human", text=one.text
    )
