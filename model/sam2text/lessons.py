"""What a net is told about a batch in training, as by a user, and what it is to find then."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float, Int64, UInt8

from model.protocols import Batch, Labelled, Truth
from model.regions import LEVELS, Layout, drawn
from model.sam2text.hints import BOTTOM_RIGHT, NOTHING, OTHER, TEXT, TOP_LEFT, Hints

HALF = 128
"""Share of a pixel, of 255, from which on it is text"""
LEAST = 8
"""px of strokes of what can be pointed at"""
NEAR = 0.5
"""Share of the points beside a thing that lie on other text, where there is some"""
LOOSE = 0.1
"""Most that a side of a box is off, as a share of the box"""

Pixels = Bool[np.ndarray, "s s"]
Row = tuple[Float[np.ndarray, "n 2"], Int64[np.ndarray, " n"]]


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """A batch as it is taught."""

    truth: Truth
    labelled: Labelled
    hints: dict[int, Hints]
    """By frame"""
    single: bool
    """One thing is meant in each clip, not all text"""


class Counts(NamedTuple):
    """Points on a thing and beside it; a box where there are none."""

    on: int
    off: int


def draw(batch: Batch, prompted: float, single: float) -> Lesson:
    """Hints for a share of the batches, chosen by `batch.seed`: a loose box or points on one or two frames.

    All clips of a batch get the same kind on the same frames. Batches without hints teach to find text unasked. In the
    share `single` of those with hints they mean one thing in each clip that has a layout: a box a word, a line or a
    paragraph, points a word. Nothing else is to be found, on the first of those frames and after it.
    """
    rng, whole = np.random.default_rng(batch.seed), {"truth": batch.truth, "labelled": batch.labelled}
    if rng.random() >= prompted:
        return Lesson(**whole, hints={}, single=False)
    clips, length = batch.truth.shape[:2]
    frames = sorted(rng.choice(length, size=min(int(rng.integers(1, 3)), length), replace=False).tolist())
    counts = Counts(0, 0) if rng.random() < 0.5 else Counts(int(rng.integers(1, 4)), int(rng.integers(0, 3)))
    if batch.layout is None or rng.random() >= single:
        return Lesson(**whole, hints=_hints(batch, batch.truth, frames, counts, rng), single=False)
    levels = LEVELS[:1] if any(counts) else LEVELS
    truths = batch.truth.cpu().numpy()
    things = [_thing(truths[i], batch.layout[i], frames[0], levels, rng) for i in range(clips)]
    truth = torch.from_numpy(np.stack(things)).to(batch.truth.device)
    shown = (truth[:, frames[0]] >= HALF).flatten(1).any(1)[:, None]
    after = torch.arange(length, device=truth.device) >= frames[0]
    labelled = batch.labelled & shown & after
    return Lesson(truth=truth, labelled=labelled, hints=_hints(batch, truth, frames, counts, rng), single=True)


def _thing(
    truth: UInt8[np.ndarray, "t s s"],
    clip: Sequence[Layout],
    frame: int,
    levels: Sequence[str],
    rng: np.random.Generator,
) -> UInt8[np.ndarray, "t s s"]:
    """Strokes of something that a frame shows, followed through the clip; all 0 where it shows nothing."""
    level, found = levels[int(rng.integers(len(levels)))], np.zeros_like(truth)
    here = [one for one in clip[frame] if one.level == level and not one.ignore]
    strokes = truth[frame] >= HALF
    tracks = [one.track_id for one in here if (strokes & drawn([one.polygon], len(strokes))).sum() >= LEAST]
    if tracks:
        track = tracks[int(rng.integers(len(tracks)))]
        for own, all_text, layout in zip(found, truth, clip, strict=True):
            shapes = [one.polygon for one in layout if one.track_id == track]
            np.copyto(own, all_text, where=drawn(shapes, len(own)))
    return found


def _hints(
    batch: Batch, wanted: Truth, frames: Sequence[int], counts: Counts, rng: np.random.Generator
) -> dict[int, Hints]:
    """Of the strokes that are wanted, by frame."""
    return {frame: _frame(batch, wanted, frame, counts, rng) for frame in frames}


def _frame(batch: Batch, wanted: Truth, frame: int, counts: Counts, rng: np.random.Generator) -> Hints:
    valid, text, own = (each[:, frame].cpu().numpy() for each in (batch.valid, batch.truth, wanted))
    rows = []
    for known, strokes, thing in zip(valid, (text >= HALF) & valid, (own >= HALF) & valid, strict=True):
        rows.append(_points(thing, strokes, known, counts, rng) if any(counts) else _box(thing, rng))
    device = batch.video.device
    points = torch.tensor(np.stack([row[0] for row in rows]), dtype=torch.float32, device=device)
    return Hints(points=points, labels=torch.tensor(np.stack([row[1] for row in rows]), device=device))


def _box(thing: Pixels, rng: np.random.Generator) -> Row:
    """Its box, each side a little off; nothing where there is no stroke."""
    rows, columns = np.nonzero(thing)
    if not len(rows):
        return np.zeros((2, 2)), np.full(2, NOTHING)
    corners = np.array([[columns.min(), rows.min()], [columns.max() + 1, rows.max() + 1]], float)
    moved = corners + rng.uniform(-LOOSE, LOOSE, (2, 2)) * (corners[1] - corners[0])
    return moved.clip(0, thing.shape[0]), np.array([TOP_LEFT, BOTTOM_RIGHT])


def _points(thing: Pixels, text: Pixels, known: Pixels, counts: Counts, rng: np.random.Generator) -> Row:
    """So many pixel centres on a thing and beside it."""
    others = text & ~thing
    beside = others if others.any() and rng.random() < NEAR else known & ~thing
    on, off = _pick(thing, counts.on, TEXT, rng), _pick(beside, counts.off, OTHER, rng)
    return np.concatenate([on[0], off[0]]), np.concatenate([on[1], off[1]])


def _pick(pixels: Pixels, count: int, label: int, rng: np.random.Generator) -> Row:
    """Nothing in the place of points that there are not."""
    places = np.flatnonzero(pixels)
    if not len(places):
        return np.zeros((count, 2)), np.full(count, NOTHING)
    rows, columns = np.unravel_index(rng.choice(places, count), pixels.shape)
    return np.stack([columns, rows], axis=1) + 0.5, np.full(count, label)
