"""Hi-SAM's two decoders: one draws all strokes of a picture, one says which word, line and paragraph a point is in.

Names of parameters are those of the released weights. `WordBranch` is shared with the decoder on SAM2 (`video.py`).
"""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from model.sam2text.scales import ChannelNorm, weigh
from model.stock_sam import MLP, MaskDecoder

Features = Float[Tensor, "n c h w"]
Position = Float[Tensor, "1 c h w"]
Tokens = Float[Tensor, "n k c"]
Upscaled = Float[Tensor, "n c8 g g"]


@dataclass(frozen=True, kw_only=True)
class Strokes:
    """All strokes of b pictures, as logits; g is a quarter of the input's side."""

    coarse: Float[Tensor, "b 1 g g"]
    fine: Float[Tensor, "b 1 s s"]
    coarse_iou: Float[Tensor, "b 1"]
    """IoU that the net expects of the mask"""
    fine_iou: Float[Tensor, "b 1"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the text at n points belongs to, as logits."""

    masks: Float[Tensor, "n 3 g g"]
    """Words of the line, the line, the paragraph"""
    ious: Float[Tensor, "n 3"]
    """IoU that the net expects of them"""
    words: Float[Tensor, "n w w"] | None
    """Words of the line at one and a half times the side; None where nobody asked"""


class StrokeDecoder(MaskDecoder):
    """SAM's mask decoder with one more mask from its first token, at the full side of the input."""

    def __init__(self, **stock: Any) -> None:
        """The settings of SAM's."""
        super().__init__(**stock)
        width = self.transformer_dim
        self.output_upscaling_hr = _upscaling(width)
        self.output_hypernetworks_mlps_hr = MLP(width, width, width // 16, 3)
        self.iou_prediction_head_hr = MLP(width, width, 1, 3)

    def draw(self, features: Features, position: Position, prompts: Tokens) -> Strokes:
        """Strokes of n pictures; unlike SAM, without the code of "no mask"."""
        answers, features = transform(self, features, position, prompts)
        upscaled = self.output_upscaling(features).contiguous(memory_format=torch.channels_last)
        token = answers[:, 1]
        return Strokes(
            coarse=weigh(self.output_hypernetworks_mlps[0](token)[:, None], upscaled),
            fine=weigh(self.output_hypernetworks_mlps_hr(token)[:, None], self.output_upscaling_hr(upscaled)),
            coarse_iou=self.iou_prediction_head(answers[:, 0])[:, :1],
            fine_iou=self.iou_prediction_head_hr(answers[:, 0]),
        )


class WordBranch:
    """Adds finer masks of words to a mask decoder of SAM or SAM2, whose tokens 1 to 3 are word, line and paragraph."""

    output_hypernetworks_mlps: nn.ModuleList

    def add_words(self, width: int) -> None:
        """The layers; `width` is the decoder's."""
        part = width // 16
        self.word_mask_dc = nn.Sequential(nn.Conv2d(width // 8, part, 1), ChannelNorm(part), nn.GELU())
        self.word_mask_refine = nn.Sequential(*_convolutions(part))
        self.output_word_mlp = MLP(width, width, part, 3)

    def answer(self, tokens: Tokens, upscaled: Upscaled, ious: Float[Tensor, "n 4"], words: bool) -> Answer:
        """From the four mask tokens and the features that their masks are made of."""
        vectors = torch.stack([self.output_hypernetworks_mlps[i](tokens[:, i]) for i in (1, 2, 3)], dim=1)
        upscaled = upscaled.contiguous(memory_format=torch.channels_last)
        fine = self._words(tokens[:, 1], upscaled) if words else None
        return Answer(masks=weigh(vectors, upscaled), ious=ious[:, 1:], words=fine)

    def _words(self, token: Float[Tensor, "n c"], upscaled: Upscaled) -> Float[Tensor, "n w w"]:
        """384 px for the 256 px of SAM."""
        side = upscaled.shape[-1] * 3 // 2
        narrow = functional.interpolate(self.word_mask_dc(upscaled), (side, side), mode="bilinear")
        return weigh(self.output_word_mlp(token)[:, None], self.word_mask_refine(narrow))[:, 0]


class HierDecoder(WordBranch, MaskDecoder):
    """SAM's mask decoder, asked with points."""

    def __init__(self, **stock: Any) -> None:
        """The settings of SAM's."""
        MaskDecoder.__init__(self, **stock)
        self.add_words(self.transformer_dim)

    def ask(self, features: Features, position: Position, prompts: Tokens, words: bool) -> Answer:
        """One prompt a row, with the features of its picture."""
        answers, features = transform(self, features, position, prompts)
        ious = self.iou_prediction_head(answers[:, 0])
        return self.answer(answers[:, 1:5], self.output_upscaling(features), ious, words)


def transform(
    decoder: MaskDecoder, features: Features, position: Position, prompts: Tokens
) -> tuple[Float[Tensor, "n m c"], Features]:
    """Tokens (IoU, four masks, prompts) and features after they have looked at each other."""
    own = torch.cat([decoder.iou_token.weight, decoder.mask_tokens.weight])
    tokens = torch.cat([own[None].expand(len(prompts), -1, -1), prompts], dim=1)
    answers, seen = decoder.transformer(features, position.expand_as(features), tokens)
    return answers, seen.transpose(1, 2).view(features.shape)


def _upscaling(width: int) -> nn.Sequential:
    """From a quarter of the input's side to all of it."""
    part = width // 16
    return nn.Sequential(
        nn.ConvTranspose2d(width // 8, part, 2, 2),
        ChannelNorm(part),
        nn.GELU(),
        nn.ConvTranspose2d(part, part, 2, 2),
        ChannelNorm(part),
        nn.GELU(),
        *_convolutions(part),
    )


def _convolutions(channels: int) -> list[nn.Module]:
    """Four 3x3, of which the last has no norm."""
    layers: list[nn.Module] = []
    for _ in range(4):
        layers += [nn.Conv2d(channels, channels, 3, padding=1), ChannelNorm(channels), nn.GELU()]
    return [*layers[:-2], layers[-1]]
