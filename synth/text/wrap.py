"""Breaks a phrase into lines of about the same length so that it fits a width."""

from itertools import pairwise

import numpy as np
from jaxtyping import Float64

from synth.specs import TextSpec
from synth.text.fonts import FontLibrary
from synth.text.scripts import clean_lines
from synth.text.shape import ShapedLine, setting_of, shape_line
from synth.text.units import natural, units

WITHIN = 0.5
"""What a break between two characters of a kind costs, in squared lengths of a line"""


def wrap(spec: TextSpec, library: FontLibrary, width: float) -> str:
    """The text with the fewest lines no longer than `width` px (`height` in columns), as even as possible.

    Breaks that are there stay; a word is never cut, so a long one may stick out. Chinese and Japanese break where
    another kind of character begins rather than between two of a kind.
    """
    return "\n".join(_broken(spec, line, library, width / spec.size) for line in clean_lines(spec.text))


def _broken(spec: TextSpec, line: str, library: FontLibrary, width: float) -> str:
    lengths = _lengths(shape_line(library.face(spec.font), setting_of(spec, line)), spec.vertical)
    count, spans = _fewest(lengths, width), units(line, spec.script)
    cost = np.where((lengths > width) & ~np.eye(len(spans), dtype=bool), np.inf, lengths**2)
    within = np.array([start > 0 and not natural(line, start) for start, _ in spans])
    starts = _starts(cost + WITHIN * (lengths[0, -1] / count) ** 2 * within[:, None], count)
    return "\n".join(line[spans[first][0] : spans[last - 1][1]] for first, last in pairwise([*starts, len(spans)]))


def _lengths(shaped: ShapedLine, vertical: bool) -> Float64[np.ndarray, "n n"]:
    """Length of a line made of the words i to j, em."""
    axis = 1 if vertical else 0
    boxes = np.array([word.box for word in shaped.words])
    low = np.minimum.accumulate(np.where(_upper(boxes), boxes[None, :, axis], np.inf), axis=1)
    high = np.maximum.accumulate(np.where(_upper(boxes), boxes[None, :, axis + 2], -np.inf), axis=1)
    return high - low


def _upper(boxes: Float64[np.ndarray, "n 4"]) -> np.ndarray:
    return np.triu(np.ones((len(boxes), len(boxes)), bool))


def _fewest(lengths: Float64[np.ndarray, "n n"], width: float) -> int:
    """Lines needed when each takes as many words as fit."""
    count, start = 1, 0
    for index in range(1, len(lengths)):
        if lengths[start, index] > width:
            count, start = count + 1, index
    return count


def _starts(cost: Float64[np.ndarray, "n n"], count: int) -> list[int]:
    """First words of the `count` lines that cost the least together; a line of the words i to j costs cost[i, j]."""
    n = len(cost)
    least = np.full((count + 1, n + 1), np.inf)
    came = np.zeros((count + 1, n + 1), int)
    least[0, 0] = 0
    for line in range(1, count + 1):
        for end in range(line, n + 1):
            tried = least[line - 1, :end] + cost[:end, end - 1]
            came[line, end] = int(tried.argmin())
            least[line, end] = tried[came[line, end]]
    starts, end = [], n
    for line in range(count, 0, -1):
        end = int(came[line, end])
        starts.append(end)
    return starts[::-1]
