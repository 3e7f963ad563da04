"""The random choices of a world. Lengths in metres: x right, y down (the ground is at 0), z away from the viewer."""

from dataclasses import dataclass
from typing import Literal

from synth.specs import Colour

Vec = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What a surface is made of; a name in `textures.PAINTERS`."""

    kind: str
    seed: int
    colours: tuple[Colour, ...]
    tile: float = 0.0
    """m that one repeat of the picture covers; 0: the picture is drawn once on the whole panel"""
    texels: int = 512
    """Pixels of the picture, along its longer side"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A rectangle seen from its front: `right` and `down` are unit vectors as the viewer reads it."""

    corner: Vec
    """Its top left"""
    right: Vec
    down: Vec
    width: float
    height: float
    material: Material
    creases: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """How dark the edges are where another plane meets them: left, top, right, bottom; [0, 1]"""
    glow: float = 0.0
    """Light of its own, such as a screen; share of the material's colour"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tube:
    """An upright cylinder."""

    foot: Vec
    """Centre of its lower end"""
    radius: float
    height: float
    material: Material
    """Covers the circumference once when its tile is 0"""
    cap: Material
    turn: float = 0.0
    """rad, rotation of the picture, whose middle is at the front (-z)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Solid:
    """One thing: panels that never hide each other from the front, or tubes that stand on each other."""

    panels: tuple[Panel, ...] = ()
    tube: Tube | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A flat figure that faces the viewer and passes in front of the scene."""

    shape: str
    """A name in `figures.SHAPES`"""
    seed: int
    start: Vec
    """Foot of the figure at the first frame"""
    end: Vec
    height: float
    material: Material
    sway: float = 0.0
    """rad, amplitude of its rocking"""
    pace: float = 1.0
    """Hz, of the rocking"""
    blur: float = 0.0
    """px, standard deviation: it stands out of focus"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave:
    """A small periodic motion."""

    axis: Literal["yaw", "pitch", "roll", "x", "y"]
    size: float
    """rad or m"""
    rate: float
    """Hz"""
    phase: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A pinhole; eye and target move from start to end of the clip."""

    focal: float
    """Picture widths"""
    eye: tuple[Vec, Vec]
    target: tuple[Vec, Vec]
    ease: Literal["steady", "smooth", "return"]
    """`return` ends where it began"""
    orbit: float = 0.0
    """rad, the eye's way round the target"""
    shake: tuple[Wave, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lamp:
    """A light that may move; `sun` shines along the line from `start` to the origin."""

    kind: Literal["sun", "point"]
    start: Vec
    end: Vec
    colour: Vec
    """Gain a surface gets when it faces the lamp at `reach`"""
    reach: float = 1.0
    """m, distance of half the light"""
    softness: float = 0.05
    """Width of a shadow's edge over the distance of what casts it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where text may stand: a rectangle of a panel, or of a tube's side (x along the arc)."""

    solid: int
    panel: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSpec:
    """A whole scene; everything in it is drawn from here without another random choice."""

    layout: str
    width: int
    """px"""
    height: int
    frames: int
    rate: tuple[int, int]
    """Frames per second, a fraction"""
    camera: Camera
    ambient: Vec
    """Gain everywhere"""
    lamps: tuple[Lamp, ...]
    stage: tuple[Solid, ...]
    """From back to front, whatever the camera does"""
    things: tuple[Solid, ...]
    """In front of the stage; sorted anew in each frame"""
    cards: tuple[Card, ...]
    areas: tuple[Area, ...]
    """`solid` counts through stage, then things"""
