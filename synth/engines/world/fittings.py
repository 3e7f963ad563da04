"""Textures drawn once on a whole face: windows, doors, shop fronts, boards, labels, pictures, sky, figures."""

import cv2
import numpy as np
from jaxtyping import Float32

from synth.engines.world.grounds import Colours, Picture, finish, mix, tint
from synth.engines.world.noise import Field, Shape, fractal, grain
from synth.engines.world.spec import Material

Colour = tuple[int, int, int]
Number = float | int
Box = tuple[Number, Number, Number, Number]


def _place(shape: Shape) -> tuple[Float32[np.ndarray, "h 1"], Float32[np.ndarray, "1 w"]]:
    """Row and column of each pixel centre, in 0..1."""
    rows, columns = ((np.arange(size, dtype=np.float32) + np.float32(0.5)) / np.float32(size) for size in shape)
    return rows[:, None], columns[None]


def _box(colours: Colours, box: Box, colour: Colour, opacity: float = 1.0) -> None:
    """Fill a rectangle given in 0..1 (left, top, right, bottom), its edges antialiased."""
    shares, spans = [], []
    for size, low, high in zip(colours.shape[:2], (box[1], box[0]), (box[3], box[2]), strict=False):
        first, last = int(max(low * size, 0)), int(min(np.ceil(high * size), size))
        pixels = np.arange(first, max(last, first))
        shares.append(np.clip(np.minimum(pixels + 1, high * size) - np.maximum(pixels, low * size), 0, 1))
        spans.append(slice(first, max(last, first)))
    share = (opacity * shares[0][:, None] * shares[1][None]).astype(np.float32)
    part = colours[spans[0], spans[1]]
    part += (np.array(colour, np.float32) - part) * share[:, :, None]


def _base(rng: np.random.Generator, shape: Shape, colour: Colour, stains: float = 0.03) -> Colours:
    return tint(colour, 1 + stains * fractal(rng, shape, (2, 2), 5) + 0.006 * grain(rng, shape))


def _darker(colour: Colour, share: float) -> Colour:
    return (int(colour[0] * share), int(colour[1] * share), int(colour[2] * share))


def _glass(rng: np.random.Generator, shape: Shape, dark: Colour, bright: Colour) -> Colours:
    """A reflection of clouds and a skyline over a dim inside."""
    y, x = _place(shape)
    lean = (y + 0.35 * x + 0.2 * fractal(rng, shape, (1, 2), 3)).astype(np.float32)
    share = np.clip(1.1 - lean, 0, 1) ** 2
    return mix(
        tint(dark, np.ones(shape, np.float32)), tint(bright, np.ones(shape, np.float32)), share.astype(np.float32)
    )


