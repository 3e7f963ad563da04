"""SAM2's mask decoder with finer masks: at twice and four times the side of its own.

SAM2 multiplies features at a quarter of the picture's side with a vector made from each mask token. Here the features
go on to half and to the full side (`scales.py`), and vectors of their own multiply those.
"""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam2_base import NO_OBJ_SCORE
from sam2.modeling.sam2_utils import MLP
from torch import nn

from model.sam2text.config import ScalesConfig
from model.sam2text.scales import MIDDLE, enlarge, to_2x, to_4x, weigh


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What there is to decide about one object in each of b frames."""

    features: Float[torch.Tensor, "b c h w"]
    """At stride 16, after the memory attention"""
    position: Float[torch.Tensor, "1 c h w"]
    """Code of the places of `features`"""
    fine: tuple[Float[torch.Tensor, "b c8 h4 w4"], Float[torch.Tensor, "b c4 h2 w2"]]
    """Features at stride 4 and 8, already through `conv_s0` and `conv_s1`"""
    picture: Float[torch.Tensor, "b 3 s s"]
    """The input square, normalised"""
    sparse: Float[torch.Tensor, "b n c"]
    """Prompt tokens: points, boxes, self-prompts"""
    dense: Float[torch.Tensor, "b c h w"]
    """Code of a prompt mask, or of none"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """What the decoder says; m is 4 with `multimask` (token 0, the single mask, comes first), else 1 (token 0)."""

    masks: dict[int, Float[torch.Tensor, "b _ _ _"]]
    """Logits by scale: (b, m, s, s) at 1, (b, m, 2s, 2s) at 2, (b, 1, 4s, 4s) at 4, token 0 only"""
    ious: Float[torch.Tensor, "b m"]
    """Expected IoU of the masks at scales 1 and 2, 0 to 1"""
    finest_iou: Float[torch.Tensor, "b 1"] | None
    """Expected IoU of the mask at scale 4; None where there is no such mask"""
    tokens: Float[torch.Tensor, "b m c"]
    """Mask tokens, of which SAM2 makes object pointers"""
    object_score: Float[torch.Tensor, "b 1"]
    """Logit: the object is on the frame"""

    @property
    def finest(self) -> Float[torch.Tensor, "b 1 h w"]:
        """Logits of token 0 at the finest scale there is."""
        return self.masks[max(self.masks)][:, :1]

    def gated(self) -> "Decoded":
        """Masks of an absent object are empty at every scale, as SAM2 does with its own."""
        here = self.object_score[:, :, None, None] > 0
        masks = {scale: torch.where(here, logits, NO_OBJ_SCORE) for scale, logits in self.masks.items()}
        return replace(self, masks=masks)


class MultiScaleDecoder(MaskDecoder):
    """A stock decoder with more heads; `forward`, and the names and values of its parameters, stay as they are."""

    finest: int
    """Largest scale there are heads for"""
    residual: bool
    """Finer masks add to the enlarged mask of SAM2"""

    def add_heads(self, config: ScalesConfig) -> None:
        """Add the heads of the scales that are asked for."""
        width = self.transformer_dim
        self.finest, self.residual = config.finest, config.residual
        if config.finest >= 2:
            self.to_2x = to_2x(width // 8, config)
            self.heads_2x = nn.ModuleList(self._head(MIDDLE) for _ in range(self.num_mask_tokens))
        if config.finest >= 4:
            self.to_4x = to_4x(config)
            self.head_4x = self._head(config.channels)
            self.iou_4x = MLP(width, width, 1, 3, sigmoid_output=True)

    def decode(self, evidence: Evidence, *, multimask: bool = False, finest: int = 4) -> Decoded:
        """Masks at all scales up to `finest` that this decoder has.

        Unlike in SAM2, all scales come from the same token: no swap of tokens by stability.
        """
        answers, features = self._transform(evidence)
        tokens = answers[:, 2 : 2 + self.num_mask_tokens]
        coarse = self._upscale(features, evidence)
        kept = slice(None) if multimask else slice(1)
        masks = {1: self._coarse_masks(tokens, coarse)[:, kept]}
        has_4x = min(finest, self.finest) >= 4
        if min(finest, self.finest) >= 2:
            masks |= self._finer_masks(masks[1], tokens[:, kept], coarse, evidence.picture, has_4x)
        return Decoded(
            masks=masks,
            ious=self.iou_prediction_head(answers[:, 1])[:, kept],
            finest_iou=self.iou_4x(answers[:, 1]) if has_4x else None,
            tokens=tokens[:, kept],
            object_score=self.pred_obj_score_head(answers[:, 0]),
        )

    def _head(self, channels: int) -> MLP:
        """Vector that multiplies features; of zeros where the finer mask is to begin as the enlarged one."""
        head = MLP(self.transformer_dim, self.transformer_dim, channels, 3)
        if self.residual:
            for parameter in head.layers[-1].parameters():
                nn.init.zeros_(parameter)
        return head

    def _transform(self, evidence: Evidence) -> tuple[Float[torch.Tensor, "b k c"], Float[torch.Tensor, "b c h w"]]:
        """Tokens (object score, IoU, four masks, prompts) and features after they have looked at each other."""
        own = torch.cat([self.obj_score_token.weight, self.iou_token.weight, self.mask_tokens.weight])
        batch = len(evidence.sparse)
        tokens = torch.cat([own[None].expand(batch, -1, -1), evidence.sparse], dim=1)
        source = evidence.features + evidence.dense
        position = evidence.position.repeat_interleave(batch, dim=0)
        answers, features = self.transformer(source, position, tokens)
        return answers, features.transpose(1, 2).view(source.shape)

    def _upscale(
        self, features: Float[torch.Tensor, "b c h w"], evidence: Evidence
    ) -> Float[torch.Tensor, "b c8 h4 w4"]:
        first, norm, act, second, last = self.output_upscaling
        stride4, stride8 = evidence.fine
        upscaled: torch.Tensor = last(second(act(norm(first(features) + stride8))) + stride4)
        return upscaled

    def _coarse_masks(
        self, tokens: Float[torch.Tensor, "b k c"], features: Float[torch.Tensor, "b c8 s s"]
    ) -> Float[torch.Tensor, "b k s s"]:
        """Bit for bit what SAM2 computes, so without `weigh`."""
        weights = _vectors(self.output_hypernetworks_mlps, tokens)
        b, c, h, w = features.shape
        return (weights @ features.view(b, c, h * w)).view(b, -1, h, w)

    def _finer_masks(
        self,
        coarse: Float[torch.Tensor, "b m s s"],
        tokens: Float[torch.Tensor, "b m c"],
        features: Float[torch.Tensor, "b c8 s s"],
        picture: Float[torch.Tensor, "b 3 side side"],
        has_4x: bool,
    ) -> dict[int, Float[torch.Tensor, "b _ _ _"]]:
        """Scales 2 and 4, each straight from the coarse mask: two steps of 2 are not one of 4."""
        at_2x = self.to_2x(features.contiguous(memory_format=torch.channels_last), picture)
        masks = {2: weigh(_vectors(self.heads_2x, tokens), at_2x)}
        if has_4x:
            masks[4] = weigh(self.head_4x(tokens[:, :1]), self.to_4x(at_2x, picture))
        if self.residual:
            masks = {scale: delta + enlarge(coarse[:, : delta.shape[1]], scale) for scale, delta in masks.items()}
        return masks


def extend(decoder: MaskDecoder, config: ScalesConfig) -> MultiScaleDecoder:
    """The same object with finer masks; SAM2.1 only, with its object score and fine features."""
    decoder.__class__ = MultiScaleDecoder
    assert isinstance(decoder, MultiScaleDecoder)
    decoder.add_heads(config)
    return decoder


def _vectors(heads: nn.ModuleList, tokens: Float[torch.Tensor, "b m c"]) -> Float[torch.Tensor, "b m k"]:
    """One vector a token, by the token's own head; heads beyond the tokens are not asked."""
    return torch.stack([heads[i](tokens[:, i]) for i in range(tokens.shape[1])], dim=1)
