"""The strokes of one frame as text instances: pieces about as large as words, which keep the number they had before."""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool

from sts import geometry, masks
from sts.types import Mask, TextInstance

Pixels = Bool[np.ndarray, "h w"]

REACH = 1.3
"""Letters closer than this many stroke widths are one piece"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a frame's mask that the annotator can choose with one click."""

    track_id: int
    mask: Mask
    score: float | None = None
    """Confidence of whatever made it"""


def regions(instances: Iterable[TextInstance]) -> tuple[Region, ...]:
    """Those that have strokes."""
    shown = ((item, item.mask) for item in instances if item.mask is not None)
    return tuple(
        Region(track_id=item.track_id, mask=mask, score=item.score) for item, mask in shown if masks.area(mask)
    )


def union(parts: Sequence[Region], height: int, width: int) -> Pixels:
    """All strokes of a frame."""
    return masks.decode(masks.union([masks.empty(height, width), *(part.mask for part in parts)]))


def cut(drawn: Pixels, before: Sequence[Region], unused: int) -> tuple[Region, ...]:
    """The pieces of a mask; each keeps the number of the region it shares most with, or takes one from `unused` on."""
    pieces = _pieces(drawn)
    shared = {
        (i, j): masks.intersection_area(one, two.mask) for i, one in enumerate(pieces) for j, two in enumerate(before)
    }
    names: dict[int, int] = {}
    for i, j in sorted(shared, key=lambda pair: -shared[pair]):
        if shared[i, j] and i not in names and before[j].track_id not in names.values():
            names[i] = before[j].track_id
    fresh = itertools.count(unused)
    return tuple(Region(track_id=names[i] if i in names else next(fresh), mask=mask) for i, mask in enumerate(pieces))


def instances(parts: Iterable[Region]) -> tuple[TextInstance, ...]:
    """What a person drew, for a labeler that carries it on."""
    return tuple(
        TextInstance(track_id=part.track_id, level="word", polygon=outline(part.mask), source="human", mask=part.mask)
        for part in parts
    )


def outline(mask: Mask) -> geometry.Polygon:
    """Hull of the pixels' corners, for strokes that are there."""
    rows, columns = np.nonzero(masks.decode(mask))
    corners = [np.stack([columns + right, rows + down], axis=1) for right in (0, 1) for down in (0, 1)]
    return geometry.rounded(geometry.hull(np.concatenate(corners).astype(np.float64)))


def _pieces(drawn: Pixels) -> list[Mask]:
    """Letters that stand close together, as words do."""
    if not drawn.any():
        return []
    depth = cv2.distanceTransform(drawn.view(np.uint8), cv2.DIST_L2, 3)
    reach = max(round(REACH * float(np.median(2 * depth[drawn]))), 1)
    near = cv2.dilate(drawn.view(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach + 1, reach + 1)))
    n, labels = cv2.connectedComponents(near)
    return [masks.encode(drawn & (labels == number)) for number in range(1, n)]
