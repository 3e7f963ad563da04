"""What goes with every export: CARD.md in words, sources.csv with the terms of every clip and what it was made from."""

import csv
import inspect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from pipelines.exporters.content import Pair
from sts.protocols import Exporter
from sts.types import Clip
from sts.wording import counted

NAME, SOURCES = "CARD.md", "sources.csv"


class Ledger:
    """Notes clips as they pass: counts in memory, sources in a file."""

    def __init__(self) -> None:
        self.clips = self.frames = self.unlabelled = 0
        self.instances: Counter[str] = Counter()
        """By level; an instance is one frame of a track"""
        self.tracks: Counter[str] = Counter()
        self.licenses: Counter[tuple[str, str]] = Counter()
        """(clip, video, font or corpus; SPDX identifier) to how many clips"""

    def noting(self, pairs: Iterable[Pair], file: TextIO) -> Iterator[Pair]:
        """The same clips; a row for each and for each of its sources goes into the file."""
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("clip_id", "kind", "id", "sha256", "license"))
        for clip, pictures in pairs:
            table.writerows(self._note(clip))
            yield clip, pictures

    def counts(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "clips": self.clips,
            "frames": self.frames,
            "unlabelled": self.unlabelled,
            "instances": dict(sorted(self.instances.items())),
            "tracks": dict(sorted(self.tracks.items())),
        }

    def _note(self, clip: Clip) -> Iterator[tuple[str, ...]]:
        self.clips += 1
        self.frames += len(clip.frames)
        self.unlabelled += sum(not frame.labelled for frame in clip.frames)
        self.instances.update(one.level for frame in clip.frames for one in frame.instances)
        tracks = {one.track_id: one.level for frame in clip.frames for one in frame.instances}
        self.tracks.update(tracks.values())
        self.licenses.update({("clip", clip.origin.license), *((one.kind, one.license) for one in clip.origin.sources)})
        yield clip.clip_id, "clip", clip.origin.uri, "", clip.origin.license
        for one in clip.origin.sources:
            yield clip.clip_id, one.kind, one.id, one.sha256, one.license


def write(folder: Path, exporter: Exporter, made: Mapping[str, Any], ledger: Ledger) -> None:
    """CARD.md; where the format reads README.md (Hugging Face) under that name."""
    name = getattr(exporter, "CARD", NAME)
    (folder / name).write_text("\n".join(_lines(exporter, made, ledger)) + "\n", encoding="utf-8")


def _lines(exporter: Exporter, made: Mapping[str, Any], ledger: Ledger) -> Iterator[str]:
    yield f"# Video scene text, exported as {made['format']}\n"
    size = f"{counted(ledger.clips, 'clip')}, {counted(ledger.frames, 'frame')}"
    yield f"{size}, of which {ledger.unlabelled} are not labelled.\n"
    yield from ("| level | tracks | instances (one a track and frame) |", "|---|---|---|")
    for level in sorted(ledger.instances):
        yield f"| {level} | {ledger.tracks[level]} | {ledger.instances[level]} |"
    yield "\nThese are the counts of the shards; what the format cannot hold is said below.\n"
    yield f"## Files\n\n{inspect.getdoc(type(exporter))}\n"
    yield "## Terms\n\nA clip keeps its licence and those of what it was made from; `sources.csv` names all of them.\n"
    yield from ("| of | licence | clips |", "|---|---|---|")
    for (kind, license_name), clips in sorted(ledger.licenses.items()):
        yield f"| {kind} | {license_name} | {clips} |"
    yield "\n## Made from\n"
    yield from (f"- `{path}`, SHA-256 `{digest}`" for path, digest in sorted(made["inputs"].items()))
