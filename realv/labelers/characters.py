"""Where the characters of a word are: cuts between the hills of a region map, made to agree with the transcript.

Char-SAM's character bounding-box refinement (arXiv 2412.19917), on the word as an upright strip, where characters
follow one another: a hill of the map above SEED is a character, two neighbours part in the valley between them.
"""

import itertools
from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float32

from realv.strip import Strip

Cuts = tuple[tuple[float, float], ...]
"""Start and end of each character along the strip, 0 to 1"""

SEED, REACH = 0.6, 0.4
"""Of the region map: a character's middle, and what belongs to a character at all"""
WIDE = 1.5
"""A character wider than so many medians may be several"""


def cut(strip: Strip, regions: Float32[np.ndarray, "h w"] | None, widths: Sequence[float]) -> Cuts:
    """The places of as many characters as there are widths, which need not add up to anything.

    For none, as nobody has read the word, the places of as many as the map shows.
    """
    found = hills(strip.upright(regions)) if regions is not None else ()
    return counted(found, widths) if widths else found


def hills(profile: Float32[np.ndarray, "h w"]) -> Cuts:
    """One place a hill of an upright map. The first begins and the last ends with the word."""
    n, labels = cv2.connectedComponents((profile > SEED).astype(np.uint8), connectivity=8)
    columns = [np.flatnonzero((labels == i).any(axis=0)) for i in range(1, n)]
    spans = sorted((int(one[0]), int(one[-1]) + 1) for one in columns)
    ridge = np.where(profile.max(axis=0) > REACH, profile.max(axis=0), 0)
    valleys = [_valley(ridge, end, start) for (_, end), (start, _) in itertools.pairwise(spans)]
    edges = sorted({0.0, *(one / len(ridge) for one in valleys), 1.0}) if spans else []
    return tuple(itertools.pairwise(edges))


def counted(cuts: Cuts, widths: Sequence[float]) -> Cuts:
    """As many places as the transcript has characters: the widest are split, the closest merged, else by widths."""
    n = len(widths)
    while cuts and len(cuts) < n:
        taken = [end - start for start, end in cuts]
        widest, usual = int(np.argmax(taken)), float(np.median(taken))
        if len(cuts) > 1 and taken[widest] <= WIDE * usual:
            return shared(widths)
        parts = min(max(round(taken[widest] / usual), 2), n - len(cuts) + 1)
        cuts = (*cuts[:widest], *_split(*cuts[widest], parts), *cuts[widest + 1 :])
    while len(cuts) > n:
        together = [after[1] - before[0] for before, after in itertools.pairwise(cuts)]
        first = int(np.argmin(together))
        cuts = (*cuts[:first], (cuts[first][0], cuts[first + 1][1]), *cuts[first + 2 :])
    return cuts or shared(widths)


def shared(widths: Sequence[float]) -> Cuts:
    """Places in proportion to widths."""
    edges = np.cumsum([0.0, *widths]) / sum(widths)
    return tuple(itertools.pairwise(edges.tolist()))


def _split(start: float, end: float, n: int) -> Cuts:
    return tuple(itertools.pairwise(np.linspace(start, end, n + 1).tolist()))


def _valley(ridge: Float32[np.ndarray, " w"], end: int, start: int) -> float:
    """The middle of the lowest columns between the end of one hill and the start of the next."""
    if end >= start:
        return (end + start) / 2
    between = ridge[end:start]
    return end + float(np.flatnonzero(between == between.min()).mean()) + 0.5
