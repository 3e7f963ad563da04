"""What a finished set of clips says of itself: a table of its clips, a card, figures, and a sheet to look at."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from jaxtyping import UInt8

from realv import ranking
from sts import files, jpeg, layers, ledger, preview, stage
from sts.files import Location
from sts.types import Manifest
from sts.wording import counted, settings

TABLE = "clips.parquet"
HIDDEN = ("hashes", "thumbnails")
"""Facts that only serve to find duplicates"""
TILES, COLUMNS, TILE = 48, 4, 480
"""Clips on the sheet, a row, and px of their width"""

Row = Mapping[str, Any]


def write(out: Location, done: Manifest) -> None:
    """clips.parquet, CARD.md, stats.json and preview/sheet.jpg, the most useful clips first."""
    said = stage.notes(out)
    rows = ranking.ranked(said.facts)
    figures = _figures(rows, said.counts)
    with files.replacing(files.join(out, TABLE)) as file:
        shown = [{key: value for key, value in row.items() if key not in HIDDEN} for row in rows]
        pq.write_table(pa.Table.from_pylist(shown), file, compression="zstd", write_page_checksum=True)
    texts = {
        "stats.json": json.dumps(figures, indent=2, ensure_ascii=False) + "\n",
        "CARD.md": card(done, figures, rows),
    }
    for name, text in texts.items():
        with files.replacing(files.join(out, name)) as file:
            file.write(text.encode())
    with files.replacing(files.join(out, "preview/sheet.jpg")) as file:
        file.write(jpeg.encode(sheet(out, rows)))


def card(done: Manifest, figures: Mapping[str, int], rows: Sequence[Row]) -> str:
    """The text of CARD.md."""
    lines = [
        "# Data card",
        "",
        f"{counted(figures['clips'], 'clip')}, {counted(figures['frames'], 'frame')}, cut by `{done.command}`."
        " Nobody has looked for text in them yet.",
        "",
        "| | count |",
        "|---|---|",
        *(f"| {name} | {count} |" for name, count in figures.items()),
        *(f"| left out: {reason} | {count} |" for reason, count in done.dropped.items()),
        "",
        "## Files",
        "",
        "| file | clips | licence | credit | consent | changed |",
        "|---|---|---|---|---|---|",
        *_files(rows),
        "",
        *settings(done.config),
    ]
    return "\n".join(lines)


def sheet(out: Location, rows: Sequence[Row]) -> UInt8[np.ndarray, "h w 3"]:
    """The middle frames of the most useful clips, each above its figures."""
    tiles = []
    for place, row in enumerate(rows[:TILES], start=1):
        data = layers.jpegs(out, row["clip_id"])[row["frames"] // 2]
        words = f"{place}  {row['file']}  {row['start_s']:.1f} s  {counted(row['frames'], 'frame')}"
        words += f"  text {row['text']:.2f}  sharp {np.median(row['sharpness']):.3f}"
        words += "  repeated" if row["duplicate_of"] else ""
        tiles.append(preview.captioned(_fitted(jpeg.decode(data, row["clip_id"])), words))
    return preview.sheet(tiles, COLUMNS)


def _figures(rows: Sequence[Row], counts: Mapping[str, int]) -> dict[str, int]:
    files_of = {row["file"]: row for row in rows}
    return {
        "clips": len(rows),
        "frames": sum(row["frames"] for row in rows),
        "files": len(files_of),
        "files without a licence": sum(row["license"] == ledger.UNSTATED for row in files_of.values()),
        "clips that repeat another": sum(row["duplicate_of"] is not None for row in rows),
        "frames that repeat the one before": sum(len(row["repeated"]) for row in rows),
        **dict(sorted(counts.items())),
    }


def _files(rows: Sequence[Row]) -> list[str]:
    n_clips = Counter(row["file"] for row in rows)
    said = {row["file"]: (row["license"], row["credit"], row["consent"], row["changed"]) for row in rows}
    return [f"| {name} | {n_clips[name]} | {' | '.join(said[name])} |" for name in sorted(said)]


def _fitted(picture: UInt8[np.ndarray, "h w 3"]) -> UInt8[np.ndarray, "hh ww 3"]:
    """As wide as a tile, and no higher than its width: a high picture stands between bars."""
    scale = TILE / max(picture.shape[:2])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    size = (max(round(picture.shape[1] * scale), 1), max(round(picture.shape[0] * scale), 1))
    small = cv2.resize(picture, size, interpolation=how)
    bar = TILE - small.shape[1]
    sides = ((0, 0), (bar // 2, bar - bar // 2), (0, 0))
    return np.asarray(np.pad(small, sides, constant_values=24), np.uint8)
