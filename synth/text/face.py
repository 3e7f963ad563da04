"""An opened font file: which characters it draws, and its glyphs as outlines. Keeps what it has read."""

import unicodedata
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pathops
import uharfbuzz as hb

from sts.errors import DataError
from synth.raster.outline import Outline
from synth.text.glyphs import flatten, likeness, without_overlap

Box = tuple[float, float, float, float]
"""Least x, least y, largest x, largest y"""

MOST_GLYPHS = 256
"""Glyphs that a font keeps drawn; an alphabet fits, thousands of ideographs do not"""
INVISIBLE = ("Zs", "Cf")
BRACKET = "「"
CASED = "abdeghnqr"
"""Letters whose two cases differ in shape"""
ALIKE = 0.75
"""Share of two letters, stretched to one size, that both cover: from here on they are the same letter"""


class Face:
    """Glyphs of one font. Font units have y up; outlines are in em, y down, from the glyph's origin."""

    def __init__(
        self, path: Path, name: str, index: int = 0, joins: bool = False, capitals: bool | None = None
    ) -> None:
        self.name = name
        self.joins = joins
        """Latin letters touch: never spaced out"""
        self._capitals = capitals
        try:
            face = hb.Face(hb.Blob.from_file_path(str(path)), index)
            self.characters = frozenset(face.unicodes)
            """Code points with an entry in the font's character map"""
        except hb.HarfBuzzError as error:
            raise DataError(f"{path} cannot be read as a font ({error}): replace or remove it") from error
        if face.glyph_count == 0 or not self.characters:
            raise DataError(f"{path} holds no glyphs: replace or remove it")
        self.upem = int(face.upem)
        self.hb = hb.Font(face)
        self.shaped: dict[Any, Any] = {}
        """What `shape` has made with this font, by its setting; emptied when it grows"""
        self._paths: dict[int, pathops.Path] = {}
        self._outlines: dict[int, Outline] = {}
        self._boxes: dict[int, Box | None] = {}
        self._drawable: dict[str, bool] = {}

    @cached_property
    def vertical(self) -> bool:
        """Has glyphs for columns: HarfBuzz draws a bracket with another glyph there."""
        nominal = self.hb.get_nominal_glyph(ord(BRACKET))
        if nominal is None:
            return False
        buffer = hb.Buffer()
        buffer.add_str(BRACKET)
        buffer.direction, buffer.script, buffer.language = "ttb", "Hani", "und"
        hb.shape(self.hb, buffer)
        return bool(buffer.glyph_infos[0].codepoint != nominal)

    @cached_property
    def capitals(self) -> bool:
        """Draws small letters as capitals, as large or smaller; found out from the outlines unless it was said."""
        if self._capitals is not None:
            return self._capitals
        pairs = [(self.hb.get_nominal_glyph(ord(char)), self.hb.get_nominal_glyph(ord(char.upper()))) for char in CASED]
        return all(low and high and likeness(self.path(low), self.path(high)) > ALIKE for low, high in pairs)

    def seen(self, text: str) -> str:
        """What a reader reads where the font draws `text`, NFC."""
        return unicodedata.normalize("NFC", text.upper()) if self.capitals else text

    def path(self, glyph: int) -> pathops.Path:
        """Contours that do not cross, in font units."""
        if glyph not in self._paths:
            if len(self._paths) >= MOST_GLYPHS:
                self._paths.clear()
                self._outlines.clear()
            drawn = pathops.Path()
            self.hb.draw_glyph_with_pen(glyph, drawn.getPen())
            self._paths[glyph] = without_overlap(drawn)
        return self._paths[glyph]

    def outline(self, glyph: int) -> Outline:
        """The glyph with its curves cut into chords, em."""
        if glyph not in self._outlines:
            self._outlines[glyph] = flatten(self.path(glyph), self.upem)
        return self._outlines[glyph]

    def box(self, glyph: int) -> Box | None:
        """Extent of the glyph's ink, em; None where it draws nothing."""
        if glyph not in self._boxes:
            self._boxes[glyph] = extent(self.outline(glyph))
        return self._boxes[glyph]

    def names(self, record: int) -> list[str]:
        """Strings of the name table under a record number, in every language."""
        face = self.hb.face
        languages = [entry.language for entry in face.list_names() if int(entry.name_id) == record]
        return [face.get_name(record, language) or "" for language in languages]

    def draws(self, char: str) -> bool:
        """The font maps the character to a glyph; the glyph has ink unless the character is a space or joiner."""
        if char not in self._drawable:
            glyph = self.hb.get_nominal_glyph(ord(char))
            self._drawable[char] = glyph is not None and (invisible(char) or self._has_ink(glyph))
        return self._drawable[char]

    def _has_ink(self, glyph: int) -> bool:
        extents = self.hb.get_glyph_extents(glyph)
        return extents is not None and extents.width != 0 and extents.height != 0


def invisible(char: str) -> bool:
    """Spaces, joiners and other characters that draw nothing by themselves."""
    return unicodedata.category(char) in INVISIBLE


def extent(outline: Outline) -> Box | None:
    """Bounding box of an outline; None where it has no points."""
    if not len(outline.points):
        return None
    (x0, y0), (x1, y1) = np.min(outline.points, axis=0).tolist(), np.max(outline.points, axis=0).tolist()
    return x0, y0, x1, y1
