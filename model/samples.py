"""One sample from its clip: pictures and truth of some frames as the network sees them."""

import contextlib
import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import torch
from jaxtyping import Bool, Int64, UInt8

from model import augment, looks, regions
from model.augment import AugmentConfig
from model.frames import put
from model.geometry import View, both, letterboxed, seen
from model.protocols import Wish
from model.regions import Layout, Regions
from model.truth import COLUMNS, INSTANCES, SIZE, Truth
from model.windows import Entry
from sts import jpeg, layers, shards
from sts.errors import DataError
from sts.protocols import RngFor
from sts.tables import SOFT
from sts.types import Point

Places = Int64[np.ndarray, " t"]
"""Numbers of the frames of a sample in its clip"""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Of mallopt(3)"""
LARGEST_ON_HEAP = 32 << 20
"""bytes; glibc takes no more"""
KEPT = 512 << 20
"""bytes of free memory that a process keeps at most"""
NOTHING = Wish()
Rgb = UInt8[np.ndarray, "h w 3"]
Plane = UInt8[np.ndarray, "h w"]
Paint = Callable[[Rgb, Plane], Rgb]
"""Changes the colours of a picture, given its strokes"""


class Room(NamedTuple):
    """Arrays of a clip, or of one frame, that are still to be filled."""

    video: UInt8[np.ndarray, "*t 3 size size"]
    truth: UInt8[np.ndarray, "*t size size"]
    valid: Bool[np.ndarray, "*t size size"]

    @classmethod
    def of(cls, n: int, size: int) -> "Room":
        """For n frames, all of them valid."""
        planes = (n, size, size)
        return cls(np.empty((n, 3, size, size), np.uint8), np.empty(planes, np.uint8), np.ones(planes, np.bool_))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A clip as the network sees it."""

    clip_id: str
    video: UInt8[torch.Tensor, "t 3 size size"]
    truth: UInt8[torch.Tensor, "t size size"]
    valid: Bool[torch.Tensor, "t size size"]
    labelled: Bool[torch.Tensor, " t"]
    layout: tuple[Layout, ...] | None = None
    """By frame, where it was wished for"""


def make(
    entry: Entry, places: Places, changes: AugmentConfig, size: int, rng_for: RngFor, wish: Wish = NOTHING
) -> Sample:
    """Frames of a clip as squares of `size` px, changed alike. DataError for what cannot be read."""
    rows = _rows(entry, words=changes.crop > 0, layout=wish.layout)
    truth = Truth(rows)
    view = augment.draw_view(changes, rng_for, (truth.height, truth.width), _words(truth, places, changes))
    view = letterboxed(view) if wish.letterbox else view
    decoys = augment.draw_decoys(changes, rng_for, size)
    grade = looks.Grader(augment.draw_look(changes, rng_for))
    room = Room.of(len(places), size)

    def paint(square: Rgb, coverage: Plane) -> Rgb:
        return grade(decoys(square, coverage) if decoys else square)

    for place, data, *parts in zip(places.tolist(), _pictures(entry, rows, places), *room, strict=True):
        _fill(Room(*parts), _decoded(data, truth, place), (truth, place), view, paint)
    return Sample(
        clip_id=entry.clip_id,
        video=torch.from_numpy(room.video),
        truth=torch.from_numpy(room.truth),
        valid=torch.from_numpy(room.valid),
        labelled=torch.from_numpy(np.asarray(entry.labelled)[places]),
        layout=_layout(rows, places, view, size) if wish.layout else None,
    )


def stored(entry: Entry, places: Places) -> list[bytes]:
    """JPEGs of the frames: what takes longest is to decode them."""
    return _pictures(entry, _rows(entry, words=False, layout=False), places)


def keep_memory() -> None:
    """What a sample frees goes to the next one, not back to the system: fresh pages cost more than what fills them."""
    pa.set_memory_pool(pa.system_memory_pool())
    with contextlib.suppress(AttributeError, OSError, TypeError):  # not glibc
        libc = ctypes.CDLL(None)
        libc.mallopt(M_MMAP_THRESHOLD, LARGEST_ON_HEAP)
        libc.mallopt(M_TRIM_THRESHOLD, KEPT)


@lru_cache(maxsize=32)
def _shard(path: str) -> shards.Shard:
    """Shards of this process that are in use."""
    return shards.Shard(path)


def _rows(entry: Entry, *, words: bool, layout: bool) -> pa.Table:
    """What a sample needs of its clip: instances only where there is no soft truth, or to look for words."""
    shard = _shard(entry.shard)
    soft = not shard.columns.isdisjoint(SOFT.names)
    strokes = [*SIZE, *SOFT.names, *(INSTANCES if words or layout else ())] if soft else COLUMNS
    return shard.rows(entry.group, [*dict.fromkeys(["picture", *strokes, *(regions.COLUMNS if layout else ())])])


def _pictures(entry: Entry, rows: pa.Table, places: Places) -> list[bytes]:
    """As they are stored: in the clip's own shard, else in that of the layer that it labels."""
    stored = rows.column("picture")
    if stored.null_count:
        above = layers.jpegs(entry.directory, entry.clip_id)
        return [above[place] for place in places]
    return [stored[place].as_py() for place in places.tolist()]


def _layout(rows: pa.Table, places: Places, view: View, size: int) -> tuple[Layout, ...]:
    found = Regions(rows)
    return tuple(found.seen(place, view, size) for place in places.tolist())


def _words(truth: Truth, places: Places, changes: AugmentConfig) -> list[Point]:
    """Where a crop may look for text; of no use without crops."""
    chosen = dict.fromkeys(places.tolist()) if changes.crop else {}
    return [word for place in chosen for word in truth.words(place)]


def _fill(room: Room, picture: Rgb, of: tuple[Truth, int], view: View, paint: Paint) -> None:
    """One frame, from its pixels and its truth.

    No name outlives the call, so the next one is decoded into warm memory.
    """
    truth, place = of
    square, room.truth[:] = both(picture, truth.coverage(place), view, room.truth.shape[0])
    put(paint(square, room.truth), room.video)
    ignored = truth.ignored(place)
    if ignored is not None:
        np.equal(seen(ignored, view, room.valid.shape[0], (0,)), 0, out=room.valid)


def _decoded(data: bytes, truth: Truth, frame: int) -> Rgb:
    pixels = jpeg.decode(data, f"frame {frame}")
    if pixels.shape != (truth.height, truth.width, 3):
        raise DataError(f"frame {frame} is a picture of {pixels.shape[1]}x{pixels.shape[0]} px, its row says other")
    return pixels
