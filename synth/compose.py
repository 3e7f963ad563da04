"""Draws text blocks into a frame and keeps the coverage that made the picture: one computation for image and mask."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from jaxtyping import Float64, Int8, UInt8

from synth.block import Block, Piece
from synth.raster import blend
from synth.raster.coverage import Roi, blurred, cover_mean, roi_of
from synth.raster.outline import Outline
from synth.specs import Optics
from synth.surfaces.surface import stretch

Canvas = UInt8[np.ndarray, "H W 3"]
Coverage = UInt8[np.ndarray, "h w"]

STILL_PX = 0.25
"""Motion within the shutter below this needs no sub-frames"""
STEP_PX = 0.5
"""Way of the text from one sub-frame to the next"""
SUBFRAMES = 8
"""Most of them"""
CELL = 8
"""px of the frame to a cell of light"""


@dataclass(slots=True, kw_only=True, eq=False)
class Layer:
    """Visible coverage of one thing that was drawn."""

    roi: Roi
    alpha: Coverage
    whole: Coverage
    """The same before anything hid it"""


@dataclass(slots=True, kw_only=True, eq=False)
class Drawn:
    """One word in one frame: what of it can be seen."""

    word: int
    """Index within its block"""
    fill: Layer | None = None
    """None: nothing of it is in the frame"""
    effects: list[Layer] = field(default_factory=list)
    contrast: float = 0.0
    """Share of the core that differs clearly from what lies under it"""


@dataclass(slots=True, kw_only=True, eq=False)
class FrameCoverage:
    """All words of a frame by block, and every other layer: where all of them are 0 the base is untouched."""

    words: list[list[Drawn]]
    boards: list[Layer]


def draw(
    canvas: Canvas, blocks: Sequence[Block], time: int, optics: Optics, noise: Int8[np.ndarray, "nh nw"]
) -> FrameCoverage:
    """Draw all blocks into the canvas, in order; later ones hide earlier ones. The noise tile moves every frame."""
    result = FrameCoverage(words=[], boards=[])
    for block in blocks:
        words = [Drawn(word=index) for index in range(len(block.words))]
        opacity = block.opacity(time)
        if opacity > 0:
            brush = _Brush(canvas=canvas, block=block, time=time, optics=optics, noise=noise, opacity=opacity)
            brush.draw(words, result)
        result.words.append(words)
    return result


@dataclass(slots=True, kw_only=True, eq=False)
class _Brush:
    """Draws the layers of one block in one frame, lowest first."""

    canvas: Canvas
    block: Block
    time: int
    optics: Optics
    noise: Int8[np.ndarray, "nh nw"]
    opacity: float
    _exposures: tuple[float, ...] = field(init=False)
    """Frame numbers of the sub-frames"""
    _light: blend.Shade | None = None

    def __post_init__(self) -> None:
        """One sub-frame where the block stands still."""
        self._exposures = _exposures(self.block, self.time, self.optics.shutter)

    def draw(self, words: list[Drawn], result: FrameCoverage) -> None:
        for piece in self.block.boards:
            layer = self._paint(piece, result)
            if layer is not None:
                result.boards.append(layer)
        for kind in ("shadow", "extrusion", "border"):
            for drawn, word in zip(words, self.block.words, strict=True):
                layer = self._paint(word.effects[kind], result) if kind in word.effects else None
                if layer is not None:
                    drawn.effects.append(layer)
        for drawn, word in zip(words, self.block.words, strict=True):
            self._fill(drawn, word.fill, result)
            result_words = [*result.words, words]
            _veil_below(drawn, result_words)

    def _fill(self, drawn: Drawn, piece: Piece, result: FrameCoverage) -> None:
        layer = self._cover(piece)
        if layer is None:
            return
        under = self._view(layer.roi).copy()
        self._blend(layer, piece)
        drawn.fill = layer
        drawn.contrast = blend.contrast(under, self._view(layer.roi), layer.alpha)
        if self.optics.grain > 0:
            start = 37 * self.time, 61 * self.time
            blend.grain(self.canvas, layer.roi, layer.alpha, self.optics.grain, self.noise, start)

    def _paint(self, piece: Piece, result: FrameCoverage) -> Layer | None:
        layer = self._cover(piece)
        if layer is not None:
            self._blend(layer, piece)
            if piece.hides:
                for below in _layers(result.words):
                    blend.veil(below.alpha, below.roi, _scaled(layer.alpha, piece.opacity * self.opacity), layer.roi)
        return layer

    def _cover(self, piece: Piece) -> Layer | None:
        """Coverage that will make the picture: mean over the shutter, out of focus, worn, and not occluded."""
        surface, (height, width) = self.block.surface, self.canvas.shape[:2]
        moved = [
            Outline(points=surface.project(piece.outline.points, time), ends=piece.outline.ends)
            for time in self._exposures
        ]
        blur = piece.blur * self._scale() if piece.blur > 0 else 0.0
        sigma = math.hypot(self.optics.defocus, blur)
        everything = moved[0].points if len(moved) == 1 else np.concatenate([outline.points for outline in moved])
        roi = roi_of(everything, height, width, margin=math.ceil(3 * sigma) + 1)
        if roi is None:
            return None
        alpha = blurred(cover_mean(moved, roi), sigma)
        if piece.wear is not None:
            worn = self._warped(piece.wear, roi)
            alpha = cv2.multiply(alpha, worn, scale=1 / 255)
        layer = Layer(roi=roi, alpha=alpha.copy(), whole=alpha)
        patch = surface.occlusion[self.time] if surface.occlusion else None
        if patch is not None:
            blend.hidden(layer.alpha, roi, patch)
        return layer

    def _blend(self, layer: Layer, piece: Piece) -> None:
        ink = blend.Ink(
            paint=piece.colour if piece.texture is None else self._warped(piece.texture, layer.roi),
            opacity=piece.opacity * self.opacity,
            shade=self._shade() if piece.lit and self.block.surface.light else None,
            relief=None if piece.relief is None else self._warped(piece.relief, layer.roi),
        )
        blend.blend(self.canvas, layer.roi, layer.alpha, ink)

    def _view(self, roi: Roi) -> UInt8[np.ndarray, "h w 3"]:
        return self.canvas[roi.slices]

    def _scale(self) -> float:
        """Frame px per surface unit at the block."""
        before = self.block.corners
        after = self.block.surface.project(before, self.time)
        return float(np.sqrt(abs(_area(after)) / max(abs(_area(before)), 1e-6)))

    def _warped(self, patch: np.ndarray, roi: Roi) -> np.ndarray:
        """A picture that covers the block's rectangle evenly, seen in the roi."""
        return _perspective(patch, self.block.surface.project(self.block.corners, self.time), roi)

    def _shade(self) -> blend.Shade:
        """The light on everything the block paints, worked out once."""
        if self._light is None:
            surface, (height, width) = self.block.surface, self.canvas.shape[:2]
            roi = roi_of(surface.project(self.block.extent, self.time), height, width)
            roi = roi or Roi(left=0, top=0, width=width, height=height)
            cells = Roi(
                left=roi.left // CELL - 1,
                top=roi.top // CELL - 1,
                width=roi.width // CELL + 4,
                height=roi.height // CELL + 4,
            )
            corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * (surface.width, surface.height)
            grid = _perspective(surface.light[self.time].gain, surface.project(corners, self.time) / CELL, cells)
            self._light = blend.Shade(gain=grid, left=CELL * cells.left, top=CELL * cells.top, cell=CELL)
        return self._light


