"""Building blocks of layouts: dice with named streams, walls and boxes, colours, cameras and passers-by."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np

from sts.protocols import RngFor
from synth.engines.world.spec import Area, Camera, Card, Lamp, Material, Panel, Solid, Tube, Vec, Wave, WorldSpec
from synth.specs import Colour

T = TypeVar("T")
Edges = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Set:
    """What a layout makes; see WorldSpec."""

    camera: Camera
    ambient: Vec
    lamps: tuple[Lamp, ...]
    stage: tuple[Solid, ...]
    things: tuple[Solid, ...]
    cards: tuple[Card, ...]
    areas: tuple[Area, ...]


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

    def spec(self, layout: str, made: Set) -> WorldSpec:
        """The whole world."""
        return WorldSpec(
            layout=layout,
            width=self.width,
            height=self.height,
            frames=self.frames,
            rate=self.rate,
            camera=made.camera,
            ambient=made.ambient,
            lamps=made.lamps,
            stage=made.stage,
            things=made.things,
            cards=made.cards,
            areas=made.areas,
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

    def material(self, name: str, kind: str, colours: Sequence[Colour], tile: float = 0.0, texels: int = 512) -> Material:
        """Colours are varied a little."""
        shaded = tuple(self.shade(name, colour) for colour in colours)
        return Material(kind=kind, seed=self.seed(name), colours=shaded, tile=tile, texels=texels)


def front(x: float, top: float, z: float, width: float, height: float, material: Material, creases: Edges = (0.0, 0.0, 0.0, 0.0), glow: float = 0.0) -> Panel:
    """A panel that faces the viewer (-z); x is its left side."""
    return Panel(
        corner=(x, top, z), right=(1.0, 0.0, 0.0), down=(0.0, 1.0, 0.0), width=width, height=height,
        material=material, creases=creases, glow=glow,
    )


def left_wall(x: float, top: float, near: float, far: float, height: float, material: Material, creases: Edges = (0.0, 0.0, 0.0, 0.0)) -> Panel:
    """A panel at the viewer's left; faces +x."""
    return Panel(
        corner=(x, top, near), right=(0.0, 0.0, 1.0), down=(0.0, 1.0, 0.0), width=far - near, height=height,
        material=material, creases=creases,
    )


def right_wall(x: float, top: float, near: float, far: float, height: float, material: Material, creases: Edges = (0.0, 0.0, 0.0, 0.0)) -> Panel:
    """A panel at the viewer's right; faces -x."""
    return Panel(
        corner=(x, top, far), right=(0.0, 0.0, -1.0), down=(0.0, 1.0, 0.0), width=far - near, height=height,
        material=material, creases=creases,
    )


def floor(x: float, y: float, near: float, far: float, width: float, material: Material, creases: Edges = (0.0, 0.0, 0.0, 0.0)) -> Panel:
    """Faces up; x is its left side."""
    return Panel(
        corner=(x, y, far), right=(1.0, 0.0, 0.0), down=(0.0, 0.0, -1.0), width=width, height=far - near,
        material=material, creases=creases,
    )


def ceiling(x: float, y: float, near: float, far: float, width: float, material: Material, creases: Edges = (0.0, 0.0, 0.0, 0.0), glow: float = 0.0) -> Panel:
    """Faces down."""
    return Panel(
        corner=(x, y, near), right=(1.0, 0.0, 0.0), down=(0.0, 0.0, 1.0), width=width, height=far - near,
        material=material, creases=creases, glow=glow,
    )


def box(foot: Vec, size: Vec, turn: float, face: Material, side: Material) -> Solid:
    """A box that stands on the middle of its lower face, turned about the vertical; panel 0 is its front, 1 its top."""
    width, height, depth = size
    across, ahead = np.array([np.cos(turn), 0.0, np.sin(turn)]), np.array([-np.sin(turn), 0.0, np.cos(turn)])
    middle, up = np.array(foot), np.array([0.0, -height, 0.0])

    def made(corner: np.ndarray, right: np.ndarray, down: np.ndarray, lengths: tuple[float, float], of: Material) -> Panel:
        return Panel(corner=vec(corner), right=vec(right), down=vec(down), width=lengths[0], height=lengths[1], material=of)

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


def one(panel: Panel) -> Solid:
    """A sheet."""
    return Solid(panels=(panel,))


def whole(solid: int, panel: Panel, number: int = 0, margin: float = 0.06) -> Area:
    """All of a panel but a margin, a share of its shorter side."""
    gap = margin * min(panel.width, panel.height)
    return Area(
        solid=solid, panel=number, x=gap, y=gap, width=panel.width - 2 * gap, height=panel.height - 2 * gap
    )


def vec(values: np.ndarray) -> Vec:
    """Plain numbers, rounded to a micrometre."""
    x, y, z = (round(float(value), 6) for value in values)
    return x, y, z


