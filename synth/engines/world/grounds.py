"""Textures that repeat: brick, plaster, wood, tiles, concrete, cloth and the like. Sizes are powers of two."""

import numpy as np
from jaxtyping import Float32, UInt8

from synth.engines.world.noise import Field, Shape, fractal, grain, smooth
from synth.engines.world.spec import Material

Picture = UInt8[np.ndarray, "h w 3"]
Colours = Float32[np.ndarray, "h w 3"]


def tint(colour: tuple[int, int, int], light: Field) -> Colours:
    """A colour times a field around 1."""
    return np.array(colour, np.float32) * light[:, :, None]


def mix(below: Colours, above: Colours, share: Field) -> Colours:
    """Above where share is 1."""
    return below + (above - below) * share[:, :, None]


def finish(colours: Colours) -> Picture:
    """To 8 bits."""
    return np.clip(colours + 0.5, 0, 255).astype(np.uint8)


def edges(size: int, count: int, width: float) -> Float32[np.ndarray, " n"]:
    """Distance in px to the nearest of `count` even lines, as a share of `width`; more than 1 is clear of them."""
    pitch = size / count
    place = (np.arange(size) + 0.5) % pitch
    return (np.minimum(place, pitch - place) / width).astype(np.float32)


def _ramp(field: Field, low: float, high: float) -> Field:
    share = np.clip((field - np.float32(low)) / np.float32(high - low), 0, 1)
    return share * share * (3 - 2 * share)


