"""Building blocks of layouts: dice with named streams, walls and boxes, colours, cameras and passers-by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from sts.protocols import RngFor
from synth.engines.world.spec import Area, Material, Panel, Solid, Tube, Vec
from synth.specs import Colour

T = TypeVar("T")
Edges = tuple[float, float, float, float]
Span = tuple[float, float]
Box = Edges
"""x, y, width, height in m"""

NO_CREASES: Edges = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """The film to be shot."""

    width: int
    height: int
    frames: int
    rate: tuple[int, int]

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return (self.frames - 1) * self.rate[1] / self.rate[0]

    @property
    def aspect(self) -> float:
        """Width over height."""
        return self.width / self.height


@dataclass(slots=True, kw_only=True)
class Plot:
    """Collects the solids of a world and the places where text may stand."""

    stage: list[Solid] = field(default_factory=list)
    things: list[Solid] = field(default_factory=list)
    _texts: list[tuple[bool, int, Box]] = field(default_factory=list)

    def hang(self, panel: Panel, text: Box | None = None) -> None:
        """A panel of the stage, in front of all that hang already; text: x, y, width, height in m."""
        self.stage.append(Solid(panels=(panel,)))
        if text is not None:
            self.write(text)

    def write(self, text: Box) -> None:
        """Text may stand on the panel that was hung last."""
        self._texts.append((False, len(self.stage) - 1, text))

    def put(self, solid: Solid, text: Box | None = None) -> None:
        """A thing; text stands on its first panel or its round side."""
        self.things.append(solid)
        if text is not None:
            self._texts.append((True, len(self.things) - 1, text))

    def areas(self) -> tuple[Area, ...]:
        """All places for text, in the order in which they were made."""
        return tuple(
            Area(solid=number + thing * len(self.stage), panel=0, x=box[0], y=box[1], width=box[2], height=box[3])
            for thing, number, box in self._texts
        )


@dataclass(slots=True, kw_only=True)
class Dice:
    """Random choices by name: one stream a decision, so that a new decision leaves the others as they were."""

    rng_for: RngFor
    name: str
    _streams: dict[str, np.random.Generator] = field(default_factory=dict)

    def rng(self, name: str) -> np.random.Generator:
        """The stream of one decision."""
        if name not in self._streams:
            self._streams[name] = self.rng_for(f"{self.name}/{name}")
        return self._streams[name]

    def between(self, name: str, low: float, high: float) -> float:
        """Uniform, in steps that read well in JSON."""
        return round(float(self.rng(name).uniform(low, high)), 4)

    def pick(self, name: str, choices: Sequence[T]) -> T:
        """One of several."""
        return choices[int(self.rng(name).integers(len(choices)))]

    def count(self, name: str, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng(name).integers(low, high + 1))

    def chance(self, name: str, share: float) -> bool:
        """True for a share of the draws."""
        return bool(self.rng(name).random() < share)

    def seed(self, name: str) -> int:
        """For noise."""
        return int(self.rng(name + "/seed").integers(2**31))

    def shade(self, name: str, colour: Colour, spread: float = 0.1) -> Colour:
        """A colour near another one."""
        light = self.rng(name).normal(1, spread / 2)
        r, g, b = np.clip(np.array(colour) * (light + self.rng(name).normal(0, spread / 5, 3)), 0, 255).tolist()
        return int(r), int(g), int(b)

    def material(
        self, name: str, kind: str, colours: Sequence[Colour], tile: float = 0.0, texels: int = 512
    ) -> Material:
        """Colours are varied a little."""
        shaded = tuple(self.shade(name, colour) for colour in colours)
        return Material(kind=kind, seed=self.seed(name), colours=shaded, tile=tile, texels=texels)


def front(
    corner: Vec, width: float, height: float, material: Material, creases: Edges = NO_CREASES, glow: float = 0.0
) -> Panel:
    """A panel that faces the viewer (-z)."""
    return Panel(
        corner=corner,
        right=(1.0, 0.0, 0.0),
        down=(0.0, 1.0, 0.0),
        width=width,
        height=height,
        material=material,
        creases=creases,
        glow=glow,
    )


def left_wall(
    x: float, top: float, along: Span, height: float, material: Material, creases: Edges = NO_CREASES
) -> Panel:
    """A panel at the viewer's left, from near to far; faces +x."""
    return Panel(
        corner=(x, top, along[0]),
        right=(0.0, 0.0, 1.0),
        down=(0.0, 1.0, 0.0),
        width=along[1] - along[0],
        height=height,
        material=material,
        creases=creases,
    )


