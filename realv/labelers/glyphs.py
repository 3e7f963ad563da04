"""What a character looks like, on average over some fonts: where its strokes surely are, and where surely not.

Char-SAM's character glyph refinement (arXiv 2412.19917): points for a segmenter and a prior for the mask.
"""

import functools
import importlib.util
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from jaxtyping import Bool, Float32
from PIL import Image, ImageDraw, ImageFont

from realv.labelers.colours import distance
from realv.strip import Strip
from sts.errors import ConfigError
from sts.types import Point

Plane = Float32[np.ndarray, "32 32"]

SIDE = 32
"""px of a prior, over the height of its word and the width of its character"""
SIZE = 64
"""px of the fonts that it is drawn with"""
PAD = 2
"""px left and right of a character in its place"""
N_FONTS = 5
FACES = ("news-sans", "roboto-slab", "oswald", "montserrat", "news-serif", "noto-sans-sc")
"""Fonts that are taken first; others of the folder where these lack a character"""
SURE, NONE = 0.9, 0.1
"""Of a prior: strokes in all fonts, in none"""
N_POSITIVE, N_NEGATIVE = 3, 2
MISSING = "\U0010fffd"
"""A character of no font: what a font draws for it stands for all that it lacks"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """A character in its place in the picture."""

    positive: tuple[Point, ...]
    """px, on strokes"""
    negative: tuple[Point, ...]
    """px, in counters or beside the strokes"""
    corners: tuple[Point, ...]
    """px, of its place: the prior's corners, clockwise from the top left"""
    prior: Plane
    """Share of the fonts with stroke"""


def glyph(prior: Plane, strip: Strip, place: tuple[float, float, float, float]) -> Glyph:
    """A prior in its place in a word: u, v, u and v of the strip."""
    left, top, right, bottom = place
    across, down = (
        (np.arange(SIDE) + 0.5) / SIDE * (end - start) + start for start, end in ((left, right), (top, bottom))
    )
    found = [strip.at(across[columns], down[rows]) for rows, columns in (positives(prior), negatives(prior))]
    on, off = (tuple((float(x), float(y)) for x, y in some) for some in found)
    return Glyph(positive=on, negative=off, corners=strip.part(*place), prior=prior)


def draw(glyph: Glyph, onto: Float32[np.ndarray, "h w"], left: int, top: int) -> None:
    """Add the prior to a plane, which lies at (left, top) of the picture, where it is more than what is there."""
    square = np.array([(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], np.float32) - 0.5
    corners = np.asarray(glyph.corners, np.float32) - (left, top) - 0.5
    way = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    np.maximum(onto, cv2.warpPerspective(glyph.prior, way, onto.shape[::-1]), out=onto)


@functools.lru_cache(maxsize=4096)
def prior(char: str, word: str, folder: str) -> Plane | None:
    """Mean of a character's strokes over some fonts; as high as its word, stretched to the width of its place."""
    drawn = [_drawn(char, word, path) for path in _having(char, folder)]
    return np.asarray(np.mean(drawn, axis=0), np.float32) if drawn else None


def widths(chars: str, folder: str) -> tuple[float, ...]:
    """How wide each character is beside the others, on average over some fonts."""
    found = [[_font(path).getlength(char) for path in _having(char, folder)] for char in chars]
    return tuple(max(float(np.mean(some)), 1.0) if some else SIZE / 2 for some in found)


def positives(prior: Plane) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of points in the middle of strokes that all fonts share, far from each other."""
    inside = distance(prior > SURE)
    middle = (inside >= cv2.dilate(inside, np.ones((3, 3), np.uint8))) & (inside > 0)
    return _spread(inside * middle, N_POSITIVE)


def negatives(prior: Plane) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of points off the strokes of all fonts: first in counters, then where there is most room."""
    off = prior < NONE
    _, labels = cv2.connectedComponents(off.astype(np.uint8), connectivity=4)
    rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    counter = off & ~np.isin(labels, rim)
    return _spread(distance(off) + np.float32(SIDE) * counter, N_NEGATIVE)


def fonts(folder: str) -> tuple[Path, ...]:
    """The fonts of a folder, "" for those that ship with `synth`. ConfigError where there are none."""
    spec = importlib.util.find_spec("synth")
    shipped = Path(spec.origin).parent / "assets" / "fonts" if spec and spec.origin else Path()
    place = Path(folder) if folder else shipped
    found = sorted(path for path in place.glob("*") if path.suffix.lower() in (".ttf", ".otf", ".ttc"))
    if not found:
        raise ConfigError(f"fonts = {folder!r}: no .ttf, .otf or .ttc in {place}; give a folder of fonts")
    return tuple(sorted(found, key=lambda path: FACES.index(path.stem) if path.stem in FACES else len(FACES)))


def _spread(weight: Float32[np.ndarray, "32 32"], n: int) -> tuple[np.ndarray, np.ndarray]:
    """Up to n places of great weight, each far from those before."""
    rows, columns = np.indices(weight.shape)
    found: list[tuple[int, int]] = []
    left = weight.astype(np.float64)
    while len(found) < n and left.max() > 0:
        y, x = np.unravel_index(int(left.argmax()), left.shape)
        found.append((int(y), int(x)))
        left = left * np.minimum(np.hypot(rows - y, columns - x) / SIDE, 1) * ((rows != y) | (columns != x))
    chosen = np.array(found, np.int64).reshape(-1, 2)
    return chosen[:, 0], chosen[:, 1]


@functools.lru_cache(maxsize=4096)
def _having(char: str, folder: str) -> tuple[Path, ...]:
    """The first fonts with a character."""
    found = []
    for path in fonts(folder):
        if not np.array_equal(_picture(char, path), _picture(MISSING, path)) and _picture(char, path).any():
            found.append(path)
        if len(found) == N_FONTS:
            break
    return tuple(found)


def _drawn(char: str, word: str, path: Path) -> Plane:
    """A character from the top to the bottom of its word, and from its left to its right."""
    _, top, _, bottom = _font(path).getbbox(word)
    page = _picture(char, path)
    columns = np.flatnonzero(page.any(axis=0))
    cut = page[int(top) : max(int(bottom), int(top) + 1), columns[0] : columns[-1] + 1].astype(np.float32)
    narrow = cv2.resize(cut, (SIDE - 2 * PAD, SIDE), interpolation=cv2.INTER_AREA)
    return np.pad(narrow, ((0, 0), (PAD, PAD)))


def _picture(char: str, path: Path) -> Bool[np.ndarray, "h w"]:
    page = Image.new("L", (3 * SIZE, 3 * SIZE))
    ImageDraw.Draw(page).text((SIZE, 0), char, 255, _font(path))
    return np.asarray(page) >= 128


@functools.lru_cache(maxsize=64)
def _font(path: Path) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, SIZE)
