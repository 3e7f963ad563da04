"""Quality against time: what traces come to over clips and seeds, with intervals by clip."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float64

from annotate.robot import score
from annotate.robot.actions import EDITS, KINDS, Trace
from annotate.robot.costs import Costs
from sts import statistics
from sts.statistics import Interval, PerClip

POINTS = 240
"""Of a curve"""
FIRST = 0.001
"""The first point after 0, as a share of the last"""
LEVELS = (0.90, 0.95)
"""Tolerant fgIoU to be reached"""
FIGURES = ("frames", "seconds", "edited", "edits", "actions", "hits", "wrong", "wrong_1")
"""What is summed for each clip, before what is counted along both curves"""
COUNTED = 4
"""Along a curve: the three counts of `score`, and how many frames were edited"""
Grid = Float64[np.ndarray, " points"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """Where the curves of all strategies have their points: rising, from 0, denser at the beginning."""

    seconds: Grid
    """Of work, a frame"""
    actions: Grid
    """A frame"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """Quality of all clips together when each has had the same work a frame."""

    at: Grid
    fgiou: Grid
    tolerant: Grid
    edited: Grid
    """Share of the frames that were edited so far"""


def scale(traces: Sequence[Trace], costs: Costs) -> Scale:
    """As long as the longest of the traces, a frame."""
    seconds = max((costs.seconds(one.kinds, one.amounts).sum() / one.n_frames for one in traces), default=1.0)
    actions = max((len(one.kinds) / one.n_frames for one in traces), default=1.0)
    return Scale(seconds=_points(float(seconds)), actions=_points(float(actions)))


def rows(traces: Iterable[Trace], costs: Costs, points: Scale) -> PerClip:
    """A row a clip, in order of their ids: sums over its runs of FIGURES, then hits and errors along both curves."""
    found: dict[str, Float64[np.ndarray, " k"]] = {}
    for trace in traces:
        one = _row(trace, costs, points)
        found[trace.clip_id] = found[trace.clip_id] + one if trace.clip_id in found else one
    return np.stack([found[clip_id] for clip_id in sorted(found)])


def figures(table: PerClip, points: Scale) -> dict[str, float]:
    """Figures of some clips; NaN for a level that is not reached."""
    sums = dict(zip(FIGURES, table[:, : len(FIGURES)].sum(axis=0).tolist(), strict=True))
    by_time, by_action = curves(table, points)
    end = np.array([[sums["hits"], sums["wrong"], sums["wrong_1"]]])
    return {
        "seconds": sums["seconds"] / sums["frames"],
        "actions": sums["actions"] / sums["frames"],
        "edited": sums["edited"] / sums["frames"],
        "actions_per_edited": sums["edits"] / sums["edited"] if sums["edited"] else math.nan,
        "fgiou": score.fgiou(end).item(),
        "tolerant": score.tolerant_fgiou(end).item(),
        "auc": _area(by_time),
        "auc_actions": _area(by_action),
        **{f"seconds_to_{round(100 * level)}": _reaches(by_time, level) for level in LEVELS},
        **{f"actions_to_{round(100 * level)}": _reaches(by_action, level) for level in LEVELS},
        **{f"edited_to_{round(100 * level)}": _edited(by_time, level) for level in LEVELS},
    }


def curves(table: PerClip, points: Scale) -> tuple[Curve, Curve]:
    """Over seconds and over actions, both a frame."""
    frames = table[:, FIGURES.index("frames")].sum()
    counts = table[:, len(FIGURES) :].sum(axis=0).reshape(2, POINTS, COUNTED)
    by_time, by_action = (
        Curve(at=at, fgiou=score.fgiou(part), tolerant=score.tolerant_fgiou(part), edited=edited / frames)
        for at, part, edited in zip((points.seconds, points.actions), counts[..., :-1], counts[..., -1], strict=True)
    )
    return by_time, by_action


def intervals(table: PerClip, points: Scale, rng: np.random.Generator, draws: int, level: float) -> dict[str, Interval]:
    """Figures and their intervals over clips."""
    return statistics.intervals(table, partial(figures, points=points), rng, draws, level)


def times_less(
    slow: PerClip, fast: PerClip, points: Scale, rng: np.random.Generator, draws: int, level: float
) -> dict[str, Interval]:
    """How many times less work the second needs in all and to each level, paired by clip."""
    logs: Callable[[PerClip], Mapping[str, float]] = partial(_logs, points=points)
    found = statistics.paired_differences(slow, fast, logs, rng, draws, level)
    return {
        name: Interval(value=math.exp(one.value), low=math.exp(one.low), high=math.exp(one.high))
        for name, one in found.items()
    }


def _logs(table: PerClip, points: Scale) -> dict[str, float]:
    """Logarithms of seconds; NaN for none."""
    found = figures(table, points)
    names = ("seconds", *(f"seconds_to_{round(100 * level)}" for level in LEVELS))
    return {name: math.log(found[name]) if found[name] > 0 else math.nan for name in names}


def _row(trace: Trace, costs: Costs, points: Scale) -> Float64[np.ndarray, " k"]:
    seconds = np.cumsum(costs.seconds(trace.kinds, trace.amounts)) / trace.n_frames
    edits = np.isin(trace.kinds, [KINDS.index(kind) for kind in EDITS])
    paid = trace.kinds != KINDS.index("machine")
    actions = np.cumsum(paid) / trace.n_frames
    new = np.zeros(len(trace.kinds), np.int64)
    new[np.flatnonzero(edits)[np.unique(trace.frames[edits], return_index=True)[1]]] = 1
    counts = np.concatenate([trace.start[None], trace.counts])
    counts = np.column_stack([counts, np.concatenate([[0], np.cumsum(new)])])
    sums = [trace.n_frames, seconds[-1] * trace.n_frames if len(seconds) else 0.0]
    sums += [new.sum(), edits.sum(), paid.sum(), *counts[-1, :3]]
    ends = ((seconds, points.seconds), (actions, points.actions))
    along = [counts[np.searchsorted(end, at, side="right")] for end, at in ends]
    return np.concatenate([np.array(sums, np.float64), *(part.ravel().astype(np.float64) for part in along)])


def _points(last: float) -> Grid:
    return np.concatenate([[0.0], np.geomspace(FIRST * last, last, POINTS - 1)])


def _area(curve: Curve) -> float:
    """Mean tolerant fgIoU over the whole length."""
    return float(np.trapezoid(curve.tolerant, curve.at) / curve.at[-1])


def _reaches(curve: Curve, level: float) -> float:
    """Where it is first as good as this."""
    return _where(curve, level, curve.at)


def _edited(curve: Curve, level: float) -> float:
    """Share of the frames that were edited when it is."""
    return _where(curve, level, curve.edited)


def _where(curve: Curve, level: float, values: Grid) -> float:
    there = curve.tolerant >= level
    return float(values[np.argmax(there)]) if there.any() else math.nan
