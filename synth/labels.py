"""Turns the coverage of drawn words into text instances: masks, polygons, hierarchy, legibility."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool

from sts import geometry, masks
from sts.types import Mask, TextInstance
from synth.block import Block
from synth.compose import Drawn, FrameCoverage, Layer

CORE = 128
"""Of 255: the least coverage that makes a stroke pixel"""
LEAST_HEIGHT_PX = 8.0
LEAST_VISIBLE = 0.3
LEAST_INSIDE = 0.5
"""Share of the polygon that must lie in the frame"""
LEAST_KEPT = 0.7
"""Mask over coverage, px: thin strokes lose their pixels to the threshold"""
LEAST_CONTRAST = 0.8
"""Share of the core that must differ clearly from what lies under it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockIds:
    """Track ids of a block's paragraph, lines, words and chars."""

    paragraph: int
    lines: tuple[int, ...]
    words: tuple[int, ...]
    chars: tuple[tuple[int, ...], ...]
    """By word"""


def number(blocks: Sequence[Block]) -> tuple[BlockIds, ...]:
    """Dense ids from 1 over all levels of a clip; the same text keeps its id in every frame."""
    following = 1
    result = []
    for block in blocks:
        counts = [1, len(block.layout.lines), len(block.layout.words)]
        chars = [len(word.chars) for word in block.layout.words]
        starts = np.cumsum([following, *counts, *chars]).tolist()
        result.append(
            BlockIds(
                paragraph=starts[0],
                lines=tuple(range(starts[1], starts[2])),
                words=tuple(range(starts[2], starts[3])),
                chars=tuple(tuple(range(start, start + n)) for start, n in zip(starts[3:], chars, strict=False)),
            )
        )
        following = starts[-1]
    return tuple(result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """Makes the instances of every frame of one clip."""

    blocks: tuple[Block, ...]
    ids: tuple[BlockIds, ...]
    height: int
    width: int

    def instances(self, coverage: FrameCoverage, time: int) -> tuple[TextInstance, ...]:
        """All levels of all blocks that show on this frame; hidden or outside words keep their ids with empty masks."""
        found: list[TextInstance] = []
        fills = [drawn.fill for words in coverage.words for drawn in words if drawn.fill is not None]
        for block, ids, words in zip(self.blocks, self.ids, coverage.words, strict=True):
            if block.opacity(time) > 0:
                found.extend(self._block(block, ids, words, fills, time))
        return tuple(found)

    def _block(
        self, block: Block, ids: BlockIds, drawn: list[Drawn], fills: Sequence[Layer], time: int
    ) -> list[TextInstance]:
        outlines = _Polygons(block, time)
        if outlines.behind:
            return []
        words = [self._word(block, ids, index, one, fills, outlines) for index, one in enumerate(drawn)]
        lines = [self._line(block, ids, index, words, outlines) for index in range(len(ids.lines))]
        paragraph = TextInstance(
            track_id=ids.paragraph,
            level="paragraph",
            polygon=outlines.paragraph,
            source="rendered",
            text=block.layout.text,
            script=block.spec.text.script,
            legible=any(line.legible for line in lines),
            ignore=all(line.ignore for line in lines),
            font=block.spec.text.font,
        )
        chars = [char for index, word in enumerate(words) for char in self._chars(block, ids, index, word, outlines)]
        return [paragraph, *lines, *words, *chars]

    def _word(
        self, block: Block, ids: BlockIds, index: int, drawn: Drawn, fills: Sequence[Layer], outlines: "_Polygons"
    ) -> TextInstance:
        word, polygon = block.layout.words[index], outlines.words[index]
        visible, whole, effects = self._masks(drawn, fills)
        seen, entire = masks.area(visible), masks.area(whole)
        legible = (
            geometry.ribbon_height(polygon) >= LEAST_HEIGHT_PX
            and seen >= LEAST_VISIBLE * entire > 0
            and drawn.contrast >= LEAST_CONTRAST
            and _kept(drawn, entire) >= LEAST_KEPT
            and _inside(polygon, self.height, self.width) >= LEAST_INSIDE
        )
        return TextInstance(
            track_id=ids.words[index],
            parent_id=ids.lines[word.line],
            level="word",
            polygon=polygon,
            source="rendered",
            mask=visible,
            effect_mask=effects,
            amodal_mask=whole,
            text=word.text,
            script=word.script,
            legible=legible,
            ignore=not legible,
            font=block.spec.text.font,
        )

    def _line(
        self, block: Block, ids: BlockIds, index: int, words: list[TextInstance], outlines: "_Polygons"
    ) -> TextInstance:
        inside = [words[word] for word in block.layout.lines[index].words]
        return TextInstance(
            track_id=ids.lines[index],
            parent_id=ids.paragraph,
            level="line",
            polygon=outlines.lines[index],
            source="rendered",
            text=block.layout.lines[index].text,
            script=block.spec.text.script,
            legible=any(word.legible for word in inside),
            ignore=all(word.ignore for word in inside),
            font=block.spec.text.font,
        )

    def _chars(
        self, block: Block, ids: BlockIds, index: int, word: TextInstance, outlines: "_Polygons"
    ) -> list[TextInstance]:
        return [
            TextInstance(
                track_id=track_id,
                parent_id=ids.words[index],
                level="char",
                polygon=polygon,
                source="rendered",
                text=char.text,
                script=word.script,
                legible=word.legible,
                ignore=word.ignore,
                font=word.font,
            )
            for char, track_id, polygon in zip(
                block.layout.words[index].chars, ids.chars[index], outlines.chars[index], strict=True
            )
        ]

    def _masks(self, drawn: Drawn, fills: Sequence[Layer]) -> tuple[Mask, Mask, Mask | None]:
        """Visible fill, whole fill, visible effects outside all fills."""
        nothing = masks.empty(self.height, self.width)
        if drawn.fill is None:
            return nothing, nothing, nothing if drawn.effects else None
        visible = self._encode(drawn.fill.alpha >= CORE, drawn.fill)
        hidden = not np.array_equal(drawn.fill.alpha, drawn.fill.whole)
        whole = self._encode(drawn.fill.whole >= CORE, drawn.fill) if hidden else visible
        return visible, whole, self._effects(drawn, fills) if drawn.effects else None

    def _effects(self, drawn: Drawn, fills: Sequence[Layer]) -> Mask:
        """A stroke seen through the soft or faint effect of another word stays a stroke."""
        rois = [layer.roi for layer in drawn.effects]
        left, top = min(roi.left for roi in rois), min(roi.top for roi in rois)
        right, bottom = max(roi.left + roi.width for roi in rois), max(roi.top + roi.height for roi in rois)
        pixels = np.zeros((bottom - top, right - left), bool)
        for layer in drawn.effects:
            _within(pixels, layer, left, top)[...] |= layer.alpha >= CORE
        for fill in fills:
            _erase(pixels, fill, left, top)
        return masks.encode_patch(pixels, left, top, self.height, self.width)

    def _encode(self, pixels: Bool[np.ndarray, "h w"], layer: Layer) -> Mask:
        return masks.encode_patch(pixels, layer.roi.left, layer.roi.top, self.height, self.width)


def _kept(drawn: Drawn, entire: int) -> float:
    """Area of the mask over the area of the strokes, before anything hides them."""
    return 0.0 if drawn.fill is None else entire / max(float(drawn.fill.whole.sum()) / 255, 1e-6)


def _inside(polygon: geometry.Polygon, height: int, width: int) -> float:
    """Share of a polygon that lies in the frame."""
    left, top, right, bottom = geometry.box(polygon)
    if left >= 0 and top >= 0 and right <= width and bottom <= height:
        return 1.0
    return geometry.area(geometry.clip(polygon, height, width)) / max(geometry.area(polygon), 1e-6)


class _Polygons:
    """All polygons of a block in one frame, projected together."""

    def __init__(self, block: Block, time: int) -> None:
        layout = block.layout
        joined = block.surface.project(block.polygons, time)
        self.behind = not bool(np.isfinite(joined).all())
        points = list(zip(*(np.round(joined.T * geometry.GRID) / geometry.GRID + 0.0).tolist(), strict=True))
        ends = block.ends.tolist()
        polygons = [tuple(points[start:end]) for start, end in zip([0, *ends], ends, strict=False)]
        self.paragraph = polygons[0]
        self.lines = polygons[1 : 1 + len(layout.lines)]
        self.words = polygons[1 + len(layout.lines) : 1 + len(layout.lines) + len(layout.words)]
        rest = iter(polygons[1 + len(layout.lines) + len(layout.words) :])
        self.chars = [[next(rest) for _ in word.chars] for word in layout.words]


def _within(pixels: Bool[np.ndarray, "H W"], layer: Layer, left: int, top: int) -> Bool[np.ndarray, "h w"]:
    row, column = layer.roi.top - top, layer.roi.left - left
    return pixels[row : row + layer.roi.height, column : column + layer.roi.width]


def _erase(pixels: Bool[np.ndarray, "H W"], fill: Layer, left: int, top: int) -> None:
    """Take the fill's core out of the effects; the two rectangles may overlap in part."""
    row, column = fill.roi.top - top, fill.roi.left - left
    y0, x0 = max(row, 0), max(column, 0)
    y1 = min(row + fill.roi.height, pixels.shape[0])
    x1 = min(column + fill.roi.width, pixels.shape[1])
    if y1 > y0 and x1 > x0:
        pixels[y0:y1, x0:x1] &= fill.alpha[y0 - row : y1 - row, x0 - column : x1 - column] < CORE
