"""Data sets of the Hugging Face library `datasets`: Parquet, or what `save_to_disk` writes; read with Arrow alone.

    data/SPLIT-00000-of-00001.parquet      or      [SPLIT/]data-00000-of-00001.arrow

A row has a picture in `image` and a mask in `mask`, `label`, `annotation` or `strokes`, by the rules of `folder`. Rows
with the columns of a shard (`clip_id`, `instances` and so on, as our exporter writes them) become whole clips.
"""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.datasets import folder, labels, listing, pictures
from benchmarks.datasets.pictures import Blob
from benchmarks.datasets.reader import UNSTATED, Item, Loaded, UnusableError, part
from sts import tables
from sts.errors import DataError
from sts.types import Origin

MASKS = ("mask", "label", "annotation", "strokes")
ENDINGS = (".parquet", ".arrow")
ORIGIN = Origin(kind="real", uri="https://huggingface.co/docs/datasets", license=UNSTATED)
LABELS = [name for name in tables.SCHEMA.names if name != "picture"]


@dataclass(frozen=True, slots=True)
class HuggingFace:
    """A clip a row, or one a `clip_id`."""

    def items(self, root: Path) -> Iterator[Item]:
        """In the order of files and rows."""
        found = [
            path for path in listing.listing(root) if path.suffix in ENDINGS and not path.name.startswith("cache-")
        ]
        if not found:
            raise DataError(f"{root} has no .parquet or .arrow file: see docs/datasets.md")
        for path in found:
            for name in _places(root / path):
                yield Item(name=name, parts={"table": str(path)})

    def clip(self, root: Path, item: Item) -> Loaded:
        """A stored clip, or a picture with its mask."""
        path = part(root, item, "table")
        rows = pa.concat_tables(_group(path, group).slice(start, n) for group, start, n in _places(path)[item.name])
        if set(LABELS) <= set(rows.column_names):
            return _stored(rows, item)
        image = _blob(rows, _column(rows, ("image",)), item, "picture")
        mask = _blob(rows, _column(rows, MASKS), item, "mask")
        instances, size = folder.masked(mask)
        return labels.image(item.name.replace("/", "-"), ORIGIN, instances, pictures.picture(image, size))


def _stored(rows: pa.Table, item: Item) -> Loaded:
    """The clip as a shard has it; its pictures byte for byte where they are baseline JPEG."""
    columns = [
        rows.column(field.name) if field.name in LABELS else pa.nulls(len(rows), field.type) for field in tables.SCHEMA
    ]
    try:
        table = pa.Table.from_arrays(columns, names=tables.SCHEMA.names).cast(tables.SCHEMA)
        clip = tables.to_clip(table)
    except (pa.ArrowException, TypeError, ValueError) as error:
        raise UnusableError("labels cannot be read", f"clip {item.name}: {error}") from error
    size = (clip.height, clip.width)
    cells = rows.column(_column(rows, ("image",))).to_pylist()
    if any(cell is None for cell in cells):
        return clip
    return clip, tuple(
        pictures.picture(Blob(cell["bytes"], f"{item.name}[{i}]"), size).data for i, cell in enumerate(cells)
    )


def _column(rows: pa.Table, wanted: Sequence[str]) -> str:
    """The first of the names that is a column of images. UnusableError where there is none."""
    images = [field.name for field in rows.schema if _is_image(field.type)]
    for name in wanted:
        if name in images:
            return name
    raise UnusableError(
        f"no column {wanted[0]}",
        f"no column of images is called {' or '.join(wanted)}; the table has {rows.column_names}",
    )


def _is_image(kind: pa.DataType) -> bool:
    return pa.types.is_struct(kind) and {"bytes", "path"} <= {kind.field(i).name for i in range(kind.num_fields)}


def _blob(rows: pa.Table, column: str, item: Item, what: str) -> Blob:
    cell: dict[str, Any] | None = rows.column(column)[0].as_py()
    if not cell or not cell.get("bytes"):
        raise UnusableError(
            f"no {what}", f"row {item.name} has no bytes in {column}: save the data set with its files inside"
        )
    return Blob(cell["bytes"], f"{item.name} {column}")


@lru_cache(maxsize=4)
def _places(path: Path) -> dict[str, list[tuple[int, int, int]]]:
    """Clip to where its rows are: group, first row, how many."""
    found: dict[str, list[tuple[int, int, int]]] = {}
    n_before = 0
    names, lengths = _shape(path)
    for number, n_rows in enumerate(lengths):
        if set(LABELS) <= set(names):
            for start, n, name in _runs(_group(path, number, ("clip_id",)).column("clip_id").to_pylist()):
                found.setdefault(name, []).append((number, start, n))
        else:
            found |= {f"{path.stem}/{n_before + i:06d}": [(number, i, 1)] for i in range(n_rows)}
        n_before += n_rows
    return found


def _runs(names: list[str]) -> Iterator[tuple[int, int, str]]:
    """First row, length and value of equal rows that follow each other."""
    start = 0
    for name, run in itertools.groupby(names):
        n = len(list(run))
        yield start, n, name
        start += n


def _shape(path: Path) -> tuple[list[str], list[int]]:
    """Columns, and rows of each group."""
    with _explained(path):
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path)
            return file.schema_arrow.names, [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)]
        batches = _batches(path)
        return (batches[0].schema.names if batches else []), [len(batch) for batch in batches]


@lru_cache(maxsize=4)
def _group(path: Path, number: int, columns: tuple[str, ...] | None = None) -> pa.Table:
    with _explained(path):
        if path.suffix == ".parquet":
            file = pq.ParquetFile(path, page_checksum_verification=True)
            return file.read_row_group(number, columns=list(columns) if columns else None, use_threads=False)
        return pa.Table.from_batches([_batches(path)[number]])


@lru_cache(maxsize=4)
def _batches(path: Path) -> list[pa.RecordBatch]:
    """Of a stream, as `datasets` writes it, mapped into memory."""
    return list(pa.ipc.open_stream(pa.memory_map(str(path))))


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        why = f"{error}".partition("\n")[0]
        raise DataError(f"{path} is damaged or no file of `datasets` ({why})") from error
