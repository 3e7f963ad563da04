"""Draws a graph without circles as SVG: a row a step from the sources, every arrow down, none through a box."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from markupsafe import Markup, escape

WIDTH, HEIGHT, NARROW = 166, 44, 12
"""px of a box, and of the place where an arrow passes a row"""
ACROSS, DOWN, EDGE = 14, 34, 8
"""px between boxes, between rows, and round all"""
SWEEPS = 8
SIGNS = 21
"""Letters of a name that fit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """What stands in a box, and how it looks."""

    words: str
    kind: str = ""
    """Class of its style"""


Arrow = tuple[str, str, str]
"""From, to, and the class of its style"""
Rows = list[list[str]]
Way = list[str]


def draw(boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> Markup:
    """Boxes by name; every end of an arrow has one."""
    ranks = _ranks(boxes, arrows)
    ways = [_way(i, arrow, ranks) for i, arrow in enumerate(arrows)]
    rows = _ordered(_rows(boxes, ranks, ways), ways)
    places = _places(rows, boxes)
    width = max((x + WIDTH / 2 for x, _ in places.values()), default=0.0) + EDGE
    height = len(rows) * (HEIGHT + DOWN) - DOWN + 2 * EDGE
    lines = [_line([places[name] for name in way], kind) for way, (_, _, kind) in zip(ways, arrows, strict=True)]
    drawn = [_box(name, box, places[name]) for name, box in boxes.items()]
    head = (
        '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0 0 L8 4 L0 8 z"/></marker>'
    )
    return Markup(
        f'<svg viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}" role="img" '
        f'aria-label="what was made from what"><defs>{head}</defs>{"".join([*lines, *drawn])}</svg>'
    )


def _ranks(boxes: Mapping[str, Box], arrows: Sequence[Arrow]) -> dict[str, int]:
    """Longest way from a source; a source stands right above the first that needs it."""
    ranks = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for source, target, _kind in arrows:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    targets = {target for _, target, _ in arrows}
    for name in boxes.keys() - targets:
        ranks[name] = min((ranks[target] - 1 for source, target, _ in arrows if source == name), default=0)
    return ranks


def _way(number: int, arrow: Arrow, ranks: Mapping[str, int]) -> Way:
    """Its ends, and between them a place in every row that it passes."""
    source, target, _ = arrow
    return [source, *(f"{number}:{rank}" for rank in range(ranks[source] + 1, ranks[target])), target]


def _rows(boxes: Mapping[str, Box], ranks: Mapping[str, int], ways: Sequence[Way]) -> Rows:
    rows: Rows = [[] for _ in range(max(ranks.values(), default=-1) + 1)]
    for name in boxes:
        rows[ranks[name]].append(name)
    for way in ways:
        for i, name in enumerate(way[1:-1], ranks[way[0]] + 1):
            rows[i].append(name)
    return rows


def _ordered(rows: Rows, ways: Sequence[Way]) -> Rows:
    """Every place near the middle of its neighbours in the row above, then below, and again."""
    pairs = [pair for way in ways for pair in pairwise(way)]
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for upper, lower in pairs:
        below.setdefault(upper, []).append(lower)
        above.setdefault(lower, []).append(upper)
    for sweep in range(SWEEPS):
        order = range(1, len(rows)) if sweep % 2 == 0 else range(len(rows) - 2, -1, -1)
        for i in order:
            beside, known = (rows[i - 1], above) if sweep % 2 == 0 else (rows[i + 1], below)
            at = {name: (n + 0.5) / len(beside) for n, name in enumerate(beside)}
            own = {name: (n + 0.5) / len(rows[i]) for n, name in enumerate(rows[i])}
            rows[i].sort(key=lambda name: fmean(at[one] for one in known[name]) if name in known else own[name])
    return rows


def _places(rows: Rows, boxes: Mapping[str, Box]) -> dict[str, tuple[float, float]]:
    """Middle of the upper edge of each place; every row begins at the left, where a small screen begins to look."""
    places = {}
    for i, row in enumerate(rows):
        left = float(EDGE)
        for name in row:
            width = WIDTH if name in boxes else NARROW
            places[name] = (left + width / 2, float(EDGE + i * (HEIGHT + DOWN)))
            left += width + ACROSS
    return places


def _line(points: Sequence[tuple[float, float]], kind: str) -> str:
    """From the lower edge of the first place to the upper edge of the last, straight down through those between."""
    (x, y), *others = points
    path = f"M{x:.1f} {y + HEIGHT:.1f}"
    for i, (to_x, to_y) in enumerate(others):
        bend = DOWN / 2
        from_y = y + HEIGHT
        path += f" C{x:.1f} {from_y + bend:.1f} {to_x:.1f} {to_y - bend:.1f} {to_x:.1f} {to_y:.1f}"
        if i < len(others) - 1:
            path += f" V{to_y + HEIGHT:.1f}"
        x, y = to_x, to_y
    return f'<path class="arrow {escape(kind)}" d="{path}" marker-end="url(#tip)"/>'


def _box(name: str, box: Box, place: tuple[float, float]) -> str:
    x, y = place
    short = name if len(name) <= SIGNS else "…" + name[1 - SIGNS :]
    return (
        f'<g class="box {escape(box.kind)}"><title>{escape(name)}: {escape(box.words)}</title>'
        f'<rect x="{x - WIDTH / 2:.1f}" y="{y:.1f}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<text class="name" x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{escape(short)}</text>'
        f'<text x="{x:.1f}" y="{y + 34:.1f}" text-anchor="middle">{escape(box.words)}</text></g>'
    )
