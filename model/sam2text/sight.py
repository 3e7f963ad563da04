"""What the net makes of one frame: from features and prompts to one mask a scale, and the pointer to remember it by."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int64
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor
from torch.nn import functional

from model.sam2text.decoder import Decoded, Evidence, MultiScaleDecoder
from model.sam2text.hints import NOTHING, Hints
from model.sam2text.recall import Features, Grid

SURE = 10.0
"""Logit of a mask that a user gave, as in SAM2"""


@dataclass(frozen=True, kw_only=True)
class Sight:
    """One frame of each of b clips."""

    decoded: Decoded
    """One mask a scale (m = 1), also where the object is absent"""
    mask: Float[Tensor, "b 1 s s"]
    """Logits of the finest scale on the input square; empty where the object is absent"""
    pointer: Float[Tensor, "b c"]
    """What SAM2 remembers of the object itself"""


def evidence(
    net: SAM2Base, features: Features, seen: Grid, own: Float[Tensor, "b n c"] | None, hints: Hints | None
) -> Evidence:
    """For the decoder: `seen` (the features with their past), a user's prompts, then the net's `own`.

    Where there is neither, SAM2's code of no point; a mask among the hints goes in as SAM2 takes its answer from it.
    """
    mask = None if hints is None or hints.mask is None else net.mask_downsample(hints.mask)
    points = None if hints is None or mask is not None else (hints.points - 0.5, hints.labels)
    if points is None and own is None:
        points = seen.new_zeros(len(seen), 1, 2), seen.new_full((len(seen), 1), NOTHING)
    sparse, dense = net.sam_prompt_encoder(points=points, boxes=None, masks=mask)
    prompts = [sparse.expand(len(seen), -1, -1)] + ([] if own is None else [own])
    return Evidence(
        features=seen,
        position=net.sam_prompt_encoder.get_dense_pe(),
        fine=features.fine,
        picture=features.picture,
        sparse=torch.cat(prompts, dim=1),
        dense=dense.expand_as(seen),
    )


def is_ambiguous(net: SAM2Base, hints: Hints | None) -> bool:
    """Whether SAM2 draws three masks and takes one: with at most one point. Ours has one at every scale instead."""
    return bool(net._use_multimask(True, None if hints is None else {"point_labels": hints.labels}))


def decide(net: SAM2Base, known: Evidence, multimask: bool, finest: int) -> Sight:
    """What the decoder says. With `multimask`, SAM2's policy: the mask of tokens 1 to 3 that expects to be best."""
    decoder = net.sam_mask_decoder
    assert isinstance(decoder, MultiScaleDecoder)
    decoded = decoder.decode(known, multimask=multimask, finest=finest)
    gated = decoded.gated().masks
    masks = gated[max(gated)][:, 1 if multimask else 0 :].float()
    masks = functional.interpolate(masks, net.image_size, mode="bilinear", align_corners=False)
    if multimask:  # one is taken after the enlargement, whose last bit depends on the number of masks
        best = decoded.ious[:, 1:].argmax(1)
        decoded, masks = _take(decoded, best + 1), _row(masks, best)
    pointer = _pointer(net, net.obj_ptr_proj(decoded.tokens[:, 0]), decoded.object_score > 0)
    return Sight(decoded=decoded, mask=masks, pointer=pointer)


def told(net: SAM2Base, known: Evidence, mask: Float[Tensor, "b 1 s s"]) -> Sight:
    """The mask that a user gave, as the answer; the decoder only makes the pointer."""
    sight, present = decide(net, known, multimask=False, finest=1), mask.flatten(1).any(1, keepdim=True)
    ones, logits = torch.ones_like(sight.decoded.ious), (2 * mask - 1) * SURE
    decoded = Decoded(
        masks={4: logits},
        ious=ones,
        finest_iou=ones,
        tokens=sight.decoded.tokens,
        object_score=(2 * present.float() - 1) * SURE,
    )
    return Sight(decoded=decoded, mask=logits, pointer=_pointer(net, sight.pointer, present))


def _take(decoded: Decoded, best: Int64[Tensor, " b"]) -> Decoded:
    return replace(
        decoded,
        masks={scale: _row(masks, best) for scale, masks in decoded.masks.items()},
        ious=_row(decoded.ious, best),
        tokens=_row(decoded.tokens, best),
    )


def _row(values: Float[Tensor, "b m *rest"], best: Int64[Tensor, " b"]) -> Float[Tensor, "b 1 *rest"]:
    return values[torch.arange(len(values), device=values.device), best][:, None]


def _pointer(net: SAM2Base, pointer: Float[Tensor, "b c"], present: Bool[Tensor, "b 1"]) -> Float[Tensor, "b c"]:
    """SAM2's one pointer for all absent objects."""
    here = present.float()
    return here * pointer + (1 - here) * net.no_obj_ptr
