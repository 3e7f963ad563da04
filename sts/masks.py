"""Binary masks as run lengths by column, background first: byte-equal to COCO's uncompressed RLE."""

from collections.abc import Iterable, Sequence

import numpy as np
from jaxtyping import Bool, Int64, UInt32

from sts import _kernels
from sts.errors import DataError
from sts.geometry import Box, Points
from sts.types import Mask

Places = Int64[np.ndarray, " n"]
Runs = tuple[Places, Places]
"""Start and end (exclusive) of the foreground runs, in column-major order"""


def encode(pixels: Bool[np.ndarray, "h w"]) -> Mask:
    """Cost is one fast look for the foreground's box, then a walk over that box."""
    height, width = pixels.shape
    rows = np.flatnonzero(pixels.any(axis=1))
    if not len(rows):
        return empty(height, width)
    band = pixels[rows[0] : rows[-1] + 1]
    columns = np.flatnonzero(band.any(axis=0))
    return encode_patch(band[:, columns[0] : columns[-1] + 1], int(columns[0]), int(rows[0]), height, width)


def encode_patch(pixels: Bool[np.ndarray, "ph pw"], left: int, top: int, height: int, width: int) -> Mask:
    """Mask of a height x width frame whose foreground lies in a patch at (left, top); the patch may stick out."""
    counts = _kernels.patch_runs(pixels, left, top, height, width)
    return Mask(height=height, width=width, counts=tuple(counts.tolist()))


def empty(height: int, width: int) -> Mask:
    """No foreground."""
    return Mask(height=height, width=width, counts=(height * width,))


def decode(mask: Mask) -> Bool[np.ndarray, "h w"]:
    """The pixels. DataError for counts that do not fit the frame."""
    check(mask)
    pixels = np.zeros((mask.height, mask.width), np.bool_)
    _kernels.fill_runs(pixels, np.asarray(mask.counts, np.int64))
    return pixels


def fill(pixels: Bool[np.ndarray, "h w"], counts: UInt32[np.ndarray, " n"]) -> None:
    """Set the foreground of run lengths in pixels that may have some. DataError for runs of another size."""
    if counts.sum() != pixels.size:
        raise DataError(f"a mask has runs of {counts.sum()} px in all instead of {pixels.size}: it is damaged")
    _kernels.fill_runs(pixels, counts.astype(np.int64))


def check(mask: Mask) -> None:
    """DataError for counts that cannot be a mask of this size."""
    if mask.counts and min(mask.counts) < 0:
        raise DataError(f"mask of {mask.width}x{mask.height} px has a run of {min(mask.counts)} px; runs are 0 or more")
    if sum(mask.counts) != mask.height * mask.width:
        raise DataError(
            f"mask of {mask.width}x{mask.height} px has runs of {sum(mask.counts)} px in all instead of "
            f"{mask.height * mask.width}: it belongs to a picture of another size or is damaged"
        )


def area(mask: Mask) -> int:
    """Foreground, px."""
    return sum(mask.counts[1::2])


def box(mask: Mask) -> Box | None:
    """Tight xyxy box by outer pixel corners; None for an empty mask."""
    starts, ends = _runs(mask)
    if not len(starts):
        return None
    first, last = starts // mask.height, (ends - 1) // mask.height
    if (first != last).any():
        top, bottom = 0, mask.height
    else:
        top, bottom = int((starts % mask.height).min()), int(((ends - 1) % mask.height).max()) + 1
    return float(first[0]), float(top), float(last[-1] + 1), float(bottom)


def centres(mask: Mask) -> Points:
    """Centres of the foreground pixels, column by column."""
    starts, ends = _runs(mask)
    lengths = ends - starts
    places = np.repeat(starts - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
    return np.stack([places // mask.height, places % mask.height], axis=1) + 0.5


def union(masks: Iterable[Mask]) -> Mask:
    """Pixels in any of at least one mask of the same size."""
    group = list(masks)
    size = _size(group)
    runs = [_runs(mask) for mask in group]
    starts, ends = np.concatenate([r[0] for r in runs]), np.concatenate([r[1] for r in runs])
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order])
    apart = starts[1:] > ends[:-1]
    one = np.ones(min(len(starts), 1), np.bool_)
    return _from_runs(starts[np.concatenate([one, apart])], ends[np.concatenate([apart, one])], *size)


def intersection_area(a: Mask, b: Mask) -> int:
    """Common foreground of two masks of the same size, px."""
    return area(a) + area(b) - area(union((a, b)))


def iou(a: Mask, b: Mask) -> float:
    """Intersection over union; 1 where both are empty."""
    together = area(union((a, b)))
    return (area(a) + area(b) - together) / together if together else 1.0


def _size(group: Sequence[Mask]) -> tuple[int, int]:
    sizes = sorted({(mask.height, mask.width) for mask in group})
    if len(sizes) != 1:
        raise DataError(f"masks of one size expected, height x width, not {sizes}")
    return sizes[0]


def _runs(mask: Mask) -> Runs:
    changes = np.cumsum(np.asarray(mask.counts, np.int64))
    starts: Places = changes[0::2][: len(changes) // 2]
    ends: Places = changes[1::2]
    filled = ends > starts
    return starts[filled], ends[filled]


def _from_runs(starts: Places, ends: Places, height: int, width: int) -> Mask:
    edges: Places = np.stack([starts, ends], axis=1).ravel()
    if not len(edges) or edges[-1] != height * width:
        edges = np.append(edges, height * width)
    return Mask(height=height, width=width, counts=tuple(np.diff(edges, prepend=0).tolist()))
