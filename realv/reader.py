"""Reads the frames of a part one at a time, each with the JPEG to store: the source's own bytes where they can be."""

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from PIL import Image

from realv.sources import Part, any_size, picture_size
from sts import jpeg, video
from sts.errors import DataError

log = logging.getLogger(__name__)

Picture = UInt8[np.ndarray, "h w 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A frame of a source."""

    index: int
    """In the source"""
    time_s: float
    """From the first frame of the source"""
    picture: Picture
    jpeg: bytes
    """To be stored"""
    kept: bool
    """These are the source's own bytes"""
    after_loss: bool
    """Frames before it could not be read"""


def stills(folder: Path, part: Part, largest: int) -> Iterator[Still]:
    """The frames of a part that can be read, in order. DataError for a video that cannot be opened any more."""
    return _of_video(folder, part) if part.source.kind == "video" else _of_pictures(folder, part, largest)


def _of_video(folder: Path, part: Part) -> Iterator[Still]:
    for one in video.decoded(folder / part.source.name, part.start, part.stop, part.step):
        yield Still(
            index=one.index,
            time_s=one.time_s,
            picture=one.picture,
            jpeg=one.jpeg or jpeg.encode(one.picture),
            kept=one.jpeg is not None,
            after_loss=one.after_loss,
        )


def _of_pictures(folder: Path, part: Part, largest: int) -> Iterator[Still]:
    first, lost = int(Path(part.source.files[0]).stem) if part.source.kind == "sequence" else 0, False
    for index, name in zip(range(part.start, part.stop, part.step), part.files, strict=True):
        path = folder / name
        try:
            picture, data = _read(path, largest)
        except DataError as error:
            log.warning("left out: %s", error)
            lost = True
            continue
        number = int(path.stem) - first if part.source.kind == "sequence" else 0
        yield Still(
            index=index,
            time_s=float(number / part.source.fps),
            picture=picture,
            jpeg=data or jpeg.encode(picture),
            kept=data is not None,
            after_loss=lost,
        )
        lost = False


def _read(path: Path, largest: int) -> tuple[Picture, bytes | None]:
    """The upright picture, and its bytes if they can be stored."""
    width, height = picture_size(path)
    if width * height > largest:
        raise DataError(f"{path} has {width}x{height} px; largest = {largest} px in the settings")
    data = path.read_bytes()
    try:
        with any_size(), Image.open(io.BytesIO(data)) as image:
            image.load()  # OpenCV gives half a picture for half a file
    except (OSError, SyntaxError, ValueError) as error:
        raise DataError(f"{path} is damaged ({error})") from error
    picture = jpeg.decode(data, str(path))
    return picture, jpeg.stored(data, picture.shape[0], picture.shape[1])
