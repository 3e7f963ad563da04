"""Prompt tokens from the picture itself: Hi-SAM's modal aligner, under the names of its released weights."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from sts.errors import ConfigError

Tokens = Float[Tensor, "b n c"]
Features = Float[Tensor, "b c h w"]


class ModalAligner(nn.Module):
    """Each map looks at its part of the picture and gathers one token; the tokens look at each other and at it all."""

    def __init__(self, width: int, tokens: int, heads: int = 8, dropout: float = 0.1) -> None:
        """ConfigError for heads that do not divide the width."""
        super().__init__()
        if width % heads:
            raise ConfigError(f"{heads} heads of the aligner do not divide {width}, the net's width")
        self.conv = _maps(width, tokens)
        self.transformer_layers = nn.ModuleList([AttentionBlock(width, heads, dropout)])

    def forward(self, features: Features) -> Tokens:
        """Prompt tokens for the stroke decoder."""
        where = self.conv(features).sigmoid().flatten(2)
        tokens = where @ features.flatten(2).transpose(1, 2) / where.shape[-1]
        for layer in self.transformer_layers:
            tokens = layer(tokens, features)
        return tokens


class AttentionBlock(nn.Module):
    """Among the tokens, from the tokens to the picture, and a layer of their own; the last has no norm."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.norm1 = nn.LayerNorm(width)
        self.cross_attn = nn.MultiheadAttention(width, heads, dropout, batch_first=True)
        self.norm2 = nn.LayerNorm(width)
        self.ffn = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
        self.dropout = nn.Dropout(dropout)

    def forward(self, tokens: Tokens, features: Features) -> Tokens:
        """Tokens that have looked."""
        picture = features.flatten(2).transpose(1, 2)
        tokens = self.norm1(tokens + self.dropout(_attend(self.self_attn, tokens, tokens)))
        tokens = tokens + self.dropout(_attend(self.cross_attn, tokens, picture))
        return tokens + self.dropout(self.ffn(self.norm2(tokens)))


def _maps(width: int, tokens: int) -> nn.Sequential:
    """Four 3x3 convolutions without bias, which begin with the variance of their input (Kaiming)."""
    layers: list[nn.Module] = []
    for channels in (width, tokens, tokens, tokens):
        layers += [nn.Conv2d(channels, tokens, 3, padding=1, bias=False), nn.GELU()]
    for layer in layers[::2]:
        nn.init.kaiming_normal_(layer.get_parameter("weight"))
    return nn.Sequential(*layers[:-1])


def _attend(attention: nn.MultiheadAttention, query: Tokens, memory: Float[torch.Tensor, "b m c"]) -> Tokens:
    answer: Tensor = attention(query, memory, memory, need_weights=False)[0]
    return answer
