"""Which frames a sample has: windows of clips, their order in an epoch, and which of them a step takes."""

import itertools
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
from jaxtyping import Bool, Int64

from sts import files, manifest, shards
from sts.errors import DataError
from sts.files import Location
from sts.wording import counted

log = logging.getLogger(__name__)

Order = Literal["shuffled", "streaming"]


class Pick(NamedTuple):
    """A sample: all its random choices follow from the seed and this."""

    epoch: int
    window: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A clip of a set, found without reading pixels."""

    directory: str
    shard: str
    """Location of the file"""
    group: int
    """Number of the clip in its shard"""
    clip_id: str
    labelled: tuple[bool, ...]
    """One a frame"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """The windows of one epoch: each clip as often as windows fit into it side by side."""

    clips: tuple[Entry, ...]
    clip_of: tuple[int, ...]
    """Number of the clip of each window"""
    dropped: int
    """Windows that no sample has, as none of their frames is labelled"""


def index(directories: Sequence[Location], window: int, max_stride: int) -> Index:
    """All clips with a labelled frame, in stored order. DataError where there is none."""
    found = [entry for directory in directories for entry in _entries(directory)]
    useful = tuple(entry for entry in found if any(entry.labelled))
    dropped = sum(
        int((~_useful(entry.labelled, window, s)).sum())
        for entry in found
        for s in _strides(window, max_stride, len(entry.labelled))
    )
    if not useful:
        raise DataError(
            f"{', '.join(map(str, directories))}: {counted(len(found), 'clip')} and no labelled frame to learn from; "
            "give a directory with labels"
        )
    repeats = [max(len(entry.labelled) // window, 1) for entry in useful]
    clip_of = tuple(np.repeat(np.arange(len(useful)), repeats).tolist())
    log.info(
        "%s of %s; %s without a labelled frame left out",
        counted(len(clip_of), "window"),
        counted(len(useful), "clip"),
        dropped,
    )
    return Index(clips=useful, clip_of=clip_of, dropped=dropped)


def frames(
    labelled: tuple[bool, ...], window: int, max_stride: int, rng: np.random.Generator
) -> Int64[np.ndarray, " t"]:
    """Numbers of the frames of a sample: a stride that fits, then a window that has a labelled frame.

    A clip shorter than the window is played forth and back; an image is repeated, so that batches have one shape.
    """
    fitting = [s for s in _strides(window, max_stride, len(labelled)) if _useful(labelled, window, s).any()]
    stride = fitting[rng.integers(len(fitting))]
    start = rng.choice(np.flatnonzero(_useful(labelled, window, stride)))
    return _mirrored(start + stride * np.arange(window), len(labelled))


def shuffled(n: int, rng: np.random.Generator) -> Int64[np.ndarray, " n"]:
    """All windows in any order: what a local disk likes."""
    return rng.permutation(n)


def streamed(shard_of: Sequence[str], buffer: int, rng: np.random.Generator) -> Int64[np.ndarray, " n"]:
    """Shard by shard through a buffer from which any window may come next: few shards are in use at a time.

    The buffer is one of numbers, not of pictures: the order of an epoch is known before anything is read.
    """
    runs = [list(group) for _, group in itertools.groupby(range(len(shard_of)), key=lambda i: shard_of[i])]
    waiting = list(itertools.chain.from_iterable(runs[i] for i in rng.permutation(len(runs))))
    held, order = waiting[:buffer], np.empty(len(waiting), np.int64)
    coming = iter(waiting[buffer:])
    for i in range(len(waiting)):
        chosen = rng.integers(len(held))
        order[i] = held[chosen]
        following = next(coming, None)
        held[chosen] = held[-1] if following is None else following
        if following is None:
            held.pop()
    return order


def step_samples(step: int, batch: int, rank: int, world: int) -> range:
    """Numbers of the samples of a step in the endless row of epochs: dealt out in turn, none twice or left out."""
    first = step * batch * world
    return range(first + rank, first + batch * world, world)


def _entries(directory: Location) -> list[Entry]:
    """Every clip of a directory, with which of its frames are labelled."""
    found = []
    for info in manifest.read(directory).shards:
        path = files.join(directory, info.path)
        shard = shards.Shard(path)
        for group in range(shard.clips):
            rows = shard.rows(group, ["clip_id", "labelled"])
            labelled = tuple(rows.column("labelled").to_pylist())
            clip_id = rows.column("clip_id")[0].as_py()
            found.append(Entry(directory=str(directory), shard=path, group=group, clip_id=clip_id, labelled=labelled))
        shard.close()
    return found


def _strides(window: int, max_stride: int, n: int) -> list[int]:
    """Those with which a window lies within n frames, at least 1."""
    return [s for s in range(1, max_stride + 1) if s == 1 or (window - 1) * s < n]


@lru_cache(maxsize=4096)
def _useful(labelled: tuple[bool, ...], window: int, stride: int) -> Bool[np.ndarray, " starts"]:
    """Whether the window that starts at a frame has a labelled one; a short clip has one window."""
    n = len(labelled)
    starts = np.arange(max(n - (window - 1) * stride, 1))
    places = starts[:, None] + stride * np.arange(window)
    return np.asarray(labelled)[_mirrored(places, n)].any(axis=1)


def _mirrored(places: Int64[np.ndarray, "*shape"], n: int) -> Int64[np.ndarray, "*shape"]:
    """Forth and back over n frames: 0 1 2 1 0 1 for n = 3."""
    period = max(2 * (n - 1), 1)
    within = places % period
    return np.minimum(within, period - within) if n > 1 else np.zeros_like(places)
