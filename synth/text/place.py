"""Where each glyph of a line stands: HarfBuzz on one run after another, in rows or in columns. Font units, y up."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import uharfbuzz as hb

from sts.errors import RenderError
from synth.text.face import Face
from synth.text.scripts import JOINED, Run, visual_runs

DOTTED_CIRCLE = "\u25cc"
MIDDLE = 0.38
"""em above the baseline: middle of the em box, on which sideways letters are centred in a column"""
TOP = 0.88
"""em above the baseline: top of the em box"""
FIRST_UPRIGHT = 0x2000
"""Code points from here on stand upright in a column"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A line and how it is set, as far as that changes its glyphs."""

    text: str
    """NFC, logical order, single spaces"""
    language: str
    script: str
    vertical: bool = False
    tracking: float = 0.0
    """em"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One glyph in visual order; (x, y) is its origin."""

    glyph: int
    cluster: int
    """Index of its first character"""
    x: int
    y: int
    rtl: bool = False
    turned: bool = False
    """Clockwise by a quarter"""

    def relative(self, x: int, y: int, start: int) -> "Placed":
        """Measured from another origin and first character."""
        return replace(self, x=self.x - x, y=self.y - y, cluster=self.cluster - start)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """Glyphs of one run and how far they reach."""

    glyphs: tuple[Placed, ...]
    advance: int


def place(face: Face, setting: Setting) -> tuple[tuple[Placed, ...], int]:
    """Glyphs from left to right (from top to bottom in a column), and the length of the line."""
    if setting.vertical and not face.vertical:
        raise RenderError(f"{face.name} has no glyphs for columns: set {setting.text!r} in rows or change the font")
    glyphs: list[Placed] = []
    pen = 0
    for piece in _column(face, setting) if setting.vertical else _row(face, setting):
        x, y = (0, -pen) if setting.vertical else (pen, 0)
        glyphs += [replace(glyph, x=glyph.x + x, y=glyph.y + y) for glyph in piece.glyphs]
        pen += piece.advance
    return tuple(glyphs), pen


def _row(face: Face, setting: Setting) -> Iterator[_Piece]:
    for run in visual_runs(setting.text, setting.script):
        yield _shape(face, setting, run, "rtl" if run.rtl else "ltr")


def _column(face: Face, setting: Setting) -> Iterator[_Piece]:
    """Upright characters one below the other; foreign words turned, one or two digits side by side."""
    text = setting.text
    for sideways, group in groupby(range(len(text)), key=lambda index: ord(text[index]) < FIRST_UPRIGHT):
        indices = list(group)
        part = text[indices[0] : indices[-1] + 1]
        script = "Latn" if sideways else "Hani"
        run = Run(start=indices[0], end=indices[-1] + 1, script=script, rtl=False)
        if not sideways:
            yield _shape(face, setting, run, "ttb")
        elif len(part) == 1 or (len(part) == 2 and part.isdigit()):
            yield _upright(_shape(face, replace(setting, tracking=0.0), run, "ltr"), face.upem, setting.tracking)
        else:
            yield _turned(_shape(face, setting, run, "ltr"), face.upem)


def _upright(piece: _Piece, upem: int, tracking: float) -> _Piece:
    """A row no wider than the column, as one cell of it."""
    left, top = piece.advance // 2, round(TOP * upem)
    glyphs = tuple(replace(glyph, x=glyph.x - left, y=glyph.y - top) for glyph in piece.glyphs)
    return _Piece(glyphs=glyphs, advance=round((1 + tracking) * upem))


def _turned(piece: _Piece, upem: int) -> _Piece:
    middle = round(MIDDLE * upem)
    glyphs = tuple(replace(glyph, x=glyph.y - middle, y=-glyph.x, turned=True) for glyph in piece.glyphs)
    return _Piece(glyphs=glyphs, advance=piece.advance)


def _shape(face: Face, setting: Setting, run: Run, direction: str) -> _Piece:
    text = setting.text[run.start : run.end]
    tracking = 0 if run.script in JOINED or face.joins else round(setting.tracking * face.upem)
    buffer = hb.Buffer()
    buffer.add_str(text)
    buffer.direction, buffer.script, buffer.language = direction, run.script, setting.language
    hb.shape(face.hb, buffer, {"liga": False, "clig": False} if tracking else {})
    infos, positions = buffer.glyph_infos, buffer.glyph_positions
    clusters = [info.cluster for info in infos]
    _refuse_missing(face, text, [info.codepoint for info in infos], clusters)
    glyphs, pen = [], 0
    for index, (info, position) in enumerate(zip(infos, positions, strict=True)):
        x, y = (0, -pen) if direction == "ttb" else (pen, 0)
        glyphs.append(
            Placed(
                glyph=info.codepoint,
                cluster=info.cluster + run.start,
                x=x + position.x_offset,
                y=y + position.y_offset,
                rtl=run.rtl,
            )
        )
        last = index + 1 == len(clusters) or clusters[index + 1] != info.cluster
        pen += (-position.y_advance if direction == "ttb" else position.x_advance) + (tracking if last else 0)
    return _Piece(glyphs=tuple(glyphs), advance=pen)


def _refuse_missing(face: Face, text: str, glyphs: list[int], clusters: list[int]) -> None:
    """No box for a missing glyph and no dotted circle for a broken syllable is ever drawn."""
    circle = face.hb.get_nominal_glyph(ord(DOTTED_CIRCLE))
    for glyph, cluster in zip(glyphs, clusters, strict=True):
        if glyph == 0 or (glyph == circle and DOTTED_CIRCLE not in text):
            char = next((char for char in text[cluster:] if not face.draws(char)), text[cluster])
            name = f"{char!r} (U+{ord(char):04X})"
            raise RenderError(f"{face.name} cannot draw {name} in {text!r}: choose a font that covers it")
