"""What a user says about one frame, on the net's input square: points, a box, a mask."""

from dataclasses import dataclass

from jaxtyping import Float, Int64
from torch import Tensor

NOTHING, OTHER, TEXT, TOP_LEFT, BOTTOM_RIGHT = -1, 0, 1, 2, 3
"""What a point says, in the numbers of SAM2"""


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Hints for one object in each of b frames."""

    points: Float[Tensor, "b n 2"]
    """x and y in px of the input square, pixel centres at +0.5; a box is its two corners"""
    labels: Int64[Tensor, "b n"]
    mask: Float[Tensor, "b 1 s s"] | None = None
    """The answer itself, 0 to 1: points beside it are not read"""
