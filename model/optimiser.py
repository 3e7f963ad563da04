"""AdamW with a warm-up and a cosine: the recipe of SAM2's fine-tuning."""

import math
from dataclasses import dataclass
from typing import Any

import torch

from model.protocols import Net
from sts.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimiserConfig:
    """How the weights move."""

    lr: float = 3e-5
    """Highest learning rate; a net may give some of its parts a share of it"""
    final: float = 0.1
    """Learning rate of the last step, as a share of the highest"""
    warmup: int = 0
    """Steps in which the learning rate rises from 0"""
    weight_decay: float = 0.1
    """Of matrices and kernels; biases and norms have none"""
    clip_norm: float = 0.1
    """Greatest norm of all gradients together; 0 is off"""

    def __post_init__(self) -> None:
        """ConfigError for a value with which nothing is learnt."""
        if self.lr <= 0 or not 0 <= self.final <= 1:
            raise ConfigError(f"lr = {self.lr}, final = {self.final}: give a positive lr and a share of it")
        if min(self.warmup, self.weight_decay, self.clip_norm) < 0:
            raise ConfigError("warmup, weight_decay and clip_norm are 0 or more")


def make(net: Net, config: OptimiserConfig) -> torch.optim.AdamW:
    """Over the groups of the net, each cut into what decays and what does not. ConfigError where nothing trains."""
    groups = [part for group in net.groups(config.lr) for part in _parts(group, config.weight_decay)]
    if not groups:
        raise ConfigError("nothing of this net trains: see its `train` settings")
    return torch.optim.AdamW(groups, lr=config.lr, weight_decay=config.weight_decay)


def set_rate(optimiser: torch.optim.Optimizer, config: OptimiserConfig, step: int, steps: int) -> float:
    """Give every group the rate of a step, counted from 0; returns that of a group at full rate."""
    share = rate(config, step, steps)
    for group in optimiser.param_groups:
        group["lr"] = group["initial_lr"] * share
    return config.lr * share


def rate(config: OptimiserConfig, step: int, steps: int) -> float:
    """Share of the highest learning rate: a line up, then half a cosine down to `final`."""
    if step < config.warmup:
        return (step + 1) / (config.warmup + 1)
    done = (step - config.warmup) / max(steps - 1 - config.warmup, 1)
    return config.final + (1 - config.final) * (1 + math.cos(math.pi * min(done, 1))) / 2


def _parts(group: dict[str, Any], decay: float) -> list[dict[str, Any]]:
    flat = [parameter for parameter in group["params"] if parameter.ndim < 2]
    full = [parameter for parameter in group["params"] if parameter.ndim >= 2]
    parts = [{"params": full, "weight_decay": decay}, {"params": flat, "weight_decay": 0.0}]
    return [{**part, "lr": group["lr"], "initial_lr": group["lr"]} for part in parts if part["params"]]
