"""Prompt tokens from the picture itself, so that text is found without a user.

After the self-prompting module of SAM2Text and Hi-SAM (arXiv 2401.17904, eq. 2): a few maps, each looking at its own
part of the frame, gather one token each; the tokens then talk to each other and to the picture.
"""

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

from model.sam2text.config import PromptingConfig
from sts.errors import ConfigError


class SelfPrompting(nn.Module):
    """Features of one frame to prompt tokens for the mask decoder."""

    def __init__(self, config: PromptingConfig, width: int) -> None:
        """ConfigError for heads that do not divide the width."""
        super().__init__()
        if width % config.heads:
            raise ConfigError(f"prompting.heads = {config.heads}: give a number that divides {width}, the net's width")
        self.maps = _maps(width, config.tokens)
        self.refine = nn.Sequential(nn.Conv2d(width, width, 3, padding=1), nn.GELU())
        self.among = nn.MultiheadAttention(width, config.heads, config.dropout, batch_first=True)
        self.among_norm = nn.LayerNorm(width)
        self.across = nn.MultiheadAttention(width, config.heads, config.dropout, batch_first=True)
        self.across_norm = nn.LayerNorm(width)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, features: Float[torch.Tensor, "b c h w"]) -> Float[torch.Tensor, "b n c"]:
        """Tokens of the decoder's width, n of them; `features` are those at stride 16, of any size.

        Whatever is added has deviation 1, as tokens have. The answers of the attentions grow in training, and what they
        have in common would make all tokens alike, as would the mean of the frame.
        """
        features = functional.instance_norm(features)
        tokens = unit(self.gather(features))
        tokens = self.among_norm(tokens + self.dropout(unit(_attend(self.among, tokens, tokens))))
        picture = self.refine(features).flatten(2).transpose(1, 2)
        return self.across_norm(tokens + self.dropout(unit(_attend(self.across, tokens, picture))))

    def look(self, features: Float[torch.Tensor, "b c h w"]) -> Float[torch.Tensor, "b n h w"]:
        """Where each token looks, 0 to 1."""
        return self.maps(features).sigmoid()

    def gather(self, features: Float[torch.Tensor, "b c h w"]) -> Float[torch.Tensor, "b n c"]:
        """Mean over the frame of what each token looks at."""
        where = self.look(features).flatten(2)
        return where @ features.flatten(2).transpose(1, 2) / where.shape[-1]


def unit(vectors: Float[torch.Tensor, "*shape c"]) -> Float[torch.Tensor, "*shape c"]:
    """Mean 0 and deviation 1 of each vector: layer norm without weights."""
    return functional.layer_norm(vectors, vectors.shape[-1:])


def _maps(width: int, tokens: int) -> nn.Sequential:
    """Four depthwise-separable layers without bias, GELU between them.

    They begin with the variance of their input (Kaiming): with PyTorch's own start it dies out on the way, all maps are
    0.5 everywhere, and the tokens are one.
    """
    layers: list[nn.Module] = []
    for channels in (width, tokens, tokens, tokens):
        apart = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        across = nn.Conv2d(channels, tokens, 1, bias=False)
        nn.init.kaiming_normal_(apart.weight, nonlinearity="linear")
        nn.init.kaiming_normal_(across.weight, nonlinearity="relu")
        layers += [apart, across, nn.GELU()]
    return nn.Sequential(*layers[:-1])


def _attend(
    attention: nn.MultiheadAttention, query: Float[torch.Tensor, "b n c"], memory: Float[torch.Tensor, "b m c"]
) -> Float[torch.Tensor, "b n c"]:
    answer: torch.Tensor = attention(query, memory, memory, need_weights=False)[0]
    return answer
