"""The rules that every finished set keeps: on stored labels, and on raw pixels drawn anew."""

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Bool, Float64, UInt8

from sts import checks, geometry, masks
from sts.types import Clip, Frame, TextInstance
from synth.block import Block
from synth.compose import FrameCoverage
from synth.labels import CORE, LEAST_HEIGHT_PX, LEAST_VISIBLE
from synth.raster.coverage import Roi, cover, roi_of
from synth.raster.outline import Outline
from synth.scene import Drawing

PARENTS = {"paragraph": None, "line": "paragraph", "word": "line", "char": "word"}
STRAY_PX = 1.5
"""How far a stroke may lie outside its polygon: one pixel of rounding and half of antialiasing"""
TALL_PX = 16.0
"""Text from this height on must agree with the oracle"""
LINES = 64
"""Scan lines of the oracle in a pixel"""
FINE_LINES = 4096
"""Where those cannot tell on which side of one half a pixel is"""
LEAST_ORACLE_IOU = 0.98

Broken = Iterator[str]
"""One line for every rule that is broken, with its place"""


def stored(clip: Clip) -> Broken:
    """Rules on labels alone: those of every clip, and those that only a renderer can keep."""
    yield from map(str, checks.findings(clip))
    yield from _identities(clip)
    for frame in clip.frames:
        for rule in (_hierarchy, _masks, _polygons, _texts):
            for line in rule(frame):
                yield f"frame {frame.index}: {line}"


