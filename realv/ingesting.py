"""Turns a folder of videos and pictures into clips: the settings, the clips of a shard, what is left out and why."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from realv import assembly, figures, gallery, reader, sources
from realv.sources import Part, Plan
from realv.words import WordFinder
from sts import config, files, ledger, plugins, stage
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.shards import Jpegs
from sts.stage import Notes
from sts.types import Clip, Manifest
from sts.wording import counted

log = logging.getLogger(__name__)

SHORT = "shorter than `shortest`"
DAMAGED = "damaged"
CUT_OFF = "cut off"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestConfig:
    """Settings of `realv.ingest`."""

    frames: int = 32
    """Of a clip, at most"""
    shortest: int = 4
    """Frames; a shorter rest before a cut or the end is left out. A picture is a clip all the same"""
    fps: float = 10.0
    """Most frames a second that are taken: every 2nd, 3rd, ... of a faster video; 0 for all"""
    sequence_fps: float = 25.0
    """How many frames a second the numbers of numbered pictures count"""
    cut: float = 0.1
    """Difference of frames from which they are of two shots, 0 to 1"""
    largest: int = 80_000_000
    """px of a picture; a larger one is left out"""
    frames_per_shard: int = 512
    """At most, and how a long video is divided among workers"""
    text_every: int = 8
    """Every which frame of a clip is searched for text"""
    finder: dict[str, Any] = field(default_factory=lambda: {"class": "realv.spots:Spots"})
    """A WordFinder; what it finds ranks clips and labels nothing"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no clip can be made with."""
        for name in ("frames", "shortest", "largest", "frames_per_shard", "text_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give 1 or more")
        if self.shortest > self.frames:
            raise ConfigError(f"shortest = {self.shortest} is more than frames = {self.frames}: no clip would be left")
        if self.fps < 0 or self.sequence_fps <= 0:
            raise ConfigError(
                f"fps = {self.fps}, sequence_fps = {self.sequence_fps}: give positive numbers, or fps = 0 for all"
            )


def run(settings: IngestConfig, folder: Path, out: Location, n: int | None, workers: str) -> Manifest:
    """Make what is missing of the clips of the first `n` sources. DataError if not a single clip can be made."""
    plan = Plan(settings.fps, settings.sequence_fps, settings.largest, settings.frames_per_shard)
    finder(config.to_json(settings.finder))
    if files.exists(out):
        with files.claimed(out):  # another run is said now, not after every file has been read
            pass
    parts = sources.items(sources.survey(folder, plan, n), plan)
    job = stage.Stage(command="realv.ingest", config=config.to_dict(settings), out=out)
    done = stage.make(job, partial(clips, settings, folder), parts, workers)
    _tell(done, out, folder)
    gallery.write(out, done)
    return done


def clips(settings: IngestConfig, folder: Path, item: tuple[Part, ...], notes: Notes) -> Iterator[tuple[Clip, Jpegs]]:
    """The clips of a shard; what is left out is counted in its notes, what clips are worth goes to its facts."""
    for part in item:
        if part.source.fault:
            notes.drop(part.source.name, part.source.fault)
            continue
        try:
            yield from _of_part(settings, folder, part, notes)
        except DataError as error:
            log.warning("left out: %s", error.fault)
            notes.drop(part.source.name, "it cannot be read")


@lru_cache(maxsize=1)
def finder(table: str) -> WordFinder:
    """The finder of this process, from the JSON of its table."""
    return plugins.from_table(json.loads(table), WordFinder)


def _of_part(settings: IngestConfig, folder: Path, part: Part, notes: Notes) -> Iterator[tuple[Clip, Jpegs]]:
    n_read, search = 0, finder(config.to_json(settings.finder))
    stills = reader.stills(folder, part, settings.largest)
    for run_of in assembly.runs(stills, settings.frames, settings.cut, notes):
        n_read += len(run_of)
        if len(run_of) < settings.shortest and part.source.kind != "picture":
            notes.drop(assembly.clip_id(part, run_of[0]), SHORT)
            continue
        clip = assembly.clip_of(part, run_of)
        jpegs = tuple(one.jpeg for one in run_of)
        notes.facts.append(assembly.facts_of(part, clip, run_of, figures.text(jpegs, search, settings.text_every)))
        notes.counts["frames with the source's own bytes"] += sum(one.kept for one in run_of)
        yield clip, jpegs
    lost = len(range(part.start, part.stop, part.step)) - n_read
    if lost:
        log.warning("%s: %s cannot be read", folder / part.source.name, counted(lost, "frame"))
        notes.drop(f"{part.source.name}: {counted(lost, 'frame')}", DAMAGED)
    if part.source.promised_s and part.stop == part.source.frames:
        notes.drop(f"{part.source.name}: the rest of {part.source.promised_s:.1f} s", CUT_OFF)


def _tell(done: Manifest, out: Location, folder: Path) -> None:
    n_clips = sum(shard.clips for shard in done.shards)
    why = ", ".join(f"{reason}: {n}" for reason, n in done.dropped.items())
    if not n_clips:
        raise DataError(
            f"no clip can be made of what {folder} holds ({why}): see the log; for other settings, such as fps, "
            f"shortest or cut, delete {out} or choose another --out"
        )
    if done.dropped:
        log.warning("left out (%s): see %s", why, files.join(out, "dropped.parquet"))
    said = stage.notes(out)
    unstated = len({fact["file"] for fact in said.facts if fact["license"] == ledger.UNSTATED})
    if unstated:
        log.warning(
            "%s without a licence in sources.toml: their clips are %s",
            counted(unstated, "file"),
            ledger.UNSTATED,
        )
