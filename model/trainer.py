"""One step of training, the same in one process and in many."""

import contextlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from model import nets, optimiser
from model.data import DataConfig
from model.ema import Ema
from model.optimiser import OptimiserConfig
from model.protocols import Batch, Net
from model.team import Team
from sts.errors import ConfigError, DataError

FULL = ("out of memory", "can't allocate memory", "not enough memory")
"""How torch says so, on CUDA and on the CPU"""


def paper() -> Mapping[str, Any]:
    """The net of the paper."""
    return {"class": "model.sam2text.net:SAM2Text", "size": "base_plus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """Settings of `model.train`. The defaults are the recipe of the SAM2Text paper, and where it is silent SAM2's."""

    net: Mapping[str, Any] = field(default_factory=paper)
    """Import path of a Net as `class`, and its settings"""
    seed: int = 123
    steps: int = 165_600
    """80 epochs of the paper's 2,070 clips"""
    batch: int = 1
    """Clips a step and process"""
    window: int = 8
    """Frames of a clip"""
    data: DataConfig = field(default_factory=DataConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    ema: float = 0.0
    """Decay a step of the running mean of the weights, such as 0.999; 0 is off"""
    precision: Literal["auto", "fp32"] = "auto"
    """`auto` is bf16 on CUDA and fp32 on a CPU, where bf16 is slower"""
    result: Literal["fp32", "fp16"] = "fp32"
    """Numbers of net.safetensors; fp16 has half the size"""
    checkpointing: bool = False
    """Compute activations again on the way back: less memory, about a third more time"""
    checkpoint_every: int = 500
    """Steps"""
    keep: int = 3
    """Checkpoints"""
    log_every: int = 20
    """Steps"""
    pictures_every: int = 500
    """Steps between pictures of masks; 0 is off"""
    board: bool = True
    """Write scalars and pictures for TensorBoard"""

    def __post_init__(self) -> None:
        """ConfigError for a run without steps."""
        for name in ("steps", "batch", "window", "checkpoint_every", "keep", "log_every"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} = {getattr(self, name)}: give 1 or more")
        if not 0 <= self.ema < 1:
            raise ConfigError(f"ema = {self.ema}: give a number from 0 to below 1")


class NotFiniteError(DataError):
    """A loss or a gradient is infinite or no number; the step was not taken."""

    def __init__(self, step: int, clip_ids: tuple[str, ...], values: Mapping[str, float]) -> None:
        named = ", ".join(f"{name} {value:.4g}" for name, value in values.items())
        super().__init__(f"step {step} of clips {', '.join(clip_ids)} has {named}")
        self.step, self.clip_ids, self.values = step, clip_ids, values


class Losses(nn.Module):
    """The losses of a net as a forward pass, which is what DistributedDataParallel watches."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = nets.module(net)
        self.compute = net.loss

    def forward(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Only the total keeps its graph, so that every gradient comes from it."""
        losses = self.compute(batch)
        return {name: value if name == "total" else value.detach() for name, value in losses.items()}


class Trainer:
    """A net with all that changes while it learns. Random choices depend on (seed, step, rank) and on nothing else."""

    def __init__(self, net: Net, config: TrainConfig, team: Team) -> None:
        self.net, self.config, self.team = net, config, team
        self.module = nets.module(net).to(team.device).train()
        net.checkpointing = config.checkpointing
        self.optimiser = optimiser.make(net, config.optimiser)
        self.ema = Ema(self.module, config.ema) if config.ema else None
        self.step = 0
        """Steps taken"""
        losses = Losses(net)
        self._losses = DistributedDataParallel(losses, find_unused_parameters=True) if team.size > 1 else losses

    def advance(self, batch: Batch) -> dict[str, float]:
        """Take a step; its losses, gradient norm and learning rate. NotFiniteError, ConfigError if memory is short."""
        rate = optimiser.set_rate(self.optimiser, self.config.optimiser, self.step, self.config.steps)
        torch.manual_seed(self._seed())
        with _room(batch, self.step, self.config.checkpointing):
            losses = self._backward(batch.to(self.team.device))
            norm = nn.utils.clip_grad_norm_(self._parameters(), self.config.optimiser.clip_norm or math.inf)
            values = self.team.mean({**losses, "norm": norm})
            self._check(batch, losses["total"], values)
            self.optimiser.step()
        self.optimiser.zero_grad()
        if self.ema:
            self.ema.update(self.module)
        self.step += 1
        return {**values, "lr": rate}

    def _backward(self, batch: Batch) -> dict[str, torch.Tensor]:
        half = self.team.device.type == "cuda" and self.config.precision == "auto"
        with torch.autocast("cuda", torch.bfloat16, enabled=half):
            losses: dict[str, torch.Tensor] = self._losses(batch)
        losses["total"].backward()
        return losses

    def _check(self, batch: Batch, total: torch.Tensor, values: Mapping[str, float]) -> None:
        """NotFiniteError in every process, with the clips of those where the loss itself is not finite, else of all."""
        if math.isfinite(values["total"]) and math.isfinite(values["norm"]):
            return
        told = self.team.gather((bool(total.isfinite()), batch.clip_ids))
        guilty = [ids for fine, ids in told if not fine] or [ids for _, ids in told]
        self.optimiser.zero_grad()
        raise NotFiniteError(self.step, tuple(clip_id for ids in guilty for clip_id in ids), values)

    def _parameters(self) -> Iterator[nn.Parameter]:
        return (parameter for group in self.optimiser.param_groups for parameter in group["params"])

    def _seed(self) -> int:
        sequence = np.random.SeedSequence([self.config.seed, self.step, self.team.rank])
        return int(sequence.generate_state(1)[0])


@contextlib.contextmanager
def _room(batch: Batch, step: int, checkpointing: bool) -> Iterator[None]:
    """Say what to lower when memory is short."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, MemoryError) and not any(words in f"{error}" for words in FULL):
            raise
        n_clips, n_frames = batch.labelled.shape
        more = "" if checkpointing else "set checkpointing = true, "
        raise ConfigError(
            f"step {step} does not fit into memory with {n_clips} clips of {n_frames} frames a process: "
            f"{more}lower batch or window, or take a smaller net"
        ) from error
