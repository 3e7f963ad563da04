"""A shard is a Parquet file: a row is a frame, a row group is a clip.

It is written beside its name and renamed, so a shard that exists is whole. Labels are read without pixels, a clip with
one seek. The same clips give the same bytes.
"""

import contextlib
import dataclasses
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import UInt8

from sts import files, jpeg, tables
from sts.errors import DataError
from sts.files import Location
from sts.tables import Soft
from sts.types import Clip, ShardInfo

Jpegs = tuple[bytes, ...]
Item = Clip | tuple[Clip, Jpegs] | tuple[Clip, Jpegs, Soft]
"""A clip, the JPEG bytes to keep, its soft truth"""
Video = UInt8[np.ndarray, "t h w 3"]

LABELS = [name for name in tables.SCHEMA.names if name != "picture"]
REPEATED = ("id", "license", "level", "source", "script")
"""Ends of the names of columns whose values come again and again"""
SMALL = ["clip_id", "frame", "time_s", "height", "width", "labelled"]
"""Columns that need statistics, so that a query can skip clips"""
PREFIX = "sts."


class Shard:
    """A shard that stays open, for a reader that comes back for parts of its clips."""

    def __init__(self, path: Location) -> None:
        self.path = path
        self._stack = contextlib.ExitStack()
        self._checking = self._stack.enter_context(_opened(path))
        place = files.local(path)
        source = self._stack.enter_context(pa.memory_map(place) if place else files.reading(path))
        self._trusting = pq.ParquetFile(source, metadata=self._checking.metadata)
        self._checked: set[tuple[int, str]] = set()
        self.columns = frozenset(self._checking.schema_arrow.names)
        """Names of all columns; some shards have more than a clip needs"""
        self.clips = self._checking.num_row_groups

    def rows(self, index: int, columns: list[str]) -> pa.Table:
        """One row a frame, with some columns of a clip; dotted names are parts of a column.

        A checksum is verified when its page is read for the first time.
        """
        known = {(index, name) for name in columns} <= self._checked
        table = _rows(self._trusting if known else self._checking, self.path, index, columns)
        self._checked.update((index, name) for name in columns)
        return table

    def close(self) -> None:
        """Let go of the file."""
        self._stack.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Footer:
    """What a shard tells without reading a page."""

    clips: int
    frames: int
    meta: dict[str, str]


def write(path: Location, clips: Iterable[Item], *, meta: Mapping[str, str]) -> ShardInfo:
    """Write one clip at a time; a clip without video is a layer of labels, a tuple keeps the given JPEG bytes.

    The shard has the columns of a soft truth if its first clip has one. `meta` goes to the footer after the last clip,
    so a caller may add counts to it while clips are made.
    """
    n_clips = n_frames = 0
    made = (_table(item) for item in clips)
    first = list(itertools.islice(made, 1))
    schema = first[0].schema if first else tables.SCHEMA
    with files.replacing(path) as file, _writer(file, schema) as writer:
        for table in itertools.chain(first, made):
            writer.write_table(table, row_group_size=len(table))
            n_clips, n_frames = n_clips + 1, n_frames + len(table)
        writer.add_key_value_metadata({PREFIX + key: meta[key] for key in sorted(meta)})
    return _info(path, n_clips, n_frames)


def read(path: Location, *, pictures: bool = True) -> Iterator[Clip]:
    """Clips in stored order; `pictures=False` reads labels only and touches no pixel."""
    with _opened(path) as file:
        for index in range(file.num_row_groups):
            yield _read(file, path, index, pictures)


def read_clip(path: Location, index: int, *, pictures: bool = True) -> Clip:
    """One clip, with one seek."""
    with _opened(path) as file:
        return _read(file, path, index, pictures)


def jpegs(path: Location, index: int) -> Jpegs | None:
    """The stored picture bytes of one clip; None in a layer of labels."""
    with _opened(path) as file:
        return _jpegs(_rows(file, path, index, ["picture"]))


def clip_ids(path: Location) -> tuple[str, ...]:
    """One a row group, in stored order."""
    with _opened(path) as file:
        return tuple(_rows(file, path, i, ["clip_id"]).column("clip_id")[0].as_py() for i in range(file.num_row_groups))


def sizes(path: Location) -> dict[str, tuple[int, int]]:
    """Width and height of each clip in px by its id, in stored order."""
    with _opened(path) as file:
        found = [_rows(file, path, i, ["clip_id", "width", "height"]) for i in range(file.num_row_groups)]
    return {one["clip_id"][0].as_py(): (one["width"][0].as_py(), one["height"][0].as_py()) for one in found}


