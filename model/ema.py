"""A running mean of the weights, which is often better than the last ones."""

from collections.abc import Mapping

import torch
from torch import nn


class Ema:
    """Mean of what trains, weighted by decay ** age in steps; smaller early on, so that the start fades."""

    def __init__(self, net: nn.Module, decay: float) -> None:
        self.decay = decay
        self.n_steps = 0
        self.mean = {name: p.detach().clone() for name, p in net.named_parameters() if p.requires_grad}

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Count the weights after a step."""
        decay = min(self.decay, (1 + self.n_steps) / (10 + self.n_steps))
        self.n_steps += 1
        for name, parameter in net.named_parameters():
            if name in self.mean:
                self.mean[name].lerp_(parameter, 1 - decay)

    @torch.no_grad()
    def restore(self, mean: Mapping[str, torch.Tensor], n_steps: int) -> None:
        """Go on from stored weights."""
        self.n_steps = n_steps
        for name, value in mean.items():
            self.mean[name].copy_(value)
