"""What pre-labels say of themselves: review.parquet, stats.json, CARD.md, pictures to look at."""

import json
from collections import Counter
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from realv import clock
from realv.priority import REVIEW
from sts import files, preview, stage
from sts.files import Location
from sts.types import Clip, Manifest
from sts.wording import counted, settings


def tally(clip: Clip) -> Counter[str]:
    """Clips, frames and instances by level, counted once a frame, and tracks."""
    counts: Counter[str] = Counter(clips=1, frames=len(clip.frames))
    counts["labelled frames"] = sum(frame.labelled for frame in clip.frames)
    tracks = {(item.level, item.track_id) for frame in clip.frames for item in frame.instances}
    counts.update(f"{level} tracks" for level, _ in tracks)
    counts.update(f"{item.level} instances" for frame in clip.frames for item in frame.instances)
    counts["clips without text"] = not tracks
    return counts


def write(out: Location, done: Manifest) -> None:
    """Everything beside the shards of a finished directory."""
    said = stage.notes(out)
    _review(out, said.facts)
    stats = figures(said.counts, clock.total(out))
    _text(out, "stats.json", json.dumps(stats, indent=2, ensure_ascii=False) + "\n")
    _text(out, "CARD.md", card(done, stats))
    preview.write(out)


def figures(counts: Counter[str], times: clock.Clock) -> dict[str, Any]:
    """Counts, CPU seconds a frame, and the share of each step."""
    spent, frames = sum(times.seconds.values()), max(times.frames, 1)
    shares = {name: round(seconds / max(spent, 1e-9), 4) for name, seconds in _longest_first(times)}
    return {"counts": dict(sorted(counts.items())), "cpu_s_per_frame": round(spent / frames, 4), "share": shares}


def card(done: Manifest, stats: dict[str, Any]) -> str:
    """The text of CARD.md."""
    left_out = [f"- {counted(n, 'clip')} left out: {reason}" for reason, n in done.dropped.items()]
    lines = [
        "# Pre-labels",
        "",
        "Proposals of machines, for people to correct. `score` is a confidence, not a probability.",
        f"`{REVIEW}` says which frames to look at first.",
        "",
        *(f"- {name}: {n}" for name, n in stats["counts"].items()),
        *left_out,
        "",
        f"{stats['cpu_s_per_frame']} CPU s a frame:",
        "",
        *(f"- {name}: {share:.1%}" for name, share in stats["share"].items()),
        "",
        *settings(done.config),
    ]
    return "\n".join(lines)


def _longest_first(times: clock.Clock) -> list[tuple[str, float]]:
    return sorted(times.seconds.items(), key=lambda item: -item[1])


def _review(out: Location, rows: list[dict[str, Any]]) -> None:
    """The most urgent first."""
    ordered = sorted(rows, key=lambda row: (-row["priority"], row["clip_id"], row["frame"]))
    with files.replacing(files.join(out, REVIEW)) as file:
        pq.write_table(pa.Table.from_pylist(ordered), file, compression="zstd", write_page_checksum=True)


def _text(out: Location, name: str, text: str) -> None:
    with files.replacing(files.join(out, name)) as file:
        file.write(text.encode())
