"""Finds lines of letters without weights: spots of even strokes that stand side by side and look alike.

Dark and bright spots against their surroundings, at two scales; a spot may be a letter by its height and by how even
its strokes are, and letters of one height, stroke and brightness in a row are a line. After the connected-component
methods of the field: Epshtein et al., "Detecting text in natural scenes with stroke width transform", CVPR 2010; Yao et
al., "Detecting texts of arbitrary orientations in natural images", CVPR 2012. It ranks frames by text; what it finds is
too rough to label from, and text that is joined up, slanted by more than 20 degrees or thin is missed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float64, Int64, UInt8

from realv.words import Picture, Word
from sts.geometry import Box

Grey = UInt8[np.ndarray, "h w"]
Values = Float64[np.ndarray, " n"]
Places = Int64[np.ndarray, " n"]

SIDES = (960, 320)
"""px, longer side of the scales"""
BLOCK = 31
"""px, surroundings of a pixel"""
CONTRAST = 12
"""Grey levels to their mean"""
LOW, HIGH = 8, 200
"""px, heights of letters in a scale"""
EVEN = 2.9
"""Largest over mean distance to the border: 2 in a stroke of one width, 3 in a disk"""
MARGIN = 0.3
"""Of the height of letters: what belongs to the ground of a line"""
UNEVEN = 1.5
"""Standard deviations of the ground in the contrast of what is surely no text"""
MOST = 1000
"""Spots in a scale that are compared, the most even first"""
CROWDED = 0.4
"""Share of spots around a line, to that within, of what is surely no text"""
LEAST = 3
"""Letters in a line"""


@dataclass(frozen=True, slots=True)
class Letters:
    """Spots that may be letters, one a place in each array; px of their scale."""

    left: Values
    top: Values
    width: Values
    height: Values
    stroke: Values
    """Width of the strokes"""
    level: Values
    """Mean grey level"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spots:
    """A WordFinder for ranking; its words are lines, their score grows with the letters and how alike they are."""

    def find(self, picture: Picture) -> tuple[Word, ...]:
        """Lines at both scales; a line that is seen at both is there twice."""
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        return tuple(word for side in SIDES for word in _found(grey, min(side / max(grey.shape), 1.0)))


def _found(grey: Grey, scale: float) -> Iterator[Word]:
    small = np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    for dark in (True, False):
        ink = 255 - small if dark else small
        how = (1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, BLOCK, -CONTRAST)
        spots = np.asarray(cv2.adaptiveThreshold(ink, *how), np.uint8)
        letters = _letters(small, spots)
        for line in _lines(letters):
            left, top, right, bottom = box = _box(letters, line)
            clear = _clearness(small, spots, box, MARGIN * float(np.median(letters.height[line])))
            corners = ((left, top), (right, top), (right, bottom), (left, bottom))
            yield Word(
                polygon=tuple((x / scale, y / scale) for x, y in corners),
                score=_regularity(letters, line) * clear,
            )


def _letters(grey: Grey, spots: Grey) -> Letters:
    """Connected spots that are darker (or brighter) than their surroundings and shaped like letters."""
    count, labels, figures, _ = cv2.connectedComponentsWithStats(spots, connectivity=4)
    inside: Places = np.asarray(labels, np.int64).ravel()
    depth = cv2.distanceTransform(spots, cv2.DIST_L2, 3).ravel().astype(np.float64)
    left, top, width, height, area = (np.asarray(column, np.float64) for column in figures.T)
    mean: Values = np.bincount(inside, depth, count) / area
    deepest: Values = np.zeros(count)
    np.maximum.at(deepest, inside, depth)
    uneven, stroke, fill = deepest / np.maximum(mean, 1e-6), 4 * mean - 1, area / (width * height)
    good = (height >= LOW) & (height <= HIGH) & (width <= 2.5 * height) & (uneven < EVEN) & (fill > 0.15)
    good &= (stroke < 0.45 * height) & (area >= LOW)
    good[0] = False
    chosen = np.flatnonzero(good)
    chosen = chosen[np.argsort(uneven[chosen], kind="stable")[:MOST]]
    level = np.bincount(inside, grey.ravel().astype(np.float64), count) / area
    columns: tuple[Values, ...] = (left, top, width, height, np.asarray(stroke), np.asarray(level))
    return Letters(*(values[chosen] for values in columns))


