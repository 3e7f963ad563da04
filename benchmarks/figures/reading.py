"""How fast training samples are read, beside decoding their pictures alone; and what it takes to get at a clip."""

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from benchmarks.figures.clips import Bench, Sample
from benchmarks.figures.pace import ORIGIN
from benchmarks.table import Bar, Line
from sts import jpeg, manifest, shards
from sts.types import Clip, Manifest

WINDOW = 8
"""Frames of a sample"""
SIDE = 512
"""px of the net's input: nano's"""
CEILING = Bar(value=0.9, of="ratio")
ACCESS = Bar(value=15, best="low")
"""ms"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """CPU seconds a frame of one set, medians over the rounds, one thread."""

    loader: float
    """From the shard to the tensors of a sample"""
    decode: float
    """The same JPEGs to RGB, nothing else"""


def measure(renderer: Bench, samples: Sequence[Sample], scratch: Path, repeats: int) -> list[Line]:
    """Rendered clips as they are and prepared in two ways, each without changes and with the recipe's."""
    data, augment = importlib.import_module("model.data"), importlib.import_module("model.augment")
    importlib.import_module("model.samples").keep_memory()
    raw = written(scratch / "raw", (_clip(renderer, sample) for sample in samples))
    square, longest = (_prepared(raw, scratch, fit, side) for fit, side in (("square", SIDE), ("longest", 2 * SIDE)))
    plain, recipe = data.DataConfig(augment=augment.unchanged()), data.DataConfig()
    sets = {f"prepared, square of {SIDE} px": square, f"prepared, longest {2 * SIDE} px": longest, "as rendered": raw}
    lines = []
    for name, folder in sets.items():
        for what, config in (("unchanged", plain), ("changed as the recipe has it", recipe)):
            found, bar = read(folder, config, repeats), CEILING if (folder, config) == (square, plain) else None
            lines.append(_line(f"{name}, {what}", found, bar))
    return [*lines, *(access(name, folder, repeats) for name, folder in sets.items())]


def read(folder: Path, config: Any, repeats: int) -> Read:
    """The first window of each clip of a set and the decoding of its frames in turn, after a first round to warm up."""
    data, windows = importlib.import_module("model.data"), importlib.import_module("model.windows")
    source = data.Windows([folder], config, data.Shape(size=SIDE, window=WINDOW))
    firsts = {clip: number for number, clip in reversed(list(enumerate(source.index.clip_of)))}
    picks = [windows.Pick(0, number) for number in firsts.values()]
    rounds = [(sum(_loaded(source, one) for one in picks), sum(_decoded(source, one) for one in picks))]
    for _ in range(repeats):
        rounds.append((sum(_loaded(source, one) for one in picks), sum(_decoded(source, one) for one in picks)))
    frames = WINDOW * len(picks)
    loader, decode = (median(taken[part] for taken in rounds[1:]) / frames for part in (0, 1))
    return Read(loader=loader, decode=decode)


def access(name: str, folder: Path, repeats: int) -> Line:
    """Open a shard, seek, read all that a sample needs of a clip and verify its checksums; nothing is decoded."""
    truth, tables = importlib.import_module("model.truth"), importlib.import_module("sts.tables")
    path, taken = folder / manifest.shard_name(0), []
    for index in range(shards.footer(path).clips * repeats):
        start = process_time()
        shard = shards.Shard(path)
        soft = [*truth.SIZE, *tables.SOFT.names]
        columns = truth.COLUMNS if shard.columns.isdisjoint(tables.SOFT.names) else soft
        shard.rows(index % shard.clips, ["picture", *columns])
        shard.close()
        taken.append(1000 * (process_time() - start))
    most = f"most {max(taken):.1f}; open, seek, read, verify"
    return Line(what=f"{name}: access to a clip", unit="CPU ms", ours=median(taken), against=most, bar=ACCESS)


def written(folder: Path, clips: Iterator[Clip]) -> Path:
    """A finished directory of one shard."""
    info = shards.write(folder / manifest.shard_name(0), clips, meta={})
    manifest.write(folder, Manifest(command="benchmarks.speed", config={}, shards=(info,)))
    return folder


def _loaded(source: Any, pick: Any) -> float:
    start = process_time()
    source[pick]
    return process_time() - start


def _decoded(source: Any, pick: Any) -> float:
    stored = source.stored(pick)
    start = process_time()
    for data in stored:
        jpeg.decode(data, "frame")
    return process_time() - start


def _line(what: str, found: Read, bar: Bar | None) -> Line:
    return Line(
        what=what,
        unit="frames/s/core",
        ours=1 / found.loader,
        peer=1 / found.decode,
        against=f"decoding alone; {1000 * found.loader:.2f} and {1000 * found.decode:.2f} ms",
        bar=bar,
    )


def _prepared(raw: Path, scratch: Path, fit: str, side: int) -> Path:
    pieces, preparing = importlib.import_module("model.pieces"), importlib.import_module("model.preparing")
    preparing.prepare(pieces.PrepareConfig(fit=fit, side=side), [str(raw)], scratch / fit, None, "1")
    return scratch / fit


def _clip(renderer: Bench, sample: Sample) -> Clip:
    scene = importlib.import_module("synth.scene")
    drawing = renderer.studio.engine.drawing(sample.spec)
    clip: Clip = scene.render(drawing, sample.spec.degrade, f"clip-{sample.index}", ORIGIN)
    return clip
