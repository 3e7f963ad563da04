"""A measured figure beside its peer and its bar, as a table and as JSON."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table

from sts import files
from sts.files import Location

WIDTH = 160
"""Characters of the printed table, at least"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a figure must reach."""

    value: float | int
    of: Literal["ours", "ratio"] = "ours"
    best: Literal["high", "low"] = "high"

    def reached(self, ours: float | int, ratio: float | None) -> bool:
        """Whether the figure is at the bar or beyond."""
        figure = ours if self.of == "ours" else ratio
        if figure is None:
            return False
        return figure >= self.value if self.best == "high" else figure <= self.value

    def __str__(self) -> str:
        sign = "≥" if self.best == "high" else "≤"
        return f"{sign} {self.value:g}{' x' if self.of == 'ratio' else ''}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One figure."""

    what: str
    unit: str
    ours: float | int
    peer: float | int | None = None
    """The same figure of somebody else, or the floor"""
    against: str = ""
    """Who that is"""
    bar: Bar | None = None

    @property
    def ratio(self) -> float | None:
        """ours / peer."""
        return self.ours / self.peer if self.peer else None

    @property
    def passed(self) -> bool | None:
        """None without a bar."""
        return None if self.bar is None else self.bar.reached(self.ours, self.ratio)


def show(lines: Sequence[Line], title: str) -> None:
    """Print the table."""
    table = Table(title=title)
    for name in ("what", "unit"):
        table.add_column(name)
    for name in ("ours", "peer", "ratio", "bar"):
        table.add_column(name, justify="right")
    table.add_column("against")
    table.add_column("")
    for line in lines:
        table.add_row(line.what, line.unit, *_numbers(line), line.against, _verdict(line.passed))
    console = Console()
    console.width = max(console.width, WIDTH)
    console.print(table)


def save(path: Location, lines: Sequence[Line], machine: dict[str, str]) -> None:
    """The same as JSON, with what it ran on."""
    rows = [
        {**dataclasses.asdict(line), "bar": _text(line.bar), "ratio": line.ratio, "passed": line.passed}
        for line in lines
    ]
    text = json.dumps({"machine": machine, "lines": rows}, indent=1, ensure_ascii=False) + "\n"
    with files.replacing(path) as file:
        file.write(text.encode())


def _numbers(line: Line) -> tuple[str, str, str, str]:
    return _short(line.ours), _short(line.peer), _short(line.ratio), _text(line.bar)


def _short(value: float | int | None) -> str:
    return "" if value is None else f"{value:.4g}"


def _text(bar: Bar | None) -> str:
    return "" if bar is None else str(bar)


def _verdict(passed: bool | None) -> str:
    return {True: "pass", False: "FAIL", None: ""}[passed]
