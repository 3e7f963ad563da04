"""Any folder of pictures and masks with the same names.

    images/[SPLIT/]NAME.jpg   masks/[SPLIT/]NAME.png      or      NAME.jpg   NAME_mask.png

A mask of two values (0 and anything, 1 bit, or JPEG above 127) is one `text` instance. A palette PNG holds words by
number, 255 is ignored; one of 0 and 255 alone is a mask of two values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.datasets import labels, listing, pictures
from benchmarks.datasets.pictures import Source
from benchmarks.datasets.reader import UNSTATED, Item, Loaded, clip_id, part
from sts.types import Origin, TextInstance

PICTURE = r"(?P<key>.+)\.(jpe?g|png|bmp|gif|tiff?|webp)"
FOLDERS = {"picture": ("images?|jpegimages", PICTURE), "mask": ("masks?|labels?|annotations?", PICTURE)}
BESIDE = {
    "picture": ("", r"(?P<key>.+)(?<!_mask)\.(jpe?g|png|bmp|gif|tiff?|webp)"),
    "mask": ("", r"(?P<key>.+)_mask\.(jpe?g|png|bmp|gif|tiff?|webp)"),
}
VOID = 255
ORIGIN = Origin(kind="real", uri="folder", license=UNSTATED)


@dataclass(frozen=True, slots=True)
class Folder:
    """Names of clips are those of the files."""

    def items(self, root: Path) -> Iterator[Item]:
        """One a picture or mask."""
        roles = FOLDERS if listing.keyed(root, *FOLDERS["mask"]) else BESIDE
        return listing.joined(root, roles, ("picture", "mask"))

    def clip(self, root: Path, item: Item) -> Loaded:
        """Words by number, or one `text` instance."""
        instances, size = masked(part(root, item, "mask"))
        return labels.image(clip_id("", item), ORIGIN, instances, pictures.shown(root, item, size))


def masked(path: Source) -> tuple[list[TextInstance], pictures.Size]:
    """Instances of a mask and its height and width."""
    values = pictures.values(path) if pictures.is_palette(path) else np.zeros((0, 0), np.uint8)
    numbers = [number for number in np.unique(values).tolist() if number not in (0, VOID)]
    if not numbers:
        pixels = pictures.two_valued(path)
        return labels.whole(pixels), pixels.shape
    found = [one for number in numbers for one in labels.whole(values == number, number, "word")]
    return found + labels.ignored(values == VOID, "word", max(numbers) + 1), values.shape
