"""Batches with a layout: pictures of bars as strokes, in lines and paragraphs."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import torch

from model.protocols import Batch
from model.regions import Layout, Region

SIDE = 64


def corners(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], float)


def region(
    track: int,
    parent: int | None,
    level: Literal["word", "line", "paragraph"],
    box: tuple[float, ...],
    *,
    ignore: bool = False,
) -> Region:
    return Region(track_id=track, parent_id=parent, level=level, polygon=corners(*box), ignore=ignore)


def page() -> Layout:
    """A paragraph of two lines, the first with two words, and a word by itself."""
    return (
        region(1, None, "paragraph", (4, 4, 60, 40)),
        region(2, 1, "line", (4, 4, 60, 16)),
        region(3, 1, "line", (4, 24, 60, 40)),
        region(4, 2, "word", (4, 4, 28, 16)),
        region(5, 2, "word", (34, 4, 60, 16)),
        region(6, 3, "word", (4, 24, 60, 40)),
        region(7, None, "word", (10, 48, 40, 60)),
    )


def strokes(*boxes: tuple[int, int, int, int]) -> np.ndarray:
    pixels = np.zeros((SIDE, SIDE), np.uint8)
    for left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = 255
    return pixels


FULL = strokes((6, 8, 26, 12), (36, 8, 58, 12), (6, 30, 58, 34), (12, 52, 38, 56))


def batch(pictures: Sequence[np.ndarray], layouts: Sequence[Layout], *, seed: int = 0, labelled: bool = True) -> Batch:
    """One frame a clip; strokes are white on grey."""
    truth = torch.from_numpy(np.stack(pictures))[:, None]
    return Batch(
        video=(100 + truth.float() * 0.6).to(torch.uint8)[:, :, None].expand(-1, -1, 3, -1, -1).clone(),
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool),
        labelled=torch.full((len(pictures), 1), labelled),
        clip_ids=tuple(f"clip-{i}" for i in range(len(pictures))),
        seed=seed,
        layout=tuple((layout,) for layout in layouts),
    )
