"""Time, work and memory of a piece of code, on a CPU as on CUDA."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

Work = Callable[[], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The same figure of our net and of plain SAM2."""

    ours: float | int
    plain: float | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Race(Pair):
    """Median seconds of both over rounds in which each had its turn."""

    least: float
    """Ratio of a round, ours / plain"""
    most: float


def device() -> torch.device:
    """CUDA where there is one. On a CPU this process computes with one thread from now on."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    torch.set_num_threads(1)
    return torch.device("cpu")


def seconds(work: Work, on: torch.device) -> float:
    """Until CUDA has done all of it; on a CPU those that this process computes, so that others disturb less."""
    clock = perf_counter if on.type == "cuda" else process_time
    _finish(on)
    start = clock()
    work()
    _finish(on)
    return clock() - start


def in_turn(works: Mapping[str, Work], rounds: int, on: torch.device) -> dict[str, list[float]]:
    """Seconds of each, by round; one after the other, every second round backwards, so that a drift hits all alike."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name in list(works)[:: -1 if number % 2 else 1]:
            taken[name].append(seconds(works[name], on))
    return taken


def race(works: Mapping[str, Work], rounds: int, on: torch.device) -> Race:
    """The works `ours` and `plain`, in turn."""
    taken = in_turn(works, rounds, on)
    ratios = [ours / plain for ours, plain in zip(taken["ours"], taken["plain"], strict=True)]
    return Race(ours=median(taken["ours"]), plain=median(taken["plain"]), least=min(ratios), most=max(ratios))


def flops(work: Work) -> int:
    """Floating-point operations of products and convolutions, two for a multiplication with addition.

    Attention is written out and has no fast path, as the counter does not know them all.
    """
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
            work()
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    return int(counter.get_total_flops())


def peak(work: Work, on: torch.device) -> int:
    """Most bytes that CUDA holds during the work beyond those before it; 0 on a CPU."""
    if on.type != "cuda":
        return 0
    before = torch.cuda.memory_allocated(on)
    torch.cuda.reset_peak_memory_stats(on)
    work()
    return torch.cuda.max_memory_allocated(on) - before


def _finish(on: torch.device) -> None:
    if on.type == "cuda":
        torch.cuda.synchronize(on)
