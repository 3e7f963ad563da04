"""Line charts as inline SVG."""

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 340, 220
LEFT, BOTTOM, TOP, RIGHT = 52, 26, 28, 10
COLOURS = ("var(--false)", "var(--hit)", "var(--miss)", "#b07cd8")

Line = Sequence[tuple[float, float]]


def chart(
    lines: Mapping[str, Line], x: str, y: str, *, x_range: tuple[float, float], y_range: tuple[float, float]
) -> Markup:
    """Named lines over labelled axes; points outside the ranges are cut to them."""
    drawn = [_line(points, colour, x_range, y_range) for points, colour in zip(lines.values(), COLOURS, strict=False)]
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y)} over {escape(x)}">'
        + _axes(escape(x), escape(y), x_range, y_range)
        + "".join(drawn)
        + "".join(_names(lines) if len(lines) > 1 else [])
        + "</svg>"
    )


def bars(groups: Mapping[str, Mapping[str, float]], x: str, y: str) -> Markup:
    """A row of bars from 0 to 100 for each label, one bar a named group."""
    labels = list(dict.fromkeys(label for group in groups.values() for label in group))
    room, tall = (WIDTH - LEFT - RIGHT) / max(len(labels), 1), HEIGHT - TOP - BOTTOM
    wide = 0.8 * room / max(len(groups), 1)
    drawn = [
        f'<rect x="{LEFT + room * labels.index(label) + 0.1 * room + wide * i:.1f}" width="{wide:.1f}" '
        f'y="{TOP + tall * (1 - value / 100):.1f}" height="{tall * value / 100:.1f}" fill="{colour}">'
        f"<title>{escape(name)}, {escape(label)}: {value:.2f}</title></rect>"
        for i, ((name, group), colour) in enumerate(zip(groups.items(), COLOURS, strict=False))
        for label, value in group.items()
    ]
    below = [
        f'<text x="{LEFT + room * (i + 0.5):.1f}" y="{HEIGHT - 14}" text-anchor="middle">{escape(label)}</text>'
        for i, label in enumerate(labels)
    ]
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(y)} by {escape(x)}">'
        + _levels((0.0, 100.0))
        + "".join([*drawn, *below, *_names(groups)])
        + "</svg>"
    )


def spark(points: Sequence[float]) -> Markup:
    """Values in [0, 1] over time, small."""
    line = [(float(i), value) for i, value in enumerate(points)]
    return Markup(
        f'<svg viewBox="0 0 {WIDTH} 48" aria-hidden="true">'
        + _path(line, "var(--false)", (0.0, max(len(points) - 1.0, 1.0)), (0.0, 1.0), (4.0, 4.0, WIDTH - 8.0, 40.0))
        + "</svg>"
    )


def _axes(x: str, y: str, x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    right = WIDTH - RIGHT
    ends = (
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{x_range[0]:.3g}</text>'
        f'<text x="{right}" y="{HEIGHT - 8}" text-anchor="end">{x_range[1]:.3g}</text>'
        f'<text x="{(LEFT + right) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{x}</text>'
        f'<text x="{LEFT}" y="14">{y}</text>'
    )
    return _levels(y_range) + ends


def _levels(y_range: tuple[float, float]) -> str:
    """Lines at the bottom, the middle and the top, with their values."""
    low = HEIGHT - BOTTOM
    return "".join(
        f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{LEFT - 4}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>'
        for value, y in zip((y_range[0], sum(y_range) / 2, y_range[1]), (low, (low + TOP) / 2, float(TOP)), strict=True)
    )


def _names(named: Iterable[str]) -> list[str]:
    """What each colour stands for, above the plot, from right to left."""
    found, right = [], float(WIDTH - RIGHT)
    for name, colour in reversed(list(zip(named, COLOURS, strict=False))):
        found.append(f'<text x="{right:.0f}" y="14" text-anchor="end" style="fill:{colour}">{escape(name)}</text>')
        right -= 6.5 * len(name) + 12
    return found


def _line(points: Line, colour: str, x_range: tuple[float, float], y_range: tuple[float, float]) -> str:
    return _path(
        points,
        colour,
        x_range,
        y_range,
        (float(LEFT), float(TOP), float(WIDTH - LEFT - RIGHT), float(HEIGHT - TOP - BOTTOM)),
    )


def _path(
    points: Line,
    colour: str,
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    box: tuple[float, float, float, float],
) -> str:
    left, top, width, height = box
    placed = [(left + _share(x, x_range) * width, top + (1 - _share(y, y_range)) * height) for x, y in points]
    steps = " L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
    return f'<path d="M{steps}" stroke="{colour}"/>' if placed else ""


def _share(value: float, ends: tuple[float, float]) -> float:
    return min(max((value - ends[0]) / max(ends[1] - ends[0], 1e-9), 0.0), 1.0)
