"""Sets a paragraph: lines, words and characters with outlines and polygons, straight or bent, in rows or in columns."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64

from sts.errors import RenderError
from synth.raster.outline import Outline
from synth.specs import TextSpec
from synth.text.curve import LONGEST_STEP, Bend, Corners, bend_for, lifted, ribbon, stretched
from synth.text.face import Box
from synth.text.fonts import FontLibrary
from synth.text.glyphs import split_long
from synth.text.scripts import RIGHT_TO_LEFT, clean_lines
from synth.text.shape import ShapedLine, ShapedWord, setting_of, shape_line
from synth.text.wrap import wrap

__all__ = ["Char", "Line", "TextLayout", "Word", "set_text", "wrap"]

Points = Float64[np.ndarray, "_ 2"]
Ribbon = Float64[np.ndarray, "14 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Char:
    """One grapheme: a letter with its marks, a syllable of Devanagari, an ideograph."""

    text: str
    polygon: Float64[np.ndarray, "4 2"]
    """px, clockwise from the top-left corner of the upright letter, round its ink"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Word:
    """What stands between spaces, or a phrase of Chinese or Japanese."""

    text: str
    """NFC, logical order; as it is seen: in capitals where the font has no others"""
    script: str
    """ISO 15924"""
    line: int
    """Index in TextLayout.lines"""
    outline: Outline
    """Strokes, px"""
    polygon: Ribbon
    """px, round the ink: seven points along the top from left to right, seven back along the bottom"""
    chars: tuple[Char, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One row or column."""

    text: str
    """The words with a space between; with none for Chinese and Japanese"""
    polygon: Ribbon
    words: tuple[int, ...]
    """Indices in TextLayout.words, in logical order"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TextLayout:
    """A paragraph in px in the box (0, 0) to (width, height); x right, y down."""

    words: tuple[Word, ...]
    lines: tuple[Line, ...]
    polygon: Ribbon
    text: str
    """The lines with line breaks"""
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Row:
    """A shaped line in its place, em."""

    text: str
    shaped: ShapedLine
    x: float
    """Of the line's origin, on its baseline"""
    y: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Setter:
    """Turns shaped lines into polygons and strokes: slant first, then the curve, then px."""

    spec: TextSpec
    bend: Bend | None

    def word(self, shaped: ShapedWord, line: int, row: _Row) -> Word:
        outline = shaped.outline if self.bend is None else split_long(shaped.outline, LONGEST_STEP)
        return Word(
            text=shaped.text,
            script=shaped.script,
            line=line,
            outline=outline.mapped(lambda points: self._px(slanted(points + np.array([row.x, row.y]), row, self.spec))),
            polygon=self.ribbon(self.corners(shaped.box, row)),
            chars=tuple(self._char(text, box, row) for text, box in shaped.chars),
        )

    def corners(self, box: Box, row: _Row) -> Corners:
        """Of a word, flat."""
        return lifted(slanted(_at(box, row), row, self.spec), self.bend)

    def line_corners(self, row: _Row) -> Corners:
        """Round the words of a line, flat."""
        words = [self.corners(word.box, row) for word in row.shaped.words]
        whole = slanted(_at(_union([word.box for word in row.shaped.words]), row), row, self.spec)
        if self.bend is not None:
            top, bottom = min(word[0, 1] for word in words), max(word[3, 1] for word in words)
            whole = stretched(whole, whole[0, 1] - top, bottom - whole[3, 1])
        return lifted(whole, self.bend)

    def ribbon(self, corners: Corners) -> Ribbon:
        return ribbon(corners, self.bend) * self.spec.size

    def _char(self, text: str, box: Box, row: _Row) -> Char:
        return Char(text=text, polygon=self._px(slanted(_at(box, row), row, self.spec)))

    def _px(self, points: Points) -> Points:
        return (points if self.bend is None else self.bend(points)) * self.spec.size


def set_text(spec: TextSpec, library: FontLibrary) -> TextLayout:
    """The paragraph of the spec; RenderError where its font lacks a character or its curve folds."""
    rows = _rows(spec, shape_lines(spec, library))
    flat = [slanted(_at(word.box, row), row, spec) for row in rows for word in row.shaped.words]
    setter = _Setter(spec=spec, bend=bend_for(spec, _extent(flat)))
    words = tuple(setter.word(word, index, row) for index, row in enumerate(rows) for word in row.shaped.words)
    corners = [setter.line_corners(row) for row in rows]
    lines = tuple(
        Line(
            text=row.text,
            polygon=setter.ribbon(corners[index]),
            words=tuple(number for number, word in enumerate(words) if word.line == index),
        )
        for index, row in enumerate(rows)
    )
    whole = setter.ribbon(lifted(_rectangle(_extent(corners)), setter.bend))
    return _boxed(words, lines, whole)


def shape_lines(spec: TextSpec, library: FontLibrary) -> list[tuple[str, ShapedLine]]:
    """Each line of the spec as it is seen, NFC with single spaces, and its shape."""
    face = library.face(spec.font)
    lines = clean_lines(spec.text)
    if not lines:
        raise RenderError(f"there is nothing to set in {spec.text!r}: give it at least one visible character")
    return [(face.seen(line), shape_line(face, setting_of(spec, line))) for line in lines]


def slanted(points: Points, row: _Row, spec: TextSpec) -> Points:
    """Letters of a row lean to the right; letters of a column rise to the right."""
    if spec.slant == 0:
        return points
    if spec.vertical:
        return points + np.stack([np.zeros(len(points)), -spec.slant * (points[:, 0] - row.x)], axis=1)
    return points + np.stack([-spec.slant * (points[:, 1] - row.y), np.zeros(len(points))], axis=1)


def _rows(spec: TextSpec, shaped: list[tuple[str, ShapedLine]]) -> list[_Row]:
    """Rows go down, columns go left; lines start where reading starts."""
    longest = max(line.advance for _, line in shaped)
    share = {"start": 0.0, "centre": 0.5, "end": 1.0}[spec.align]
    if spec.script in RIGHT_TO_LEFT and not spec.vertical:
        share = 1 - share
    rows = []
    for index, (text, line) in enumerate(shaped):
        along, across = share * (longest - line.advance), index * spec.leading
        x, y = (-across, along) if spec.vertical else (along, across)
        rows.append(_Row(text=text, shaped=line, x=x, y=y))
    return rows


def _boxed(words: tuple[Word, ...], lines: tuple[Line, ...], polygon: Ribbon) -> TextLayout:
    """The layout moved so that everything starts at (0, 0)."""
    parts = [polygon, *(line.polygon for line in lines)]
    parts += [part for word in words for part in (word.polygon, word.outline.points)]
    x0, y0, x1, y1 = _extent(parts)
    shift = np.array([x0, y0])
    return TextLayout(
        words=tuple(
            replace(
                word,
                outline=word.outline.mapped(lambda points: points - shift),
                polygon=word.polygon - shift,
                chars=tuple(replace(char, polygon=char.polygon - shift) for char in word.chars),
            )
            for word in words
        ),
        lines=tuple(replace(line, polygon=line.polygon - shift) for line in lines),
        polygon=polygon - shift,
        text="\n".join(line.text for line in lines),
        width=x1 - x0,
        height=y1 - y0,
    )


def _at(box: Box, row: _Row) -> Corners:
    """A box of the line as corners in the block."""
    return _rectangle(box) + np.array([row.x, row.y])


def _rectangle(box: Box) -> Corners:
    x0, y0, x1, y1 = box
    return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])


def _union(boxes: list[Box]) -> Box:
    return _extent([_rectangle(box) for box in boxes])


def _extent(parts: list[Points]) -> Box:
    points = np.concatenate(parts)
    (x0, y0), (x1, y1) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    return x0, y0, x1, y1
