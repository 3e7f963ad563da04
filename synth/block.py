"""A block of text made ready for drawing: every layer as an outline on its surface with its paint."""

from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt8

from synth.raster import effects, paint
from synth.raster.outline import Outline, joined
from synth.specs import BlockSpec, Colour, Style
from synth.surfaces.surface import Surface
from synth.text.layout import TextLayout, Word

Points = Float64[np.ndarray, "n 2"]

LONGEST_PATCH = 1024
"""px; longer blocks get their texture, wear and relief coarser"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Piece:
    """One layer: a shape in surface units and what it is painted with."""

    outline: Outline
    colour: Colour
    opacity: float = 1.0
    blur: float = 0.0
    """Surface units, standard deviation"""
    lit: bool = True
    hides: bool = True
    """Covers what was drawn before it; a shadow does not"""
    texture: UInt8[np.ndarray, "h w 3"] | None = None
    """Colours over the block's rectangle, instead of `colour`"""
    wear: UInt8[np.ndarray, "h w"] | None = None
    """Share of the paint that is left, over the block's rectangle"""
    relief: Float32[np.ndarray, "h w"] | None = None
    """Gain on the colour, over the block's rectangle"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordPieces:
    """The layers of one word."""

    fill: Piece
    effects: dict[str, Piece] = field(default_factory=dict)
    """By kind: shadow, extrusion, border"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """One paragraph on its surface, ready to draw."""

    spec: BlockSpec
    layout: TextLayout
    surface: Surface
    words: tuple[WordPieces, ...]
    boards: tuple[Piece, ...]
    corners: Float64[np.ndarray, "4 2"]
    """Of the rectangle that texture, wear and relief cover; surface units"""
    extent: Float64[np.ndarray, "4 2"]
    """Corners of everything that may be painted; surface units"""
    polygons: Points
    """Of the paragraph, then all lines, words and chars, one after the other; surface units"""
    ends: Int64[np.ndarray, " k"]
    """One past the last point of each polygon"""

    def opacity(self, time: int) -> float:
        """Share of the block's paint that shows on a frame, by its time span and fading."""
        last = len(self.surface.to_frame) - 1 if self.spec.last is None else self.spec.last
        if not self.spec.first <= time <= last:
            return 0.0
        if self.spec.fade == 0:
            return 1.0
        rise = 1.0 if self.spec.first == 0 else (time - self.spec.first + 1) / (self.spec.fade + 1)
        fall = 1.0 if self.spec.last is None else (last - time + 1) / (self.spec.fade + 1)
        return min(1.0, rise, fall)


def prepare(spec: BlockSpec, layout: TextLayout, surface: Surface) -> Block:
    """All layers of a block; everything that does not depend on the frame is computed here, once."""
    maker = _Maker(spec=spec, layout=layout)
    corners = np.array([(0, 0), (layout.width, 0), (layout.width, layout.height), (0, layout.height)], float)
    chars = [char.polygon for word in layout.words for char in word.chars]
    parts = [line.polygon for line in layout.lines], [word.polygon for word in layout.words], chars
    polygons = [layout.polygon, *parts[0], *parts[1], *parts[2]]
    return Block(
        spec=spec,
        layout=layout,
        surface=surface,
        words=maker.words(),
        boards=maker.boards(),
        corners=_placed(corners, layout, spec),
        extent=extent(layout, spec),
        polygons=_placed(np.concatenate(polygons), layout, spec),
        ends=np.cumsum([len(polygon) for polygon in polygons]),
    )


