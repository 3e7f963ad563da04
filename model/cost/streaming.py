"""A frame of a stream with full memory: operations, time and memory of ours beside plain SAM2, and of each part."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from statistics import median
from typing import Any

import numpy as np
import torch
from jaxtyping import UInt8
from torch import Tensor, nn

from model import lora
from model.cost import clock
from model.cost.clock import Pair, Race, Work
from model.cost.plain import PlainStream
from model.lora import LoRALinear
from model.sam2text import sizes
from model.sam2text.memory import POINTERS, DualMemory
from model.sam2text.net import SAM2Text
from model.sam2text.session import ALL_TEXT, StreamSession

WARM = 3
"""Frames before compiled code is timed"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one of our modules adds to a frame."""

    flops: int
    seconds: float
    """Median of its own calls"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameCost:
    """One frame at one size of the net."""

    device: str
    side: int
    """px of the input square"""
    entries: int
    """Remembered frames that are attended to"""
    flops: Pair
    seconds: Race
    compiled: Race | None
    """Seconds with compiled encoders"""
    weights: Pair
    """Bytes"""
    peak: Pair
    """Most bytes that CUDA holds during a frame beyond those before it; 0 on a CPU"""
    state: int
    """Bytes that the session holds for one object"""
    parts: dict[str, Part]
    lora: int
    """Operations of LoRA where it is not merged"""


def measure(settings: Mapping[str, Any], frames: int, compiled: bool | None) -> FrameCost:
    """Random weights, `frames` timed frames of each net in turn; `compiled` None is where there is CUDA."""
    on = clock.device()
    with_compiled = on.type == "cuda" if compiled is None else compiled
    net = SAM2Text(**settings).to(on).eval().requires_grad_(False)
    unmerged = sum(clock.flops(layer.update) for layer in net.modules() if isinstance(layer, LoRALinear))
    lora.merge(net)
    session, plain = _filled(net, on)
    works = _steps(session, plain)
    return FrameCost(
        device=torch.cuda.get_device_name(on) if on.type == "cuda" else "one thread of a CPU",
        side=net.image_size,
        entries=plain.net.num_maskmem,
        flops=Pair(**{name: clock.flops(work) for name, work in works.items()}),
        lora=unmerged,
        peak=Pair(**{name: clock.peak(work, on) for name, work in works.items()}),
        seconds=clock.race(works, frames, on),
        parts=_parts(net, frames, on),
        compiled=_compiled(session, plain, frames, on) if with_compiled else None,
        weights=Pair(ours=_weights(net), plain=_weights(plain.net)),
        state=held(session),
    )


def picture(rows: int = 720, columns: int = 1280) -> UInt8[np.ndarray, "h w 3"]:
    """A frame of noise."""
    return np.random.default_rng(0).integers(0, 256, (rows, columns, 3), np.uint8)


def age(session: StreamSession, frames: int) -> None:
    """As if so many frames like the last had been seen since, each with memory of its own."""
    memory = session.memories[ALL_TEXT]
    last = memory.recent[-1]
    for _ in range(frames):
        memory.add(replace(last, frame=session.frame), pin=False)
        session.frame += 1


def held(session: StreamSession) -> int:
    """Bytes of the tensors that a session keeps of the past."""
    memories = list(session.memories.values())
    entries = [entry for memory in memories for entry in (*memory.recent, *memory.pool, *memory.pinned)]
    tensors: list[Tensor] = [tensor for entry in entries for tensor in (entry.features, entry.pointer, entry.key)]
    tensors += [pointer for memory in memories for _, pointer in memory.pointers]
    return sum(tensor.untyped_storage().nbytes() for tensor in tensors)


@torch.no_grad()
def _parts(net: SAM2Text, frames: int, on: torch.device) -> dict[str, Part]:
    """Self-prompts, and masks at 2 and 4 times SAM2's side: a look without memory, less one with one scale less."""
    video = torch.zeros(1, 1, 3, net.image_size, net.image_size, dtype=torch.uint8, device=on)
    with net.autocast():
        (features,) = net.encode(video)
        memory = [DualMemory(net.config.memory)]
        works: dict[str, Work] = {
            f"x{finest}": partial(net.look, features, memory, 0, finest=finest) for finest in (1, 2, 4)
        }
        works["self-prompts"] = lambda: net.self_prompting(features.top) if net.self_prompting else None
        flops = {name: clock.flops(work) for name, work in works.items()}
        taken = clock.in_turn(works, frames, on)
    times = {name: median(values) for name, values in taken.items()}
    return {
        "self-prompts": Part(flops=flops["self-prompts"], seconds=times["self-prompts"]),
        "masks x2": Part(flops=flops["x2"] - flops["x1"], seconds=times["x2"] - times["x1"]),
        "masks x4": Part(flops=flops["x4"] - flops["x2"], seconds=times["x4"] - times["x2"]),
    }


def _compiled(session: StreamSession, plain: PlainStream, frames: int, on: torch.device) -> Race:
    """Both image encoders compiled, as SAM2 offers; the rest changes its shape while memory fills."""
    for net in (session.net, plain.net):
        net.image_encoder.compile()
    works = _steps(session, plain)
    clock.in_turn(works, WARM, on)
    return clock.race(works, frames, on)


def _filled(net: SAM2Text, on: torch.device) -> tuple[StreamSession, PlainStream]:
    """A stream of the net, and one of plain SAM2 that attends to as many frames; both with all the past they keep."""
    memory = net.config.memory
    session = StreamSession(net)
    plain = PlainStream(sizes.build(net.config).to(on).requires_grad_(False), entries=memory.recent + memory.retrieved)
    for work in _steps(session, plain).values():
        work()
    past = memory.recent + memory.capacity + POINTERS
    age(session, past)
    plain.age(past)
    return session, plain


def _steps(session: StreamSession, plain: PlainStream) -> dict[str, Work]:
    frame = picture()
    return {"ours": lambda: session.step(frame), "plain": lambda: plain.step(frame)}


def _weights(net: nn.Module) -> int:
    return sum(parameter.nbytes for parameter in net.parameters())