def window(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """colours: frame, glass, sky."""
    frame, dark, bright = material.colours[:3]
    colours = _glass(rng, shape, dark, bright)
    if rng.random() < 0.5:
        reach = rng.uniform(0.15, 0.35)
        cloth: Colour = (225, 220, 208)
        for left in (0.0, 1 - reach):
            _box(colours, (left, 0, left + reach, 1), cloth, 0.7)
    if rng.random() < 0.3:
        _box(colours, (0, 0, 1, rng.uniform(0.2, 0.6)), (212, 205, 190), 0.85)
    rim = 0.045 * min(shape) / shape[1], 0.045 * min(shape) / shape[0]
    bars = [(0, 0, rim[0] * 2, 1), (1 - rim[0] * 2, 0, 1, 1), (0, 0, 1, rim[1] * 2), (0, 1 - rim[1] * 2, 1, 1)]
    bars += [(0.5 - rim[0] / 2, 0, 0.5 + rim[0] / 2, 1)]
    if rng.random() < 0.6:
        bars += [(0, 0.33 - rim[1] / 2, 1, 0.33 + rim[1] / 2)]
    for left, top, right, bottom in bars:
        _box(
            colours, (left + rim[0] / 3, top + rim[1] / 3, right + rim[0] / 3, bottom + rim[1] / 3), (25, 25, 28), 0.45
        )
    for bar in bars:
        _box(colours, bar, frame)
    return finish(colours)


def door(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """colours: leaf, frame."""
    leaf, frame = material.colours[:2]
    colours = _base(rng, shape, leaf)
    for top, bottom in ((0.09, 0.44), (0.52, 0.93)):
        for left, right in ((0.16, 0.46), (0.54, 0.84)):
            _box(colours, (left, top, right, bottom), _darker(leaf, 0.62))
            _box(colours, (left + 0.02, top + 0.012, right, bottom), _darker(leaf, 1.12))
            _box(colours, (left + 0.03, top + 0.016, right - 0.02, bottom - 0.012), _darker(leaf, 0.92))
    for box in ((0, 0, 0.08, 1), (0.92, 0, 1, 1), (0, 0, 1, 0.05)):
        _box(colours, box, frame)
    _box(colours, (0.84, 0.47, 0.9, 0.5), (205, 190, 140))
    return finish(colours)


def shopfront(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Glass with goods behind it; colours: frame, inside, sky, then the goods."""
    frame, inside, bright, *goods = material.colours
    y, _ = _place(shape)
    colours = tint(inside, np.repeat(1.25 - 0.6 * y, shape[1], axis=1))
    for shelf in np.linspace(0.42, 0.9, int(rng.integers(2, 4))):
        left = 0.03
        while left < 0.93:
            wide, tall = rng.uniform(0.015, 0.06), rng.uniform(0.08, 0.26)
            _box(colours, (left, shelf - tall, left + wide, shelf), goods[int(rng.integers(len(goods)))], 0.8)
            left += wide + rng.uniform(0.004, 0.05)
        _box(colours, (0, shelf, 1, shelf + 0.015), _darker(inside, 1.6))
    reflection = _glass(rng, shape, (0, 0, 0), bright)
    colours = colours * 0.85 + reflection * 0.35
    rim = 0.035 * min(shape) / shape[1], 0.035 * min(shape) / shape[0]
    panes = int(rng.integers(2, 5))
    for pane in range(panes + 1):
        _box(colours, (pane / panes - rim[0], 0, pane / panes + rim[0], 1), frame)
    _box(colours, (0, 0, 1, rim[1] * 1.5), frame)
    _box(colours, (0, 1 - rim[1] * 5, 1, 1), frame)
    return finish(colours)


def board(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """A sign without writing: colours: face, rim."""
    face, rim = material.colours[:2]
    colours = _base(rng, shape, face, 0.025)
    y, _ = _place(shape)
    colours *= 1.04 - 0.08 * y[:, :, None]
    across, down = (0.035 * min(shape) / size for size in (shape[1], shape[0]))
    for box in ((0, 0, across, 1), (1 - across, 0, 1, 1), (0, 0, 1, down), (0, 1 - down, 1, 1)):
        _box(colours, box, rim)
    _box(colours, (across, down, 1 - across, 2 * down), _darker(face, 0.7), 0.6)
    return finish(colours)


def label(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """A pack or can: bands and a blank field; colours: ground, band, field."""
    ground, band, field = material.colours[:3]
    colours = _base(rng, shape, ground, 0.015)
    top, bottom = rng.uniform(0.03, 0.1), rng.uniform(0.88, 0.96)
    _box(colours, (0, top, 1, top + 0.05), band)
    _box(colours, (0, bottom - 0.07, 1, bottom), band)
    if rng.random() < 0.6:
        _box(colours, (0, 0.3, 1, 0.72), field)
        _box(colours, (0, 0.295, 1, 0.305), band)
        _box(colours, (0, 0.715, 1, 0.725), band)
    return finish(colours)


def art(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """A framed picture of soft shapes; colours: frame, then the paints."""
    frame, *paints = material.colours
    colours = _base(rng, shape, paints[0], 0.06)
    for paint in paints[1:]:
        share = np.clip(4 * fractal(rng, shape, (2, 2), 3) - 0.6, 0, 1).astype(np.float32)
        colours = mix(colours, _base(rng, shape, paint, 0.08), share)
    across, down = (0.06 * min(shape) / size for size in (shape[1], shape[0]))
    for box in ((0, 0, across, 1), (1 - across, 0, 1, 1), (0, 0, 1, down), (0, 1 - down, 1, 1)):
        _box(colours, box, frame)
    return finish(colours)


def sky(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """colours: zenith, horizon, cloud."""
    zenith, horizon, cloud = material.colours[:3]
    y, _ = _place(shape)
    ones = np.ones(shape, np.float32)
    colours = mix(tint(zenith, ones), tint(horizon, ones), np.repeat(y**1.5, shape[1], axis=1))
    share = np.clip(1.4 * fractal(rng, shape, (3, 2), 6) - 0.1, 0, 1).astype(np.float32)
    return finish(mix(colours, tint(cloud, 1 - 0.12 * share), 0.8 * share))


def skyline(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Far houses under a sky; colours: zenith, horizon, cloud, houses."""
    colours = sky(rng, shape, material).astype(np.float32)
    left = 0.0
    while left < 1:
        wide, top = rng.uniform(0.015, 0.05), rng.uniform(0.45, 0.78)
        house = _darker(material.colours[3], rng.uniform(0.7, 1.15))
        _box(colours, (left, top, left + wide, 1), house)
        for row in np.arange(top + 0.02, 0.97, 0.034):
            for column in np.arange(left + 0.004, left + wide - 0.004, 0.007):
                pane = (float(column), float(row), float(column) + 0.003, float(row) + 0.017)
                _box(colours, pane, _darker(house, rng.choice([0.6, 0.7, 1.25])))
        left += wide
    return finish(colours)


def books(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Spines in a row on a dark ground; colours: ground, then the spines."""
    ground, *spines = material.colours
    colours = _base(rng, shape, ground)
    left = 0.0
    while left < 0.98:
        wide = rng.uniform(0.018, 0.05) * shape[0] / shape[1] * 2.2
        top = rng.uniform(0.03, 0.22)
        spine = _darker(spines[int(rng.integers(len(spines)))], rng.uniform(0.75, 1.1))
        _box(colours, (left, top, left + wide, 1), spine)
        _box(colours, (left, top, left + 0.2 * wide, 1), _darker(spine, 1.2), 0.5)
        _box(colours, (left + 0.8 * wide, top, left + wide, 1), _darker(spine, 0.6), 0.6)
        _box(colours, (left, top + 0.12, left + wide, top + 0.14), (215, 190, 120), 0.7)
        left += wide + 0.002
    return finish(colours)


def figure(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """A person from head to foot; colours: hair, skin, coat, trousers, shoes."""
    y, x = _place(shape)
    colours = _base(rng, shape, material.colours[0])
    ones = np.ones(shape, np.float32)
    edge = 0.008 * fractal(rng, shape, (2, 6), 3)
    for colour, start in zip(material.colours[1:], (0.055, 0.165, 0.55, 0.955), strict=True):
        share = np.clip((y + edge - start) * 120, 0, 1).astype(np.float32)
        folds = 1 + 0.09 * fractal(rng, shape, (10, 5), 3)
        colours = mix(colours, tint(colour, folds * ones), share)
    round_off = 1.08 - 0.9 * (x - 0.42) ** 2 * 4
    return finish(colours * np.repeat(round_off, shape[0], axis=0)[:, :, None])


def car(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """The side of a car that drives to the right; colours: body, glass."""
    body, glass = material.colours[:2]
    y, _ = _place(shape)
    shine = 0.95 + 0.25 * np.exp(-(((y - 0.45) / 0.06) ** 2)) - 0.35 * np.clip((y - 0.55) * 2.2, 0, 1)
    shine = shine + 0.02 * fractal(rng, shape, (2, 4), 3)
    colours = tint(body, shine.astype(np.float32))
    canvas, scale = finish(colours), np.array([shape[1] / 3.0, shape[0]])

    def draw(points: list[tuple[float, float]], colour: Colour) -> None:
        place = ((np.array(points) + np.array((1.5, 1.0))) * scale * 16).astype(np.int32)
        cv2.fillPoly(canvas, [place], colour, lineType=cv2.LINE_AA, shift=4)

    draw([(-0.86, -0.62), (-0.55, -0.9), (-0.13, -0.93), (-0.13, -0.62)], glass)
    draw([(-0.07, -0.62), (-0.07, -0.93), (0.22, -0.92), (0.6, -0.62)], glass)
    draw([(-0.1, -0.58), (-0.09, -0.58), (-0.09, -0.22), (-0.1, -0.22)], _darker(body, 0.6))
    draw([(1.34, -0.52), (1.47, -0.5), (1.47, -0.4), (1.36, -0.42)], (250, 245, 220))
    draw([(-1.48, -0.52), (-1.38, -0.52), (-1.38, -0.4), (-1.48, -0.4)], (180, 20, 20))
    for x in (-0.92, 0.92):
        for radius, colour in (
            (0.25, (18, 18, 20)),
            (0.2, (30, 30, 32)),
            (0.12, (165, 168, 172)),
            (0.04, (60, 60, 62)),
        ):
            turn = np.arange(48) * 2 * np.pi / 48
            draw([(float(x + radius * np.sin(a)), float(-0.21 - radius * np.cos(a))) for a in turn], colour)
    return canvas


def leaf(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """colours: blade, vein."""
    y, x = _place(shape)
    veins = np.abs(((y + np.abs(x - 0.5) * 0.8) * 9) % 1 - 0.5)
    share = np.clip(1 - veins * 9, 0, 1) * 0.6 + np.clip(1 - np.abs(x - 0.5) * 60, 0, 1)
    light = 1 + 0.15 * fractal(rng, shape, (2, 2), 4)
    return finish(mix(tint(material.colours[0], light), tint(material.colours[1], light), np.clip(share, 0, 1)))


def rounded(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Something round or soft, light from the upper left; one colour."""
    y, x = _place(shape)
    fall = ((x - 0.38) ** 2 + (y - 0.35) ** 2).astype(np.float32)
    light: Field = (1.22 - 1.1 * fall + 0.05 * fractal(rng, shape, (3, 3), 4)).astype(np.float32)
    return finish(tint(material.colours[0], light))


PAINTERS = {
    "window": window,
    "door": door,
    "shopfront": shopfront,
    "board": board,
    "label": label,
    "art": art,
    "sky": sky,
    "skyline": skyline,
    "books": books,
    "figure": figure,
    "car": car,
    "leaf": leaf,
    "rounded": rounded,
}
