"""What each rung of an ablation adds: means over its trainings, differences to the rung before, a table."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sts import files, statistics
from sts.files import Location
from sts.statistics import Interval

COLUMNS = {"fgiou": "fgIoU", "f_global": "F", "flicker_8": "flicker", "vc_8": "VC8"}
"""Scores of benchmarks.evaluate and their heads; those of time are absent where clips are shorter than 8 frames"""
CAPTION = (
    "Percent: mean over trainings [95 % interval, Student's t]; Δ is the difference to the rung above, paired by seed. "
    "The intervals are about the luck of training, not about other clips."
)

Runs = Sequence[Mapping[str, float]]
"""Scores by name, one a training, in the order of the seeds"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One rung; scores are fractions, by name."""

    rung: str
    values: dict[str, list[float]]
    """One a training"""
    scores: dict[str, Interval]
    differences: dict[str, Interval]
    """To the rung before; none in the first"""


def compare(found: Mapping[str, Runs]) -> list[Row]:
    """A row a rung, in the given order."""
    names = [name for name in COLUMNS if all(name in run for group in found.values() for run in group)]
    rows, before = [], None
    for rung, group in found.items():
        values = {name: [run[name] for run in group] for name in names}
        rows.append(
            Row(
                rung=rung,
                values=values,
                scores={name: statistics.mean(values[name]) for name in names},
                differences={} if before is None else {n: _difference(values[n], before[n]) for n in names},
            )
        )
        before = values
    return rows


def markdown(rows: Sequence[Row]) -> str:
    """The table."""
    heads = ["rung", *(word for name in rows[0].scores for word in (COLUMNS[name], "Δ"))]
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *(list(_cells(row)) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + f"\n\n{CAPTION}\n"


def save(out: Location, rows: Sequence[Row]) -> None:
    """Write `ablation.md` and `ablation.json` below `out`."""
    page = [
        {
            "rung": row.rung,
            "scores": {name: {**_plain(one), "by seed": row.values[name]} for name, one in row.scores.items()},
            "difference": {name: _plain(one) for name, one in row.differences.items()},
        }
        for row in rows
    ]
    text = json.dumps(page, indent=1, allow_nan=False) + "\n"
    for name, said in (("ablation.md", markdown(rows)), ("ablation.json", text)):
        with files.replacing(files.join(out, name)) as file:
            file.write(said.encode())


def _difference(values: Sequence[float], before: Sequence[float]) -> Interval:
    """Paired by seed; a rung that was not trained is the same for every seed."""
    pairs = zip(values, before if len(before) > 1 else [before[0]] * len(values), strict=True)
    return statistics.mean([value - other for value, other in pairs])


def _cells(row: Row) -> Iterator[str]:
    yield row.rung
    for name, score in row.scores.items():
        yield _printed(score, "")
        yield _printed(row.differences[name], "+") if name in row.differences else ""


def _printed(one: Interval, sign: str) -> str:
    value, low, high = (f"{100 * number:{sign}.2f}" for number in (one.value, one.low, one.high))
    return value if math.isnan(one.low) else f"{value} [{low}, {high}]"


def _plain(one: Interval) -> dict[str, float | None]:
    """JSON has no NaN: an interval that is not known is null."""
    low, high = (None if math.isnan(end) else end for end in (one.low, one.high))
    return {"mean": one.value, "low": low, "high": high}
