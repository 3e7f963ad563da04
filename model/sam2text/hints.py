"""What a user says about one frame, on the net's input square: points, a box, a mask; and made-up ones for training."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from model.protocols import Batch

Labels = Int64[Tensor, "b n"]
NOTHING, OTHER, TEXT, TOP_LEFT, BOTTOM_RIGHT = -1, 0, 1, 2, 3
"""What a point says, in the numbers of SAM2"""
HALF = 128
"""Share of a pixel, of 255, from which on it is text"""


@dataclass(frozen=True, kw_only=True)
class Hints:
    """Hints for one object in each of b frames."""

    points: Float[Tensor, "b n 2"]
    """x and y in px of the input square, pixel centres at +0.5; a box is its two corners"""
    labels: Labels
    mask: Float[Tensor, "b 1 s s"] | None = None
    """The answer itself, 0 to 1: points beside it are not read"""


def draw(batch: Batch, share: float) -> dict[int, Hints]:
    """Hints by frame for a share of the batches, chosen by `batch.seed`: a loose box or points on one or two frames.

    All clips of a batch get the same kind on the same frames. Batches without hints teach to find text unasked.
    """
    rng = np.random.default_rng(batch.seed)
    if rng.random() >= share:
        return {}
    frames = batch.truth.shape[1]
    chosen = rng.choice(frames, size=min(int(rng.integers(1, 3)), frames), replace=False)
    return {int(frame): _draw(batch, int(frame), rng) for frame in sorted(chosen)}


def _draw(batch: Batch, frame: int, rng: np.random.Generator) -> Hints:
    counts = (0, 0) if rng.random() < 0.5 else (int(rng.integers(1, 4)), int(rng.integers(0, 3)))
    truths, valid = batch.truth[:, frame].cpu().numpy(), batch.valid[:, frame].cpu().numpy()
    rows = [
        _points(text, ~text & known, counts, rng) if any(counts) else _box(text, rng)
        for text, known in zip((truths >= HALF) & valid, valid, strict=True)
    ]
    device = batch.video.device
    points = torch.tensor(np.stack([row[0] for row in rows]), dtype=torch.float32, device=device)
    return Hints(points=points, labels=torch.tensor(np.stack([row[1] for row in rows]), device=device))


Row = tuple[Float[np.ndarray, "n 2"], Int64[np.ndarray, " n"]]
Pixels = Bool[np.ndarray, "h w"]


def _box(text: Pixels, rng: np.random.Generator) -> Row:
    """The box of all text, each side moved by up to a tenth of the box; nothing where there is no text."""
    rows, columns = np.nonzero(text)
    if not len(rows):
        return np.zeros((2, 2)), np.full(2, NOTHING)
    corners = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], float)
    moved = corners + rng.uniform(-0.1, 0.1, (2, 2)) * (corners[1] - corners[0])
    return moved.clip(0, text.shape[0]), np.array([TOP_LEFT, BOTTOM_RIGHT])


def _points(text: Pixels, other: Pixels, counts: tuple[int, int], rng: np.random.Generator) -> Row:
    """So many pixel centres on text and beside it."""
    on, off = _pick(text, counts[0], TEXT, rng), _pick(other, counts[1], OTHER, rng)
    return np.concatenate([on[0], off[0]]), np.concatenate([on[1], off[1]])


def _pick(pixels: Pixels, count: int, label: int, rng: np.random.Generator) -> Row:
    """Nothing in the place of points that there are not."""
    places = np.flatnonzero(pixels)
    if not len(places):
        return np.zeros((count, 2)), np.full(count, NOTHING)
    rows, columns = np.unravel_index(rng.choice(places, count), pixels.shape)
    return np.stack([columns, rows], axis=1) + 0.5, np.full(count, label)