Move = Literal["still", "pan", "dolly", "truck", "orbit", "crane"]


def filmed(dice: Dice, take: Take, eye: Vec, target: Vec, focal: float, moves: Sequence[Move]) -> Camera:
    """A camera that starts near `eye`, looks near `target`, and moves in one of the ways at a natural pace."""
    distance = float(np.linalg.norm(np.subtract(target, eye)))
    move = dice.pick("camera/move", moves)
    pace = min(dice.between("camera/pace", 0.08, 0.3) * max(take.seconds, 0.04), 0.42)
    side = dice.pick("camera/side", (-1.0, 1.0))
    way, look = np.zeros(3), np.zeros(3)
    if move == "pan":
        look[0] = side * 1.4 * pace * distance
    elif move == "dolly":
        way[2] = side * 0.7 * pace * distance
    elif move == "truck":
        way[0] = look[0] = side * 0.9 * pace * distance
    elif move == "crane":
        way[1] = -side * 0.3 * pace * distance
    jitter = np.array([dice.between(f"camera/{axis}", -0.06, 0.06) for axis in "xyz"]) * distance
    start, aim = np.array(eye) + jitter, np.array(target)
    return Camera(
        focal=focal,
        eye=(vec(start - way / 2), vec(start + way / 2)),
        target=(vec(aim - look / 2), vec(aim + look / 2)),
        ease=dice.pick("camera/ease", ("steady", "smooth", "smooth", "return")),
        orbit=side * 1.2 * pace if move == "orbit" else 0.0,
        shake=shake(dice, distance),
    )


def shake(dice: Dice, distance: float) -> tuple[Wave, ...]:
    """Of a hand, or nothing on a tripod."""
    strength = dice.pick("shake", (0.0, 0.4, 1.0, 1.0, 1.8))
    if strength == 0:
        return ()
    axes: tuple[tuple[Literal["yaw", "pitch", "roll", "x", "y"], float], ...] = (
        ("yaw", 0.004), ("pitch", 0.0035), ("roll", 0.003), ("x", 0.002 * distance), ("y", 0.002 * distance)
    )  # fmt: skip
    waves = []
    for axis, size in axes:
        for octave, rate in enumerate((0.45, 1.3, 3.1)):
            waves.append(
                Wave(
                    axis=axis,
                    size=round(strength * size * dice.between("shake/size", 0.4, 1.2) / (1 + octave * 1.4), 6),
                    rate=round(rate * dice.between("shake/rate", 0.7, 1.3), 4),
                    phase=dice.between("shake/phase", 0, 6.2832),
                )
            )
    return tuple(waves)


COATS: tuple[Colour, ...] = ((52, 60, 78), (120, 40, 44), (60, 74, 60), (168, 150, 120), (40, 40, 44), (196, 196, 190), (190, 140, 50), (70, 100, 140))  # fmt: skip
SKINS: tuple[Colour, ...] = ((226, 184, 156), (198, 150, 118), (150, 104, 76), (98, 66, 48))
HAIRS: tuple[Colour, ...] = ((40, 30, 26), (92, 62, 40), (150, 120, 80), (70, 70, 72))
CARS: tuple[Colour, ...] = ((150, 28, 32), (36, 60, 110), (190, 192, 194), (44, 46, 50), (220, 220, 216), (60, 92, 80))


def passer(dice: Dice, name: str, take: Take, z: float, width: float, ground: float = 0.0) -> Card:
    """A person who crosses a strip `width` m wide at depth z."""
    colours = [dice.pick(f"{name}/{part}", choices) for part, choices in (("hair", HAIRS), ("skin", SKINS))]
    colours += [dice.pick(f"{name}/coat", COATS), dice.pick(f"{name}/legs", COATS), (34, 28, 26)]
    start, end = crossing(dice, name, take, width, 1.6)
    return Card(
        shape="person",
        seed=dice.seed(name),
        start=(start, ground, z),
        end=(end, ground, z),
        height=dice.between(f"{name}/height", 1.55, 1.9),
        material=dice.material(name, "figure", colours),
        sway=0.012,
        pace=dice.between(f"{name}/pace", 0.8, 1.1),
    )


def crossing(dice: Dice, name: str, take: Take, width: float, speed: float) -> tuple[float, float]:
    """Where somebody starts and ends who is near the middle at some time; faster in very short clips, within reason."""
    side = dice.pick(f"{name}/side", (-1.0, 1.0))
    way = max(speed * take.seconds, min(0.035 * width * (take.frames - 1), 0.8 * width))
    middle = dice.between(f"{name}/middle", -0.3, 0.3) * width
    share = dice.between(f"{name}/when", 0.3, 0.7)
    return round(middle - side * share * way, 4), round(middle + side * (1 - share) * way, 4)
