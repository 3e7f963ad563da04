"""Writes training shards: frames at the size at which they are learned from, with their soft truth."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from zlib import crc32

import numpy as np
import pyarrow as pa
from jaxtyping import UInt8

from model.pieces import Piece, PrepareConfig, cut, pieces, resized
from model.truth import COLUMNS, Truth, packed
from sts import config, files, jpeg, layers, manifest, shards, stage
from sts.errors import ConfigError
from sts.files import Location
from sts.shards import Jpegs
from sts.stage import Notes, Stage
from sts.tables import Soft
from sts.types import Clip, Manifest

Item = tuple[int, str, int]
"""Number of the input, name of its shard, how many of its clips"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a worker needs to prepare any shard."""

    inputs: tuple[str, ...]
    config: PrepareConfig


@dataclass(slots=True)
class Parts:
    """What is written of one piece, frame by frame."""

    pictures: list[bytes]
    truth: list[bytes]
    ignored: list[bytes | None]


def prepare(settings: PrepareConfig, inputs: Sequence[str], out: Location, n: int | None, workers: str) -> Manifest:
    """One shard for each of the inputs; `n` takes the first clips only."""
    work = Stage(command="model.prepare", config=config.to_dict(settings), out=out, inputs=tuple(inputs))
    job = Job(inputs=tuple(inputs), config=settings)
    return stage.make(work, partial(clips, job), items(inputs, n), workers)


def items(inputs: Sequence[str], n: int | None) -> list[Item]:
    """Every shard of the inputs until there are n clips. ConfigError where there is none."""
    found: list[Item] = []
    for number, directory in enumerate(inputs):
        for info in manifest.read(directory).shards:
            left = info.clips if n is None else min(n - sum(item[2] for item in found), info.clips)
            if left:
                found.append((number, info.path, left))
    if not found:
        raise ConfigError(f"{', '.join(inputs) or 'no --in'}: no clip to prepare")
    return found


def clips(job: Job, item: Item, notes: Notes) -> Iterator[tuple[Clip, Jpegs, Soft]]:
    """The pieces of one shard that are worth learning from."""
    directory = job.inputs[item[0]]
    shard = shards.Shard(files.join(directory, item[1]))
    planned = {i: _planned(shard.rows(i, COLUMNS), _labels(shard, i), job.config, notes) for i in range(item[2])}
    kept = _kept([piece for found in planned.values() for piece in found], job.config, item, notes)
    for i, found in planned.items():
        chosen = [piece for piece, _ in found if piece.clip_id in kept]
        if chosen:
            yield from _made(directory, shard, i, chosen)
    shard.close()


def _labels(shard: shards.Shard, index: int) -> Clip:
    return shards.read_clip(shard.path, index, pictures=False)


def _planned(rows: pa.Table, clip: Clip, settings: PrepareConfig, notes: Notes) -> list[tuple[Piece, bool]]:
    """Pieces with a labelled frame, each with whether it shows text that counts."""
    truth, found = Truth(rows), []
    planes = [truth.coverage(i) if frame.labelled else None for i, frame in enumerate(clip.frames)]
    for piece in pieces(clip, settings):
        labelled = [plane for plane in planes[piece.first : piece.last] if plane is not None]
        if labelled:
            parts = (plane[piece.top : piece.bottom, piece.left : piece.right] for plane in labelled)
            found.append((piece, any(part.any() for part in parts)))
        else:
            notes.drop(piece.clip_id, "no labelled frame")
    return found


def _kept(found: Sequence[tuple[Piece, bool]], settings: PrepareConfig, item: Item, notes: Notes) -> set[str]:
    """All pieces with text, and some without."""
    full = [piece.clip_id for piece, has_text in found if has_text]
    bare = [piece.clip_id for piece, has_text in found if not has_text]
    wanted = min(round(len(full) * settings.empty / (1 - settings.empty)), len(bare))
    rng = np.random.default_rng([settings.seed, item[0], crc32(item[1].encode())])
    chosen = set(rng.permutation(bare)[:wanted].tolist())
    for clip_id in bare:
        if clip_id not in chosen:
            notes.drop(clip_id, "no text")
    return chosen | set(full)


def _made(
    directory: str, shard: shards.Shard, index: int, chosen: Sequence[Piece]
) -> Iterator[tuple[Clip, Jpegs, Soft]]:
    """Each frame is decoded once for all pieces of its clip."""
    clip = _labels(shard, index)
    stored, truth = layers.jpegs(directory, clip.clip_id), Truth(shard.rows(index, COLUMNS))
    parts = [Parts(pictures=[], truth=[], ignored=[]) for _ in chosen]
    for i, data in enumerate(stored):
        showing = [(piece, part) for piece, part in zip(chosen, parts, strict=True) if piece.first <= i < piece.last]
        if showing:
            _add(showing, data, jpeg.decode(data, f"clip {clip.clip_id} frame {i}"), truth, i)
    for piece, part in zip(chosen, parts, strict=True):
        yield cut(clip, piece), tuple(part.pictures), Soft(truth=tuple(part.truth), ignored=tuple(part.ignored))


def _add(
    showing: Sequence[tuple[Piece, Parts]], data: bytes, pixels: UInt8[np.ndarray, "h w 3"], truth: Truth, frame: int
) -> None:
    """One frame for each piece that shows it; a frame that stays as it is keeps its bytes."""
    coverage, ignored = truth.coverage(frame), truth.ignored(frame)
    for piece, part in showing:
        same = pixels.shape[:2] == (piece.height, piece.width)
        part.pictures.append(data if same else jpeg.encode(resized(pixels, piece)))
        part.truth.append(packed(resized(coverage, piece)))
        skipped = None if ignored is None else resized(ignored, piece)
        part.ignored.append(packed(skipped) if skipped is not None and skipped.any() else None)
