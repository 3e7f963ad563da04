"""Every random choice of a clip, as plain data: `sample` fills it, `render` obeys it, the card counts it."""

from dataclasses import dataclass
from typing import Literal

Colour = tuple[int, int, int]
"""RGB, 0..255"""

SCREEN = -1
"""Surface index of the screen itself"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSpec:
    """What is written and how it is set, before anybody knows where. Lengths in em unless said otherwise."""

    text: str
    """NFC, logical order; line breaks are kept"""
    language: str
    """BCP 47, such as en or zh-Hans"""
    script: str
    """ISO 15924"""
    kind: str
    """sign, shop, price, plate, caption, notice, ..."""
    font: str
    """id in the font library"""
    size: float
    """px per em on the surface"""
    tracking: float = 0.0
    """Extra space between letters; 0 where the script joins its letters"""
    leading: float = 1.2
    """Baseline to baseline"""
    align: Literal["start", "centre", "end"] = "centre"
    slant: float = 0.0
    """Horizontal shear, tangent"""
    vertical: bool = False
    """Columns from right to left, for Chinese and Japanese"""
    curve: Literal["none", "arc", "wave"] = "none"
    bend: float = 0.0
    """arc: angle the longest line subtends, rad, positive bends up at the middle; wave: amplitude in em"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Colour of the strokes: solid (one colour), gradient (two, along `angle`) or texture (two, mixed by noise)."""

    kind: Literal["solid", "gradient", "texture"]
    colours: tuple[Colour, ...]
    angle: float = 0.0
    """rad, direction of the gradient on the surface"""
    seed: int = 0
    """Of the noise"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Border:
    """Outline of the strokes, outside the fill."""

    width: float
    """em"""
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Shadow:
    """Drop shadow or glow (offset 0): the coverage moved, blurred and darkened (or lit)."""

    dx: float
    """em"""
    dy: float
    blur: float
    """em, standard deviation"""
    colour: Colour
    opacity: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Extrusion:
    """Block letters: copies of the fill moved along a direction, darker than the fill."""

    dx: float
    """em, whole offset"""
    dy: float
    colour: Colour


@dataclass(frozen=True, slots=True, kw_only=True)
class Emboss:
    """Light from one side on the edge of the strokes, inside the fill."""

    angle: float
    """rad, where the light comes from"""
    width: float
    """em"""
    strength: float
    """[0, 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A plate under the text, part of the scene, never text."""

    colour: Colour
    margin: float
    """em"""
    radius: float
    """em, of the corners"""
    rim: Colour | None = None
    """Colour of a thin line inside the edge"""
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """Paint that has come off: coverage is multiplied by thresholded noise fixed to the surface."""

    amount: float
    """Share of the area that is gone, [0, 0.5]"""
    scale: float
    """em, size of the flakes"""
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """LED matrix: the strokes are shown by round lamps on a grid fixed to the text."""

    pitch: float
    """em, distance of the lamps"""
    size: float
    """Diameter over pitch, (0, 1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one text block is painted."""

    fill: Fill
    opacity: float = 1.0
    lit: bool = True
    """Takes the light of the scene; False for lamps and overlays"""
    border: Border | None = None
    shadow: Shadow | None = None
    extrusion: Extrusion | None = None
    emboss: Emboss | None = None
    board: Board | None = None
    wear: Wear | None = None
    dots: Dots | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockSpec:
    """One paragraph on one surface."""

    surface: int
    """Index in the engine's surfaces; -1 for the screen itself (subtitle, overlay)"""
    x: float
    """Surface units, centre of the block"""
    y: float
    angle: float
    """rad, clockwise on the surface"""
    text: TextSpec
    style: Style
    first: int = 0
    """First frame on which it shows"""
    last: int | None = None
    """Last frame on which it shows"""
    fade: int = 0
    """Frames over which it fades in and out"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Optics:
    """What the lens and the sensor did to the text, matched to the base video. Changes coverage, so also the masks."""

    defocus: float = 0.0
    """px, standard deviation of the blur"""
    shutter: float = 0.0
    """Share of the frame interval, [0, 1]"""
    grain: float = 0.0
    """Grey levels, standard deviation of noise added inside the text only"""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Degrade:
    """What happened to the whole picture afterwards; photometric only, never changes a mask."""

    noise: float = 0.0
    """Grey levels, standard deviation"""
    gamma: float = 1.0
    vignette: float = 0.0
    """Share of light lost in the corners"""
    sharpen: float = 0.0
    jpeg: int | None = None
    """Quality of an extra round of JPEG"""
    h264: int | None = None
    """crf of an extra round of H.264"""
    seed: int = 0
