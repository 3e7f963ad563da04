"""From masks and polygons to text instances: strokes are shared out among words, and none is lost or made up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import cv2
import numpy as np
from jaxtyping import Bool, Int32

from benchmarks.datasets.pictures import Picture
from benchmarks.datasets.reader import Loaded
from sts import geometry, masks
from sts.geometry import Box, Polygon
from sts.types import Clip, Frame, Level, Mask, Origin, Point, TextInstance

Pixels = Bool[np.ndarray, "h w"]
Numbers = Int32[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word as datasets give it."""

    polygon: Polygon
    text: str | None = None
    script: str | None = None
    """ISO 15924"""
    legible: bool = True
    ignore: bool = False


def image(clip_id: str, origin: Origin, instances: Sequence[TextInstance], found: Picture | tuple[int, int]) -> Loaded:
    """A clip of one frame at 1 fps; without a picture (only its height and width) a clip of labels."""
    height, width = (found.height, found.width) if isinstance(found, Picture) else found
    frames = (Frame(index=0, time_s=0.0, instances=tuple(instances)),)
    clip = Clip(clip_id=clip_id, fps=Fraction(1), height=height, width=width, frames=frames, origin=origin)
    return (clip, (found.data,)) if isinstance(found, Picture) else clip


def polygon(points: Sequence[Point]) -> Polygon:
    """Clockwise, on the grid of stored polygons; its first point stays first."""
    return geometry.clockwise(geometry.rounded(points))


def corners(box: Box) -> Polygon:
    """The polygon of a box."""
    left, top, right, bottom = box
    return (left, top), (right, top), (right, bottom), (left, bottom)


def whole(pixels: Pixels, track_id: int = 1, level: Level = "text") -> list[TextInstance]:
    """One instance with these strokes and the box round them; none for an empty mask."""
    mask = masks.encode(pixels)
    box = masks.box(mask)
    if box is None:
        return []
    return [TextInstance(track_id=track_id, level=level, polygon=corners(box), source="human", mask=mask)]


def strokes(pixels: Pixels | None, words: Sequence[Word], effects: Pixels | None = None) -> list[TextInstance]:
    """Words 1..n with their strokes. Where no word is known, one instance of level `text`.

    A pixel belongs to the smallest polygon round it; one outside all polygons to the word that has most of the stroke
    it is connected with. Strokes far from any word become a last instance without text, not legible, so that the union
    of all words is the mask, pixel by pixel.
    """
    if pixels is None:
        return [_word(i, word) for i, word in enumerate(words, 1)]
    if not words:
        found = whole(pixels)
        return found if effects is None else [replace(one, effect_mask=masks.encode(effects)) for one in found]
    inside = _numbers(words, pixels.shape)
    owner = _shared(pixels, inside, len(words))
    outer = None if effects is None else _shared(effects, inside, len(words))
    found = [
        replace(_word(i, word), mask=masks.encode(owner == i), effect_mask=_encoded(outer, i))
        for i, word in enumerate(words, 1)
    ]
    rest = whole(owner == len(words) + 1, len(words) + 1, "word")
    return found + [replace(one, legible=False, effect_mask=_encoded(outer, len(words) + 1)) for one in rest]


def ignored(region: Pixels, level: Level, first: int) -> list[TextInstance]:
    """Instances whose polygons, filled, are exactly the region; their ids count from `first`."""
    return [
        TextInstance(track_id=first + i, level=level, polygon=outline, source="human", legible=False, ignore=True)
        for i, outline in enumerate(_outlines(region, 0))
    ]


def _word(track_id: int, word: Word) -> TextInstance:
    return TextInstance(
        track_id=track_id,
        level="word",
        polygon=word.polygon,
        source="human",
        text=word.text,
        script=word.script,
        legible=word.legible,
        ignore=word.ignore,
    )


def _encoded(owner: Numbers | None, number: int) -> Mask | None:
    return None if owner is None else masks.encode(owner == number)


def _numbers(words: Sequence[Word], shape: tuple[int, ...]) -> Numbers:
    """Number of the smallest polygon round each pixel, 0 outside all."""
    numbers = np.zeros(shape, np.int32)
    for area, i in sorted(((geometry.area(word.polygon), i) for i, word in enumerate(words, 1)), reverse=True):
        if area > 0:
            cv2.fillPoly(numbers, [np.round(np.asarray(words[i - 1].polygon) - 0.5).astype(np.int32)], i)
    return numbers


def _shared(pixels: Pixels, inside: Numbers, n: int) -> Numbers:
    """Owner 1..n of each pixel of the mask, n + 1 for what is connected with no word, 0 elsewhere."""
    owner = np.where(pixels, inside, 0).astype(np.int32)
    count, part = cv2.connectedComponents(pixels.astype(np.uint8), connectivity=8)
    pairs = np.bincount((part.astype(np.int64) * (n + 1) + inside)[pixels], minlength=count * (n + 1))
    votes = pairs.reshape(count, n + 1)[:, 1:]
    heir = np.where(votes.any(axis=1), votes.argmax(axis=1) + 1, n + 1)
    lost = pixels & (inside == 0)
    owner[lost] = heir[part[lost]]
    return owner


def _outlines(region: Pixels, left: int) -> Iterator[Polygon]:
    """Outlines of the parts of a region; a part with a hole is cut in two until it has none."""
    contours, tree = cv2.findContours(region.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    for i, contour in enumerate(contours):
        if tree[0][i][3] >= 0:
            continue
        points = contour.reshape(-1, 2)
        hole = tree[0][i][2]
        if hole < 0:
            yield geometry.rounded(_closed(points) + np.array([left + 0.5, 0.5]))
            continue
        only = np.zeros(region.shape, np.uint8)
        cv2.drawContours(only, contours, i, 1, cv2.FILLED, hierarchy=tree, maxLevel=1)
        cut = int(contours[hole].reshape(-1, 2)[:, 0].mean()) + 1
        kept = region & (only > 0)
        yield from _outlines(np.ascontiguousarray(kept[:, :cut]), left)
        yield from _outlines(np.ascontiguousarray(kept[:, cut:]), left + cut)


def _closed(points: Int32[np.ndarray, "n 2"]) -> Int32[np.ndarray, "m 2"]:
    """At least three points, so that a dot or a line is a polygon too."""
    return np.concatenate([points, np.repeat(points[-1:], max(3 - len(points), 0), axis=0)])
