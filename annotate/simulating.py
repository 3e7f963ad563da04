"""Measures what a strategy of annotation is worth: simulated annotators work on clips whose truth is known."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any
from zlib import crc32

import numpy as np

from annotate.robot import telling
from annotate.robot.actions import Trace
from annotate.robot.costs import Costs
from annotate.robot.desk import Desk
from annotate.robot.oracle import Oracle
from annotate.robot.telling import Result
from annotate.robot.visit import RobotConfig
from annotate.strategies import EMPTY, STRATEGIES, Tools
from sts import config, layers, plugins, run
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.protocols import Labeler, Segmenter
from sts.types import Clip


def _labelers() -> tuple[dict[str, Any], ...]:
    return ({"class": "realv.labelers.propagate:Propagate"},)


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateConfig:
    """Settings of `annotate.simulate`."""

    seed: int = 0
    seeds: int = 5
    """Annotators, each with a hand of its own"""
    strategies: tuple[str, ...] = tuple(name for name in STRATEGIES if name != "boxes")
    """Names in `annotate.strategies.STRATEGIES`; the first is what the others are compared with"""
    labelers: tuple[dict[str, Any], ...] = field(default_factory=_labelers)
    """Import paths and options of the Labelers that carry corrected frames to the others, in turn"""
    segmenter: dict[str, Any] = field(default_factory=lambda: {"class": "realv.labelers.stroke:Stroke"})
    """Import path and options of the Segmenter that fills the boxes of the strategy `boxes`"""
    transcripts: bool = False
    """Whether annotators also type the words: on every frame, or once a track where frames are carried"""
    robot: RobotConfig = field(default_factory=RobotConfig)
    costs: Costs = field(default_factory=Costs)
    draws: int = 1000
    """Of the bootstrap, by clip"""
    level: float = 0.95
    """Of the intervals"""

    def __post_init__(self) -> None:
        """ConfigError for strategies that are not there and for nothing to average over."""
        unknown = [name for name in self.strategies if name not in STRATEGIES]
        if unknown or not self.strategies or len(set(self.strategies)) < len(self.strategies):
            raise ConfigError(
                f"strategies = {', '.join(self.strategies) or 'none'}: give some of {', '.join(STRATEGIES)}, each once"
            )
        if self.seeds < 1 or self.draws < 20 or not 0 < self.level < 1:
            raise ConfigError(
                f"seeds = {self.seeds}, draws = {self.draws}, level = {self.level}: give 1 seed or more, 20 draws or "
                "more and a level in (0, 1)"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """All runs on one clip."""

    path: str
    """Id of the clip"""
    traces: tuple[Trace, ...]
    clips: int = 1


def simulate(
    settings: SimulateConfig, prelabels: Location, truth: Location, workers: str, n: int | None = None
) -> Result:
    """Let every annotator work on the first `n` clips of the pre-labels by every strategy.

    DataError for a clip whose truth is not there or of another size, or without labels of its own on every frame.
    """
    _tools(settings, 0)
    ids = [clip.clip_id for clip in layers.read(prelabels, pictures=False)][:n]
    if not ids:
        raise DataError(f"{prelabels} has no clips to annotate: give pre-labels, and --n 1 or more")
    tasks = {i: partial(_clip, settings, prelabels, truth, clip_id) for i, clip_id in enumerate(ids)}
    done = run.map_shards(tasks, workers)
    traces = [trace for i in sorted(done) for trace in done[i].traces]
    return telling.result(traces, settings.strategies, settings.costs, (settings.seed, settings.draws, settings.level))


def _clip(settings: SimulateConfig, prelabels: Location, truth: Location, clip_id: str) -> Worked:
    given, known = _pair(prelabels, truth, clip_id)
    return Worked(path=clip_id, traces=tuple(_traces(settings, layers.with_video(prelabels, given), known)))


def _traces(settings: SimulateConfig, given: Clip, truth: Clip) -> Iterator[Trace]:
    for seed in range(settings.seed, settings.seed + settings.seeds):
        annotator = Oracle(truth, settings.robot, seed)
        for name in settings.strategies:
            desk = Desk(given, annotator, empty=name in EMPTY)
            STRATEGIES[name](desk, _tools(settings, seed, given.clip_id))
            yield desk.trace(name, seed)


def _pair(prelabels: Location, truth: Location, clip_id: str) -> tuple[Clip, Clip]:
    """The clip as both directories have it."""
    given, known = layers.labels(prelabels, clip_id), layers.labels(truth, clip_id)
    assert given is not None
    if known is None:
        raise DataError(f"{truth} has no clip {clip_id}: give the directory with the truth of {prelabels}")
    shapes = [(clip.width, clip.height, len(clip.frames)) for clip in (given, known)]
    if shapes[0] != shapes[1]:
        said = " and ".join("{}x{} px and {} frames".format(*shape) for shape in shapes)
        raise DataError(f"clip {clip_id} differs in pre-labels and truth: {said}")
    return given, known


def _tools(settings: SimulateConfig, seed: int, clip_id: str = "") -> Tools:
    labelers = tuple(_labeler(config.to_json(table)) for table in settings.labelers)
    return Tools(
        labelers=labelers,
        segmenter=_segmenter(config.to_json(settings.segmenter)) if "boxes" in settings.strategies else None,
        transcripts=settings.transcripts,
        rng=np.random.default_rng([seed, crc32(clip_id.encode())]),
    )


@lru_cache(maxsize=8)
def _labeler(table: str) -> Labeler:
    """One of this process."""
    return plugins.from_table(json.loads(table), Labeler)


@lru_cache(maxsize=1)
def _segmenter(table: str) -> Segmenter:
    """That of this process."""
    return plugins.from_table(json.loads(table), Segmenter)
