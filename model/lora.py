"""Low-rank updates (LoRA, arXiv 2106.09685) of the linear layers of a Hiera trunk.

A layer keeps its object and the names of its weights: only its class is swapped. So official checkpoints load before
and after, and the new parameters are those with `lora_` in their name.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from sam2.modeling.backbones.hieradet import MultiScaleBlock
from torch import nn

from model.sam2text.config import LoraConfig
from sts.errors import ConfigError


class LoRALinear(nn.Linear):
    """A linear layer whose output has equal parts (3 where it makes q, k and v), each with an update of its own."""

    lora_a: Float[nn.Parameter, "parts rank n_in"]
    lora_b: Float[nn.Parameter, "parts part rank"]
    scale: float
    dropout: float
    merged: bool
    """The update stands in `weight`; then it costs nothing, and cannot be trained"""

    def begin(self, config: LoraConfig, parts: int) -> None:
        """Add an update that is zero. Kaiming-uniform (a = sqrt 5) on the way in, zeros on the way out."""
        bound = self.in_features**-0.5
        a = self.weight.new_empty(parts, config.rank, self.in_features).uniform_(-bound, bound)
        self.lora_a = nn.Parameter(a)
        self.lora_b = nn.Parameter(self.weight.new_zeros(parts, self.out_features // parts, config.rank))
        self.scale, self.dropout, self.merged = config.alpha / config.rank, config.dropout, False

    def forward(self, x: Float[torch.Tensor, "*b n_in"]) -> Float[torch.Tensor, "*b n_out"]:
        """Base and update: apart in training, for the dropout; else as one weight, which costs next to nothing."""
        if self.merged:
            return super().forward(x)
        if not self.training:
            return nn.functional.linear(x, self.weight + self.update(), self.bias)
        low = nn.functional.dropout(x, self.dropout) @ self.lora_a.flatten(0, 1).T
        parts = low.chunk(len(self.lora_b), dim=-1)
        ups = torch.cat([part @ b.T for part, b in zip(parts, self.lora_b, strict=True)], dim=-1)
        return torch.add(super().forward(x), ups, alpha=self.scale)

    def update(self) -> Float[torch.Tensor, "n_out n_in"]:
        """What a merge adds to `weight`."""
        return self.scale * (self.lora_b @ self.lora_a).flatten(0, 1)


def inject(trunk: nn.Module, config: LoraConfig) -> None:
    """Updates for q, k, v, the output and both layers of the MLP of every block; freezes nothing. Rank 0 adds none."""
    if config.rank == 0:
        return
    for block in trunk.modules():
        if isinstance(block, MultiScaleBlock):
            swap(block.attn.qkv, config, parts=3)
            for linear in (block.attn.proj, *block.mlp.layers):
                swap(linear, config, parts=1)


def swap(linear: nn.Linear, config: LoraConfig, parts: int) -> LoRALinear:
    """Give one layer an update: the same object, of another class."""
    linear.__class__ = LoRALinear
    assert isinstance(linear, LoRALinear)
    linear.begin(config, parts)
    return linear


@torch.no_grad()
def merge(module: nn.Module) -> None:
    """Put every update into its weight: same answers in `eval`, at the cost of the plain net."""
    for layer in _layers(module, merged=False):
        layer.weight += layer.update()
        layer.merged = True


@torch.no_grad()
def unmerge(module: nn.Module) -> None:
    """Take every update out of its weight again, up to rounding."""
    for layer in _layers(module, merged=True):
        layer.weight -= layer.update()
        layer.merged = False


def added(name: str) -> bool:
    """Whether a parameter of this name belongs to an update."""
    return name.rpartition(".")[2].startswith("lora_")


def _layers(module: nn.Module, merged: bool) -> Iterator[LoRALinear]:
    """Layers in that state. ConfigError in less than 32 bits, where small updates would be rounded away."""
    for layer in module.modules():
        if isinstance(layer, LoRALinear) and layer.merged == merged:
            if layer.weight.dtype != torch.float32:
                raise ConfigError(f"LoRA cannot be merged into {layer.weight.dtype} weights: merge, then convert")
            yield layer
