"""Scores directories of predictions against the truth, shard by shard."""

import logging
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

import numpy as np

from benchmarks.metrics import frames
from benchmarks.metrics.rows import by_rule, defined, scorer
from sts import files, layers, manifest, masks, plugins, run, scored, shards, statistics
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.protocols import Metric
from sts.statistics import Interval
from sts.types import Clip, Frame, Mask
from sts.wording import counted

log = logging.getLogger(__name__)

METRICS = (
    "benchmarks.metrics.pixels:Pixels",
    "benchmarks.metrics.temporal:Temporal",
    "benchmarks.metrics.panoptic:Panoptic",
    "benchmarks.metrics.precision:AveragePrecision",
    "benchmarks.metrics.track:Tracking",
    "benchmarks.metrics.transcription:Transcription",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluateConfig:
    """Settings of `benchmarks.evaluate`."""

    seed: int = 0
    """Of the bootstrap"""
    metrics: tuple[str, ...] = METRICS
    """Import paths of classes"""
    draws: int = 1000
    """Of the bootstrap, by clip"""
    level: float = 0.95
    """Of the intervals"""
    worst: int = 12
    """Clips shown as pictures"""

    def __post_init__(self) -> None:
        """ConfigError for an interval that cannot be drawn."""
        if self.draws < 20 or not 0 < self.level < 1:
            raise ConfigError(
                f"draws = {self.draws}, level = {self.level}: give 20 draws or more and a level in (0, 1)"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A clip over time."""

    frames: tuple[int, ...]
    """Index of each labelled frame"""
    iou: tuple[float, ...]
    """fgIoU of each frame, 1 where both are empty"""

    @property
    def flicker(self) -> float:
        """Mean change of the fgIoU from one labelled frame to the next."""
        return float(np.abs(np.diff(self.iou)).mean()) if len(self.iou) > 1 else 0.0

    @property
    def worst(self) -> int:
        """Index of the frame with the lowest fgIoU."""
        return self.frames[int(np.argmin(self.iou))]


@dataclass(slots=True, kw_only=True)
class Scored:
    """What is known of some clips."""

    path: str
    clips: int
    instances: int = 0
    """Predicted"""
    strokes: int = 0
    """Of these, with a stroke mask"""
    metrics: list[Any]
    """Metric instances"""
    curves: dict[str, Curve] = field(default_factory=dict)
    """By clip id; a clip without a labelled frame has none"""

    def merge(self, other: "Scored") -> None:
        """Add what another shard counted."""
        self.clips += other.clips
        self.instances += other.instances
        self.strokes += other.strokes
        self.curves.update(other.curves)
        for mine, theirs in zip(self.metrics, other.metrics, strict=True):
            mine.merge(theirs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One directory of predictions."""

    prediction: str
    scores: dict[str, dict[str, Interval]]
    """By class of the metric and name: fractions, or px where the name ends with _px"""
    extra: int
    """Predicted clips that the truth does not have; they are not scored"""
    by_rule: frozenset[str]
    """Scores that divide by nothing and are 1 by a rule of the reference, such as the precision of no prediction"""
    scored: Scored

    @property
    def shown(self) -> dict[str, dict[str, Interval]]:
        """What tables show: the scores, but NaN for those `by_rule`, which nobody has earned."""
        none = Interval(value=float("nan"), low=float("nan"), high=float("nan"))
        return {
            metric: {name: none if name in self.by_rule else one for name, one in found.items()}
            for metric, found in self.scores.items()
        }


def evaluate(settings: EvaluateConfig, truth: Location, prediction: Location, workers: str) -> Result:
    """All scores of a directory. DataError if it lacks a clip of the truth or has one at another size."""
    done = manifest.read(truth)
    extra = _check(truth, prediction)
    tasks = {i: partial(_shard, settings, truth, prediction, shard.path) for i, shard in enumerate(done.shards)}
    parts = run.map_shards(tasks, workers)
    if not parts:
        raise DataError(f"{truth} holds no clips")
    total = parts[0]
    for i in sorted(parts)[1:]:
        total.merge(parts[i])
    if total.instances and not total.strokes:
        log.warning(
            "%s has %s and no stroke mask: scores of pixels and of tracks, which are 0, say nothing of its "
            "polygons and transcripts",
            prediction,
            counted(total.instances, "instance"),
        )
    return Result(
        prediction=str(prediction),
        scores=_scores(settings, total),
        extra=extra,
        by_rule=frozenset(name for metric in total.metrics for name in by_rule(metric)),
        scored=total,
    )


def differences(settings: EvaluateConfig, a: Result, b: Result) -> dict[str, Interval]:
    """Scores of `a` minus scores of `b` on the same clips, paired by clip.

    AP, which is no sum over clips, has none, nor has what is `by_rule` in one of them.
    """
    found: dict[str, Interval] = {}
    for first, second in zip(a.scored.metrics, b.scored.metrics, strict=True):
        scores = scorer(first)
        if scores is not None:
            rng, tables = np.random.default_rng(settings.seed), (first.rows.table(), second.rows.table())
            found |= statistics.paired_differences(*tables, scores, rng, settings.draws, settings.level)
    return {name: one for name, one in found.items() if np.isfinite(one.value) and name not in a.by_rule | b.by_rule}


def clip_scores(scored: Scored) -> dict[str, dict[str, float]]:
    """Scores of each clip on its own, by clip id and name."""
    found: dict[str, dict[str, float]] = {clip_id: {} for clip_id in scored.curves}
    for metric in scored.metrics:
        scores = scorer(metric)
        if scores is not None:
            for clip_id in scored.curves:
                found[clip_id] |= defined(scores(metric.rows.clips[clip_id][None]))
    return found


def _check(truth: Location, prediction: Location) -> int:
    """Number of predicted clips without truth. DataError for a truth without prediction or of another size."""
    wanted, given = _sizes(truth), _sizes(prediction)
    missing, extra = sorted(wanted.keys() - given.keys()), sorted(given.keys() - wanted.keys())
    if missing:
        raise DataError(
            f"{prediction} lacks {len(missing)} of {len(wanted)} clips of {truth}, first {missing[0]}: predict them "
            "too, or give the truth of what was predicted"
        )
    other = sorted(clip_id for clip_id, size in wanted.items() if given[clip_id] != size)
    if other:
        sizes = [f"{width}x{height} px" for width, height in (wanted[other[0]], given[other[0]])]
        raise DataError(
            f"{prediction} has {len(other)} of {len(wanted)} clips at another size, first clip {other[0]}: "
            f"the truth is {sizes[0]}, the prediction {sizes[1]}: predict at the original size"
        )
    if extra:
        more = counted(len(extra), "clip")
        log.warning("%s has %s that %s has not, first %s; not scored", prediction, more, truth, extra[0])
    return len(extra)


def _sizes(directory: Location) -> dict[str, tuple[int, int]]:
    """Width and height of each clip, px."""
    paths = [files.join(directory, shard.path) for shard in manifest.read(directory).shards]
    return {clip_id: size for path in paths for clip_id, size in shards.sizes(path).items()}


def _shard(settings: EvaluateConfig, truth: Location, prediction: Location, name: str) -> Scored:
    found = [cast(Any, plugins.load(path, Metric)) for path in settings.metrics]
    done = Scored(path=name, clips=0, metrics=found)
    look = any(getattr(metric, "needs_pictures", False) for metric in found)
    for wanted in layers.read_shard(truth, name, pictures=look):
        given = layers.labels(prediction, wanted.clip_id)
        assert given is not None  # _check
        for metric in found:
            metric.update(wanted, given)
        found_in = [one for frame in given.frames for one in frame.instances]
        done.instances += len(found_in)
        done.strokes += sum(one.mask is not None for one in found_in)
        curve = _curve(wanted, given)
        if curve.frames:
            done.curves[wanted.clip_id] = curve
        done.clips += 1
    return done


def _curve(truth: Clip, prediction: Clip) -> Curve:
    pairs, size = frames.pairs(truth, prediction), (truth.height, truth.width)
    ink = [(scored.strokes(wanted, *size), _counted(wanted, given, *size)) for wanted, given in pairs]
    return Curve(
        frames=tuple(wanted.index for wanted, _ in pairs),
        iou=tuple(masks.iou(*one) for one in ink),
    )


def _counted(truth: Frame, prediction: Frame, height: int, width: int) -> Mask:
    """Predicted strokes without what the truth ignores."""
    strokes, ignored = scored.strokes(prediction, height, width), scored.ignore_region(truth, height, width)
    return strokes if ignored is None else masks.encode(masks.decode(strokes) & ~ignored)


def _scores(settings: EvaluateConfig, total: Scored) -> dict[str, dict[str, Interval]]:
    return {type(metric).__name__: _intervals(settings, metric) for metric in total.metrics}


def _intervals(settings: EvaluateConfig, metric: Any) -> dict[str, Interval]:
    """Scores of one metric; one that is no sum over clips has no intervals."""
    scores, nan = scorer(metric), float("nan")
    if scores is None:
        return {name: Interval(value=value, low=nan, high=nan) for name, value in metric.compute().items()}
    rng = np.random.default_rng(settings.seed)
    found = statistics.intervals(metric.rows.table(), scores, rng, settings.draws, settings.level)
    return {name: one for name, one in found.items() if np.isfinite(one.value)}