def footer(path: Location) -> Footer:
    """Counts and what the writing command left."""
    with _opened(path) as file, _explained(path):
        raw = {key.decode(): value.decode() for key, value in (file.metadata.metadata or {}).items()}
        meta = {key.removeprefix(PREFIX): value for key, value in raw.items() if key.startswith(PREFIX)}
        return Footer(clips=file.num_row_groups, frames=file.metadata.num_rows, meta=meta)


def checked(path: Location) -> ShardInfo:
    """What a manifest says about a shard, after every page has been read and its checksum verified."""
    with _opened(path) as file:
        for index in range(file.num_row_groups):
            _rows(file, path, index, file.schema_arrow.names)
        return _info(path, file.num_row_groups, file.metadata.num_rows)


def video(stored: Sequence[bytes], clip: Clip) -> Video:
    """Decode a clip's stored pictures."""
    frames = np.empty((len(clip.frames), clip.height, clip.width, 3), np.uint8)
    for i, data in enumerate(stored):
        frame = jpeg.decode(data, f"clip {clip.clip_id} frame {i}")
        if frame.shape != frames.shape[1:]:
            raise DataError(
                f"clip {clip.clip_id} frame {i} has a picture of {frame.shape[1]}x{frame.shape[0]} px, "
                f"its row says {clip.width}x{clip.height}"
            )
        frames[i] = frame
    return frames


def _info(path: Location, clips: int, frames: int) -> ShardInfo:
    return ShardInfo(path=str(path).rpartition("/")[2], clips=clips, frames=frames, sha256=files.sha256(path))


def _table(item: Item) -> pa.Table:
    clip, stored, *soft = item if isinstance(item, tuple) else (item, _encode(item))
    return tables.from_clip(clip, stored, *soft)


def _encode(clip: Clip) -> Sequence[bytes | None]:
    if clip.video is None:
        return [None] * len(clip.frames)
    wanted = (len(clip.frames), clip.height, clip.width, 3)
    if clip.video.shape != wanted:
        raise DataError(f"clip {clip.clip_id} has a video of shape {clip.video.shape} for frames of {wanted}")
    return [jpeg.encode(frame) for frame in clip.video]


def _writer(file: Any, schema: pa.Schema) -> pq.ParquetWriter:
    return pq.ParquetWriter(
        file,
        schema,
        compression={name: "NONE" if name in tables.PACKED else "ZSTD" for name in _leaves(schema)},
        use_dictionary=[name for name in _leaves(schema) if name.endswith(REPEATED)],
        write_statistics=SMALL,
        write_page_checksum=True,
    )


@cache
def _leaves(schema: pa.Schema) -> list[str]:
    """Dotted names of the Parquet columns."""
    empty = pa.BufferOutputStream()
    pq.write_table(schema.empty_table(), empty)
    columns = pq.ParquetFile(pa.BufferReader(empty.getvalue())).schema
    return [columns.column(i).path for i in range(len(columns))]


def _read(file: pq.ParquetFile, path: Location, index: int, with_pictures: bool) -> Clip:
    table = _rows(file, path, index, tables.SCHEMA.names if with_pictures else LABELS)
    with _explained(path):
        clip = tables.to_clip(table)
        stored = _jpegs(table) if with_pictures else None
        return dataclasses.replace(clip, video=video(stored, clip)) if stored else clip


def _rows(file: pq.ParquetFile, path: Location, index: int, columns: list[str]) -> pa.Table:
    if not 0 <= index < file.num_row_groups:
        raise DataError(f"{path} has no clip {index}; it has {file.num_row_groups}, counted from 0")
    with _explained(path):
        return file.read_row_group(index, columns=columns, use_threads=False)


def _jpegs(table: pa.Table) -> Jpegs | None:
    stored = table.column("picture").to_pylist()
    return tuple(stored) if all(data is not None for data in stored) else None


@contextlib.contextmanager
def _opened(path: Location) -> Iterator[pq.ParquetFile]:
    with files.reading(path) as source:
        with _explained(path):
            file = pq.ParquetFile(source, page_checksum_verification=True)
        if not set(tables.SCHEMA.names) <= set(file.schema_arrow.names):
            raise DataError(f"{path} is a Parquet file, but no shard: its columns are {file.schema_arrow.names}")
        yield file


@contextlib.contextmanager
def _explained(path: Location) -> Iterator[None]:
    """Turn what goes wrong in a damaged file into one line."""
    try:
        yield
    except (OSError, ValueError, TypeError, KeyError, pa.ArrowException, DataError) as error:
        why = f"{error}".partition("\n")[0]
        folder = str(path).rpartition("/")[0] or "."
        raise DataError(
            f"{path} is damaged ({why})",
            "delete it and run its command again, which makes it anew; "
            f"`python -m pipelines.audit --in {folder}` looks at all the others",
        ) from error
