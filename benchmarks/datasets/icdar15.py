"""ICDAR 2015 incidental scene text and SCUT-EnsText: word polygons in text files, no stroke masks.

D. Karatzas et al., "ICDAR 2015 competition on robust reading", ICDAR 2015. C. Liu et al., "EraseNet: end-to-end text
removal in the wild", TIP 2020.

    ch4_training_images/img_1.jpg   ch4_training_localization_transcription_gt/gt_img_1.txt
    ch4_test_images/img_1.jpg   Challenge4_Test_Task1_GT/gt_img_1.txt
    {train,test}/all_images/1.jpg   {train,test}/all_gts/1.txt
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.datasets import labels, listing, pictures, texts
from benchmarks.datasets.labels import Word
from benchmarks.datasets.reader import Item, Loaded, clip_id, part
from sts.types import Origin

PICTURE = r"(?P<key>.+)\.(jpe?g|png)"
ICDAR_ROLES = {
    "picture": ("ch4_(training|test)_images|images?", PICTURE),
    "words": (
        "ch4_(training)_localization_transcription_gt|challenge4_(test)_task1_gt|gt|(train|val|test)",
        r"gt_(?P<key>.+)\.txt",
    ),
}
ICDAR_ORIGIN = Origin(kind="real", uri="https://rrc.cvc.uab.es/?ch=4", license="CC-BY-4.0")
SCUT_ROLES = {"picture": ("all_images", PICTURE), "words": ("all_gts", r"(?P<key>.+)\.txt")}
SCUT_ORIGIN = Origin(
    kind="real", uri="https://github.com/HCIILAB/SCUT-EnsText", license="LicenseRef-SCUT-EnsText-NonCommercial"
)


@dataclass(frozen=True, slots=True)
class Icdar15:
    """Words as quadrilaterals; `###` is not legible and ignored."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a picture."""
        return listing.joined(root, ICDAR_ROLES, ("picture",))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Words without strokes."""
        words = texts.words(part(root, item, "words"))
        found = pictures.shown(root, item, None)
        return labels.image(clip_id("icdar15-", item), ICDAR_ORIGIN, labels.strokes(None, words), found)


@dataclass(frozen=True, slots=True)
class ScutEnsText:
    """Words as polygons of the pictures with text; the pictures without text are not read."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a picture with text."""
        return listing.joined(root, SCUT_ROLES, ("picture",))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Words without strokes or transcripts."""
        path = part(root, item, "words")
        words = [_outlined(line, f"{path}:{n}") for n, line in enumerate(texts.lines(path), 1) if line.strip()]
        found = pictures.shown(root, item, None)
        return labels.image(clip_id("scutenstext-", item), SCUT_ORIGIN, labels.strokes(None, words), found)


def _outlined(line: str, where: str) -> Word:
    """Coordinates of any number of points; words after them are no part of the format."""
    fields = [field.strip() for field in line.replace("\t", ",").split(",")]
    numbers = list(itertools.takewhile(_is_number, fields))
    return Word(polygon=texts.polygon(numbers[: len(numbers) // 2 * 2], where))


def _is_number(field: str) -> bool:
    return field.lstrip("+-").replace(".", "", 1).isdecimal()