def plaster(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Rough paint with stains."""
    stains = fractal(rng, shape, (2, 2), 5)
    bumps = fractal(rng, shape, (32, 32), 3)
    relief = bumps - np.roll(bumps, 1, axis=0)
    light = 1 + 0.05 * stains + 0.16 * relief + 0.012 * grain(rng, shape)
    return finish(tint(material.colours[0], light))


def concrete(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Cast slabs with holes and joints."""
    light = 1 + 0.1 * fractal(rng, shape, (2, 2), 6, 0.65) + 0.03 * grain(rng, shape)
    holes = smooth(rng, shape, (64, 64))
    light *= 1 - 0.25 * _ramp(holes, 0.72, 0.9)
    joint = np.minimum.outer(edges(shape[0], 1, 2.5), edges(shape[1], 1, 2.5))
    light *= 0.62 + 0.38 * _ramp(joint, 0.5, 1.3)
    return finish(tint(material.colours[0], light))


def brick(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """colours: bricks, other bricks, mortar."""
    rows, columns = 12, 4
    height, width = shape[0] / rows, shape[1] / columns
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32) + 0.5
    x += 1.5 * smooth(rng, shape, (16, 16))
    y += 1.2 * smooth(rng, shape, (16, 16))
    row = np.floor(y / height).astype(int) % rows
    x = x + (row % 2) * width / 2
    column = np.floor(x / width).astype(int) % columns
    inside_x, inside_y = x % width, y % height
    gap = np.minimum(np.minimum(inside_x, width - inside_x), np.minimum(inside_y, height - inside_y))
    shade = rng.normal(1, 0.1, (rows, columns))[row, column]
    other = rng.random((rows, columns))[row, column]
    light = (shade + 0.1 * fractal(rng, shape, (16, 16), 4) + 0.04 * grain(rng, shape)).astype(np.float32)
    light += 0.14 * _ramp(2.5 - np.abs(inside_y - 3.5), 0.0, 2.0) - 0.12 * _ramp(
        2.5 - np.abs(height - 3.5 - inside_y), 0.0, 2.0
    )
    face = mix(tint(material.colours[0], light), tint(material.colours[1], light), (other > 0.6).astype(np.float32))
    mortar = tint(material.colours[2], 1 + 0.08 * fractal(rng, shape, (32, 32), 3))
    return finish(mix(mortar, face, _ramp(gap.astype(np.float32), 1.2, 3.2)))


def tiles(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """colours: tile, grout, and the other tile of a chequerboard."""
    count = int(rng.choice([4, 4, 8]))
    rows = np.arange(shape[0]) * count // shape[0]
    columns = np.arange(shape[1]) * count // shape[1]
    shade = rng.normal(1, 0.03, (count, count))[np.ix_(rows, columns)].astype(np.float32)
    light = shade + 0.03 * fractal(rng, shape, (8, 8), 4) + 0.008 * grain(rng, shape)
    checks = ((rows[:, None] + columns[None]) % 2).astype(np.float32) * float(len(material.colours) > 2)
    face = mix(tint(material.colours[0], light), tint(material.colours[-1], light), checks)
    line = np.minimum.outer(edges(shape[0], count, 2.0), edges(shape[1], count, 2.0))
    grout = tint(material.colours[1], 1 + 0.06 * grain(rng, shape))
    return finish(mix(grout, face, _ramp(line, 0.6, 1.6)))


def wood(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Planks along x; colours: wood, gaps."""
    planks = int(rng.choice([4, 8]))
    row = np.arange(shape[0]) * planks // shape[0]
    shade = rng.normal(1, 0.08, planks)[row][:, None]
    rings = fractal(rng, shape, (planks * 4, 1), 4, 0.6)
    shift = rng.integers(0, shape[1], planks)
    columns = (np.arange(shape[1])[None] + shift[row][:, None]) % shape[1]
    rings = np.take_along_axis(rings, columns, axis=1)
    fibre = fractal(rng, shape, (128, 2), 2)
    light = (shade * (1 + 0.1 * np.sin(9 * rings) + 0.07 * fibre) + 0.012 * grain(rng, shape)).astype(np.float32)
    line = np.repeat(edges(shape[0], planks, 2.0)[:, None], shape[1], axis=1)
    ends = rng.integers(0, shape[1], planks)[row][:, None]
    line = np.minimum(line, np.abs(np.arange(shape[1])[None] - ends) / np.float32(2))
    share = 0.5 + 0.5 * _ramp(line.astype(np.float32), 0.3, 1.4)
    return finish(mix(tint(material.colours[1], light), tint(material.colours[0], light), share))


def metal(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Brushed along x."""
    light = 1 + 0.05 * fractal(rng, shape, (256, 2), 2) + 0.05 * fractal(rng, shape, (2, 2), 3)
    return finish(tint(material.colours[0], light + 0.01 * grain(rng, shape)))


def ribs(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Corrugated sheet, or the slats of a shutter."""
    count = int(rng.choice([16, 32]))
    phase = (np.arange(shape[0]) + 0.5) / shape[0] * count * 2 * np.pi
    wave = (0.5 + 0.5 * np.sin(phase)) ** 0.6
    light = 0.72 + 0.34 * wave[:, None] + 0.05 * fractal(rng, shape, (2, 4), 5)
    return finish(tint(material.colours[0], (light + 0.01 * grain(rng, shape)).astype(np.float32)))


def fabric(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """A weave, striped when there are two colours."""
    n = shape[0] // 8 * 2 * np.pi / shape[0]
    across, down = np.sin(np.arange(shape[1]) * n), np.sin(np.arange(shape[0]) * n)
    weave = np.float32(0.06) * (across[None] * np.sign(down)[:, None] + down[:, None]).astype(np.float32)
    light = 1 + weave + 0.05 * fractal(rng, shape, (4, 4), 4) + 0.02 * grain(rng, shape)
    stripes = (np.sin(np.arange(shape[1]) * 8 * 2 * np.pi / shape[1]) > 0.3).astype(np.float32)
    share = np.repeat(stripes[None], shape[0], axis=0) * float(len(material.colours) > 1)
    return finish(mix(tint(material.colours[0], light), tint(material.colours[-1], light), share))


def paper(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Wallpaper: faint stripes or a diaper of soft dots."""
    light = 1 + 0.015 * fractal(rng, shape, (2, 2), 3) + 0.01 * grain(rng, shape)
    n = int(rng.choice([4, 8]))
    x, y = (np.arange(size) * 2 * np.pi * n / size for size in (shape[1], shape[0]))
    stripes = np.repeat(np.sin(x)[None], shape[0], axis=0)
    dots = np.cos(x)[None] * np.cos(y)[:, None]
    share = _ramp((stripes if rng.random() < 0.5 else dots).astype(np.float32), 0.25, 0.45)
    return finish(mix(tint(material.colours[0], light), tint(material.colours[1], light), share))


def asphalt(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Speckled road."""
    light = 1 + 0.07 * fractal(rng, shape, (2, 2), 4) + 0.13 * smooth(rng, shape, (256, 256)) + 0.06 * grain(rng, shape)
    return finish(tint(material.colours[0], light))


def paving(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Slabs in a bond."""
    rows = np.arange(shape[0]) * 4 // shape[0]
    x = (np.arange(shape[1])[None] + (rows[:, None] % 2) * shape[1] // 8) % shape[1]
    columns = x * 4 // shape[1]
    pitch = shape[1] / 4
    side = np.minimum((x + 0.5) % pitch, pitch - (x + 0.5) % pitch).astype(np.float32)
    shade = rng.normal(1, 0.06, (4, 4))[rows[:, None], columns].astype(np.float32)
    light = shade + 0.06 * fractal(rng, shape, (8, 8), 5, 0.7) + 0.03 * grain(rng, shape)
    line = np.minimum(np.repeat(edges(shape[0], 4, 2.5)[:, None], shape[1], axis=1), side / np.float32(2.5))
    return finish(tint(material.colours[0], light * (0.6 + 0.4 * _ramp(line, 0.3, 1.5))))


def foliage(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Leaves of a lawn or hedge; colours: shade, light."""
    big, small = fractal(rng, shape, (4, 4), 3), fractal(rng, shape, (32, 32), 4, 0.7)
    light = 0.85 + 0.3 * big + 0.35 * small
    return finish(mix(tint(material.colours[0], light), tint(material.colours[1], light), _ramp(small, -0.3, 0.6)))


def plain(rng: np.random.Generator, shape: Shape, material: Material) -> Picture:
    """Paint, card or plastic."""
    light = 1 + 0.015 * fractal(rng, shape, (2, 2), 4) + 0.006 * grain(rng, shape)
    return finish(tint(material.colours[0], light))


PAINTERS = {
    "plaster": plaster,
    "concrete": concrete,
    "brick": brick,
    "tiles": tiles,
    "wood": wood,
    "metal": metal,
    "ribs": ribs,
    "fabric": fabric,
    "paper": paper,
    "asphalt": asphalt,
    "paving": paving,
    "foliage": foliage,
    "plain": plain,
}
