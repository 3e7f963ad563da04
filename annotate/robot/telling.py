"""The figures of a simulation as a table and as JSON."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.table import Table

from annotate.robot import curves
from annotate.robot.actions import Trace
from annotate.robot.costs import Costs
from annotate.robot.curves import Curve
from sts.statistics import Interval

FACTORS = (1.0, 0.5, 2.0)
"""Of the costs that are assumed; the first is told in full"""
COLUMNS = {
    "seconds": ("s/frame", 1.0),
    "seconds_to_90": ("s/frame to 90", 1.0),
    "seconds_to_95": ("s/frame to 95", 1.0),
    "auc": ("AUC", 100.0),
    "fgiou": ("fgIoU", 100.0),
    "tolerant": ("tolerant", 100.0),
    "edited_to_95": ("edited % to 95", 100.0),
    "edited": ("edited %", 100.0),
    "actions_per_edited": ("edits/edited", 1.0),
    "actions": ("actions/frame", 1.0),
}
"""Figure to its head and factor"""
LESS = "seconds_to_95"
CAPTION = (
    "fgIoU, tolerant (fgIoU but for errors within 1 px of both contours), AUC (of tolerant over seconds) and edited "
    "frames in percent. To 90 and 95: when all clips together reach this tolerant fgIoU, each with the same seconds a "
    "frame. Intervals: bootstrap by clip."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One strategy at one factor of the assumed costs."""

    strategy: str
    factor: float
    figures: dict[str, Interval]
    less: dict[str, Interval]
    """Times less work than the first strategy, in all and to each level; empty for the first"""
    by_time: Curve
    by_action: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a simulation found."""

    clips: tuple[str, ...]
    frames: int
    """Of all clips"""
    seeds: tuple[int, ...]
    rows: tuple[Row, ...] = field(repr=False)


def result(
    traces: Sequence[Trace], strategies: Sequence[str], costs: Costs, bootstrap: tuple[int, int, float]
) -> Result:
    """Figures of all traces; `bootstrap` is its seed, its draws and the level of its intervals."""
    frames = {trace.clip_id: trace.n_frames for trace in traces}
    return Result(
        clips=tuple(sorted(frames)),
        frames=sum(frames.values()),
        seeds=tuple(sorted({trace.seed for trace in traces})),
        rows=tuple(row for factor in FACTORS for row in _rows(traces, strategies, costs, factor, bootstrap)),
    )


def table(found: Result) -> Table:
    """A row a strategy, then how much less work each needs at other costs."""
    shown = Table(caption=CAPTION, caption_justify="left")
    for head in ("strategy", "costs", *(head for head, _ in COLUMNS.values()), "times less to 95"):
        shown.add_column(head, justify="left" if head == "strategy" else "right")
    for factor in FACTORS:
        shown.add_section()
        for row in found.rows:
            if row.factor == factor:
                cells = [_printed(row.figures[name], by) for name, (_, by) in COLUMNS.items()]
                shown.add_row(row.strategy, f"x{factor:g}", *cells, _printed(row.less.get(LESS), 1.0))
    return shown


def plain(found: Result) -> str:
    """JSON of everything but the single actions."""
    page = {
        "clips": found.clips,
        "frames": found.frames,
        "seeds": found.seeds,
        "strategies": [
            {
                "strategy": row.strategy,
                "assumed costs times": row.factor,
                "figures": _intervals(row.figures),
                "times less than the first": _intervals(row.less),
                "over seconds a frame": _curve(row.by_time),
                "over actions a frame": _curve(row.by_action),
            }
            for row in found.rows
        ],
    }
    return json.dumps(page, indent=1, allow_nan=False) + "\n"


def _rows(
    traces: Sequence[Trace], strategies: Sequence[str], costs: Costs, factor: float, bootstrap: tuple[int, int, float]
) -> Iterator[Row]:
    seed, draws, level = bootstrap
    scaled = costs.scaled(factor)
    points = curves.scale(traces, scaled)
    tables = {name: curves.rows((one for one in traces if one.strategy == name), scaled, points) for name in strategies}
    first = tables[strategies[0]]
    for name, own in tables.items():
        by_time, by_action = curves.curves(own, points)
        rng = np.random.default_rng(seed)
        yield Row(
            strategy=name,
            factor=factor,
            figures=curves.intervals(own, points, rng, draws, level),
            less=curves.times_less(first, own, points, rng, draws, level) if own is not first else {},
            by_time=by_time,
            by_action=by_action,
        )


def _printed(one: Interval | None, by: float) -> str:
    if one is None or math.isnan(one.value):
        return "-"
    value, low, high = (f"{by * number:.1f}" for number in (one.value, one.low, one.high))
    return value if math.isnan(one.low) else f"{value} [{low}, {high}]"


def _intervals(found: Mapping[str, Interval]) -> dict[str, dict[str, float | None]]:
    return {
        name: {"value": _number(x.value), "low": _number(x.low), "high": _number(x.high)} for name, x in found.items()
    }


def _curve(curve: Curve) -> dict[str, list[float]]:
    lines = {"at": curve.at, "fgiou": curve.fgiou, "tolerant": curve.tolerant, "edited": curve.edited}
    return {name: _rounded(line.tolist()) for name, line in lines.items()}


def _rounded(values: Iterable[float]) -> list[float]:
    return [round(value, 5) for value in values]


def _number(value: float) -> float | None:
    """JSON has no NaN: what is not known is null."""
    return None if math.isnan(value) else value
