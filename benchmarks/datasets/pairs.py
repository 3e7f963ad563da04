"""Datasets of a picture and a mask with values 0, 1 and 255: COCO_TS and MLT_S.

S. Bonechi et al., "COCO_TS Dataset", ICANN 2019; "Weak supervision for generating pixel-level annotations in scene text
segmentation", PRL 2020. In their labels 0 is background, 1 text and 255 uncertain, which is ignored here as in TexRNet;
Hi-SAM trains on everything above 0 instead.

    COCO_TS_labels/COCO_train2014_*.png   train2014/COCO_train2014_*.jpg
    MLT_S_labels/{training,validation}_labels/*.png   ch8_{training,validation}_images*/*.jpg
    ch8_{training,validation}_localization_transcription_gt_v2/gt_*.txt
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.datasets import labels, listing, pictures, texts
from benchmarks.datasets.labels import Word
from benchmarks.datasets.reader import UNSTATED, Item, Loaded, UnusableError, clip_id, part
from sts.types import Origin

TEXT, UNCERTAIN = 1, 255
PICTURE = r"(?P<key>.+)\.(jpe?g|png|gif)"
MASK = r"(?P<key>.+)\.png"
SCRIPTS = {
    "Arabic": "Arab",
    "Bangla": "Beng",
    "Chinese": "Hani",
    "Japanese": "Jpan",
    "Korean": "Kore",
    "Latin": "Latn",
    "Symbols": "Zsym",
}
"""Scripts of MLT in ISO 15924; Mixed and None have no code"""


COCOTS_ROLES = {
    "picture": ("train2014|(train|val|test)_images|images?", PICTURE),
    "mask": ("coco_ts_labels", MASK),
}
COCOTS_ORIGIN = Origin(kind="real", uri="https://simonebonechi.github.io/downloads/coco_ts", license=UNSTATED)
MLTS_ROLES = {
    "picture": (r"ch8_(training|validation)_images(?:_\d+)?", PICTURE),
    "mask": ("(training|validation)_labels", MASK),
    "words": ("ch8_(training|validation)_localization_transcription_gt(?:_v2)?", r"gt_(?P<key>.+)\.txt"),
}
MLTS_ORIGIN = Origin(kind="real", uri="https://simonebonechi.github.io/downloads/mlt_s", license=UNSTATED)


@dataclass(frozen=True, slots=True)
class CocoTs:
    """One `text` instance a picture, and regions to ignore."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a mask: most pictures of COCO have none."""
        return listing.joined(root, COCOTS_ROLES, ("mask",))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Strokes are 1, uncertain is 255."""
        return _image(root, item, clip_id("cocots-", item), COCOTS_ORIGIN, [])


@dataclass(frozen=True, slots=True)
class MltS:
    """Words of MLT 2017 with script and strokes; `###` is not legible, and only 255 is ignored, as in TexRNet."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a mask."""
        return listing.joined(root, MLTS_ROLES, ("mask",))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Strokes are 1, uncertain is 255."""
        words = _words(root / item.parts["words"]) if "words" in item.parts else []
        return _image(root, item, clip_id("mlts-", item), MLTS_ORIGIN, words)


def _image(root: Path, item: Item, name: str, origin: Origin, words: list[Word]) -> Loaded:
    path = part(root, item, "mask")
    values = pictures.values(path)
    unknown = sorted(set(np.unique(values).tolist()) - {0, TEXT, UNCERTAIN})
    if unknown:
        raise UnusableError("mask has unknown values", f"{path} has the values {unknown}; 0, 1 and 255 have a meaning")
    found = pictures.shown(root, item, values.shape)
    instances = labels.strokes(values == TEXT, words)
    instances += labels.ignored(values == UNCERTAIN, "word" if words else "text", len(instances) + 1)
    return labels.image(name, origin, instances, found)


def _words(path: Path) -> list[Word]:
    found = []
    for outline, rest in texts.quads(path, extra=1):
        script, text = (*rest, "", texts.ILLEGIBLE)[:2]
        known = text != texts.ILLEGIBLE
        read = texts.normal(text) if known else None
        found.append(Word(polygon=outline, text=read, script=SCRIPTS.get(script), legible=known))
    return found
