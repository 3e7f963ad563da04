"""Makes text fit a box: phrases that are short enough, and a block broken into lines at its largest size."""

from dataclasses import dataclass, replace

import numpy as np

from sts.errors import RenderError
from synth.block import extent
from synth.specs import BlockSpec, TextSpec
from synth.text.corpus import Phrase
from synth.text.fonts import FontLibrary
from synth.text.layout import set_text
from synth.text.scripts import SPACELESS
from synth.text.units import units
from synth.text.wrap import wrap

PROBE_EM = 100.0
"""px; a layout is measured at this size and then scaled"""
MOST_LINES = 4
ROW = 1.2
"""em, height of a line"""
LETTER = 0.5
"""em, usual width of a letter; ideographs and kana are 1 em wide"""
NARROW = 0.12
"""em, margin of a board that has little room"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A box that a phrase is chosen for, px."""

    width: float
    height: float

    def holds(self, phrase: Phrase, upright: bool, em: float) -> bool:
        """Whether the phrase is short enough at this size, by the usual width of its letters.

        `upright` lines run along the height of the box: columns, or rows that are turned.
        """
        along, across = (self.height, self.width) if upright else (self.width, self.height)
        spaceless = phrase.script in SPACELESS
        most, rows = along / (em if spaceless else LETTER * em), min(max(int(across / (ROW * em)), 1), MOST_LINES)
        words = [end - start for start, end in units(phrase.text, phrase.script)]
        return max(words) <= most and _rows(words, 0 if spaceless else 1, most) <= rows


def _rows(words: list[int], space: int, most: float) -> int:
    """Lines that these words take where `most` characters fit in one."""
    rows, filled = 1, -space
    for word in words:
        filled += space + word
        if filled > most:
            rows, filled = rows + 1, word
    return rows


def fit(spec: BlockSpec, box: tuple[float, float], library: FontLibrary, sizes_px: tuple[float, float]) -> BlockSpec:
    """The block in the lines and at the em that fill the box (width, height, px) best.

    A curve or a wide board is given up where it must be. RenderError if the em is below the least size even so.
    """
    for block in (spec, _plainer(spec)):
        best, size = _largest(block, box, library)
        if size >= sizes_px[0]:
            return replace(best, text=replace(best.text, size=round(min(size, sizes_px[1]), 2)))
    raise RenderError(f"{spec.text.text!r} does not fit in {box[0]:.0f}x{box[1]:.0f} px: choose a shorter text")


def _plainer(spec: BlockSpec) -> BlockSpec:
    board = spec.style.board
    narrow = None if board is None else replace(board, margin=min(board.margin, NARROW))
    text = replace(spec.text, curve="none", bend=0.0)
    return replace(spec, text=text, style=replace(spec.style, board=narrow))


def _largest(spec: BlockSpec, box: tuple[float, float], library: FontLibrary) -> tuple[BlockSpec, float]:
    """The way to break the text that leaves the largest letters, and their em, px; 0 where it cannot be set."""
    best, largest = spec, 0.0
    try:
        for text in _broken(replace(spec.text, size=PROBE_EM), library):
            candidate = replace(spec, text=text)
            width, height = np.ptp(extent(set_text(text, library), candidate), axis=0)
            size = PROBE_EM * min(box[0] / width, box[1] / height)
            if size > largest:
                best, largest = candidate, size
    except RenderError:
        return spec, 0.0
    return best, largest


def _broken(text: TextSpec, library: FontLibrary) -> list[TextSpec]:
    """The text in one to a few balanced lines."""
    whole = set_text(text, library)
    length = whole.height if text.vertical else whole.width
    found = {text.text: text}
    if text.curve == "none":
        for lines in range(2, MOST_LINES + 1):
            broken = wrap(text, library, 1.15 * length / lines)
            found.setdefault(broken, replace(text, text=broken))
    return list(found.values())