def _exposures(block: Block, time: int, shutter: float) -> tuple[float, ...]:
    """Frame numbers while the shutter is open, about STEP_PX of the block's way apart."""
    half, project = shutter / 2, block.surface.project
    if shutter == 0:
        return (float(time),)
    way = project(block.corners, time + half) - project(block.corners, time - half)
    travel = float(np.hypot(*way.T).max())
    if not travel >= STILL_PX:  # nan behind the camera
        return (float(time),)
    count = min(1 + math.ceil(travel / STEP_PX), SUBFRAMES)
    return tuple((time + np.linspace(-half, half, count)).tolist())


def _veil_below(drawn: Drawn, words: Sequence[Sequence[Drawn]]) -> None:
    """The new fill hides every layer that was drawn before it."""
    if drawn.fill is None:
        return
    for below in _layers(words):
        if below is not drawn.fill and below not in drawn.effects:
            blend.veil(below.alpha, below.roi, drawn.fill.alpha, drawn.fill.roi)


def _layers(words: Sequence[Sequence[Drawn]]) -> Iterator[Layer]:
    for block in words:
        for drawn in block:
            yield from drawn.effects
            if drawn.fill is not None:
                yield drawn.fill


def _scaled(alpha: Coverage, opacity: float) -> Coverage:
    return alpha if opacity == 1 else cv2.convertScaleAbs(alpha, alpha=opacity)


def _area(quad: Float64[np.ndarray, "4 2"]) -> float:
    diagonal, other = quad[2] - quad[0], quad[3] - quad[1]
    return float(diagonal[0] * other[1] - diagonal[1] * other[0]) / 2


def _perspective(patch: np.ndarray, quad: Float64[np.ndarray, "4 2"], roi: Roi) -> np.ndarray:
    """The patch stretched over a quad given in frame px, cut to the roi; its edge pixels go on outside."""
    matrix = stretch(quad - (roi.left, roi.top), *patch.shape[:2])
    size = roi.width, roi.height
    return cv2.warpPerspective(patch, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
