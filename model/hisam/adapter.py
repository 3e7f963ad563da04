"""SAM's image encoder with adapters: small layers that learn while the encoder itself stays as it is."""

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

from model.stock_sam import Block, ImageEncoderViT, window_partition, window_unpartition

Grid = Float[Tensor, "b h w c"]
SHARE = 0.5
"""Weight of the adapter beside the MLP"""


class Adapter(nn.Module):
    """Down to a quarter of the channels and up again, with GELU as in the code of Hi-SAM; its paper says ReLU."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.D_fc1 = nn.Linear(channels, channels // 4)
        self.D_fc2 = nn.Linear(channels // 4, channels)

    def forward(self, x: Float[Tensor, "*b c"]) -> Float[Tensor, "*b c"]:
        """What is to be added."""
        added: Tensor = self.D_fc2(functional.gelu(self.D_fc1(x)))
        return added


class AdapterBlock(Block):
    """A block of the encoder with an adapter after its attention and one beside its MLP."""

    Space_Adapter: Adapter
    MLP_Adapter: Adapter
    checkpointing: bool
    """Attention and MLP are computed again on the way back"""

    def adapt(self, channels: int) -> None:
        """Add the adapters, which begin as PyTorch's linear layers do, not at zero: the net is not SAM any more."""
        self.Space_Adapter, self.MLP_Adapter = Adapter(channels), Adapter(channels)
        self.checkpointing = False

    def forward(self, x: Grid) -> Grid:
        """The stock block, and the adapters."""
        x = x + self._attended(self.norm1(x))
        normed = self.norm2(x)
        return x + self._run(self.mlp, normed) + SHARE * self.MLP_Adapter(normed)

    def _attended(self, x: Grid) -> Grid:
        if not self.window_size:
            return self._space(x)
        height, width = x.shape[1:3]
        windows, padded = window_partition(x, self.window_size)
        return window_unpartition(self._space(windows), self.window_size, padded, (height, width))

    def _space(self, x: Grid) -> Grid:
        seen = self._run(self.attn, x)
        return seen + self.Space_Adapter(seen)

    def _run(self, part: nn.Module, x: Grid) -> Grid:
        if self.checkpointing and torch.is_grad_enabled():
            again: Tensor = checkpoint(part, x, use_reentrant=False)
            return again
        out: Tensor = part(x)
        return out


def adapt(encoder: ImageEncoderViT, channels: int) -> None:
    """Give every block of the encoder its adapters; the names of SAM's weights stay."""
    for block in encoder.blocks:
        block.__class__ = AdapterBlock
        assert isinstance(block, AdapterBlock)
        block.adapt(channels)
