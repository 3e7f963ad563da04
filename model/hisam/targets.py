"""What points of a picture teach: masks of the words of their line, of the line, and of the paragraph."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Float64, Int64, UInt8
from torch import Tensor

from model.hisam import polygons
from model.hisam.config import LayoutConfig
from model.protocols import Batch
from model.regions import Layout, Region, drawn

HALF = 128
"""Share of a pixel, of 255, from which on it is a stroke"""
Pixels = Bool[np.ndarray, "s s"]
Kinds = UInt8[np.ndarray, "n 3 s s"]


@dataclass(frozen=True, kw_only=True)
class Marks:
    """n points on the pictures of a batch, and the truth of each."""

    points: Float[Tensor, "n 2"]
    """px of the input square, pixel centres at +0.5"""
    owners: Int64[Tensor, " n"]
    """Number of the picture"""
    truth: UInt8[Tensor, "n 3 s s"]
    """0 or 1: kernels of words, line, paragraph"""
    counted: Bool[Tensor, " n"]
    """False where nothing is known of the picture's layout"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a picture and where to touch it."""

    strokes: Int64[np.ndarray, "n 2"]
    """x and y of its stroke pixels"""
    truth: UInt8[np.ndarray, "3 s s"]


def draw(batch: Batch, config: LayoutConfig) -> Marks:
    """Points on some lines of every picture, chosen by `batch.seed`.

    A picture without lines has one point, its centre, and empty masks. The points of one picture do not depend on the
    others of the batch.
    """
    assert batch.layout is not None, "a net with layout says so in its wish"
    layouts = [layout for clip in batch.layout for layout in clip]
    strokes = (batch.truth.flatten(0, 1) >= HALF) & batch.valid.flatten(0, 1)
    labelled = batch.labelled.flatten().tolist()
    rows = [
        _picture(pixels, layout, config, np.random.default_rng([batch.seed, i]))
        for i, (pixels, layout) in enumerate(zip(strokes.cpu().numpy(), layouts, strict=True))
    ]
    known = [
        there and (bool(truth.any()) or not any(one.ignore for one in layout))
        for there, (_, truth), layout in zip(labelled, rows, layouts, strict=True)
    ]
    counts, device = torch.tensor([len(points) for points, _ in rows]), batch.video.device
    return Marks(
        points=torch.tensor(np.concatenate([points for points, _ in rows]), dtype=torch.float32, device=device),
        owners=torch.arange(len(rows)).repeat_interleave(counts).to(device),
        truth=torch.from_numpy(np.concatenate([truth for _, truth in rows])).to(device),
        counted=torch.tensor(known).repeat_interleave(counts).to(device),
    )


def _picture(
    strokes: Pixels, layout: Layout, config: LayoutConfig, rng: np.random.Generator
) -> tuple[Float64[np.ndarray, "n 2"], Kinds]:
    side = strokes.shape[0]
    found = lines(strokes, layout)
    if not found:
        return np.full((1, 2), side / 2), np.zeros((1, 3, side, side), np.uint8)
    chosen = [found[i] for i in rng.permutation(len(found))[: config.lines]]
    count = min(config.points, *(len(line.strokes) for line in chosen))
    points = [rng.choice(line.strokes, count, replace=False) + 0.5 for line in chosen]
    return np.concatenate(points), np.repeat([line.truth for line in chosen], count, axis=0)


def lines(strokes: Pixels, layout: Layout) -> list[Line]:
    """Lines that have words and a stroke to be seen; a word without a line is one, a line alone is a paragraph."""
    known = {one.track_id: one for one in layout}
    groups: dict[int, list[Region]] = {}
    for word in (one for one in layout if one.level == "word" and not one.ignore):
        line = known.get(word.parent_id or 0, word)
        groups.setdefault((line if line.level == "line" else word).track_id, []).append(word)
    found = [_line(strokes, known[number], words, known) for number, words in groups.items()]
    return [line for line in found if len(line.strokes)]


def _line(strokes: Pixels, line: Region, words: Sequence[Region], known: dict[int, Region]) -> Line:
    above = known.get(line.parent_id or 0, line)
    paragraph = above if above.level == "paragraph" else line
    kernels = [kernel for word in words for kernel in polygons.shrink(word.polygon)]
    kinds = (kernels, [line.polygon], [paragraph.polygon])
    truth = np.stack([drawn(shapes, len(strokes)) for shapes in kinds]).view(np.uint8)
    rows, columns = np.nonzero(strokes & (truth[1] > 0))
    return Line(strokes=np.stack([columns, rows], axis=1), truth=truth)
