"""The clips that everything is measured on: real choices of the engine with a given number of words."""

import importlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sts.errors import DataError, RenderError

TRIES = 400
"""Choices looked at for clips with the wanted number of words"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """One clip of the engine: its number and its choices, without damage to the whole picture."""

    index: int
    spec: Any


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bench:
    """The renderer of one run."""

    stage: Any
    """Module `synth.stage`"""
    studio: Any
    job: Any
    seed: int

    def draw(self, index: int) -> Any:
        """Choices of clip number `index`, without damage."""
        spec = self.studio.engine.sample(self.stage.streams(self.seed, index, 0))
        return replace(spec, degrade=type(spec.degrade)())


def bench(folder: Path | None, cache: Path, *, size: tuple[int, int], frames: int, seed: int) -> Bench:
    """A renderer on the videos of a folder (None: those that ship), without virtual camera; analyses go to `cache`."""
    stage = importlib.import_module("synth.stage")
    shape = {"width": size[0], "height": size[1], "frames": frames}
    settings = stage.RenderConfig(seed=seed, **shape, windows_per_video=1, camera=0.0)
    job = replace(stage.job(settings, (str(folder or shipped()),)), cache=cache)
    return Bench(stage=stage, studio=stage.Studio(job), job=job, seed=seed)


def shipped() -> Path:
    """The folder of background videos that ship."""
    return Path(importlib.import_module("synth.render").SHIPPED)


def samples(renderer: Bench, clips: int, words: int) -> tuple[Sample, ...]:
    """The first `clips` choices with exactly `words` words in the scene."""
    found: list[Sample] = []
    for index in range(TRIES):
        try:
            spec = renderer.draw(index)
        except RenderError:
            continue
        blocks = renderer.studio.engine.drawing(spec).blocks
        if sum(len(block.words) for block in blocks) == words:
            found.append(Sample(index=index, spec=spec))
        if len(found) == clips:
            return tuple(found)
    raise DataError(f"only {len(found)} of {clips} clips with {words} words among {TRIES}: ask for fewer words")
