"""Pre-labels every clip of a directory: a layer of labels above its pictures."""

import dataclasses
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from realv import fusion, keyframes, priority, summary
from realv.clock import Clock
from realv.keyframes import People
from sts import config, files, layers, manifest, plugins, shards, stage
from sts.errors import ConfigError, DataError, StsError
from sts.files import Location
from sts.protocols import Labeler
from sts.stage import Notes, Stage
from sts.types import Clip, Manifest

log = logging.getLogger(__name__)

TOLD_S = 20.0
"""From one line on how far a shard is to the next"""


def _steps() -> tuple[dict[str, Any], ...]:
    steps = ("link:Link", "propagate:Propagate", "whole:Whole", "hierarchy:Hierarchy")
    return tuple({"class": f"realv.labelers.{name}"} for name in steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class PrelabelConfig:
    """Settings of `realv.prelabel`."""

    labeler: dict[str, Any] = field(default_factory=lambda: {"class": "realv.labelers.charsam:CharSam"})
    """Import path of the Labeler that finds text on key frames, and its options"""
    every: int = 4
    """Frames from one key frame to the next; 1 labels every frame"""
    people: People = "keep"
    """What becomes of frames that people labelled: "keep" them; "redraw" the strokes of their words, with a labeler
    that takes words as they are; "forget" them, so that what is found can be held against them"""
    then: tuple[dict[str, Any], ...] = field(default_factory=_steps)
    """Labelers that work on what was found, one after the other, with the whole clip in view"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no clip can be labelled with."""
        if self.every < 1:
            raise ConfigError(f"every = {self.every}: give 1 for every frame, or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker needs."""

    sources: tuple[str, ...]
    """Directories of clips: one to label, or several layers to fuse"""
    out: str
    settings: str
    """JSON of the settings"""


def prelabel(settings: PrelabelConfig, sources: Sequence[str], out: Location, workers: str) -> Manifest:
    """Label what is missing of the clips in `sources`, shard by shard, without their pictures.

    A clip that cannot be read or labelled is dropped with its reason, and the run goes on. ConfigError, PluginError or
    DataError, before any work, for a labeler that cannot be used.
    """
    if not sources or len(set(sources)) != len(sources):
        raise ConfigError("give --in DIR, or several different ones that are to be fused")
    job = Job(sources=tuple(map(str, sources)), out=str(out), settings=config.to_json(settings))
    run = Stage(command="realv.prelabel", config=_resolved(job), out=out, inputs=tuple(sources))
    names = [shard.path for shard in manifest.read(sources[0]).shards]
    done = stage.make(run, partial(_clips, job), names, workers)
    summary.write(out, done)
    return done


def _clips(job: Job, name: str, notes: Notes) -> Iterator[Clip]:
    clock, path = Clock(), files.join(job.sources[0], name)
    n, told = shards.footer(path).clips, time.monotonic()
    for index in range(n):
        if time.monotonic() - told > TOLD_S:
            log.info("%s: %d of %d clips", name, index, n)
            told = time.monotonic()
        clip = shards.read_clip(path, index, pictures=False)
        try:
            labelled, apart = _labelled(job, clip, clock)
        except StsError as error:
            log.warning("clip %s is left out: %s", clip.clip_id, error)
            notes.drop(clip.clip_id, "pictures cannot be read" if isinstance(error, DataError) else "labeler failed")
            continue
        with clock.step("review"):
            notes.facts += priority.rows(labelled, apart)
        notes.counts.update(summary.tally(labelled))
        yield replace(labelled, video=None)
    clock.save(job.out, name)


def _labelled(job: Job, clip: Clip, clock: Clock) -> tuple[Clip, Sequence[float]]:
    """The clip with its labels and its video, and how far labelers disagree on each frame."""
    settings = config.from_json(PrelabelConfig, job.settings)
    found, then = _labelers(job)
    with clock.step("read"):
        seen = layers.with_video(job.sources[0], clip)
    if found is None:
        with clock.step("fuse"):
            labelled, apart = _fused(job, seen)
    else:
        with clock.step(settings.labeler["class"]):
            labelled = keyframes.label(seen, found, settings.every, settings.people)
        apart = (0.0,) * len(seen.frames)
    for table, labeler in zip(settings.then, then, strict=True):
        with clock.step(table["class"]):
            labelled = labeler.label(labelled)
    clock.frames += len(clip.frames)
    return labelled, apart


def _fused(job: Job, clip: Clip) -> tuple[Clip, Sequence[float]]:
    """What all layers say of a clip; DataError for one that a layer lacks."""
    found = [(source, layers.labels(source, clip.clip_id)) for source in job.sources[1:]]
    for source, other in found:
        if other is None or len(other.frames) != len(clip.frames):
            raise DataError(
                f"{source} has no clip {clip.clip_id} of {len(clip.frames)} frames: fuse layers of the same clips"
            )
    return fusion.fuse([clip, *(other for _, other in found if other is not None)])


@lru_cache(maxsize=1)
def _labelers(job: Job) -> tuple[Labeler | None, tuple[Labeler, ...]]:
    """The labelers of this process: who finds text, None where layers are fused, and who works on it then."""
    settings = config.from_json(PrelabelConfig, job.settings)
    first = None if len(job.sources) > 1 else plugins.from_table(settings.labeler, Labeler)
    return first, tuple(plugins.from_table(table, Labeler) for table in settings.then)


def _resolved(job: Job) -> dict[str, Any]:
    """Every setting, with every option of the labelers; loading them here tells what is wrong once, before any work."""
    settings = config.from_json(PrelabelConfig, job.settings)
    first, then = _labelers(job)
    steps = [_options(table, one) for table, one in zip(settings.then, then, strict=True)]
    if first is None:
        return {"fuse": len(job.sources), "then": steps}
    return {
        "labeler": _options(settings.labeler, first),
        "every": settings.every,
        "people": settings.people,
        "then": steps,
    }


def _options(table: dict[str, Any], labeler: Any) -> dict[str, Any]:
    options = config.to_dict(labeler) if dataclasses.is_dataclass(labeler) else {}
    return {name: _hashed(name, value) for name, value in {**table, **options}.items()}


def _hashed(name: str, value: Any) -> Any:
    """Settings with the SHA-256 of weights in place of their file."""
    if isinstance(value, dict):
        return {inner: _hashed(inner, item) for inner, item in value.items()}
    there = name == "weights" and isinstance(value, str) and value and Path(value).is_file()
    return files.sha256(value) if there else value