def right_wall(
    x: float, top: float, along: Span, height: float, material: Material, creases: Edges = NO_CREASES
) -> Panel:
    """A panel at the viewer's right, from near to far; faces -x."""
    return Panel(
        corner=(x, top, along[1]),
        right=(0.0, 0.0, -1.0),
        down=(0.0, 1.0, 0.0),
        width=along[1] - along[0],
        height=height,
        material=material,
        creases=creases,
    )


def floor(left: float, y: float, along: Span, width: float, material: Material, creases: Edges = NO_CREASES) -> Panel:
    """A panel from near to far that faces up."""
    return Panel(
        corner=(left, y, along[1]),
        right=(1.0, 0.0, 0.0),
        down=(0.0, 0.0, -1.0),
        width=width,
        height=along[1] - along[0],
        material=material,
        creases=creases,
    )


def ceiling(left: float, y: float, along: Span, width: float, material: Material, creases: Edges = NO_CREASES) -> Panel:
    """A panel from near to far that faces down."""
    return Panel(
        corner=(left, y, along[0]),
        right=(1.0, 0.0, 0.0),
        down=(0.0, 0.0, 1.0),
        width=width,
        height=along[1] - along[0],
        material=material,
        creases=creases,
    )


def box(foot: Vec, size: Vec, turn: float, face: Material, side: Material) -> Solid:
    """A box that stands on the middle of its lower face, turned about the vertical; panel 0 is its front, 1 its top."""
    width, height, depth = size
    across, ahead = np.array([np.cos(turn), 0.0, np.sin(turn)]), np.array([-np.sin(turn), 0.0, np.cos(turn)])
    middle, up = np.array(foot), np.array([0.0, -height, 0.0])

    def made(
        corner: np.ndarray, right: np.ndarray, down: np.ndarray, lengths: tuple[float, float], of: Material
    ) -> Panel:
        return Panel(
            corner=vec(corner), right=vec(right), down=vec(down), width=lengths[0], height=lengths[1], material=of
        )

    w, d, below = across * width / 2, ahead * depth / 2, np.array([0.0, 1.0, 0.0])
    return Solid(
        panels=(
            made(middle - w - d + up, across, below, (width, height), face),
            made(middle - w + d + up, across, -ahead, (width, depth), side),
            made(middle - w + d + up, -ahead, below, (depth, height), side),
            made(middle + w - d + up, ahead, below, (depth, height), side),
            made(middle + w + d + up, -across, below, (width, height), side),
            made(middle - w - d, across, ahead, (width, depth), side),
        )
    )


def can(foot: Vec, radius: float, height: float, material: Material, cap: Material, turn: float = 0.0) -> Solid:
    """An upright cylinder."""
    return Solid(tube=Tube(foot=foot, radius=radius, height=height, material=material, cap=cap, turn=turn))


def whole(panel: Panel, margin: float = 0.06) -> Box:
    """All of a panel but a margin, a share of its shorter side."""
    gap = margin * min(panel.width, panel.height)
    return gap, gap, panel.width - 2 * gap, panel.height - 2 * gap


def vec(values: np.ndarray) -> Vec:
    """Plain numbers, rounded to a micrometre."""
    x, y, z = (round(float(value), 6) for value in values)
    return x, y, z
