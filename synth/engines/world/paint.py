"""Typed wrappers round the kernels: textures with their smaller copies, and painting with them by coverage."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float32, Float64, Int64, UInt8

from synth.engines.world import _kernels
from synth.engines.world.camera import View
from synth.engines.world.spec import Tube
from synth.raster.coverage import Roi

Picture = UInt8[np.ndarray, "h w 3"]
Canvas = UInt8[np.ndarray, "H W 3"]
Coverage = UInt8[np.ndarray, "h w"]
Gains = Float32[np.ndarray, "gh gw 3"]
SMALLEST = 4
"""px; a side of the smallest copy of a texture"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Texture:
    """A picture and its halves, quarters and so on, in one array."""

    texels: Int64[np.ndarray, " n"]
    """red | green << 20 | blue << 40"""
    levels: Int64[np.ndarray, "l 3"]
    """First texel, rows, columns of each copy"""
    repeats: bool

    @property
    def size(self) -> tuple[int, int]:
        """Rows, columns of the full picture."""
        return int(self.levels[0, 1]), int(self.levels[0, 2])

    @property
    def arrays(self) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, "l 3"], bool]:
        """For the kernels."""
        return self.texels, self.levels, self.repeats

    def picture(self, level: int = 0) -> Picture:
        """The full picture or one of its smaller copies."""
        start, rows, columns = self.levels[min(level, len(self.levels) - 1)].tolist()
        packed = self.texels[start : start + rows * columns].reshape(rows, columns)
        return np.stack([(packed >> shift) & 255 for shift in (0, 20, 40)], axis=2).astype(np.uint8)


def texture(picture: Picture, repeats: bool) -> Texture:
    """A texture; its sides are halved while they are even, and must be powers of two when it repeats."""
    copies = [picture]
    while min(copies[-1].shape[:2]) >= 2 * SMALLEST and not (copies[-1].shape[0] % 2 or copies[-1].shape[1] % 2):
        rows, columns = copies[-1].shape[0] // 2, copies[-1].shape[1] // 2
        copies.append(np.asarray(cv2.resize(copies[-1], (columns, rows), interpolation=cv2.INTER_AREA), np.uint8))
    levels, start = [], 0
    for copy in copies:
        levels.append((start, *copy.shape[:2]))
        start += copy.shape[0] * copy.shape[1]
    flat = np.concatenate([copy.reshape(-1, 3) for copy in copies]).astype(np.int64)
    texels = flat[:, 0] | flat[:, 1] << 20 | flat[:, 2] << 40
    return Texture(texels=texels, levels=np.array(levels, np.int64), repeats=repeats)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Paint:
    """What a face looks like: a texture, how many of its texels the whole face takes, and the light on it."""

    texture: Texture
    density: tuple[float, float]
    """Across, down"""
    gains: Gains


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mask:
    """Where to paint."""

    roi: Roi
    coverage: Coverage
    free: Coverage
    """0: hidden, leave it; has no part in how the rest looks"""


def plane(canvas: Canvas, mask: Mask, matrix: Float64[np.ndarray, "3 3"], paint: Paint) -> None:
    """Add a plane to the canvas; `matrix` takes 0..1 of the plane to frame px."""
    roi = mask.roi
    place = np.linalg.inv(matrix) @ np.array([(1, 0, roi.left), (0, 1, roi.top), (0, 0, 1.0)])
    numbers = tuple(place.ravel().tolist())
    both = (mask.coverage, mask.free)
    _kernels.paint_plane(canvas[roi.slices], both, numbers, paint.texture.arrays, paint.density, paint.gains)


def tube(canvas: Canvas, mask: Mask, view: View, shape: Tube, paint: Paint) -> None:
    """Add the side of a tube to the canvas."""
    roi = mask.roi
    ray = np.linalg.inv(view.matrix[:, :3]) @ np.array([(1, 0, roi.left), (0, 1, roi.top), (0, 0, 1.0)])
    numbers = np.array([*shape.foot, shape.radius, shape.height, shape.turn])
    skin, both = (paint.texture.arrays, paint.density), (mask.coverage, mask.free)
    _kernels.paint_tube(canvas[roi.slices], both, (ray, view.eye), numbers, skin, paint.gains)


def fade(canvas: Canvas, coverage: Coverage, roi: Roi) -> None:
    """Darken what will be covered, so that the cover can be added."""
    _kernels.fade(canvas[roi.slices], coverage)
