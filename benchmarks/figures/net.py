"""What SAM2Text costs beside plain SAM2: operations and time of a frame, steadiness, training."""

import importlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from benchmarks.table import Bar, Line

log = logging.getLogger(__name__)

COST = Bar(value=1.05, of="ratio", best="low")
STATE = Bar(value=32, best="low")
"""MiB at 1024 px"""
YOUNG = 50
"""Frames after which all memory is full"""
COMPILED = {"auto": None, "on": True, "off": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelConfig:
    """Settings of `benchmarks.speed model`; weights are random."""

    sizes: tuple[str, ...] = ("nano", "tiny", "base_plus")
    """Nets of `model.sam2text` that one frame is measured of"""
    image_size: int = 0
    """px, side of their input; 0 is that of each size"""
    net: Mapping[str, Any] = field(default_factory=dict)
    """Further settings of all nets, such as `scales = {detail = true}`"""
    compiled: Literal["auto", "on", "off"] = "auto"
    """Also with the image encoders compiled; auto is where there is CUDA"""
    steady: tuple[str, ...] = ("micro", "nano")
    """Nets whose streams grow old"""
    steady_size: int = 128
    """px, side of their input"""
    old: int = 2000
    """Frames after which a frame must take no longer than after 50"""
    last: int = 5000
    """Frames after which the first of `steady` must hold no more than after 50"""
    pairs: int = 200
    """Frames of an old and a young stream in turn"""
    train: tuple[str, ...] = ()
    """Nets whose training steps are timed"""
    window: int = 8
    """Frames of a step"""


def measure(settings: ModelConfig, repeats: int) -> list[Line]:
    """All figures; `repeats` frames and training steps of ours and of plain SAM2 in turn."""
    streaming, learning = (importlib.import_module(f"model.cost.{name}") for name in ("streaming", "learning"))
    lines: list[Line] = []
    for size in settings.sizes:
        log.info("%s: a frame", size)
        found = streaming.measure(_net(settings, size, settings.image_size), repeats, COMPILED[settings.compiled])
        lines += [*_work(size, found), *_time(size, found), *_memory(size, found)]
    for place, size in enumerate(settings.steady):
        log.info("%s: an old stream and a young one", size)
        lines += _steady(settings, size, settings.last if place == 0 else settings.old)
    for size in settings.train:
        log.info("%s: training", size)
        steps = learning.measure(_net(settings, size, settings.image_size), settings.window, repeats)
        what = f"{size}: training, one clip of {settings.window} frames"
        lines.append(_line(what, "steps/s", steps, 1.0, against="all of SAM2 trains, no LoRA"))
    return lines


def _work(size: str, found: Any) -> Iterator[Line]:
    remembered = f"SAM2 that remembers {found.entries} frames too"
    what, bar = f"{size} at {found.side} px: work a frame", COST if size == "base_plus" else None
    yield _line(what, "GFLOP", found.flops, 1e-9, against=remembered, bar=bar)
    yield Line(what="  LoRA, merged", unit="GFLOP", ours=0, against=f"{found.lora / 1e9:.2f} where it is not")
    rest = found.flops.ours - found.flops.plain
    for name, part in found.parts.items():
        rest -= part.flops
        yield _part(name, "GFLOP", part.flops / 1e9, found.flops.plain / 1e9)
    yield _part("rest: longer prompt, pointers", "GFLOP", rest / 1e9, found.flops.plain / 1e9)


def _time(size: str, found: Any) -> Iterator[Line]:
    bar = COST if size == "base_plus" or found.peak.ours else None  # on CUDA for all
    yield _line(f"{size}: time a frame", "ms", found.seconds, 1e3, against=_rounds(found.seconds, found), bar=bar)
    for name, part in found.parts.items():
        yield _part(name, "ms", 1e3 * part.seconds, 1e3 * found.seconds.plain)
    if found.compiled:
        against = _rounds(found.compiled, found)
        yield _line(f"{size}: time a frame, encoder compiled", "ms", found.compiled, 1e3, against=against, bar=bar)


def _rounds(race: Any, found: Any) -> str:
    return f"{found.device}; rounds {race.least:.3f} to {race.most:.3f}"


def _memory(size: str, found: Any) -> Iterator[Line]:
    mib = 2**-20
    yield _line(f"{size}: weights", "MiB", found.weights, mib, against="32-bit")
    if found.peak.ours:
        yield _line(f"{size}: most memory of a frame, besides", "MiB", found.peak, mib, against=found.device)
    bar = STATE if found.side == 1024 else None
    yield Line(what=f"{size}: held for one object, memory full", unit="MiB", ours=found.state * mib, bar=bar)


def _steady(settings: ModelConfig, size: str, last: int) -> Iterator[Line]:
    steady = importlib.import_module("model.cost.steady")
    net = _net(settings, size, settings.steady_size)
    found = steady.measure(net, young=YOUNG, old=settings.old, last=last, pairs=settings.pairs)
    yield Line(
        what=f"{size} at {found.side} px: time a frame after {settings.old:,} frames",
        unit="ms",
        ours=1000 * found.old,
        peer=1000 * found.young,
        against=f"after {YOUNG}, {settings.pairs} of each in turn",
    )
    per_1000 = 1e6 / (settings.old - YOUNG)
    noise = per_1000 * (found.more.value - found.more.low)
    yield Line(
        what="  slope",
        unit="ms in 1,000 frames",
        ours=per_1000 * found.more.value,
        against=f"95 %: {per_1000 * found.more.low:.2g} to {per_1000 * found.more.high:.2g}",
        bar=Bar(value=noise, best="low"),
    )
    yield Line(
        what=f"{size}: held for one object after {last:,} frames",
        unit="bytes",
        ours=found.last_bytes,
        peer=found.first_bytes,
        against=f"after {YOUNG}",
        bar=Bar(value=1, of="ratio", best="low"),
    )


def _net(settings: ModelConfig, size: str, side: int) -> dict[str, Any]:
    return {**settings.net, "size": size, "image_size": side}


def _line(what: str, unit: str, found: Any, factor: float, *, against: str, bar: Bar | None = None) -> Line:
    return Line(what=what, unit=unit, ours=factor * found.ours, peer=factor * found.plain, against=against, bar=bar)


def _part(name: str, unit: str, ours: float, plain: float) -> Line:
    return Line(what=f"  {name}", unit=unit, ours=ours, against=f"{ours / plain:.2%} of SAM2")
