"""What a frame teaches, straight from the columns of a shard: strokes as coverage, and where text is to be ignored."""

import cv2
import numpy as np
import pyarrow as pa
from jaxtyping import Bool, UInt8

from sts import masks
from sts.errors import DataError
from sts.tables import SOFT
from sts.types import Point

INSTANCES = [f"instances.list.element.{name}" for name in ("level", "ignore", "polygon", "mask")]
SIZE = ["height", "width"]
COLUMNS = [*SIZE, *INSTANCES]
"""What `Truth` needs of a shard; where there is soft truth, instances only for `words`"""
FULL = 255
"""A pixel that strokes cover whole"""
CODEC = "lz4"
"""Of planes in shards, each by itself, so that a window of a clip opens its own only"""

Plane = UInt8[np.ndarray, "h w"]


def packed(plane: Plane) -> bytes:
    """As a shard stores it: an LZ4 frame of height x width bytes, row by row."""
    return pa.compress(plane.tobytes(), codec=CODEC, asbytes=True)


class Truth:
    """The truth of the frames of one clip; what is not asked for is not decoded.

    Strokes are those of words, else of `text`. Ignored text is its polygon and its mask but no stroke that counts: what
    the metrics leave out. Effects are background. Where the shard has soft truth it is taken as it is.
    """

    def __init__(self, rows: pa.Table) -> None:
        self.height, self.width = (rows.column(name)[0].as_py() for name in ("height", "width"))
        self._soft = {name: rows.column(name) for name in SOFT.names if name in rows.column_names}
        if "instances" in rows.column_names:
            self._open(rows.column("instances").combine_chunks())

    def coverage(self, frame: int) -> Plane:
        """Share of each pixel that strokes cover, 0 to 255."""
        if "truth" in self._soft:
            return self._plane("truth", frame)
        return self._strokes(frame).view(np.uint8) * np.uint8(FULL)

    def ignored(self, frame: int) -> Plane | None:
        """255 where text is to be ignored, else 0; None where nothing is."""
        if "ignored" in self._soft:
            return self._plane("ignored", frame) if self._soft["ignored"][frame].is_valid else None
        skipped = [i for i in self._bearers(frame) if self._ignored[i]]
        if not skipped:
            return None
        region = np.zeros((self.height, self.width), np.uint8)
        inside = region.view(np.bool_)
        for i in skipped:
            points = self._polygon(i)
            if len(points) > 2:
                cv2.fillPoly(region, [np.round(points - 0.5).astype(np.int32)], 1)
            if self._drawn[i]:
                masks.fill(inside, self._runs(i))
        inside &= ~self._strokes(frame)
        return region * np.uint8(FULL)

    def words(self, frame: int) -> list[Point]:
        """Centre of the polygon of all text with strokes that count, px."""
        found = [self._polygon(i) for i in self._bearers(frame) if self._drawn[i] and not self._ignored[i]]
        return [(float(points[:, 0].mean()), float(points[:, 1].mean())) for points in found if len(points)]

    def _open(self, instances: pa.ListArray) -> None:
        self._ends = instances.offsets.to_numpy()
        parts = dict(zip((field.name for field in instances.values.type), instances.values.flatten(), strict=True))
        levels = np.asarray(parts["level"].to_numpy(zero_copy_only=False))
        self._words, self._texts = levels == "word", levels == "text"
        self._ignored = parts["ignore"].to_numpy(zero_copy_only=False)
        self._drawn = np.asarray(parts["mask"].is_valid())
        self._counts, self._counts_ends = parts["mask"].values.to_numpy(), parts["mask"].offsets.to_numpy()
        self._points, self._points_ends = parts["polygon"].values.to_numpy(), parts["polygon"].offsets.to_numpy()

    def _strokes(self, frame: int) -> Bool[np.ndarray, "h w"]:
        pixels = np.zeros((self.height, self.width), np.bool_)
        for i in self._bearers(frame):
            if self._drawn[i] and not self._ignored[i]:
                masks.fill(pixels, self._runs(i))
        return pixels

    def _bearers(self, frame: int) -> list[int]:
        """Numbers of the instances that carry strokes."""
        first, last = self._ends[frame], self._ends[frame + 1]
        words = np.flatnonzero(self._words[first:last])
        found = words if len(words) else np.flatnonzero(self._texts[first:last])
        return (found + first).tolist()

    def _runs(self, instance: int) -> np.ndarray:
        return self._counts[self._counts_ends[instance] : self._counts_ends[instance + 1]]

    def _polygon(self, instance: int) -> np.ndarray:
        return self._points[self._points_ends[instance] : self._points_ends[instance + 1]].reshape(-1, 2)

    def _plane(self, name: str, frame: int) -> Plane:
        try:
            data = pa.decompress(self._soft[name][frame].as_buffer(), self.height * self.width, codec=CODEC)
        except (OSError, TypeError) as error:
            raise DataError(
                f"column {name} of frame {frame} is no plane of {self.width}x{self.height} px; "
                "make the set anew with `python -m model.prepare`"
            ) from error
        return np.frombuffer(data, np.uint8).reshape(self.height, self.width)