def _lines(letters: Letters) -> Iterator[Places]:
    """Places of letters that follow each other, from left to right, in lines that are straight enough."""
    following = _following(letters)
    starts = set(range(len(following))) - set(following.tolist())
    for start in sorted(starts):
        line = [start]
        while following[line[-1]] >= 0 and following[line[-1]] not in line:
            line.append(int(following[line[-1]]))
        places = np.asarray(line, np.int64)
        if len(line) >= LEAST and _straight(letters, places):
            yield places


def _following(letters: Letters) -> Places:
    """The nearest letter of the same kind to the right of each, -1 for none."""
    if not len(letters.left):
        return np.zeros(0, np.int64)
    right, bottom = letters.left + letters.width, letters.top + letters.height
    tall = np.maximum(letters.height[:, None], letters.height[None])
    short = np.minimum(letters.height[:, None], letters.height[None])
    gap = letters.left[None] - right[:, None]
    common = np.minimum(bottom[:, None], bottom[None]) - np.maximum(letters.top[:, None], letters.top[None])
    alike: Bool[np.ndarray, "n n"] = (gap > -0.2 * short) & (gap < 0.8 * tall) & (tall < 1.8 * short)
    alike &= common > 0.6 * short
    alike &= _near(letters.stroke + 0.5, 1.5) & (np.abs(letters.level[:, None] - letters.level[None]) < 25)
    alike &= letters.left[None] > letters.left[:, None]
    gap = np.where(alike, gap, np.inf)
    return np.where(alike.any(axis=1), gap.argmin(axis=1), -1)


def _near(values: Values, ratio: float) -> Bool[np.ndarray, "n n"]:
    quotient = values[:, None] / values[None]
    return np.asarray((quotient < ratio) & (quotient > 1 / ratio))


def _straight(letters: Letters, line: Places) -> bool:
    """The bottoms lie on a line, but for letters that hang below it."""
    x, y = (letters.left + letters.width / 2)[line], (letters.top + letters.height)[line]
    slope, offset = np.polyfit(x, y, 1)
    away = np.abs(y - slope * x - offset)
    return bool(abs(slope) < 0.36 and np.median(away) < 0.1 * np.median(letters.height[line]))


def _box(letters: Letters, line: Places) -> Box:
    return (
        float(letters.left[line].min()),
        float(letters.top[line].min()),
        float((letters.left + letters.width)[line].max()),
        float((letters.top + letters.height)[line].max()),
    )


def _regularity(letters: Letters, line: Places) -> float:
    """Grows with the letters of a line; less where their heights differ."""
    spread = float(np.std(letters.height[line]) / np.mean(letters.height[line]))
    return (1 - (LEAST - 1) / len(line)) * max(1 - 2 * spread, 0.0)


def _clearness(grey: Grey, spots: Grey, box: Box, margin: float) -> float:
    """How even the ground between and around the letters is, against their contrast, and how free of other spots.

    Leaves and grass have no such ground.
    """
    left, top, right, bottom = (
        round(at) for at in (box[0] - margin, box[1] - margin, box[2] + margin, box[3] + margin)
    )
    part = (slice(max(top, 0), bottom), slice(max(left, 0), right))
    ink, inner = spots[part] > 0, float(spots[round(box[1]) : round(box[3]), round(box[0]) : round(box[2])].sum())
    ground = cv2.dilate(spots[part], np.ones((3, 3), np.uint8)) == 0
    if not ground.any():
        return 0.0
    levels = grey[part].astype(np.float32)
    contrast = abs(float(levels[ink].mean()) - float(levels[ground].mean()))
    area = (box[2] - box[0]) * (box[3] - box[1])
    around = (float(ink.sum()) - inner) / max(ink.size - area, 1.0)
    free = 1 - around / (CROWDED * inner / area)
    return max(1 - UNEVEN * float(levels[ground].std()) / max(contrast, 1.0), 0.0) * max(free, 0.0)
