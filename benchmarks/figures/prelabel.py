"""How fast labelers work on rendered clips, and what part of the time each step of pre-labelling takes."""

import importlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.figures.clips import Bench, Sample
from benchmarks.figures.pace import ORIGIN
from benchmarks.table import Line
from sts import manifest, shards
from sts.types import Clip, Manifest

CHARSAM = "realv.labelers.charsam:CharSam"


def _labelers() -> dict[str, dict[str, Any]]:
    return {"words found and read": {"class": CHARSAM}, "words given": {"class": CHARSAM, "words": ""}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrelabelSpeed:
    """What `benchmarks.speed prelabel` measures."""

    every: int = 5
    """Frames from one key frame to the next"""
    labelers: dict[str, dict[str, Any]] = field(default_factory=_labelers)
    """Name to the import path and options of a Labeler"""


def measure(settings: PrelabelSpeed, made: Sequence[Clip], scratch: Path) -> list[Line]:
    """Each labeler through the whole of `realv.prelabel`, on the same clips, one process."""
    source = _written(scratch / "real", made)
    lines = []
    for n, (name, table) in enumerate(settings.labelers.items()):
        lines += _lines(name, _run(table, settings.every, source, scratch / f"layer-{n}"), settings.every)
    return lines


def rendered(renderer: Bench, samples: Sequence[Sample]) -> list[Clip]:
    """The clips of these choices, with their true words."""
    scene, draw = importlib.import_module("synth.scene"), renderer.studio.engine.drawing
    return [scene.render(draw(one.spec), one.spec.degrade, f"clip-{one.index}", ORIGIN) for one in samples]


def _run(table: Mapping[str, Any], every: int, source: Path, out: Path) -> dict[str, Any]:
    """What the finished layer says of itself."""
    prelabelling = importlib.import_module("realv.prelabelling")
    prelabelling.prelabel(prelabelling.PrelabelConfig(labeler=dict(table), every=every), [str(source)], str(out), "1")
    stats: dict[str, Any] = json.loads((out / "stats.json").read_text(encoding="utf-8"))
    return stats


def _lines(name: str, stats: Mapping[str, Any], every: int) -> list[Line]:
    spent, counts = stats["cpu_s_per_frame"], stats["counts"]
    words = counts.get("word instances", 0) / counts["frames"]
    whole = Line(
        what=f"{name}: one frame of {every} looked at, {words:.1f} words a frame",
        unit="frames/s/core",
        ours=1 / max(spent, 1e-9),
    )
    steps = [
        Line(what=f"  {step}", unit="CPU ms/frame", ours=1000 * spent * share, against=f"{share:.0%}")
        for step, share in stats["share"].items()
    ]
    return [whole, *steps]


def _written(folder: Path, clips: Sequence[Clip]) -> Path:
    """A finished directory with one shard."""
    info = shards.write(folder / manifest.shard_name(0), clips, meta={})
    manifest.write(folder, Manifest(command="benchmarks.speed", config={}, shards=(info,)))
    return folder