def raw(drawing: Drawing, clip: Clip) -> Broken:
    """Rules on the picture before damage, and the stored labels against those drawn anew."""
    before = drawing.scene.video.copy()
    for index, (picture, coverage) in enumerate(drawing.frames()):
        base = before[index]
        outside = int(
            (cv2.absdiff(base, picture).max(axis=2)[support(coverage, picture.shape[:2]) == 0]).astype(bool).sum()
        )
        if outside:
            yield f"frame {index}: {outside} px changed where nothing was drawn"
        yield from (f"frame {index}: {line}" for line in _same_masks(clip.frames[index], coverage))
    for block in drawing.blocks:
        iou = oracle_iou(block, len(drawing.scene.video) // 2, clip.height, clip.width)
        if iou is not None and iou < LEAST_ORACLE_IOU:
            yield f"block {block.spec.text.text!r}: mask IoU {iou:.4f} with the oracle, under {LEAST_ORACLE_IOU}"


def support(coverage: FrameCoverage, shape: tuple[int, int]) -> UInt8[np.ndarray, "h w"]:
    """Largest coverage of anything that was drawn, hidden or not."""
    total = np.zeros(shape, np.uint8)
    layers = list(coverage.boards)
    for words in coverage.words:
        for drawn in words:
            layers += [*drawn.effects, *([] if drawn.fill is None else [drawn.fill])]
    for layer in layers:
        view = total[layer.roi.slices]
        np.maximum(view, layer.whole, out=view)
    return total


def oracle_iou(block: Block, time: int, height: int, width: int) -> float | None:
    """IoU of the sharp mask with a supersampled one over the block's words taller than 16 px; None without any."""
    common = joint = 0
    first = 1 + len(block.layout.lines)
    polygons = np.split(block.surface.project(block.polygons, time), block.ends[:-1])[first:]
    for polygon, pieces in zip(polygons, block.words, strict=False):
        points = block.surface.project(pieces.fill.outline.points, time)
        roi = roi_of(points, height, width, margin=1) if np.isfinite(points).all() else None
        if roi is None or geometry.ribbon_height(tuple(map(tuple, polygon.tolist()))) <= TALL_PX:
            continue
        outline = Outline(points=points, ends=pieces.fill.outline.ends)
        ours, truth = cover(outline, roi) >= CORE, decided(outline, roi)
        common += int((ours & truth).sum())
        joint += int((ours | truth).sum())
    return common / joint if joint else None


def decided(outline: Outline, roi: Roi) -> Bool[np.ndarray, "h w"]:
    """The oracle's mask. Rows with a pixel nearer to one half than its scan lines tell are drawn again with more."""
    exact = oracle(outline, roi)
    for row in np.flatnonzero((np.abs(exact - 0.5) <= 0.5 / LINES).any(axis=1)).tolist():
        strip = Roi(left=roi.left, top=roi.top + row, width=roi.width, height=1)
        exact[row] = oracle(outline, strip, FINE_LINES)[0]
    return exact >= 0.5


def oracle(outline: Outline, roi: Roi, lines: int = LINES) -> Float64[np.ndarray, "h w"]:
    """Coverage by scan lines, many a pixel and each exact along its row; shares no code with the rasteriser."""
    points = (outline.points - (roi.left, roi.top)) * (1, lines) - (0, 0.5)
    following = np.arange(1, len(points) + 1)
    following[outline.ends - 1] = np.concatenate([[0], outline.ends[:-1]])
    turns = np.zeros((roi.height * lines, roi.width + 2))
    edges = np.stack([points, points[following]], axis=1)
    levels = edges[:, :, 1]
    crossing_any = (levels.max(axis=1) >= 0) & (levels.min(axis=1) < len(turns))
    for (x0, y0), (x1, y1) in edges[crossing_any]:
        first, last = sorted((y0, y1))
        rows = np.arange(max(int(np.ceil(first)), 0), min(int(np.ceil(last)), len(turns)))
        if not len(rows):
            continue
        crossing = np.clip(x0 + (rows - y0) * (x1 - x0) / (y1 - y0), 0, roi.width)
        column, sign = crossing.astype(int), 1 if y1 > y0 else -1
        turns[rows, column] += sign * (1 - (crossing - column))
        turns[rows, column + 1] += sign * (crossing - column)
    inside = np.abs(turns[:, : roi.width].cumsum(axis=1)).clip(0, 1)
    return inside.reshape(roi.height, lines, roi.width).mean(axis=1)


def _identities(clip: Clip) -> Broken:
    """Ids are dense from 1."""
    seen = {one.track_id for frame in clip.frames for one in frame.instances}
    if sorted(seen) != list(range(1, len(seen) + 1)):
        yield f"track ids are not 1..{len(seen)}"


def _hierarchy(frame: Frame) -> Broken:
    by_id = {one.track_id: one for one in frame.instances}
    for one in frame.instances:
        parent = by_id.get(one.parent_id) if one.parent_id is not None else None
        if (None if parent is None else parent.level) != PARENTS[one.level]:
            yield f"track {one.track_id}: {one.level} has a wrong parent"
        elif parent is not None and one.level == "word" and not _within(one, parent):
            yield f"track {one.track_id}: word reaches out of its line"


def _within(one: TextInstance, parent: TextInstance) -> bool:
    return bool(geometry.contains(parent.polygon, np.array(one.polygon), margin=2.0).all())


def _masks(frame: Frame) -> Broken:
    words = [one for one in frame.instances if one.level == "word"]
    fills = [word.mask for word in words if word.mask is not None]
    for word in words:
        if word.mask is None or word.amodal_mask is None:
            yield f"track {word.track_id}: word without masks"
            continue
        seen, whole = masks.area(word.mask), masks.area(word.amodal_mask)
        if word.legible and (geometry.ribbon_height(word.polygon) < LEAST_HEIGHT_PX or seen < LEAST_VISIBLE * whole):
            yield f"track {word.track_id}: legible though too small or hidden"
    if fills and sum(map(masks.area, fills)) != masks.area(masks.union(fills)):
        yield "strokes of two words overlap"


def _polygons(frame: Frame) -> Broken:
    for one in frame.instances:
        if one.amodal_mask is not None and (bounds := masks.box(one.amodal_mask)) is not None:
            pixels = masks.decode(one.amodal_mask)
            rows, columns = np.nonzero(pixels[int(bounds[1]) : int(bounds[3]), int(bounds[0]) : int(bounds[2])])
            centres = np.stack([columns + bounds[0] + 0.5, rows + bounds[1] + 0.5], axis=1)
            stray = int((~geometry.contains(one.polygon, centres, margin=STRAY_PX)).sum())
            if stray:
                yield f"track {one.track_id}: {stray} stroke px lie more than {STRAY_PX} px outside the polygon"


def _texts(frame: Frame) -> Broken:
    yield from (f"track {one.track_id}: has no text" for one in frame.instances if one.text is None)


def _same_masks(frame: Frame, coverage: FrameCoverage) -> Broken:
    """Every stored word mask is the coverage that was drawn, cut at half."""
    stored_masks = [one.mask for one in frame.instances if one.level == "word" and one.mask is not None]
    shown = [words for words in coverage.words if any(drawn.fill is not None for drawn in words)]
    drawn_area = sum(
        int((drawn.fill.alpha >= CORE).sum()) for words in shown for drawn in words if drawn.fill is not None
    )
    if drawn_area != sum(map(masks.area, stored_masks)):
        yield f"stored strokes have {sum(map(masks.area, stored_masks))} px, drawn ones {drawn_area}"
