"""Measures what a strategy of annotation is worth: simulated annotators work on clips whose truth is known."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

from annotate import leaving, submitting
from annotate.job import Job
from annotate.robot import telling, traces
from annotate.robot.actions import Trace
from annotate.robot.costs import Costs
from annotate.robot.telling import Result
from annotate.robot.visit import RobotConfig
from annotate.strategies import STRATEGIES
from sts import files, layers, run
from sts.errors import ConfigError, DataError
from sts.files import Location

LABELS = "labels"


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
    layer: str = ""
    """The strategy by which the first annotator leaves a layer of human labels, `labels` in --out; "" for none"""
    submit: str = ""
    """The --out of `annotate.push`, to whose tasks it also submits this layer; "" for nowhere"""
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
        if self.layer not in ("", *self.strategies) or (self.submit and not self.layer):
            raise ConfigError(
                f"layer = {self.layer or 'none'}: give one of strategies, {', '.join(self.strategies)}, whose labels "
                "are kept, and submitted where `submit` says so"
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
    settings: SimulateConfig, sources: tuple[str, str], out: Location, workers: str, n: int | None = None
) -> Result:
    """Let every annotator work on the first `n` clips of the pre-labels by every strategy; `sources` has their truth.

    DataError for a clip whose truth is not there or of another size, or without labels of its own on every frame.
    """
    job = _job(settings, *sources)
    job.check()
    ids = [clip.clip_id for clip in layers.read(job.prelabels, pictures=False)][:n]
    if not ids:
        raise DataError(f"{job.prelabels} has no clips to annotate: give pre-labels, and --n 1 or more")
    runs = [
        (name, seed) for seed in range(settings.seed, settings.seed + settings.seeds) for name in settings.strategies
    ]
    found = _leave(settings, job, ids, out, workers) if settings.layer else []
    others = tuple(one for one in runs if not found or one != (settings.layer, settings.seed))
    tasks = {i: partial(_work, job, clip_id, others) for i, clip_id in enumerate(ids) if others}
    done = run.map_shards(tasks, workers)
    found += [trace for i in sorted(done) for trace in done[i].traces]
    return telling.result(found, settings.strategies, settings.costs, (settings.seed, settings.draws, settings.level))


def _job(settings: SimulateConfig, prelabels: str, truth: str) -> Job:
    return Job(
        prelabels=prelabels,
        truth=truth,
        labelers=settings.labelers,
        segmenter=settings.segmenter if "boxes" in settings.strategies else {},
        transcripts=settings.transcripts,
        robot=settings.robot,
    )


def _leave(settings: SimulateConfig, job: Job, ids: list[str], out: Location, workers: str) -> list[Trace]:
    """The layer of the first annotator, submitted where that is wanted."""
    layer = files.join(out, LABELS)
    left = leaving.write(job, settings.layer, settings.seed, ids, layer, workers)
    if settings.submit:
        times = {one.clip_id: partial(traces.seconds, one, settings.costs) for one in left}
        submitting.submit(settings.submit, job.prelabels, layer, times)
    return left


def _work(job: Job, clip_id: str, runs: tuple[tuple[str, int], ...]) -> Worked:
    given, truth = job.pair(clip_id)
    return Worked(path=clip_id, traces=tuple(job.work(given, truth, *one).trace(*one) for one in runs))
