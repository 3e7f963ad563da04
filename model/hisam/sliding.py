"""Parts of a picture seen one by one and larger: for small text in large pictures."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

STRIDE = 0.75
"""Step from one window to the next, of its side: 384 of 512 px"""


def windows(height: int, width: int, side: int) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, right and bottom of windows that cover the picture, each once; the last ones end at its border."""
    for top in _starts(height, side):
        for left in _starts(width, side):
            yield left, top, min(left + side, width), min(top + side, height)


def summed(
    height: int, width: int, side: int, logits: Callable[[tuple[int, int, int, int]], Float[Tensor, "h w"]]
) -> Float[Tensor, "height width"]:
    """Logits of all windows, added where they overlap."""
    total = torch.zeros(height, width)
    for left, top, right, bottom in windows(height, width, side):
        total[top:bottom, left:right] += logits((left, top, right, bottom))
    return total


def _starts(length: int, side: int) -> list[int]:
    """One where a single window is enough; the code of Hi-SAM then looks twice at the same one."""
    last = max(length - side, 0)
    return sorted({min(start, last) for start in range(0, length, int(side * STRIDE))})
