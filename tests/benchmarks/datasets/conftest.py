"""Small files in the layouts of foreign datasets."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.datasets import formats
from benchmarks.datasets.reader import Item, Loaded
from sts import jpeg, masks, scored
from sts.shards import Jpegs
from sts.types import Clip, Frame, TextInstance

HEIGHT, WIDTH = 24, 40


@pytest.fixture
def strokes() -> Any:
    """Two blobs of text, the left with a hole, not alike when turned or mirrored."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[4:14, 3:15] = True
    pixels[7:10, 6:11] = False
    pixels[12:20, 22:31] = True
    return pixels


def photo(path: Path, height: int = HEIGHT, width: int = WIDTH, **options: Any) -> bytes:
    """A smooth picture of a size, as the ending of its name says."""
    rows, columns = np.mgrid[:height, :width]
    pixels = np.stack([rows * 5 % 256, columns * 4 % 256, (rows + columns) * 2 % 256], axis=2).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, **options)
    return path.read_bytes()


def save(path: Path, pixels: Any, **options: Any) -> None:
    """An array as a picture: bool as 1 bit, uint8 as grey or colour."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels)).save(path, **options)


def white(strokes: Any) -> Any:
    """Strokes as 255 on 0."""
    return np.where(strokes, 255, 0).astype(np.uint8)


def palette(path: Path, values: Any) -> None:
    """Numbers as a palette PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(np.asarray(values, np.uint8))
    image.putpalette(np.random.default_rng(0).integers(0, 256, 768).astype(np.uint8).tobytes())
    image.save(path)


def write(path: Path, text: str | Mapping[str, Any] | Sequence[Any], encoding: str = "utf-8") -> None:
    """Text, or JSON of anything else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((text if isinstance(text, str) else json.dumps(text)).encode(encoding))


def read(root: Path, name: str) -> list[tuple[Item, Loaded]]:
    """All clips of a folder."""
    reader = formats.find(name)
    return [(item, reader.clip(root, item)) for item in reader.items(root)]


def with_bytes(root: Path, name: str) -> tuple[Clip, Jpegs]:
    """The one clip of a folder and the JPEG bytes that were kept."""
    ((_, loaded),) = read(root, name)
    assert isinstance(loaded, tuple)
    return loaded


def clips(root: Path, name: str) -> list[Clip]:
    """All clips of a folder, without pictures."""
    return [loaded[0] if isinstance(loaded, tuple) else loaded for _, loaded in read(root, name)]


def only(root: Path, name: str) -> Clip:
    """The clip of a folder that holds one."""
    (clip,) = clips(root, name)
    return clip


def union(clip: Clip, index: int = 0) -> Any:
    """All strokes that count, as the metrics see them."""
    return masks.decode(scored.strokes(clip.frames[index], clip.height, clip.width))


def region(clip: Clip, index: int = 0) -> Any:
    """What the metrics ignore."""
    found = scored.ignore_region(clip.frames[index], clip.height, clip.width)
    return np.zeros((clip.height, clip.width), np.bool_) if found is None else found


def words(frame: Frame, level: str = "word") -> list[TextInstance]:
    """Instances of a level that are not ignored."""
    return [one for one in frame.instances if one.level == level and not one.ignore]


def pixels(one: TextInstance) -> Any:
    """Strokes of an instance."""
    assert one.mask is not None
    return masks.decode(one.mask)


def box(left: int, top: int, right: int, bottom: int) -> list[int]:
    """Four corners as eight numbers."""
    return [left, top, right, top, right, bottom, left, bottom]


def decoded(data: bytes) -> Any:
    """RGB of a stored picture."""
    return jpeg.decode(data, "stored")
