"""Renders shards of synthetic clips: the settings, the work of one shard, and how a clip is made whatever happens."""

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from zlib import crc32

import numpy as np
import platformdirs

from sts import config, plugins, stage
from sts.errors import ConfigError, DataError, PluginError, RenderError
from sts.files import Location
from sts.protocols import Engine, RngFor
from sts.stage import Notes
from sts.types import Clip, Manifest
from sts.wording import counted
from synth import report, tally
from synth.optics import DamageConfig
from synth.setup import Setup, SurfaceConfig, TextConfig, open_detector, open_kit, open_networks
from synth.surfaces import footage, windows
from synth.surfaces.networks import Networks
from synth.surfaces.windows import Window

log = logging.getLogger(__name__)

SMALLEST = 64
"""px, least side of a picture"""
LARGEST = 8192
"""px, longest side of a picture; also the most frames of a clip"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderConfig:
    """Settings of `synth.render`."""

    seed: int = 0
    width: int = 1280
    """px"""
    height: int = 720
    frames: int = 30
    """A clip"""
    clips_per_shard: int = 16
    attempts: int = 5
    """Choices tried before the fallback engine makes the clip"""
    engine: str = "synth.engines.flow:Flow"
    fallback: str = "synth.engines.planes:Planes"
    fallback_share: float = 0.1
    """Probability that a clip is made by the fallback engine outright, for variety and exact geometry"""
    videos: tuple[str, ...] = ()
    """File names of the background videos that are used, or ids of clips; empty for all"""
    windows_per_video: int = 24
    """Most pieces taken from one background video"""
    camera: float = 0.5
    """Probability that a static shot is seen by a moving virtual camera"""
    text: TextConfig = field(default_factory=TextConfig)
    surfaces: SurfaceConfig = field(default_factory=SurfaceConfig)
    damage: DamageConfig = field(default_factory=DamageConfig)

    def __post_init__(self) -> None:
        """ConfigError for a value that no clip can be made with."""
        least = {"width": SMALLEST, "height": SMALLEST, "frames": 1, "clips_per_shard": 1, "attempts": 1}
        for name, low in least.items():
            if not low <= getattr(self, name) <= LARGEST:
                raise ConfigError(f"{name} = {getattr(self, name)}: give a number from {low} to {LARGEST}")
        for name in ("fallback_share", "camera"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give a probability from 0 to 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """All that a worker needs to render any clip of a run."""

    config: RenderConfig
    windows: tuple[Window, ...]
    left_out: tuple[tuple[str, int], ...]
    """Why windows or videos of the backgrounds are not used, and how many"""
    networks: Networks
    cache: Path
    """Folder for the analysis of windows"""


def job(settings: RenderConfig, backgrounds: Sequence[str]) -> Job:
    """Look through folders of background videos. ConfigError or DataError for what cannot be used."""
    networks = open_networks(settings.surfaces)
    detector = open_detector(settings.surfaces)
    sources = _sources(backgrounds, settings.videos)
    surveys = [windows.survey(paths, settings.frames, settings.windows_per_video, detector) for paths in sources]
    found = tuple(window for survey in surveys for window in survey.windows)
    left_out = tuple(item for survey in surveys for item in survey.dropped.items())
    if not found and settings.engine != settings.fallback:
        why = ", ".join(f"{n} {reason}" for reason, n in left_out) or "it holds none"
        raise DataError(f"no background video in {', '.join(backgrounds)} can be used ({why}): name a folder of videos")
    if found:
        log.info(
            "%s of video; each is analysed once, before its first clip (some seconds)", counted(len(found), "window")
        )
    return Job(
        config=settings,
        windows=found,
        left_out=left_out,
        networks=networks,
        cache=Path(platformdirs.user_cache_dir("sts")) / "windows",
    )


def _sources(backgrounds: Sequence[str], only: Sequence[str]) -> list[tuple[str, ...]]:
    """Paths of the background videos in each folder; ConfigError for a name in `only` that no folder has."""
    found = [footage.find(folder) for folder in backgrounds]
    if not only:
        return found
    named = [tuple(path for path in paths if footage.name(path) in only) for paths in found]
    missing = sorted(set(only) - {footage.name(path) for paths in named for path in paths})
    if missing:
        raise ConfigError(f"videos names {', '.join(missing)}, which {', '.join(backgrounds)} does not hold")
    return named


def made_from(work: Job) -> dict[str, dict[str, str]]:
    """SHA-256 of what the pictures come from, for the manifest beside the settings."""
    return {
        "backgrounds": {window.id: window.sha256 for window in work.windows},
        "networks": work.networks.hashes,
    }


class Studio:
    """Both engines of a job, ready to render."""

    def __init__(self, work: Job) -> None:
        settings = work.config
        setup = Setup(
            width=settings.width,
            height=settings.height,
            frames=settings.frames,
            kit=open_kit(settings.text),
            damage=settings.damage,
            windows=work.windows,
            networks=work.networks,
            camera=settings.camera,
            cache=work.cache,
        )
        self.config = settings
        self.kit = setup.kit
        self.engine = plugins.load(settings.engine, Engine, setup=setup)
        self.fallback = plugins.load(settings.fallback, Engine, setup=setup)

    def engine_of(self, name: str) -> Engine:
        """The engine that made a clip, by the import path in its origin."""
        engines = {self.config.engine: self.engine, self.config.fallback: self.fallback}
        if name not in engines:
            raise PluginError(f"{name} is no engine of this run, which has {' and '.join(engines)}")
        return engines[name]

    def clip(self, index: int, notes: Notes) -> Clip:
        """Clip number `index`, the same on every machine; failed attempts are counted by reason."""
        settings, clip_id = self.config, f"synth-{self.config.seed}-{index:06d}"
        share = streams(settings.seed, index, 0)("engine").random()
        engines = [self.engine] * (settings.attempts if share >= settings.fallback_share else 0)
        engines += [self.fallback] * settings.attempts
        for attempt, engine in enumerate(engines):
            try:
                clip = engine.render(engine.sample(streams(settings.seed, index, attempt)), clip_id)
                return _signed(clip, settings.seed, index, attempt)
            except RenderError as error:
                log.debug("%s attempt %d: %s", clip_id, attempt, error)
                notes.counts[f"rejected attempts{tally.SEPARATOR}{_reason(error)}"] += 1
        raise RenderError(f"{clip_id} has no text after {len(engines)} attempts: check fonts, corpus and size")


def streams(seed: int, clip: int, attempt: int) -> RngFor:
    """One generator a decision, so that a new decision does not reshuffle the others."""
    return lambda name: np.random.default_rng([seed, clip, attempt, crc32(name.encode())])


@lru_cache(maxsize=1)
def studio(work: Job) -> Studio:
    """The studio of this process."""
    return Studio(work)


def clips(work: Job, item: tuple[int, int], notes: Notes) -> Iterator[Clip]:
    """Clips first..last-1 of a shard, counted in its notes."""
    for index in range(*item):
        clip = studio(work).clip(index, notes)
        notes.counts.update(tally.flat(tally.count(clip)))
        yield clip


def run(work: Job, out: Location, n: int, workers: str) -> Manifest:
    """Render what is missing of `n` clips, then the card and the preview."""
    settings = config.to_dict(work.config) | made_from(work)
    stage_run = stage.Stage(command="synth.render", config=settings, out=out)
    done = stage.make(stage_run, partial(clips, work), stage.batches(n, work.config.clips_per_shard), workers)
    kit = studio(work).kit
    scripts = sorted({kit.corpus.languages[language].script for language, _ in kit.placement.languages})
    counts = {f"{tally.LEFT_OUT}{tally.SEPARATOR}{reason}": n for reason, n in work.left_out}
    report.write(out, done, work.windows, counts, kit.library.unavailable(scripts))
    return done


def _signed(clip: Clip, seed: int, index: int, attempt: int) -> Clip:
    """The clip with its seed, index and attempt beside its choices, so that it can be made again."""
    drawn = {"seed": seed, "index": index, "attempt": attempt, "choices": json.loads(clip.origin.spec or "{}")}
    return replace(clip, origin=replace(clip.origin, spec=config.to_json(drawn)))


def _reason(error: RenderError) -> str:
    """The message without what differs from clip to clip."""
    return str(error).split(":")[0]
