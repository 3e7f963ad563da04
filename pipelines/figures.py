"""Figures that other commands left in a project: scores, reviews, simulations."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan
from pathlib import Path
from typing import Any

from annotate.robot import telling
from benchmarks.report.page import NOTHING, TILES, printed
from pipelines.holdings import Holding
from sts.statistics import Interval
from sts.wording import counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the page."""

    title: str
    """The directory that it comes from"""
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(project: Path, holdings: Sequence[Holding]) -> list[tuple[str, list[Table]]]:
    """A heading, and a table for each directory with such figures."""
    places = [(project / one.name, one.name) for one in holdings]
    return [
        (heading, [_table(place, name, file) for place, name in places if (place / file).exists()])
        for heading, file in KINDS
    ]


def _table(place: Path, name: str, file: str) -> Table:
    try:
        return MAKE[file](name, json.loads((place / file).read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        return Table(title=name, heads=(), rows=(), note=f"{file} cannot be read ({type(error).__name__}: {error}).")


def _scores(name: str, page: Mapping[str, Any]) -> Table:
    sides, difference = page["predictions"], page["difference"]
    heads = ("score", *(side["path"] for side in sides), *(["difference"] if difference else []))
    rows = []
    for title, key in TILES.items():
        columns = [None if key in side["by rule"] else side["scores"].get(key) for side in sides]
        if any(columns):
            more = [difference.get(key)] if difference else []
            rows.append((title, *(_interval(key, one) for one in columns + more)))
    note = f"Truth {page['truth']['path']}, {counted(sides[0]['clips'], 'clip')}; percent, in brackets the interval."
    return Table(title=name, heads=heads, rows=tuple(rows), note=note)


def _review(name: str, page: Mapping[str, Any]) -> Table:
    states = [one["state"].replace("_", " ") for one in page["windows"] if not one["honeypot"]]
    told = ", ".join(f"{states.count(state)} {state}" for state in sorted(set(states)))
    heads = ("annotator", "windows", "frames", "s a frame", "kept", "changed", "drawn")
    rows = tuple(_person(one) for one in page["annotators"])
    return Table(
        title=name, heads=heads, rows=rows, note=f"Windows: {told or 'none'}. Kept, changed, drawn: instances."
    )


def _person(one: Mapping[str, Any]) -> tuple[str, ...]:
    seconds = NOTHING if one["seconds"] is None else f"{one['seconds']:.1f}"
    efforts = (str(one["tally"][effort]) for effort in ("kept", "changed", "drawn"))
    return (one["name"], str(one["windows"]), str(one["frames"]), seconds, *efforts)


def _simulation(name: str, page: Mapping[str, Any]) -> Table:
    rows = [one for one in page["strategies"] if one["assumed costs times"] == telling.FACTORS[0]]
    heads = ("strategy", *(head for head, _ in telling.COLUMNS.values()), "times less to 95")
    cells = tuple((one["strategy"], *_strategy(one)) for one in rows)
    note = (
        f"{counted(len(page['clips']), 'clip')}, {page['frames']} frames, {counted(len(page['seeds']), 'annotator')}."
    )
    return Table(title=name, heads=heads, rows=cells, note=note)


def _strategy(one: Mapping[str, Any]) -> Sequence[str]:
    figures = [_shown(one["figures"].get(key), by) for key, (_, by) in telling.COLUMNS.items()]
    return [*figures, _shown(one["times less than the first"].get(telling.LESS), 1.0)]


def _shown(found: Mapping[str, Any] | None, by: float) -> str:
    one = _of(found)
    if one is None or isnan(one.value):
        return NOTHING
    ends = "" if isnan(one.low) else f" [{by * one.low:.1f}, {by * one.high:.1f}]"
    return f"{by * one.value:.1f}{ends}"


def _interval(key: str, found: Mapping[str, Any] | None) -> str:
    one = _of(found)
    return NOTHING if one is None else " ".join(printed(key, one)).strip()


def _of(found: Mapping[str, Any] | None) -> Interval | None:
    """JSON has null for what is not known."""
    return None if found is None else Interval(**{end: nan if value is None else value for end, value in found.items()})


KINDS = (
    ("Scores", "scores.json"),
    ("Annotators", "review.json"),
    ("Simulated annotators", "simulation.json"),
)
"""Heading, and the file with such figures"""
MAKE: dict[str, Callable[[str, Mapping[str, Any]], Table]] = {
    "scores.json": _scores,
    "review.json": _review,
    "simulation.json": _simulation,
}
