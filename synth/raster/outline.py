"""Filled shapes as closed polylines: text stays in this form until it is rasterised once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

Points = Float64[np.ndarray, "n 2"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outline:
    """Closed contours of a non-zero filled shape, without self-overlap."""

    points: Points
    """(x, y); the last point of a contour joins its first"""
    ends: Int64[np.ndarray, " c"]
    """One past the last point of each contour; ends[-1] == len(points)"""

    def mapped(self, change: Callable[[Points], Points]) -> "Outline":
        """The shape with its points moved by `change`."""
        return Outline(points=change(self.points), ends=self.ends)


EMPTY = Outline(points=np.zeros((0, 2)), ends=np.zeros(0, np.int64))


def joined(outlines: Sequence[Outline]) -> Outline:
    """All contours as one shape; the caller knows that they do not overlap."""
    if not outlines:
        return EMPTY
    starts = np.cumsum([0] + [len(o.points) for o in outlines[:-1]])
    return Outline(
        points=np.concatenate([o.points for o in outlines]),
        ends=np.concatenate([o.ends + start for o, start in zip(outlines, starts, strict=True)]),
    )
