"""A line as shaped words: HarfBuzz places the glyphs, overlapping ones become one shape. Lengths in em, y down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pathops

from sts.errors import RenderError
from synth.raster.outline import Outline, joined
from synth.specs import TextSpec
from synth.text.face import Box, Face, extent, invisible
from synth.text.glyphs import flatten, moved, without_overlap
from synth.text.place import Placed, Setting, place
from synth.text.scripts import graphemes, main_script
from synth.text.units import units

MOST_KEPT = 64
"""Words and lines that a font remembers: enough for one clip, so that memory stays flat over many"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShapedWord:
    """One word where it stands in its line; the line's first baseline point is (0, 0)."""

    text: str
    """As it is seen: in capitals where the font has no others"""
    script: str
    outline: Outline
    box: Box
    """Of the ink"""
    chars: tuple[tuple[str, Box], ...]
    """Clusters in logical order with their boxes"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShapedLine:
    """Words in logical order."""

    words: tuple[ShapedWord, ...]
    advance: float
    """Length of the line in its direction of writing"""


def setting_of(spec: TextSpec, line: str) -> Setting:
    """How one clean line of the spec is set."""
    return Setting(
        text=line, language=spec.language, script=spec.script, vertical=spec.vertical, tracking=spec.tracking
    )


def shape_line(face: Face, setting: Setting) -> ShapedLine:
    """RenderError where the font cannot draw a character: a missing glyph is never drawn."""
    if setting not in face.shaped:
        _make_room(face)
        face.shaped[setting] = _shape(face, setting)
    return face.shaped[setting]


def _make_room(face: Face) -> None:
    if len(face.shaped) >= MOST_KEPT:
        face.shaped.clear()


def _shape(face: Face, setting: Setting) -> ShapedLine:
    glyphs, advance = place(face, setting)
    spans = units(setting.text, setting.script)
    words = [_word(face, setting, span, _within(glyphs, span)) for span in spans]
    return ShapedLine(words=tuple(words), advance=advance / face.upem)


def _within(glyphs: Sequence[Placed], span: tuple[int, int]) -> list[Placed]:
    return [glyph for glyph in glyphs if span[0] <= glyph.cluster < span[1]]


def _word(face: Face, setting: Setting, span: tuple[int, int], glyphs: list[Placed]) -> ShapedWord:
    """The word, drawn once for the same glyphs at the same distances."""
    text = setting.text[span[0] : span[1]]
    if not glyphs:
        raise RenderError(f"{face.name} draws nothing for {text!r}: choose a font that covers it")
    x, y = glyphs[0].x, glyphs[0].y
    key = (text, tuple(glyph.relative(x, y, span[0]) for glyph in glyphs))
    if key not in face.shaped:
        _make_room(face)
        face.shaped[key] = _drawn(face, *key)
    outline, chars = face.shaped[key]
    shift = np.array([x, -y]) / face.upem
    moved_chars = tuple((char, _shifted(box, *shift.tolist())) for char, box in chars)
    placed = outline.mapped(lambda points: points + shift)
    box = extent(placed)
    if box is None:
        raise RenderError(f"{face.name} draws nothing for {text!r}: choose a font that covers it")
    script = main_script(text, setting.script)
    return ShapedWord(text=face.seen(text), script=script, outline=placed, box=box, chars=moved_chars)


def _drawn(face: Face, text: str, glyphs: Sequence[Placed]) -> tuple[Outline, tuple[tuple[str, Box], ...]]:
    boxes = [_ink(face, glyph) for glyph in glyphs]
    inked = [(glyph, box) for glyph, box in zip(glyphs, boxes, strict=True) if box is not None]
    if _any_overlap([box for _, box in inked]):
        whole = pathops.Path()
        for glyph, _ in inked:
            whole.addPath(moved(face.path(glyph.glyph), glyph.x, glyph.y, glyph.turned))
        outline = flatten(without_overlap(whole), face.upem)
    else:
        outline = joined([_placed_outline(face, glyph) for glyph, _ in inked])
    return outline, tuple(_chars(face, text, glyphs, boxes))


def _placed_outline(face: Face, glyph: Placed) -> Outline:
    turn = np.array([(0, 1), (-1, 0)] if glyph.turned else [(1, 0), (0, 1)], np.float64)
    shift = np.array([glyph.x, -glyph.y]) / face.upem
    return face.outline(glyph.glyph).mapped(lambda points: points @ turn + shift)


def _ink(face: Face, glyph: Placed) -> Box | None:
    box = face.box(glyph.glyph)
    if box is None:
        return None
    x0, y0, x1, y1 = (-box[3], box[0], -box[1], box[2]) if glyph.turned else box
    return _shifted((x0, y0, x1, y1), glyph.x / face.upem, -glyph.y / face.upem)


def _shifted(box: Box, x: float, y: float) -> Box:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def _any_overlap(boxes: Sequence[Box]) -> bool:
    order = np.array(sorted(boxes)).reshape(-1, 4)
    low, high = order[:, None, :2], order[:, None, 2:]
    meet = np.all((low < high.transpose(1, 0, 2)) & (low.transpose(1, 0, 2) < high), axis=2)
    return bool(np.triu(meet, 1).any())


def _chars(face: Face, text: str, glyphs: Sequence[Placed], boxes: Sequence[Box | None]) -> Iterator[tuple[str, Box]]:
    """Clusters of the word; the letters of a ligature share its box evenly in the direction of reading."""
    starts = sorted({glyph.cluster for glyph in glyphs})
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        cluster = [index for index, glyph in enumerate(glyphs) if glyph.cluster == start]
        box = _union([boxes[index] for index in cluster])
        cells = [face.seen(text[start + first : start + last]) for first, last in graphemes(text[start:end])]
        if box is None:
            if not all(invisible(char) for char in text[start:end]):
                raise RenderError(f"{face.name} draws nothing for {text[start:end]!r} in {text!r}: choose another font")
            continue
        yield from zip(cells, _shared(box, len(cells), glyphs[cluster[0]]), strict=True)


def _union(boxes: Sequence[Box | None]) -> Box | None:
    inked = np.array([box for box in boxes if box is not None]).reshape(-1, 4)
    if not len(inked):
        return None
    x0, y0, x1, y1 = np.concatenate([inked[:, :2].min(axis=0), inked[:, 2:].max(axis=0)]).tolist()
    return x0, y0, x1, y1


def _shared(box: Box, parts: int, glyph: Placed) -> list[Box]:
    """Equal parts of the box, first letter first."""
    x0, y0, x1, y1 = box
    if glyph.turned:
        edges = np.linspace(y0, y1, parts + 1).tolist()
        return [(x0, low, x1, high) for low, high in pairwise(edges)]
    edges = np.linspace(x1, x0, parts + 1).tolist() if glyph.rtl else np.linspace(x0, x1, parts + 1).tolist()
    return [(min(a, b), y0, max(a, b), y1) for a, b in pairwise(edges)]
