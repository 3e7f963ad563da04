"""What the formats have in common: names of clips and frames, text that can be seen, corners, pixels."""

import contextlib
import csv
import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import UInt8
from PIL import Image

from benchmarks.datasets import exported
from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Clip, Frame, Mask, TextInstance

Pair = tuple[Clip, tuple[bytes, ...]]
"""A clip's labels and its stored pictures, one a frame"""
Labels = UInt8[np.ndarray, "h w"]

SLACK = 1.0
"""px that straight text may stick out of the quadrilateral of its corners"""


def clip_name(clip_id: str) -> str:
    """A name for files: all but letters, digits, _ and - as %XX of UTF-8, so that it holds no dot and no slash."""
    return re.sub(r"[^A-Za-z0-9_-]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), clip_id)


def frame_name(frame: Frame) -> str:
    """Five digits."""
    return f"{frame.index:05d}"


def image_name(clip: Clip, frame: Frame) -> str:
    """For formats that know no clips."""
    return f"{clip_name(clip.clip_id)}-{frame_name(frame)}"


@contextlib.contextmanager
def places(out: Path) -> Iterator[Callable[[Clip, Frame], None]]:
    """frames.csv, for formats that know no clips: called for every picture, so that our readers find its place."""
    with (out / exported.NAME).open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(exported.COLUMNS)

        def note(clip: Clip, frame: Frame) -> None:
            origin = clip.origin
            where = (clip.clip_id, frame.index, frame.time_s, clip.fps, origin.kind, origin.uri, origin.license)
            table.writerow((image_name(clip, frame), *where))

        yield note


def labelled(pair: Pair) -> Iterator[tuple[Frame, bytes]]:
    """Frames in which somebody looked for text, with their pictures; the others would read as frames without text."""
    clip, pictures = pair
    return ((frame, data) for frame, data in zip(clip.frames, pictures, strict=True) if frame.labelled)


def batches(clips: Iterable[Pair], size: int) -> Iterator[Iterator[Pair]]:
    """Groups of clips for one file each, read one clip at a time; use up a group before the next."""
    rest = iter(clips)
    for first in rest:
        yield itertools.chain([first], itertools.islice(rest, size - 1))


def save(path: Path, data: bytes) -> None:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def words(frame: Frame) -> tuple[TextInstance, ...]:
    """Words, and strokes not cut into words, of which something can be seen; without a mask nobody can tell."""
    bearers = (one for one in frame.instances if one.level in ("word", "text"))
    return tuple(one for one in bearers if one.mask is None or masks.area(one.mask))


def regions(frame: Frame) -> tuple[TextInstance, ...]:
    """Lines and paragraphs around words that can be seen, and those that have no words at all."""
    parents = {one.track_id: one.parent_id for one in frame.instances}
    every = {above for one in frame.instances if one.level == "word" for above in _above(one, parents)}
    seen = {above for one in words(frame) for above in _above(one, parents)}
    around = (one for one in frame.instances if one.level in ("line", "paragraph"))
    return tuple(one for one in around if one.track_id in seen or one.track_id not in every)


def strokes(frame: Frame) -> tuple[Mask, ...]:
    """Masks of all text that counts."""
    return tuple(one.mask for one in words(frame) if one.mask is not None and not one.ignore)


def paint(pixels: Labels, mask: Mask, value: int) -> None:
    """Give the foreground of a mask a value; `pixels` is in Fortran order, as the runs are."""
    flat = pixels.T.reshape(-1)
    edges = np.cumsum(mask.counts).tolist()
    for start, end in zip(edges[0::2], edges[1::2], strict=False):
        flat[start:end] = value


def blank(clip: Clip) -> Labels:
    """Zeros in Fortran order, to paint on."""
    return np.zeros((clip.height, clip.width), np.uint8, order="F")


def stroke_png(clip: Clip, frame: Frame) -> bytes:
    """A grey PNG: 255 on the strokes of all text that counts, else 0."""
    pixels = blank(clip)
    for mask in strokes(frame):
        paint(pixels, mask, 255)
    return png(pixels)


def png(pixels: Labels, palette: bytes | None = None) -> bytes:
    """A grey PNG, or one of mode P where a palette is given."""
    image = Image.fromarray(np.ascontiguousarray(pixels))
    if palette is not None:
        image.putpalette(palette)
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()


def quad(polygon: Polygon) -> Polygon:
    """Four corners in reading order: those of the text, or where it is curved the smallest rectangle around it."""
    half = len(polygon) // 2
    corners = (polygon[0], polygon[half - 1], polygon[half], polygon[-1]) if len(polygon) >= 4 else polygon
    points = np.asarray(polygon, np.float64)
    if len(corners) == 4 and geometry.area(corners) and geometry.contains(corners, points, SLACK).all():
        return corners
    rectangle = cv2.boxPoints(cv2.minAreaRect(points.astype(np.float32))).astype(np.float64)
    around = geometry.clockwise(geometry.rounded(rectangle))
    return min(_turned(around), key=lambda turned: _distance(turned, corners))


def _above(one: TextInstance, parents: dict[int, int | None]) -> Iterator[int]:
    """Ids of what a piece of text lies in."""
    seen = {one.track_id}
    parent = one.parent_id
    while parent is not None and parent not in seen:
        yield parent
        seen.add(parent)
        parent = parents.get(parent)


def _turned(corners: Polygon) -> Iterable[Polygon]:
    return ((*corners[i:], *corners[:i]) for i in range(len(corners)))


def _distance(a: Polygon, b: Polygon) -> float:
    return sum(np.hypot(ax - bx, ay - by) for (ax, ay), (bx, by) in zip(a, b, strict=False))
