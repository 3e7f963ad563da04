"""Words, lines and paragraphs of a frame as regions, and which of them meet, by the rules of HierText."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import shapely
from jaxtyping import Bool, Float64, Int64

from sts import geometry, masks
from sts.geometry import Box, Polygon
from sts.types import Level, Mask, TextInstance

EPSILON = 1e-5
"""px², in the denominators of the reference"""
THRESHOLD = 0.5
"""Least IoU of a match, and least share of a prediction inside one region that does not count"""

Shape = Any
"""Mask, or polygon of shapely"""
Table = Float64[np.ndarray, "n m"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """n regions of one frame, all pixels or all polygons."""

    shapes: tuple[Shape, ...]
    boxes: Float64[np.ndarray, "n 4"]
    """xyxy, px; two regions meet only if their boxes do"""
    care: Bool[np.ndarray, " n"]
    """False: neither found nor missed, and neither is what lies inside"""
    instances: tuple[TextInstance, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """k pairs of regions that are each other's best, and how many regions count."""

    truth: Int64[np.ndarray, " k"]
    """Position in the truth"""
    prediction: Int64[np.ndarray, " k"]
    iou: Float64[np.ndarray, " k"]
    unmatched: Int64[np.ndarray, " u"]
    """Positions of predictions that count and found nothing"""
    missed: Int64[np.ndarray, " v"]
    """Positions of truths that count and were not found"""

    @property
    def n_truth(self) -> int:
        """Truths that count."""
        return len(self.truth) + len(self.missed)

    @property
    def n_prediction(self) -> int:
        """Predictions that count."""
        return len(self.prediction) + len(self.unmatched)


def outlines(instances: Sequence[TextInstance]) -> Regions:
    """Polygons of the words; invalid ones are mended as the reference does (shapely.make_valid)."""
    words = [one for one in instances if one.level == "word"]
    corners = [_outline(one) for one in words]
    shapes = [shapely.make_valid(shapely.polygons(np.asarray(corner))) for corner in corners]
    return _regions(words, shapes, [geometry.box(corner) for corner in corners])


def drawn(instances: Sequence[TextInstance], level: Level, height: int, width: int) -> Regions:
    """Pixels of each word, line or paragraph: its own words drawn with cv2.fillPoly, each corner in its pixel.

    A line or paragraph without words, and a paragraph that is not legible, is drawn by its own polygon.
    """
    found = [one for one in instances if one.level == level]
    parts = {one.track_id: [one] for one in found} if level == "word" else _words_of(instances)
    shapes, boxes = [], []
    for one in found:
        words = parts.get(one.track_id, [])
        own = not words or (level == "paragraph" and not one.legible)
        corners = [_outline(part) for part in ([one] if own else words)]
        shape = _draw(corners, height, width)
        shapes.append(shape)
        boxes.append(_wide(shape) if own else geometry.box([point for corner in corners for point in corner]))
    return _regions(found, shapes, boxes)


def inked(instances: Sequence[TextInstance]) -> Regions:
    """Stroke masks of the tracks that show at least a pixel; instances of one track are one region."""
    tracks: dict[int, list[Mask]] = {}
    for one in instances:
        tracks.setdefault(one.track_id, []).extend([one.mask] if one.mask is not None else [])
    strokes = {track: masks.union(group) for track, group in tracks.items() if group}
    boxes = {track: box for track, mask in strokes.items() if (box := masks.box(mask))}
    first = {one.track_id: one for one in reversed(instances)}
    return _regions([first[track] for track in boxes], [strokes[track] for track in boxes], list(boxes.values()))


def areas(regions: Regions) -> Float64[np.ndarray, " n"]:
    """px²."""
    return np.array([masks.area(one) if isinstance(one, Mask) else one.area for one in regions.shapes], np.float64)


def intersections(a: Regions, b: Regions) -> Table:
    """Common px² of each pair."""
    low = np.maximum(a.boxes[:, None, :2], b.boxes[None, :, :2])
    high = np.minimum(a.boxes[:, None, 2:], b.boxes[None, :, 2:])
    common = np.zeros((len(a.shapes), len(b.shapes)))
    for i, j in np.argwhere((low < high).all(axis=2)).tolist():
        common[i, j] = _common(a.shapes[i], b.shapes[j])
    return common


def ious(a: Regions, b: Regions, common: Table) -> Table:
    """Intersection over union of each pair."""
    union = areas(a)[:, None] + areas(b)[None, :] - common
    polygons = any(not isinstance(one, Mask) for one in a.shapes)
    return common / (union + EPSILON if polygons else np.maximum(union, EPSILON))


def match(truth: Regions, prediction: Regions) -> Matches:
    """Pairs of IoU >= 0.5 that are each other's best (first of equals), among the regions that count.

    A prediction does not count if at least half of it lies in one single region that does not.
    """
    common = intersections(truth, prediction)
    inside = common[~truth.care] / (areas(prediction) + EPSILON)
    counts = np.flatnonzero((inside < THRESHOLD).all(axis=0))
    wanted = np.flatnonzero(truth.care)
    iou = ious(truth, prediction, common)[np.ix_(wanted, counts)]
    if iou.size:
        best = iou.argmax(axis=1)
        value = iou[np.arange(len(wanted)), best]
        found = np.flatnonzero((value >= THRESHOLD) & (iou.argmax(axis=0)[best] == np.arange(len(wanted))))
        chosen, value = best[found], value[found]
    else:
        found, chosen, value = np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    return Matches(
        truth=wanted[found],
        prediction=counts[chosen],
        iou=value,
        unmatched=np.delete(counts, chosen),
        missed=np.delete(wanted, found),
    )


def _regions(instances: Sequence[TextInstance], shapes: Sequence[Shape], boxes: Sequence[Box]) -> Regions:
    return Regions(
        shapes=tuple(shapes),
        boxes=np.array(boxes, np.float64).reshape(-1, 4),
        care=np.array([one.legible and not one.ignore for one in instances], np.bool_),
        instances=tuple(instances),
    )


def _outline(one: TextInstance) -> Polygon:
    """Its polygon; without one, the box of its strokes."""
    if len(one.polygon) >= 3:
        return one.polygon
    box = None if one.mask is None else masks.box(one.mask)
    left, top, right, bottom = box or (0.0, 0.0, 0.0, 0.0)
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _words_of(instances: Sequence[TextInstance]) -> dict[int, list[TextInstance]]:
    """Words by the number of the line and of the paragraph that they are in."""
    parents = {one.track_id: one.parent_id for one in instances if one.level == "line"}
    found: dict[int, list[TextInstance]] = {}
    for word in instances:
        if word.level == "word" and word.parent_id is not None:
            above = parents.get(word.parent_id)
            for parent in (word.parent_id,) if above is None else (word.parent_id, above):
                found.setdefault(parent, []).append(word)
    return found


def _draw(polygons: Sequence[Polygon], height: int, width: int) -> Mask:
    canvas = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        cv2.fillPoly(canvas, [np.floor(np.array(polygon)).astype(np.int32)], (1,))
    return masks.encode(canvas > 0)


def _wide(mask: Mask) -> Box:
    """Box of the pixels and 1 px around; the reference takes the whole picture, which no pixel tells apart."""
    left, top, right, bottom = masks.box(mask) or (0.0, 0.0, 0.0, 0.0)
    return left - 1, top - 1, right + 1, bottom + 1


def _common(a: Shape, b: Shape) -> float:
    if isinstance(a, Mask) and isinstance(b, Mask):
        return float(masks.intersection_area(a, b))
    return float(a.intersection(b).area)
