"""How fast clips are made with the analysis cached, step by step, against the floor of decoding and storing."""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
from time import process_time
from typing import Any

import numpy as np

from benchmarks.figures.clips import Bench, Sample
from benchmarks.peers import floor
from sts import jpeg, run, shards
from sts.types import Clip, Origin

STEPS = ("choose", "read and lay out", "draw", "label", "JPEG", "Parquet")
ORIGIN = Origin(kind="synth", uri="benchmarks.speed", license="CC0-1.0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """CPU seconds a frame, medians over the repeats, mean over the clips; one thread."""

    steps: dict[str, float]
    """By name, in STEPS"""
    floor_decode: float
    floor_jpeg: float
    camera: float
    """To see a frame through the virtual camera, which the steps leave out"""
    words: float
    """Words seen a frame"""

    @property
    def total(self) -> float:
        """All steps."""
        return sum(self.steps.values())

    @property
    def floor(self) -> float:
        """Decode and store."""
        return self.floor_decode + self.floor_jpeg

    @property
    def text(self) -> float:
        """What the text itself costs: drawing and labels."""
        return self.steps["draw"] + self.steps["label"]


def measure(renderer: Bench, samples: Sequence[Sample], scratch: Path, repeats: int) -> Pace:
    """Floor and renderer in turn, on the same frames; a first round warms caches and compiled code."""
    sources = [_source(renderer, sample, scratch / f"{sample.index}.mp4") for sample in samples]
    made: list[list[dict[str, float]]] = [[] for _ in samples]
    floors: list[list[tuple[float, float]]] = [[] for _ in samples]
    for _ in range(1 + repeats):
        run.settle()  # as a worker does before each shard
        for place, (sample, (path, frames)) in enumerate(zip(samples, sources, strict=True)):
            decode, store = floor.seconds(path, frames)
            floors[place].append((decode / frames, store / frames))
            made[place].append(_clip(renderer, sample, scratch / "shard.parquet"))
    return Pace(
        steps={step: _typical([[one[step] for one in clip] for clip in made]) for step in STEPS},
        floor_decode=_typical([[decode for decode, _ in clip] for clip in floors]),
        floor_jpeg=_typical([[store for _, store in clip] for clip in floors]),
        camera=_camera(renderer, samples[0]),
        words=_typical([[one["words"] for one in clip] for clip in made]),
    )


def _typical(clips: list[list[float]]) -> float:
    """Mean over the clips of the median over the repeats, without the first."""
    return mean(median(repeats[1:]) for repeats in clips)


def _source(renderer: Bench, sample: Sample, path: Path) -> tuple[Path, int]:
    """The base frames of a clip as an H.264 file."""
    scene = renderer.studio.engine.drawing(sample.spec).scene
    return floor.source(path, scene.video, scene.fps), len(scene.video)


def _clip(renderer: Bench, sample: Sample, path: Path) -> dict[str, float]:
    """Make one clip as the command does: CPU seconds a frame of each step, and the words seen a frame."""
    scene, engine = importlib.import_module("synth.scene"), renderer.studio.engine
    clock = [process_time()]
    spec = renderer.draw(sample.index)
    clock.append(process_time())
    drawing = engine.drawing(spec)
    clock.append(process_time())
    clip = scene.render(drawing, spec.degrade, f"clip-{sample.index}", ORIGIN)
    clock.append(process_time())
    stored = tuple(jpeg.encode(frame) for frame in clip.video)
    clock.append(process_time())
    shards.write(str(path), [(clip, stored)], meta={})
    clock.append(process_time())
    choose, read, render, store, parquet = (after - before for before, after in pairwise(clock))
    draw = min(_drawn(drawing), render)
    spent = (choose, read, draw, render - draw, store, parquet)
    frames = len(clip.frames)
    return {step: part / frames for step, part in zip(STEPS, spent, strict=True)} | {"words": _words(clip) / frames}


def _camera(renderer: Bench, sample: Sample) -> float:
    """CPU seconds a frame of the resampling, median over the frames."""
    camera = importlib.import_module("synth.camera")
    video = renderer.studio.engine.drawing(sample.spec).scene.video
    frames, height, width = video.shape[:3]
    matrices = camera.homographies(camera.sample_camera(renderer.stage.streams(0, 0, 0)), frames, height, width)
    spent, out = [], np.empty_like(video[0])
    for picture, matrix in zip(video, matrices, strict=True):
        start = process_time()
        camera.seen(picture, matrix, out)
        spent.append(process_time() - start)
    return median(spent)


def _drawn(drawing: Any) -> float:
    """CPU seconds of drawing alone."""
    start = process_time()
    for _ in drawing.frames():
        pass
    return process_time() - start


def _words(clip: Clip) -> int:
    """Words with visible strokes, over all frames."""
    words = [one for frame in clip.frames for one in frame.instances if one.level == "word"]
    return sum(one.mask is not None and len(one.mask.counts) > 1 for one in words)
