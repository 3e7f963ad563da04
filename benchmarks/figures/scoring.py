"""How fast the pixel metrics score rendered clips, beside the evaluators that papers use."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from benchmarks.figures.clips import Bench, Sample
from benchmarks.figures.pace import ORIGIN
from benchmarks.metrics.boundary import Boundary
from benchmarks.metrics.objects import Objects
from benchmarks.metrics.pixels import Pixels
from benchmarks.metrics.region import Region
from benchmarks.peers import pixel_scores
from sts import masks
from sts.protocols import Metric
from sts.types import Clip, Mask

STRIDE = 5
"""Every so many frames of a clip are scored"""
OURS: dict[str, Callable[[], Metric]] = {"all": Pixels, "fgIoU, F": Region, "J&F": Objects, "NSD": Boundary}
"""By name of the peer's score; Boundary makes much more than NSD"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """CPU seconds a frame, one thread, by score."""

    ours: dict[str, float]
    """With decoding; `all` is all pixel scores at once"""
    peer: dict[str, float]
    frames: int
    words: float
    """Words seen a frame"""


def measure(renderer: Bench, samples: Sequence[Sample], scratch: Path, home: Path, repeats: int) -> Scoring:
    """Truth of rendered clips against the same moved right by 1 px; the peers' environment stands in `home`."""
    truths = [_clip(renderer, sample) for sample in samples]
    pairs = [(truth, moved(truth)) for truth in truths]
    n = sum(len(truth.frames) for truth in truths)
    words = sum(len(frame.instances) for truth in truths for frame in truth.frames)
    ours = {name: _typical(kind, pairs, repeats) / n for name, kind in OURS.items()}
    return Scoring(ours=ours, peer=pixel_scores.seconds(home, scratch, pairs), frames=n, words=words / n)


def moved(clip: Clip) -> Clip:
    """All words 1 px to the right."""
    return replace(
        clip,
        frames=tuple(
            replace(frame, instances=tuple(replace(one, mask=_right(one.mask)) for one in frame.instances))
            for frame in clip.frames
        ),
    )


def _right(mask: Mask | None) -> Mask | None:
    if mask is None:
        return None
    pixels = masks.decode(mask)
    return masks.encode(np.pad(pixels, ((0, 0), (1, 0)))[:, :-1])


def _clip(renderer: Bench, sample: Sample) -> Clip:
    """Words of every STRIDE-th frame."""
    scene = importlib.import_module("synth.scene")
    drawing = renderer.studio.engine.drawing(sample.spec)
    clip: Clip = scene.render(drawing, sample.spec.degrade, f"clip-{sample.index}", ORIGIN)
    kept = (
        replace(frame, instances=tuple(one for one in frame.instances if one.level == "word"))
        for frame in clip.frames[::STRIDE]
    )
    return replace(clip, frames=tuple(kept), video=None)


def _typical(kind: Callable[[], Metric], pairs: Sequence[tuple[Clip, Clip]], repeats: int) -> float:
    """Median CPU seconds of scoring all clips, after a first time that warms compiled code."""
    taken = []
    for _ in range(1 + repeats):
        metric, start = kind(), process_time()
        for truth, prediction in pairs:
            metric.update(truth, prediction)
        metric.compute()
        taken.append(process_time() - start)
    return median(taken[1:])
