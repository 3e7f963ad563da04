"""The curves of a simulation as a page to look at."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from annotate.robot.curves import LEVELS, Curve
from annotate.robot.telling import COLUMNS, FACTORS, Result, Row
from sts.wording import counted

WIDTH, HEIGHT = 620, 380
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 32, 40
COLOURS = ("#c43c39", "#2f6fb3", "#4a9a4a", "#b07cd8", "#c98a1b", "#3aa6a6", "#555555")
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1320px; padding: 1rem 1.5rem; color: #222; }
svg { flex: 1 1 30rem; min-width: 0; max-width: 640px; } text { font-size: 12px; fill: #444; }
path { fill: none; stroke-width: 2; } .grid { stroke: #ddd; } .level { stroke: #999; stroke-dasharray: 4 4; }
table { border-collapse: collapse; margin-top: 1rem; }
td, th { padding: 2px 10px; text-align: right; border-bottom: 1px solid #ddd; }
td:first-child, th:first-child { text-align: left; } .both { display: flex; flex-wrap: wrap; gap: 1rem; }
"""


def html(found: Result) -> str:
    """One file without anything outside it."""
    rows = [row for row in found.rows if row.factor == FACTORS[0]]
    charts = (
        _chart({row.strategy: row.by_time for row in rows}, "seconds of work a frame"),
        _chart({row.strategy: row.by_action for row in rows}, "actions a frame"),
    )
    numbers = {"clip": len(found.clips), "frame": found.frames, "simulated annotator": len(found.seeds)}
    told = ", ".join(counted(n, noun) for noun, n in numbers.items())
    return (
        f'<!doctype html><meta charset="utf-8"><title>Simulated annotation</title><style>{STYLE}</style>'
        f"<h1>Simulated annotation</h1><p>{told}. Lines: tolerant fgIoU, all clips together.</p>"
        f'<div class="both">{"".join(charts)}</div>{_table(rows)}\n'
    )


def _chart(lines: dict[str, Curve], x: str) -> str:
    ends = [float(curve.at[-1]) for curve in lines.values()]
    first, last = min(float(curve.at[1]) for curve in lines.values()), max(ends)
    drawn = [_line(curve, colour, first, last) for curve, colour in zip(lines.values(), COLOURS, strict=False)]
    names = "".join(
        f'<tspan dx="{16 if i else 0}" style="fill:{colour}">{escape(name)}</tspan>'
        for i, (name, colour) in enumerate(zip(lines, COLOURS, strict=False))
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="tolerant fgIoU over {escape(x)}">'
        + "".join([*_across(first, last), *_down(), *drawn])
        + f'<text x="{LEFT}" y="{TOP - 16}">{names}</text>'
        + f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 6}" text-anchor="middle">{escape(x)}</text></svg>'
    )


def _line(curve: Curve, colour: str, first: float, last: float) -> str:
    points = zip(curve.at[1:].tolist(), curve.tolerant[1:].tolist(), strict=True)
    way = " L".join(f"{_x(at, first, last):.1f} {_y(value):.1f}" for at, value in points)
    return f'<path d="M{way}" stroke="{colour}"/>'


def _across(first: float, last: float) -> Iterator[str]:
    """A line a power of ten and its half."""
    for power in range(math.floor(math.log10(first)), math.ceil(math.log10(last)) + 1):
        for at in (10.0**power, 3 * 10.0**power):
            if first <= at <= last:
                x = _x(at, first, last)
                yield f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}"/>'
                yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{at:g}</text>'


def _down() -> Iterator[str]:
    for value, kind in (*((i / 5, "grid") for i in range(6)), *((level, "level") for level in LEVELS)):
        y = _y(value)
        yield f'<line class="{kind}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        if kind == "grid":
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{100 * value:.0f}</text>'


def _table(rows: Sequence[Row]) -> str:
    heads = "".join(f"<th>{escape(head)}</th>" for head in ("strategy", *(head for head, _ in COLUMNS.values())))
    body = "".join(
        f"<tr><td>{escape(row.strategy)}</td>"
        + "".join(f"<td>{_cell(row.figures[name].value * by)}</td>" for name, (_, by) in COLUMNS.items())
        + "</tr>"
        for row in rows
    )
    return f"<table><tr>{heads}</tr>{body}</table>"


def _cell(value: float) -> str:
    return "not reached" if math.isnan(value) else f"{value:.1f}"


def _x(at: float, first: float, last: float) -> float:
    """Logarithmic."""
    share = math.log(at / first) / max(math.log(last / first), 1e-9)
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def _y(value: float) -> float:
    return TOP + (1 - value) * (HEIGHT - TOP - BOTTOM)
