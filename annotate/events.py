"""What a pull has seen of people's work: one row an annotation, with who, when, how long and which verdict."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from sts import config, files
from sts.errors import DataError
from sts.files import Location

NAME = "events.parquet"
Quality = Literal["accept", "needs_work", "reject"]
SCHEMA = pa.schema(
    [
        pa.field("uid", pa.string(), nullable=False),
        pa.field("clip_id", pa.string(), nullable=False),
        pa.field("first", pa.int32(), nullable=False),
        pa.field("last", pa.int32(), nullable=False),
        pa.field("annotator", pa.string(), nullable=False),
        pa.field("annotation_id", pa.int64(), nullable=False),
        pa.field("updated_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("lead_time_s", pa.float64()),
        pa.field("quality", pa.string()),
        pa.field("issues", pa.list_(pa.field("element", pa.string())), nullable=False),
        pa.field("was_cancelled", pa.bool_(), nullable=False),
        pa.field("is_draft", pa.bool_(), nullable=False),
        pa.field("honeypot", pa.bool_(), nullable=False),
        pa.field("model_version", pa.string()),
        pa.field("sha", pa.string()),
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One annotation of one window, as the server had it at a moment."""

    uid: str
    """Of the window"""
    clip_id: str
    first: int
    last: int
    """Frames of the window, both inclusive"""
    annotator: str
    annotation_id: int
    updated_at: datetime
    """By the clock of the server"""
    lead_time_s: float | None = None
    """How long the editor was open, in all"""
    quality: Quality | None = None
    issues: tuple[str, ...] = ()
    was_cancelled: bool = False
    """Skipped by the annotator"""
    is_draft: bool = False
    honeypot: bool = False
    """Its truth is known and hidden"""
    model_version: str | None = None
    """Of the pre-label that was shown"""
    sha: str | None = None
    """SHA-256 of the result"""

    @property
    def frames(self) -> int:
        """How many the window has."""
        return self.last - self.first + 1

    @property
    def counts(self) -> bool:
        """Whether it is a label: neither a draft nor skipped."""
        return not (self.was_cancelled or self.is_draft)


def read(pull: Location) -> tuple[Event, ...]:
    """All rows of a pull. DataError for a directory or file that is none of a pull, or a row that cannot be."""
    path = files.join(pull, NAME)
    if not files.exists(path):
        raise DataError(f"{pull} has no {NAME}: give the --out of `python -m annotate.pull`")
    with files.reading(path) as file:
        try:
            table = pq.read_table(file, page_checksum_verification=True)
            rows = table.select(SCHEMA.names).cast(SCHEMA).to_pylist()
        except (OSError, ValueError, KeyError, pa.ArrowException) as error:
            why = f"{error}".partition("\n")[0]
            raise DataError(f"{path} holds no annotations ({why})", "pull again into a new --out") from error
    return tuple(_event(row, path) for row in rows)


def write(pull: Location, rows: Iterable[Event]) -> None:
    """All rows of a pull; the same rows give the same bytes."""
    ordered = sorted(rows, key=lambda one: (one.uid, one.annotator, *_age(one)))
    plain = [{**config.to_dict(row), "updated_at": row.updated_at} for row in ordered]
    with files.replacing(files.join(pull, NAME)) as file:
        pq.write_table(pa.Table.from_pylist(plain, SCHEMA), file, compression="zstd", write_page_checksum=True)


def newest(events: Iterable[Event]) -> tuple[Event, ...]:
    """One an annotation, as it was last, by window and annotator."""
    last = {one.annotation_id: one for one in sorted(events, key=_age)}
    return tuple(sorted(last.values(), key=lambda one: (one.uid, one.annotator, *_age(one))))


def labels(events: Iterable[Event]) -> tuple[Event, ...]:
    """One a window and annotator: the newest annotation that counts."""
    last = {(one.uid, one.annotator): one for one in sorted(newest(events), key=_age) if one.counts}
    return tuple(last[key] for key in sorted(last))


def _age(event: Event) -> tuple[datetime, int]:
    return event.updated_at, event.annotation_id


def _event(row: dict[str, Any], path: str) -> Event:
    event = Event(**{**row, "issues": tuple(row["issues"] or ())})
    where = f"{path}: annotation {event.annotation_id}"
    if event.quality not in (None, "accept", "needs_work", "reject"):
        raise DataError(f"{where} has the quality {event.quality!r}: accept, needs_work and reject are known")
    if not 0 <= event.first <= event.last:
        raise DataError(f"{where} has frames {event.first} to {event.last}: pull again")
    return event