def extent(layout: TextLayout, spec: BlockSpec) -> Points:
    """Corners of everything the block may paint, board and effects included; surface units."""
    margin = spec.text.size * _reach(spec.style)
    low, right, bottom = -margin, layout.width + margin, layout.height + margin
    return _placed(np.array([(low, low), (right, low), (right, bottom), (low, bottom)]), layout, spec)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Maker:
    """Builds the pieces of one block."""

    spec: BlockSpec
    layout: TextLayout

    def words(self) -> tuple[WordPieces, ...]:
        shapes = [self._strokes(word) for word in self.layout.words]
        patches = self._patches(shapes)
        return tuple(self._word(shape, patches) for shape in shapes)

    def boards(self) -> tuple[Piece, ...]:
        board = self.spec.style.board
        if board is None:
            return ()
        em, lit = self.spec.text.size, self.spec.style.lit
        plate = self._plate(board.margin * em, board.radius * em)
        pieces = [Piece(outline=plate, colour=board.colour, opacity=board.opacity, lit=lit)]
        if board.rim is not None:
            inset = 0.35 * min(board.margin * em, 0.4 * em)
            outer = self._plate(board.margin * em - inset, board.radius * em)
            inner = self._plate(board.margin * em - 1.6 * inset, board.radius * em)
            pieces.append(Piece(outline=_ring(outer, inner), colour=board.rim, opacity=board.opacity, lit=lit))
        return tuple(pieces)

    def _plate(self, margin: float, radius: float) -> Outline:
        width, height = self.layout.width + 2 * margin, self.layout.height + 2 * margin
        shape = effects.rounded_rectangle(width, height, min(radius, width / 2, height / 2))
        return self._on_surface(shape.mapped(lambda points: points - margin))

    def _strokes(self, word: Word) -> Outline:
        dots, em = self.spec.style.dots, self.spec.text.size
        return word.outline if dots is None else effects.lamps(word.outline, dots.pitch * em, dots.size)

    def _word(self, shape: Outline, patches: dict[str, np.ndarray]) -> WordPieces:
        style, em = self.spec.style, self.spec.text.size
        fill = Piece(
            outline=self._on_surface(shape),
            colour=style.fill.colours[0],
            opacity=style.opacity,
            lit=style.lit,
            texture=patches.get("texture"),
            wear=patches.get("wear"),
            relief=patches.get("relief"),
        )
        pieces: dict[str, Piece] = {}
        outer = shape
        if style.border is not None:
            outer = effects.border(shape, style.border.width * em)
            pieces["border"] = replace(
                fill, outline=self._on_surface(outer), colour=style.border.colour, texture=None, relief=None
            )
        if style.extrusion is not None:
            swept = effects.extruded(outer, style.extrusion.dx * em, style.extrusion.dy * em)
            pieces["extrusion"] = replace(
                fill, outline=self._on_surface(swept), colour=style.extrusion.colour, texture=None, relief=None
            )
        if style.shadow is not None:
            shadow, move = style.shadow, np.array([style.shadow.dx, style.shadow.dy]) * em
            pieces["shadow"] = Piece(
                outline=self._on_surface(outer.mapped(lambda points: points + move)),
                colour=shadow.colour,
                opacity=shadow.opacity * style.opacity,
                blur=shadow.blur * em,
                lit=style.lit,
                hides=False,
                wear=fill.wear,
            )
        return WordPieces(fill=fill, effects=pieces)

    def _patches(self, shapes: list[Outline]) -> dict[str, np.ndarray]:
        """Texture, wear and relief of the whole block, as Piece fields."""
        style = self.spec.style
        shrink = min(1.0, LONGEST_PATCH / max(self.layout.width, self.layout.height))
        size = (max(2, round(self.layout.width * shrink)), max(2, round(self.layout.height * shrink)))
        em = self.spec.text.size * shrink
        patches: dict[str, np.ndarray] = {}
        if style.fill.kind != "solid":
            patches["texture"] = paint.fill_patch(style.fill, size)
        if style.wear is not None:
            patches["wear"] = paint.wear_alpha(style.wear, em, size)
        if style.emboss is not None:
            strokes = joined(shapes).mapped(lambda points: points * shrink)
            patches["relief"] = paint.emboss_gain(strokes, style.emboss, em, size)
        return patches

    def _on_surface(self, shape: Outline) -> Outline:
        return shape.mapped(lambda points: _placed(points, self.layout, self.spec))


def _placed(points: Points, layout: TextLayout, spec: BlockSpec) -> Points:
    cos, sin = np.cos(spec.angle), np.sin(spec.angle)
    centred = points - (layout.width / 2, layout.height / 2)
    return centred @ np.array([(cos, sin), (-sin, cos)]) + (spec.x, spec.y)


def _ring(outer: Outline, inner: Outline) -> Outline:
    """The outer shape with the inner one cut out: its contours run the other way round."""
    return joined([outer, Outline(points=inner.points[::-1].copy(), ends=inner.ends)])


def _reach(style: Style) -> float:
    """How far the style paints beyond the layout box, em."""
    reach = 0.0 if style.border is None else style.border.width
    if style.extrusion is not None:
        reach += max(abs(style.extrusion.dx), abs(style.extrusion.dy))
    if style.shadow is not None:
        reach = max(reach, max(abs(style.shadow.dx), abs(style.shadow.dy)) + 2 * style.shadow.blur)
    return max(reach, 0.0 if style.board is None else style.board.margin)
