"""Decoder features carried on to twice and four times the side of SAM2's mask.

They lie in memory pixel by pixel (channels last): on a CPU that is two to four times faster for these few channels.
"""

import torch
from jaxtyping import Float
from torch import nn

from model.sam2text.config import ScalesConfig

MIDDLE = 16
"""Channels at twice the side"""


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of each pixel: SAM2's LayerNorm2d in one kernel."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels, eps=1e-6)

    def forward(self, x: Float[torch.Tensor, "b c h w"]) -> Float[torch.Tensor, "b c h w"]:
        """The result lies channels last if `x` does."""
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Finer(nn.Module):
    """Twice the side: features carried on, and, with `detail`, what the picture itself shows at that side."""

    def __init__(self, channels: int, out: int, rest: nn.Module, sight: nn.Conv2d | None) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(channels, out, 2, 2)
        self.sight = sight
        self.rest = rest

    def forward(
        self, features: Float[torch.Tensor, "b c h w"], picture: Float[torch.Tensor, "b 3 s s"]
    ) -> Float[torch.Tensor, "b c2 h2 w2"]:
        """`picture` is the input square; the result lies channels last if `features` do."""
        wide: torch.Tensor = self.up(features)
        if self.sight is not None:
            wide = wide + self.sight(picture)
        refined: torch.Tensor = self.rest(wide)
        return refined


def to_2x(channels: int, config: ScalesConfig) -> Finer:
    """(b, channels, s, s) to (b, 16, 2s, 2s), which is half the picture's side."""
    sight = nn.Conv2d(3, MIDDLE, 4, stride=2, padding=1) if config.detail else None
    return Finer(channels, MIDDLE, nn.Sequential(ChannelNorm(MIDDLE), nn.GELU()), sight)


def to_4x(config: ScalesConfig) -> Finer:
    """(b, 16, 2s, 2s) to (b, config.channels, 4s, 4s); like in Hi-SAM, the last convolution has no norm."""
    channels = config.channels
    layers: list[nn.Module] = []
    for _ in range(config.convs):
        layers += [ChannelNorm(channels), nn.GELU(), nn.Conv2d(channels, channels, 3, padding=1)]
    sight = nn.Conv2d(3, channels, 3, padding=1) if config.detail else None
    return Finer(MIDDLE, channels, nn.Sequential(*layers, nn.GELU()), sight)


def weigh(
    weights: Float[torch.Tensor, "b m c"], features: Float[torch.Tensor, "b c h w"]
) -> Float[torch.Tensor, "b m h w"]:
    """Masks: each a weighted sum of the features."""
    b, c, h, w = features.shape
    pixels = features.permute(0, 2, 3, 1).reshape(b, h * w, c)
    return (pixels @ weights.transpose(1, 2)).transpose(1, 2).reshape(b, -1, h, w)


def enlarge(logits: Float[torch.Tensor, "b m h w"], times: int) -> Float[torch.Tensor, "b m _ _"]:
    """Bilinear, in 32 bits as SAM2 does; edges of pixels stay in place, so that a mask does not shift."""
    return nn.functional.interpolate(logits.float(), scale_factor=times, mode="bilinear", align_corners=False)
