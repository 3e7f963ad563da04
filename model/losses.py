"""Losses of a text mask with a soft truth: each pixel's truth is the share that strokes cover.

Default weights and forms are those of the fine-tuning recipe of SAM2.1 (20 focal + dice + IoU + object score); every
loss is a mean over what counts, so that ignored pixels and frames without labels change nothing.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional

from sts.errors import ConfigError

Logits = Float[Tensor, "n h w"]
Truth = Float[Tensor, "n h w"]
Valid = Bool[Tensor, "n h w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FocalConfig:
    """Focal loss (arXiv 1708.02002); gamma 0 with alpha 0.5 is cross entropy, halved."""

    weight: float = 20.0
    """Beside dice, which has 1"""
    alpha: float = 0.25
    """Of strokes, against 1 - alpha of background. Below 0.5 a pixel must be more than half sure to become text"""
    gamma: float = 2.0
    """How little a pixel counts that is right already"""

    def __post_init__(self) -> None:
        """ConfigError for a loss that teaches nothing, or the contrary."""
        if self.weight < 0 or not 0 < self.alpha < 1 or self.gamma < 0:
            raise ConfigError(
                f"focal.weight = {self.weight}, alpha = {self.alpha}, gamma = {self.gamma}: "
                "give an alpha between 0 and 1 and no negative number"
            )


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Masks of n frames at one scale."""

    logits: Float[Tensor, "n gh gw"]
    """On a grid of any size"""
    quality: Float[Tensor, " n"] | None
    """IoU that the net expects of this mask; None where the scale has no such head"""


@dataclass(frozen=True, kw_only=True)
class Target:
    """What n frames should show; see `model.protocols.Batch`."""

    truth: Truth
    """0 to 1"""
    valid: Valid
    labelled: Bool[Tensor, " n"]

    @property
    def counted(self) -> Valid:
        """The pixels that count."""
        return self.valid & self.labelled[:, None, None]

    @property
    def has_text(self) -> Bool[Tensor, " n"]:
        """At least one pixel's worth of strokes is to be seen: a sliver at the border is no text."""
        return (self.truth * self.counted).sum((1, 2)) >= 1


def total(
    scales: dict[str, Prediction], score: Float[Tensor, " n"], target: Target, config: FocalConfig
) -> dict[str, Tensor]:
    """All losses by name: "total" is to be minimised. `score` is the logit of "there is text on this frame".

    The logits of every scale are enlarged to the truth's grid, as what the user sees is: a coarse mask then learns to
    be right after enlargement, and all scales answer to the same pixels. Frames without text teach the focal loss and
    the score only.
    """
    losses = {"object": object_score(score, target)}
    for name, prediction in scales.items():
        logits = enlarge(prediction.logits, target)
        losses[f"focal_{name}"] = config.weight * focal(logits, target, config)
        losses[f"dice_{name}"] = dice(logits, target)
        if prediction.quality is not None:
            losses[f"iou_{name}"] = quality_error(prediction.quality, logits, target)
    return {"total": torch.stack(list(losses.values())).sum(), **losses}


def enlarge(logits: Float[Tensor, "n gh gw"], target: Target) -> Logits:
    """Logits on the truth's grid, in float32."""
    size = target.truth.shape[-2:]
    wide = functional.interpolate(logits[:, None].float(), size, mode="bilinear", align_corners=False)
    return wide[:, 0]


def focal(logits: Logits, target: Target, config: FocalConfig) -> Float[Tensor, ""]:
    """Mean over the pixels that count of alpha_t (1 - p_t)^gamma BCE, linear in a soft truth."""
    truth, probability = target.truth, logits.sigmoid()
    error = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
    right = probability * truth + (1 - probability) * (1 - truth)
    balance = config.alpha * truth + (1 - config.alpha) * (1 - truth)
    return _mean(balance * (1 - right) ** config.gamma * error, target.counted)


def dice(logits: Logits, target: Target) -> Float[Tensor, ""]:
    """1 - (2 sum py + 1) / (sum p + sum y + 1), mean over the frames with text."""
    truth, probability = target.truth * target.counted, logits.sigmoid() * target.counted
    both = (probability * truth).sum((1, 2))
    loss = 1 - (2 * both + 1) / (probability.sum((1, 2)) + truth.sum((1, 2)) + 1)
    return _mean(loss, target.has_text)


def quality_error(quality: Float[Tensor, " n"], logits: Logits, target: Target) -> Float[Tensor, ""]:
    """|expected IoU - IoU|, mean over the frames with text; the true IoU is that of the binary masks."""
    shown, true = (logits > 0) & target.counted, (target.truth >= 0.5) & target.counted
    union = (shown | true).sum((1, 2)).clamp(min=1)
    iou = (shown & true).sum((1, 2)) / union
    return _mean((quality.float() - iou).abs(), target.has_text)


def object_score(score: Float[Tensor, " n"], target: Target) -> Float[Tensor, ""]:
    """Cross entropy of "there is text", mean over the frames of which that is known: ignored regions may hold some."""
    known = target.labelled & (target.has_text | target.valid.all(2).all(1))
    loss = functional.binary_cross_entropy_with_logits(score.float(), target.has_text.float(), reduction="none")
    return _mean(loss, known)


def _mean(values: Tensor, counted: Tensor) -> Float[Tensor, ""]:
    return (values * counted).sum() / counted.sum().clamp(min=1)
