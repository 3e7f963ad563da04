"""What a round is worth: its weights on the frozen set, and what annotators needed; `round.json` and a table."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.table import Table

from annotate import leaving
from annotate.robot.actions import EDITS, KINDS, Trace
from annotate.robot.costs import Costs
from sts import config, files, statistics
from sts.errors import ConfigError, DataError
from sts.files import Location
from sts.statistics import Interval, PerClip

NAME = "round.json"
SCORES = {"fgiou": "fgIoU", "fgiou_tolerant_1px": "within 1 px"}
"""Of benchmarks.evaluate"""
EFFORT = ("seconds", "touched")
CAPTION = (
    "Of each round: its clips, and what a person needed for them. Then its weights on the frozen set, which no round "
    "trains on, each with its difference to the row above: scores in percent, seconds a frame and share of frames "
    "touched in percent that a simulated annotator needs with these pre-labels. Intervals: bootstrap by clip."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A value and its interval, where that is known."""

    value: float
    low: float | None = None
    high: float | None = None


Figures = dict[str, Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What annotators did."""

    frames: int
    seconds: float
    """Of all of them together"""
    touched: int
    """Frames that they changed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """`round.json`."""

    name: str
    clips: tuple[str, ...] = ()
    """Annotated in this round"""
    layers: tuple[str, ...] = ()
    """Of human labels, relative to the project directory"""
    work: Work | None = None
    """None for the start, which has weights only"""
    scores: Figures = field(default_factory=dict)
    """Of its weights on the frozen set, SCORES and EFFORT"""
    better: Figures = field(default_factory=dict)
    """Differences to the round before, paired by clip"""


def read(place: Path) -> Round | None:
    """None for a round that has not ended."""
    path = place / NAME
    if not path.exists():
        return None
    try:
        return config.from_json(Round, path.read_text(encoding="utf-8"))
    except (ConfigError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is damaged ({error})", "delete it and run the rounds again") from error


def write(place: Path, one: Round) -> Round:
    """With this file the round has ended."""
    with files.replacing(place / NAME) as file:
        file.write((json.dumps(config.to_dict(one), indent=2, ensure_ascii=False) + "\n").encode())
    return one


def scored(evaluation: Path) -> tuple[Figures, Figures]:
    """Scores of the first prediction of an evaluation, and its difference to the second if there is one."""
    page = json.loads((evaluation / "scores.json").read_text(encoding="utf-8"))
    found = page["predictions"][0]["scores"], page["difference"]
    scores, better = ({name: Figure(**one[name]) for name in SCORES if name in one} for one in found)
    return scores, better


def effort(
    layer: Location, before: Location | None, costs: Costs, bootstrap: tuple[int, int, float]
) -> tuple[Figures, Figures]:
    """Seconds a frame and share of frames touched of a simulated annotator, and the difference to another layer.

    `bootstrap` is its seed, its draws and the level of its intervals.
    """
    seed, draws, level = bootstrap
    now = _table(layer, costs)
    rng = np.random.default_rng(seed)
    own = statistics.intervals(now, _shares, rng, draws, level)
    less = {}
    if before is not None:
        less = statistics.paired_differences(now, _table(before, costs), _shares, rng, draws, level)
    return _figures(own), _figures(less)


def worked(layer: Location, costs: Costs) -> Work:
    """What a simulated annotator did to leave this layer."""
    frames, seconds, touched = _table(layer, costs).sum(axis=0).tolist()
    return Work(frames=int(frames), seconds=round(seconds, 3), touched=int(touched))


def table(rounds: Sequence[Round]) -> Table:
    """A row a round."""
    shown = Table(caption=CAPTION, caption_justify="left")
    names = {**SCORES, "seconds": "s/frame", "touched": "touched %"}
    for head in ("", "clips", "s/frame", "touched %", *(f"frozen: {head}" for head in names.values())):
        shown.add_column(head, justify="right" if head else "left")
    for one in rounds:
        work = one.work
        own = ("", "", "") if work is None else _own(one, work)
        shown.add_row(one.name, *own, *(_cell(one, name) for name in names))
    return shown


def _own(one: Round, work: Work) -> tuple[str, str, str]:
    return str(len(one.clips)), f"{work.seconds / work.frames:.1f}", f"{100 * work.touched / work.frames:.0f}"


def _cell(one: Round, name: str) -> str:
    by = 1.0 if name == "seconds" else 100.0
    lines = [_printed(one.scores.get(name), by), _printed(one.better.get(name), by, sign="+")]
    return "\n".join(line for line in lines if line)


def _printed(one: Figure | None, by: float, sign: str = "") -> str:
    if one is None:
        return ""
    value = f"{by * one.value:{sign}.2f}"
    return value if one.low is None or one.high is None else f"{value} [{by * one.low:.2f}, {by * one.high:.2f}]"


def _table(layer: Location, costs: Costs) -> PerClip:
    """Frames, seconds and touched frames; a row a clip, in order of their ids."""
    found = {one.clip_id: one for one in leaving.read(layer)}
    return np.array([_row(found[clip_id], costs) for clip_id in sorted(found)], np.float64)


def _row(one: Trace, costs: Costs) -> tuple[float, float, float]:
    edits = np.isin(one.kinds, [KINDS.index(kind) for kind in EDITS])
    seconds = float(costs.seconds(one.kinds, one.amounts).sum())
    return float(one.n_frames), seconds, float(len(np.unique(one.frames[edits])))


def _shares(clips: PerClip) -> Mapping[str, float]:
    frames, seconds, touched = clips.sum(axis=0).tolist()
    return {"seconds": seconds / frames, "touched": touched / frames}


def _figures(found: Mapping[str, Interval]) -> Figures:
    return {name: Figure(value=one.value, low=_known(one.low), high=_known(one.high)) for name, one in found.items()}


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
