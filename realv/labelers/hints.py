"""What is known of a word before its strokes are: its place, its characters and what they should look like."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32

from realv import strip
from realv.labelers import characters, fitting, glyphs
from realv.labelers.glyphs import Glyph
from realv.strip import Strip
from realv.words import Picture
from sts import geometry, masks
from sts.geometry import Box
from sts.types import Mask, Point

MARGIN = 0.06
"""Strokes may leave their word's polygon by so many of its heights"""
LONGEST = 64
"""Characters of a text that are looked for one by one"""
FONTS = 0.5
"""Share of the fonts with stroke that makes stroke of a prior"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """A character of a word."""

    box: Box
    glyph: Glyph | None = None
    """None where nobody has read the word or no font has the character"""
    prior: Mask | None = None
    """Where its strokes should be"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """A word."""

    box: Box
    """Around its place"""
    place: Mask
    """Its polygon, a little grown"""
    characters: tuple[Character, ...]
    """Empty where nothing tells them apart"""

    @property
    def prior(self) -> Mask | None:
        """Where its strokes should be; None where nobody has read it."""
        known = [one.prior for one in self.characters if one.prior]
        return masks.union(known) if known else None


def hint(
    polygon: Sequence[Point],
    text: str | None,
    picture: Picture,
    regions: Float32[np.ndarray, "h w"] | None,
    fonts: str,
) -> Hint:
    """All that a polygon, a reading and a region map, if there are any, say of a word in a picture."""
    shape = picture.shape[:2]
    word = strip.of(polygon)
    place = _place(polygon, MARGIN * word.height, shape)
    chars = (text or "").replace(" ", "")
    found = tuple(_characters(word, chars if len(chars) <= LONGEST else "", picture, regions, fonts))
    return Hint(box=masks.box(place) or (0.0, 0.0, 0.0, 0.0), place=place, characters=found)


def _place(polygon: Sequence[Point], margin: float, shape: tuple[int, ...]) -> Mask:
    left, top, width, height = _patch(polygon, margin)
    pixels = np.zeros((height, width), np.uint8)
    corners = np.round((np.asarray(polygon) - (left + 0.5, top + 0.5)) * 16).astype(np.int32)
    cv2.fillPoly(pixels, [corners], 1, shift=4)
    side = 2 * round(margin) + 1
    grown = cv2.dilate(pixels, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    return masks.encode_patch(grown.astype(np.bool_), left, top, *shape)


def _characters(
    word: Strip, chars: str, picture: Picture, regions: Float32[np.ndarray, "h w"] | None, fonts: str
) -> Iterator[Character]:
    cuts = characters.cut(word, regions, glyphs.widths(chars, fonts))
    if not chars:
        yield from (Character(box=geometry.box(word.part(start, 0.0, end, 1.0))) for start, end in cuts)
        return
    priors = [glyphs.prior(char, chars, fonts) for char in chars]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
    for place, prior in zip(fitting.fit(word.upright(grey), cuts, priors), priors, strict=True):
        box = geometry.box(word.part(*place))
        glyph = glyphs.glyph(prior, word, place) if prior is not None else None
        yield Character(box=box, glyph=glyph, prior=_prior(glyph, picture.shape[:2]) if glyph else None)


def _prior(glyph: Glyph, shape: tuple[int, ...]) -> Mask:
    left, top, width, height = _patch(glyph.corners, 0.0)
    plane = np.zeros((height, width), np.float32)
    glyphs.draw(glyph, plane, left, top)
    return masks.encode_patch(plane >= FONTS, left, top, *shape)


def _patch(polygon: Sequence[Point], margin: float) -> tuple[int, int, int, int]:
    """Left, top, width and height of the pixels around a polygon, px; it may stick out of the frame."""
    left, top, right, bottom = geometry.box(polygon)
    more = round(margin) + 1
    first, last = (int(left) - more, int(top) - more), (int(right) + more + 1, int(bottom) + more + 1)
    return *first, last[0] - first[0], last[1] - first[1]
