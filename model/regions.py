"""Words, lines and paragraphs of a frame with their place in the hierarchy, as the network sees the frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import pyarrow as pa
from jaxtyping import Bool, Float64

from model.geometry import View

LEVELS = ("word", "line", "paragraph")
NAMES = ("track_id", "parent_id", "level", "ignore", "polygon")
COLUMNS = [f"instances.list.element.{name}" for name in NAMES]
"""What `Regions` needs of a shard"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A polygon of text on one frame."""

    track_id: int
    parent_id: int | None
    """track_id of the line of a word, of the paragraph of a line"""
    level: Literal["word", "line", "paragraph"]
    ignore: bool
    polygon: Float64[np.ndarray, "n 2"]
    """px of the input square, pixel centres at +0.5; all of it, also outside"""


Layout = tuple[Region, ...]
"""Of one frame"""


def drawn(shapes: Sequence[Float64[np.ndarray, "_ 2"]], side: int) -> Bool[np.ndarray, "side side"]:
    """Pixels of a square inside of polygons; OpenCV counts from the centre of a pixel."""
    pixels = np.zeros((side, side), np.uint8)
    for points in shapes:
        cv2.fillPoly(pixels, [np.round(points - 0.5).astype(np.int32)], 1)
    return pixels.view(np.bool_)


class Regions:
    """The regions of the frames of one clip."""

    def __init__(self, rows: pa.Table) -> None:
        self._instances = rows.column("instances")

    def seen(self, frame: int, view: View, size: int) -> Layout:
        """Those of a frame under a view, on a square of `size` px."""
        to_square = _inverse(view, size)
        found = [one for one in self._instances[frame].as_py() if one["level"] in LEVELS and len(one["polygon"]) > 2]
        return tuple(
            Region(
                track_id=one["track_id"],
                parent_id=one["parent_id"],
                level=one["level"],
                ignore=one["ignore"],
                polygon=_points(one["polygon"]) @ to_square[:, :2].T + to_square[:, 2],
            )
            for one in found
        )


def _points(polygon: list[float]) -> Float64[np.ndarray, "n 2"]:
    return np.asarray(polygon, np.float64).reshape(-1, 2)


def _inverse(view: View, size: int) -> Float64[np.ndarray, "2 3"]:
    """From px of the frame to px of the square."""
    matrix = np.vstack([view.matrix(), [0.0, 0.0, 1.0]])
    return (np.diag([size, size, 1.0]) @ np.linalg.inv(matrix))[:2]
