"""A clip as an Arrow table, one row a frame, with flat and friendly columns for DuckDB and pandas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from sts import masks
from sts.errors import DataError
from sts.types import Clip, Frame, Mask, Origin, SourceFile, TextInstance

POLYGON = pa.list_(pa.field("element", pa.float32()))
COUNTS = pa.list_(pa.field("element", pa.uint32()))
INSTANCE = pa.struct(
    [
        pa.field("track_id", pa.int32(), nullable=False),
        pa.field("parent_id", pa.int32()),
        pa.field("level", pa.string(), nullable=False),
        pa.field("polygon", POLYGON, nullable=False),
        pa.field("source", pa.string(), nullable=False),
        pa.field("mask", COUNTS),
        pa.field("effect_mask", COUNTS),
        pa.field("amodal_mask", COUNTS),
        pa.field("text", pa.string()),
        pa.field("script", pa.string()),
        pa.field("legible", pa.bool_(), nullable=False),
        pa.field("ignore", pa.bool_(), nullable=False),
        pa.field("score", pa.float64()),
        pa.field("effort", pa.string()),
        pa.field("font", pa.string()),
    ]
)
SOURCE = pa.struct([pa.field(name, pa.string()) for name in ("kind", "id", "sha256", "license")])
ORIGIN = pa.struct(
    [
        pa.field("kind", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("license", pa.string(), nullable=False),
        pa.field("sources", pa.list_(pa.field("element", SOURCE)), nullable=False),
        pa.field("spec", pa.string()),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("fps_num", pa.int64(), nullable=False),
        pa.field("fps_den", pa.int64(), nullable=False),
        pa.field("frame", pa.int32(), nullable=False),
        pa.field("time_s", pa.float64(), nullable=False),
        pa.field("height", pa.int32(), nullable=False),
        pa.field("width", pa.int32(), nullable=False),
        pa.field("labelled", pa.bool_(), nullable=False),
        pa.field("picture", pa.binary()),
        pa.field("origin", ORIGIN, nullable=False),
        pa.field("instances", pa.list_(pa.field("element", INSTANCE)), nullable=False),
    ]
)
SOFT = pa.schema([pa.field("truth", pa.binary()), pa.field("ignored", pa.binary())])
"""Two columns more that only prepared sets have"""
PACKED = ("picture", *SOFT.names)
"""Columns whose values are compressed one by one"""
MASKS = ("mask", "effect_mask", "amodal_mask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Soft:
    """What a network learns from frames that were resized: an LZ4 frame each, of height x width bytes, row by row."""

    truth: tuple[bytes, ...]
    """Share of the pixel that strokes cover, 0 to 255"""
    ignored: tuple[bytes | None, ...]
    """255 where text is to be ignored, else 0; None where nothing is"""


def from_clip(clip: Clip, jpegs: Sequence[bytes | None], soft: Soft | None = None) -> pa.Table:
    """The rows of a clip. DataError for masks of another size than the frame."""
    if not clip.frames or len(jpegs) != len(clip.frames):
        raise DataError(
            f"clip {clip.clip_id} has {len(clip.frames)} frames and {len(jpegs)} pictures; both must be equal"
        )
    n, flat = len(clip.frames), [item for frame in clip.frames for item in frame.instances]
    ends = np.cumsum([0] + [len(frame.instances) for frame in clip.frames])
    per_clip = {
        "clip_id": clip.clip_id,
        "fps_num": clip.fps.numerator,
        "fps_den": clip.fps.denominator,
        "height": clip.height,
        "width": clip.width,
        "origin": _plain_origin(clip.origin),
    }
    columns: dict[str, Any] = {name: pa.array([value] * n, SCHEMA.field(name).type) for name, value in per_clip.items()}
    for name, values in (
        ("frame", [frame.index for frame in clip.frames]),
        ("time_s", [frame.time_s for frame in clip.frames]),
        ("labelled", [frame.labelled for frame in clip.frames]),
        ("picture", list(jpegs)),
    ):
        columns[name] = pa.array(values, SCHEMA.field(name).type)
    columns["instances"] = pa.ListArray.from_arrays(
        pa.array(ends, pa.int32()), _instances(clip, flat), type=SCHEMA.field("instances").type
    )
    table = pa.Table.from_arrays([columns[name] for name in SCHEMA.names], schema=SCHEMA)
    for name in SOFT.names if soft else ():
        table = table.append_column(SOFT.field(name), pa.array(getattr(soft, name), SOFT.field(name).type))
    return table


def to_clip(table: pa.Table) -> Clip:
    """The clip without its video, from the rows of one row group."""
    table = table.combine_chunks()
    first = {name: table.column(name)[0].as_py() for name in ("clip_id", "fps_num", "fps_den", "height", "width")}
    found = list(_read_instances(table, first["height"], first["width"]))
    ends = table.column("instances").chunk(0).offsets.to_pylist()
    rows = zip(*(table.column(name).to_pylist() for name in ("frame", "time_s", "labelled")), strict=True)
    return Clip(
        clip_id=first["clip_id"],
        fps=Fraction(first["fps_num"], first["fps_den"]),
        height=first["height"],
        width=first["width"],
        frames=tuple(
            Frame(index=i, time_s=time_s, labelled=labelled, instances=tuple(found[a - ends[0] : b - ends[0]]))
            for (i, time_s, labelled), a, b in zip(rows, ends[:-1], ends[1:], strict=True)
        ),
        origin=_read_origin(table.column("origin")[0].as_py()),
    )


def _plain_origin(origin: Origin) -> dict[str, object]:
    sources = [{"kind": s.kind, "id": s.id, "sha256": s.sha256, "license": s.license} for s in origin.sources]
    return {
        "kind": origin.kind,
        "uri": origin.uri,
        "license": origin.license,
        "sources": sources,
        "spec": origin.spec,
    }


def _read_origin(plain: dict[str, Any]) -> Origin:
    return Origin(**{**plain, "sources": tuple(SourceFile(**source) for source in plain["sources"])})


def _instances(clip: Clip, flat: Sequence[TextInstance]) -> pa.StructArray:
    values = {name: [getattr(item, name) for item in flat] for name in INSTANCE.names}
    values["polygon"] = [list(chain.from_iterable(polygon)) for polygon in values["polygon"]]
    for name in MASKS:
        values[name] = [_counts(clip, mask) for mask in values[name]]
    return pa.StructArray.from_arrays(
        [pa.array(values[field.name], field.type) for field in INSTANCE], fields=list(INSTANCE)
    )


def _counts(clip: Clip, mask: Mask | None) -> tuple[int, ...] | None:
    if mask is None:
        return None
    if (mask.height, mask.width) != (clip.height, clip.width):
        raise DataError(
            f"clip {clip.clip_id} of {clip.width}x{clip.height} px has a mask of {mask.width}x{mask.height} px"
        )
    masks.check(mask)
    return mask.counts


def _read_instances(table: pa.Table, height: int, width: int) -> Iterator[TextInstance]:
    struct = table.column("instances").chunk(0).flatten()
    columns = dict(zip(INSTANCE.names, struct.flatten(), strict=True))
    read = {name: column.to_pylist() for name, column in columns.items() if not pa.types.is_list(column.type)}
    read["polygon"] = [tuple(zip(p[0::2], p[1::2], strict=True)) for p in _lists(columns["polygon"]) if p is not None]
    for name in MASKS:
        read[name] = [_mask(height, width, counts) for counts in _lists(columns[name])]
    for values in zip(*(read[name] for name in INSTANCE.names), strict=True):
        yield TextInstance(**dict(zip(INSTANCE.names, values, strict=True)))


def _lists(column: pa.ListArray) -> Iterator[list[Any] | None]:
    """Like `to_pylist`, many times faster for numbers."""
    values, ends, there = column.values.to_numpy(), column.offsets.to_pylist(), column.is_valid().to_pylist()
    for a, b, valid in zip(ends[:-1], ends[1:], there, strict=True):
        yield values[a:b].tolist() if valid else None


def _mask(height: int, width: int, counts: list[int] | None) -> Mask | None:
    if counts is None:
        return None
    mask = Mask(height=height, width=width, counts=tuple(counts))
    masks.check(mask)
    return mask
