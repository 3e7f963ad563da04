"""Chooses how text is painted: plain and plausible most of the time, always visible against what lies behind it."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from sts.protocols import RngFor
from synth import palette
from synth.glow import lamp_matrix, neon
from synth.palette import OTHER, PALETTES, Palette
from synth.raster.colour import difference, jittered, lightness, mixed, shaded, within
from synth.specs import Board, Border, Colour, Emboss, Extrusion, Fill, Shadow, Style, TextSpec, Wear
from synth.surfaces.surface import Surface

DOTTED_SCRIPTS = ("Latn", "Cyrl", "Grek", "Zyyy")
"""Scripts that stay readable on a lamp matrix"""
DOTTED_FONTS = ("sans", "condensed", "wide", "pixel")
"""Styles of fonts whose strokes are all wider than the distance of the lamps: hairlines would vanish between them"""
CLEAR_KINDS = ("plate", "sign", "price")
"""Made to be read: never of low contrast"""
CALM = 12.0
"""Grey levels of busyness up to which paint of low contrast is still seen"""
CANDIDATES = 24
"""Paints tried before black or white is taken"""
EXTREMES: tuple[Colour, Colour] = ((16, 16, 18), (246, 246, 244))
"""One of them differs from any colour by more than 45"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppearanceConfig:
    """How often text looks like what. Ornaments are probabilities for ordinary text; shops have twice as many."""

    hard: float = 0.10
    """Share with the low contrast of `hard_contrast`, among text on boards and quiet surfaces that need not be clear"""
    contrast: float = 20.0
    """Least CIE76 difference between a fill and what lies behind it"""
    hard_contrast: tuple[float, float] = (12.0, 20.0)
    busy_contrast: float = 0.5
    """Contrast asked in addition for each grey level of the surface's busyness"""
    busy_board: float = 0.012
    """Probability of a board in addition for each grey level of busyness"""
    busy_border: float = 0.008
    border: float = 0.06
    shadow: float = 0.10
    extrusion: float = 0.025
    emboss: float = 0.04
    gradient: float = 0.03
    texture: float = 0.05
    wear: float = 0.15
    """For paint without a board"""
    translucent: float = 0.2
    """Probability that paint lets something through"""
    least_opacity: float = 0.75
    neon: float = 0.03
    """For shops"""
    lamps: float = 0.02
    """Lamp matrix instead of paint"""
    overlay_board: float = 0.35
    ticker: float = 0.06
    """Share of screen overlays that are a lamp matrix"""


def sample_style(rng_for: RngFor, text: TextSpec, surface: Surface, config: AppearanceConfig) -> Style:
    """How text on a surface of the scene is painted."""
    chance = rng_for("technique").random()
    if chance < config.lamps and text.script in DOTTED_SCRIPTS and text.kind != "plate":
        return lamp_matrix(rng_for)
    if text.kind == "shop" and chance > 1 - config.neon:
        return neon(rng_for, surface)
    return _Painter(rng_for=rng_for, text=text, surface=surface, config=config).style()


def sample_overlay_style(rng_for: RngFor, text: TextSpec, screen: Surface, config: AppearanceConfig) -> Style:
    """How a subtitle, caption or ticker on the screen is painted; nothing is known of the picture behind it."""
    rng = rng_for("overlay style")
    chance = rng.random()
    if chance < config.ticker and text.script in DOTTED_SCRIPTS:
        return lamp_matrix(rng_for)
    if chance < config.ticker + config.overlay_board:
        return _caption_bar(rng_for, screen.busy)
    fill = palette.YELLOW if rng_for("colour").random() < 0.2 else (250, 250, 250)
    border = rng_for("border")
    shadow = rng_for("shadow")
    edged = Style(
        fill=Fill(kind="solid", colours=(fill,)),
        lit=False,
        border=Border(width=within(border, 0.035, 0.08), colour=(8, 8, 10)),
    )
    if shadow.random() < 0.35:
        move = within(shadow, 0.02, 0.05)
        dark = Shadow(dx=move, dy=move, blur=within(shadow, 0.01, 0.04), colour=(0, 0, 0), opacity=0.7)
        edged = replace(edged, shadow=dark)
    return edged


