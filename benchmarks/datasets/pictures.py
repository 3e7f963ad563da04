"""Reads pictures and masks as they are published: kept JPEG bytes, raw mask values, sizes that fit.

A baseline JPEG is stored byte for byte. Everything else (PNG, progressive or CMYK JPEG, one that a viewer would turn)
is decoded and stored as JPEG of quality 95: 16 bits become 8, alpha is dropped. An EXIF orientation is not applied, as
in the readers of the reference code, except where the labels have the size of the turned picture.
"""

import contextlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, UInt8
from PIL import Image, UnidentifiedImageError

from benchmarks.datasets.reader import Item, UnusableError, part
from sts import jpeg

Values = UInt8[np.ndarray, "h w"]
Pixels = Bool[np.ndarray, "h w"]
Size = tuple[int, int]
"""Height and width, px"""

TURN = {
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to make pictures upright whose sides change places"""
MIDDLE = 127
"""Masks with greys (JPEG, smoothed edges): text is above it, as in the code of Total-Text, TexRNet and Hi-SAM"""


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes that stand for a file, such as a cell of a table."""

    data: bytes
    name: str

    def read_bytes(self) -> bytes:
        """As of a path."""
        return self.data

    def is_file(self) -> bool:
        """As of a path."""
        return True

    def __str__(self) -> str:
        return self.name


Source = Path | Blob


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture as it will be stored."""

    data: bytes
    """JPEG"""
    height: int
    width: int
    kept: bool
    """Whether these are the bytes of the file"""


def picture(path: Source, labels: Size | None = None) -> Picture:
    """UnusableError where there is none, it is damaged, or it has another size than its labels."""
    with _opened(path, "picture") as image:
        stored = (image.height, image.width)
        turned = image.getexif().get(jpeg.ORIENTATION, 1)
        if labels == stored[::-1] != stored and turned in TURN:
            return _encoded(np.asarray(image.convert("RGB").transpose(TURN[turned])))
        if labels is not None and labels != stored:
            raise _other_size(path, stored, labels)
        if jpeg.plain(image):
            return Picture(data=path.read_bytes(), height=stored[0], width=stored[1], kept=True)
    return _encoded(_decoded(path))


def values(path: Source) -> Values:
    """Mask values as stored: grey levels, or the indices of a palette; 1 bit is 0 and 255.

    UnusableError for a mask with alpha or more than 8 bits; coloured greys are taken as grey.
    """
    with _opened(path, "mask") as image:
        if image.mode == "1":
            return np.asarray(image.convert("L"))
        if image.mode in ("L", "P"):
            return np.asarray(image)
        if image.mode == "RGB":
            return _grey(path, np.asarray(image))
        raise UnusableError(
            "mask of an unknown kind", f"{path} has mode {image.mode}: save masks as 8-bit grey, palette or 1 bit"
        )


def colours(path: Source) -> UInt8[np.ndarray, "h w 3"]:
    """The colours of a mask in which every colour is an instance."""
    with _opened(path, "mask") as image:
        return np.asarray(image.convert("RGB"))


def is_palette(path: Source) -> bool:
    """Whether the values of a mask are numbers of instances."""
    with _opened(path, "mask") as image:
        return image.mode == "P"


def is_jpeg(path: Source) -> bool:
    """Whether greys in a mask come from compression."""
    with _opened(path, "mask") as image:
        return image.format == "JPEG"


def above_middle(path: Source) -> Pixels:
    """Text of a mask with greys: above 127; a mask of 0 and 1 alone is 1 bit. UnusableError if all text would go."""
    found = values(path)
    highest = int(found.max(initial=0))
    if 1 < highest <= MIDDLE:
        raise UnusableError(
            "mask below the threshold",
            f"{path} has values up to {highest}; text is what is above {MIDDLE}: not a mask?",
        )
    return np.asarray(found > (0 if highest == 1 else MIDDLE))


def two_valued(path: Source) -> Pixels:
    """Text of a mask of two values: not 0. UnusableError for more values, unless they come from JPEG."""
    if is_jpeg(path):
        return above_middle(path)
    found = values(path)
    levels = np.unique(found)
    if len(levels) > 2 or (len(levels) == 2 and levels[0] != 0):
        raise UnusableError(
            "mask is not binary",
            f"{path} has {len(levels)} values ({levels[0]} to {levels[-1]}): save 0 and 255, or words as palette PNG",
        )
    return np.asarray(found > 0)


def shown(root: Path, item: Item, labels: Size | None) -> Picture | Size:
    """The picture of a clip, or the size of its labels in a dataset without pictures."""
    if labels is not None and not item.pictured:
        return labels
    return picture(part(root, item, "picture"), labels)


def same_size(path: Source, found: Size, wanted: Size) -> None:
    """UnusableError for a mask of another size than the picture."""
    if found != wanted:
        raise _other_size(path, found, wanted)


def one_size(item: Item, sizes: Sequence[Size]) -> Size:
    """The size of all pictures and masks of a clip. UnusableError for more than one."""
    if len(set(sizes)) != 1:
        raise UnusableError(
            "sizes differ", f"clip {item.name} has pictures and masks of {sorted(set(sizes))} (height, width)"
        )
    return sizes[0]


def _other_size(path: Source, found: Size, wanted: Size) -> UnusableError:
    return UnusableError(
        "sizes differ",
        f"{path} is {found[1]}x{found[0]} px, what belongs to it {wanted[1]}x{wanted[0]} px: not scaled, left out",
    )


@contextlib.contextmanager
def _opened(path: Source, what: str) -> Iterator[Image.Image]:
    """A picture whose every byte was read."""
    if not path.is_file():
        raise UnusableError(f"no {what}", f"there is no {what} {path}")
    try:
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            image.load()
            yield image
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError) as error:
        why = f"{error}".partition("\n")[0]
        raise UnusableError(f"damaged {what}", f"{path} is damaged or no picture ({why})") from error


def _decoded(path: Source) -> UInt8[np.ndarray, "h w 3"]:
    """RGB of any picture, 16 bits by their upper 8."""
    how = cv2.IMREAD_COLOR_RGB | cv2.IMREAD_IGNORE_ORIENTATION
    pixels = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), how)
    if pixels is None:
        with _opened(path, "picture") as image:
            return np.asarray(image.convert("RGB"))
    return np.asarray(pixels, np.uint8)


def _encoded(pixels: UInt8[np.ndarray, "h w 3"]) -> Picture:
    height, width = pixels.shape[:2]
    return Picture(data=jpeg.encode(np.ascontiguousarray(pixels)), height=height, width=width, kept=False)


def _grey(path: Source, pixels: UInt8[np.ndarray, "h w 3"]) -> Values:
    """One channel of a picture whose channels are alike (up to what JPEG does to them)."""
    low, high = pixels.min(axis=2), pixels.max(axis=2)
    if int((high - low).max(initial=0)) > 16:
        raise UnusableError("mask in colour", f"{path} has colours; a mask is grey, 1 bit or a palette PNG")
    return np.asarray(pixels[..., 1])