@dataclass(frozen=True, slots=True, kw_only=True)
class _Painter:
    """Paint on one surface, with or without a board."""

    rng_for: RngFor
    text: TextSpec
    surface: Surface
    config: AppearanceConfig

    @property
    def palette(self) -> Palette:
        return PALETTES.get(self.text.kind, OTHER)

    def style(self) -> Style:
        board, lettering = self._board()
        behind = self.surface.colour if board is None else board.colour
        if self._hard(board):
            fill, opacity = self._faint(behind, lettering), 1.0
            return Style(fill=Fill(kind="solid", colours=(fill,)), board=board)
        opacity = self._opacity()
        colour = self._colour(behind, lettering, opacity, self._wanted(board))
        style = Style(fill=self._fill(colour, behind, opacity), opacity=opacity, board=board)
        return self._worn(self._raised(self._edged(style, behind)))

    def _board(self) -> tuple[Board | None, Colour | None]:
        """A board with the colour of its lettering, or neither."""
        rng, palette = self.rng_for("board"), self.palette
        if rng.random() >= palette.board + self.config.busy_board * self.surface.busy:
            return None, None
        colour, lettering = palette.pairs[int(rng.integers(len(palette.pairs)))]
        colour = self._dimmed(jittered(rng, colour))
        framed = rng.random() < palette.rim
        board = Board(
            colour=colour,
            margin=within(rng, 0.2, 0.55),
            radius=within(rng, 0.0, palette.radius) if rng.random() < 0.7 else 0.0,
            rim=self._dimmed(lettering) if framed else None,
        )
        return board, lettering

    def _hard(self, board: Board | None) -> bool:
        if self.text.kind in CLEAR_KINDS or (board is None and self.surface.busy > CALM):
            return False
        return bool(self.rng_for("contrast").random() < self.config.hard)

    def _wanted(self, board: Board | None) -> float:
        busy = self.surface.busy if board is None else 0.0
        return min(self.config.contrast + self.config.busy_contrast * busy, 45.0)

    def _colour(self, behind: Colour, lettering: Colour | None, opacity: float, wanted: float) -> Colour:
        """A paint that differs enough when it lets `1 - opacity` of what is behind it through."""
        rng = self.rng_for("colour")
        paints = self.palette.paints if lettering is None else (lettering,)
        for pick in rng.integers(len(paints), size=CANDIDATES):
            paint = self._dimmed(jittered(rng, paints[int(pick)]))
            if difference(behind, mixed(behind, paint, opacity)) >= wanted:
                return paint
        return _farthest(behind)

    def _faint(self, behind: Colour, lettering: Colour | None) -> Colour:
        """The palest mix of a paint into what is behind it that has the low contrast wanted."""
        rng = self.rng_for("faint")
        wanted = float(rng.uniform(*self.config.hard_contrast))
        paint = self._colour(behind, lettering, 1.0, self.config.contrast)
        shades = [mixed(behind, paint, share) for share in np.linspace(0.05, 1, 96)]
        return next(shade for shade in shades if difference(behind, shade) >= wanted)

    def _fill(self, colour: Colour, behind: Colour, opacity: float) -> Fill:
        """Solid, or mixed with a second colour that is as visible."""
        rng, amount = self.rng_for("fill"), self.palette.ornament
        chance = rng.random()
        gradient, texture = self.config.gradient * amount, self.config.texture
        if chance >= gradient + texture:
            return Fill(kind="solid", colours=(colour,))
        kind: Literal["gradient", "texture"] = "gradient" if chance < gradient else "texture"
        second = shaded(colour, within(rng, 0.6, 0.85) if lightness(colour) > 30 else within(rng, 1.4, 2.0))
        if difference(behind, mixed(behind, second, opacity)) < self.config.contrast:
            return Fill(kind="solid", colours=(colour,))
        angle = round(math.pi / 2 + float(rng.normal(0, 0.25)), 3)
        return Fill(kind=kind, colours=(colour, second), angle=angle, seed=int(rng.integers(2**31)))

    def _edged(self, style: Style, behind: Colour) -> Style:
        """Perhaps a border that differs from the fill, and from the ground where it can."""
        rng = self.rng_for("border")
        busy = self.surface.busy if style.board is None else 0.0
        if rng.random() >= self.config.border * self.palette.ornament + self.config.busy_border * busy:
            return style
        fill = style.fill.colours[0]
        choices = (palette.WHITE, palette.BLACK, palette.YELLOW, palette.NAVY, shaded(fill, 0.4))
        clear = [colour for colour in choices if min(difference(colour, c) for c in style.fill.colours) >= 40]
        colour = clear[int(rng.integers(len(clear)))] if clear else _farthest(fill)
        return replace(style, border=Border(width=within(rng, 0.025, 0.07), colour=self._dimmed(colour)))

    def _raised(self, style: Style) -> Style:
        """Perhaps one of block letters, relief and a drop shadow."""
        config, amount = self.config, self.palette.ornament
        rng = self.rng_for("relief")
        chance = rng.random()
        side = -1 if rng.random() < 0.5 else 1
        if chance < config.extrusion * amount and style.opacity == 1:
            depth, darker = within(rng, 0.04, 0.12), shaded(style.fill.colours[0], within(rng, 0.35, 0.6))
            block = Extrusion(dx=round(side * depth, 3), dy=round(depth * within(rng, 0.5, 1.0), 3), colour=darker)
            return replace(style, extrusion=block)
        chance -= config.extrusion * amount
        if chance < config.emboss * amount:
            light = round(-math.pi / 2 + side * within(rng, 0.2, 0.9), 3)
            return replace(
                style, emboss=Emboss(angle=light, width=within(rng, 0.015, 0.04), strength=within(rng, 0.2, 0.6))
            )
        chance -= config.emboss * amount
        if chance < config.shadow * amount:
            depth = within(rng, 0.02, 0.07)
            shadow = Shadow(
                dx=round(side * depth, 3), dy=depth, blur=within(rng, 0.005, 0.05), colour=(10, 10, 12),
                opacity=within(rng, 0.3, 0.6),
            )  # fmt: skip
            return replace(style, shadow=shadow)
        return style

    def _worn(self, style: Style) -> Style:
        """Perhaps paint that has come off."""
        rng = self.rng_for("wear")
        often = self.config.wear * (0.25 if style.board is not None else 1.0)
        if rng.random() >= often or style.extrusion is not None or self.text.kind == "plate":
            return style
        wear = Wear(
            amount=round(0.03 + 0.2 * float(rng.beta(1.2, 2.5)), 3),
            scale=within(rng, 0.04, 0.2),
            seed=int(rng.integers(2**31)),
        )
        return replace(style, wear=wear)

    def _opacity(self) -> float:
        rng = self.rng_for("opacity")
        return within(rng, self.config.least_opacity, 1.0) if rng.random() < self.config.translucent else 1.0

    def _dimmed(self, colour: Colour) -> Colour:
        """Paint takes the light of the scene: a dark surface hints at a dark scene."""
        dark = lightness(self.surface.colour) < 35
        return shaded(colour, within(self.rng_for("exposure"), 0.6 if dark else 0.85, 1.0))


def _caption_bar(rng_for: RngFor, busy: float) -> Style:
    """White on a dark translucent bar, denser over a busy picture, or the colours of a news programme."""
    rng = rng_for("bar")
    solid = rng.random() < 0.4
    board, lettering = palette.BARS[int(rng.integers(len(palette.BARS)))] if solid else ((6, 6, 8), (250, 250, 250))
    return Style(
        fill=Fill(kind="solid", colours=(lettering,)),
        lit=False,
        board=Board(
            colour=board,
            margin=within(rng, 0.15, 0.4),
            radius=within(rng, 0.0, 0.3) if rng.random() < 0.4 else 0.0,
            opacity=within(rng, 0.85, 1.0) if solid else within(rng, 0.4 + 0.2 * min(busy / 64, 1), 0.85),
        ),
    )


def _farthest(behind: Colour) -> Colour:
    return max(EXTREMES, key=lambda colour: difference(behind, colour))
