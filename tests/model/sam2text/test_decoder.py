"""Finer masks lie where SAM2's own masks lie, come from the same token, and begin as their enlargement."""

from dataclasses import replace
from typing import Literal

import pytest
import torch
from jaxtyping import Float
from sam2.modeling.sam.mask_decoder import MaskDecoder
from sam2.modeling.sam.transformer import TwoWayTransformer
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate

from model.sam2text import decoder
from model.sam2text.config import ScalesConfig
from model.sam2text.decoder import Evidence, MultiScaleDecoder

SIDE = 8
"""Cells of the features"""
Masks = Float[torch.Tensor, "b m h w"]


@pytest.mark.parametrize(
    ("config", "n"),
    [
        (ScalesConfig(finest=1), 0),
        (ScalesConfig(finest=2), 2_096 + 4 * 135_696),
        (ScalesConfig(channels=8, convs=2), 2_096 + 4 * 135_696 + 1_720 + 133_640 + 131_841),
        (ScalesConfig(channels=16, convs=4), 2_096 + 4 * 135_696 + 10_448 + 135_696 + 131_841),
    ],
    ids=["1x", "2x", "4x", "4x of Hi-SAM"],
)
def test_the_number_of_new_parameters_is_that_of_the_paper(config: ScalesConfig, n: int) -> None:
    plain = stock(width=256)
    before = sum(value.numel() for value in plain.parameters())
    assert sum(value.numel() for value in decoder.extend(plain, config).parameters()) - before == n


@pytest.mark.parametrize("training", [False, True])
def test_masks_of_scale_1_and_all_else_are_bit_for_bit_those_of_sam2(training: bool) -> None:
    plain, seen = stock().train(training), evidence()
    expected: tuple[torch.Tensor, ...] = plain.predict_masks(
        seen.features, seen.position, seen.sparse, seen.dense, repeat_image=False, high_res_features=list(seen.fine)
    )
    says = decoder.extend(plain, ScalesConfig()).decode(seen, multimask=True)
    got = (says.masks[1], says.ious, says.tokens, says.object_score)
    assert all(torch.equal(a, b) for a, b in zip(got, expected, strict=True))


def test_the_stock_forward_and_the_stock_weights_stay() -> None:
    plain, seen = stock(), evidence()
    before, names = forward(plain, seen), set(plain.state_dict())
    extended = decoder.extend(plain, ScalesConfig())
    assert all(torch.equal(a, b) for a, b in zip(before, forward(extended, seen), strict=True))
    assert names < set(extended.state_dict())


def test_untrained_finer_masks_are_the_enlarged_mask_of_sam2_exactly() -> None:
    masks = extended().decode(evidence(), multimask=True).masks
    assert torch.equal(masks[2], interpolate(masks[1], scale_factor=2.0, mode="bilinear", align_corners=False))
    assert torch.equal(masks[4], interpolate(masks[1][:, :1], scale_factor=4.0, mode="bilinear", align_corners=False))


def test_with_detail_finer_masks_begin_the_same_and_then_see_the_picture_at_its_place() -> None:
    net = decoder.extend(stock(), ScalesConfig(detail=True))
    seen, dot = evidence(), torch.zeros(2, 3, 16 * SIDE, 16 * SIDE)
    dot[:, :, 40:42, 60:62] = 9.0
    assert torch.equal(net.decode(seen).masks[4], enlarged(net.decode(seen).masks[1], 4))
    noisy(net)
    plain, dotted = (net.decode(replace(seen, picture=picture)).masks for picture in (0 * dot, dot))
    assert torch.equal(plain[1], dotted[1])
    for scale, places in {2: (slice(19, 22), slice(29, 32)), 4: (slice(36, 46), slice(56, 66))}.items():
        changed = (plain[scale] != dotted[scale])[0, 0].nonzero()
        assert len(changed)
        assert all(a.start <= y < a.stop and b.start <= x < b.stop for y, x in changed.tolist() for a, b in [places])


def test_without_detail_no_mask_sees_the_picture() -> None:
    net, seen = noisy(extended()), evidence()
    assert torch.equal(net.decode(seen).finest, net.decode(replace(seen, picture=0 * seen.picture)).finest)


def test_in_half_precision_masks_are_enlarged_in_full_as_sam2_does() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        masks = extended().decode(evidence()).masks
    assert masks[1].dtype == torch.bfloat16
    assert all(torch.equal(masks[scale], enlarged(masks[1].float(), scale)) for scale in (2, 4))


def test_in_the_form_of_the_paper_finer_masks_are_random_at_first() -> None:
    masks = extended(residual=False).decode(evidence()).masks
    assert not torch.allclose(masks[2], interpolate(masks[1], scale_factor=2.0, mode="bilinear"))


@pytest.mark.parametrize("finest", [1, 2, 4])
def test_a_coarser_answer_is_part_of_the_finest_one(finest: int) -> None:
    net, seen = noisy(extended()), evidence()
    full, part = net.decode(seen), net.decode(seen, finest=finest)
    assert list(part.masks) == [scale for scale in (1, 2, 4) if scale <= finest]
    assert all(torch.equal(part.masks[scale], full.masks[scale]) for scale in part.masks)
    assert part.finest.shape[-1] == finest * 4 * SIDE
    assert (part.finest_iou is None) == (finest < 4)


def test_a_decoder_without_finer_heads_gives_what_it_has() -> None:
    assert list(extended(finest=1).decode(evidence()).masks) == [1]
    assert list(extended(finest=2).decode(evidence()).masks) == [1, 2]


def test_without_multimask_there_is_token_0_at_every_scale() -> None:
    net, seen = noisy(extended()), evidence()
    one, four = net.decode(seen), net.decode(seen, multimask=True)
    assert {scale: masks.shape[1] for scale, masks in one.masks.items()} == {1: 1, 2: 1, 4: 1}
    assert {scale: masks.shape[1] for scale, masks in four.masks.items()} == {1: 4, 2: 4, 4: 1}
    assert torch.equal(one.masks[1], four.masks[1][:, :1])
    assert torch.allclose(one.masks[2], four.masks[2][:, :1], atol=1e-4)
    assert torch.equal(one.masks[4], four.masks[4])
    assert torch.equal(one.ious, four.ious[:, :1])


def test_an_unstable_mask_does_not_swap_tokens_at_some_scales() -> None:
    net, seen = extended(), evidence()
    net.dynamic_multimask_via_stability, net.dynamic_multimask_stability_thresh = True, 1.1
    says, four = net.decode(seen), net.decode(seen, multimask=True)
    swapped = forward(net, seen)[0]
    assert not torch.equal(swapped, four.masks[1][:, :1])
    assert all(torch.equal(says.masks[scale], enlarged(four.masks[1][:, :1], scale)) for scale in (2, 4))


def test_an_absent_object_has_no_mask_at_any_scale() -> None:
    says = noisy(extended()).decode(evidence(), multimask=True)
    gated = replace(says, object_score=torch.tensor([[-0.1], [0.1]])).gated()
    assert all((masks[0] < 0).all() for masks in gated.masks.values())
    assert all(torch.equal(masks[1], says.masks[scale][1]) for scale, masks in gated.masks.items())


def test_a_picture_shifted_by_16_px_shifts_the_masks_by_4_8_and_16() -> None:
    net, seen = noisy(extended(residual=False)), evidence(plain=True)
    shifted = replace(seen, fine=(seen.fine[0].roll(4, dims=-1), seen.fine[1].roll(2, dims=-1)))
    a, b = net.decode(seen), net.decode(shifted)
    for scale in (1, 2, 4):
        inner = slice(8 * scale, -8 * scale)
        expected = a.masks[scale].roll(4 * scale, dims=-1)
        assert torch.allclose(b.masks[scale][..., inner, inner], expected[..., inner, inner], atol=1e-4)


@pytest.mark.parametrize("residual", [False, True])
def test_a_spot_has_the_same_centre_at_every_scale(residual: bool) -> None:
    net, seen = noisy(extended(residual=residual)), evidence(plain=True)
    blank, spot = torch.zeros_like(seen.fine[0]), torch.zeros_like(seen.fine[0])
    spot[..., 8:14, 17:23] = 5
    without, spotted = (replace(seen, fine=(fine, 0 * seen.fine[1])) for fine in (blank, spot))
    changes = {k: net.decode(spotted).masks[k] - net.decode(without).masks[k] for k in (1, 2, 4)}
    for scale, change in changes.items():
        assert torch.allclose(centre(change) / scale, torch.tensor([11.0, 20.0]), atol=0.25)


def test_the_finest_mask_learns_strokes_that_the_coarse_one_cannot_hold() -> None:
    """A board of 2 px fields on the full side is grey at a quarter of it."""
    net, seen = extended(), evidence(batch=1)
    y, x = torch.meshgrid(torch.arange(16 * SIDE), torch.arange(16 * SIDE), indexing="ij")
    board = ((x // 2 + y // 2) % 2).float()[None, None]
    branch = [value for name, value in net.requires_grad_(False).named_parameters() if "2x" in name or "4x" in name]
    optimiser = torch.optim.Adam([value.requires_grad_() for value in branch], lr=0.02)
    for _ in range(40):
        optimiser.zero_grad()
        binary_cross_entropy_with_logits(net.decode(seen).finest, board).backward()
        optimiser.step()
    says = net.decode(seen)
    assert agreement(says.finest, board) > 0.98
    assert agreement(enlarged(says.masks[1], 4), board) < 0.6


def test_every_new_parameter_learns() -> None:
    net = noisy(extended())
    new = {name: value for name, value in net.named_parameters() if any(k in name for k in ("2x", "4x"))}
    says = net.decode(evidence(), multimask=True)
    assert says.finest_iou is not None
    (sum(masks.square().mean() for masks in says.masks.values()) + says.finest_iou.sum()).backward()
    assert [name for name, value in new.items() if value.grad is None or not value.grad.abs().sum() > 0] == []


def stock(width: int = 32) -> MaskDecoder:
    """As SAM2.1 sets it up, in `eval`."""
    torch.manual_seed(0)
    return MaskDecoder(
        transformer_dim=width,
        transformer=TwoWayTransformer(depth=2, embedding_dim=width, mlp_dim=64, num_heads=8),
        use_high_res_features=True,
        iou_prediction_use_sigmoid=True,
        pred_obj_scores=True,
        pred_obj_scores_mlp=True,
        use_multimask_token_for_obj_ptr=True,
    ).eval()


def extended(finest: Literal[1, 2, 4] = 4, residual: bool = True) -> MultiScaleDecoder:
    return decoder.extend(stock(), ScalesConfig(finest=finest, residual=residual))


def noisy(net: MultiScaleDecoder) -> MultiScaleDecoder:
    """As after some training: no vector is zero."""
    for name, value in net.named_parameters():
        if name.startswith(("heads_2x", "head_4x")):
            nn.init.normal_(value, std=0.3)
    return net


def evidence(plain: bool = False, batch: int = 2) -> Evidence:
    """Random; `plain` is the same everywhere but in the fine features."""
    draw = torch.Generator().manual_seed(1)
    coarse = [torch.randn(b, 32, SIDE, SIDE, generator=draw) for b in (batch, 1, batch)]
    if plain:
        coarse = [values[..., :1, :1].expand_as(values).contiguous() for values in coarse]
    fine = (
        torch.randn(batch, 4, 4 * SIDE, 4 * SIDE, generator=draw),
        torch.randn(batch, 8, 2 * SIDE, 2 * SIDE, generator=draw),
    )
    sparse = torch.randn(batch, 3, 32, generator=draw)
    picture = torch.randn(batch, 3, 16 * SIDE, 16 * SIDE, generator=draw)
    return Evidence(features=coarse[0], position=coarse[1], dense=coarse[2], fine=fine, sparse=sparse, picture=picture)


def forward(net: MaskDecoder, seen: Evidence) -> tuple[torch.Tensor, ...]:
    """What SAM2 itself asks for when it tracks without multimask."""
    answer: tuple[torch.Tensor, ...] = net(
        seen.features, seen.position, seen.sparse, seen.dense, False, False, list(seen.fine)
    )
    return answer


def enlarged(masks: Masks, scale: int) -> Masks:
    return interpolate(masks, scale_factor=float(scale), mode="bilinear", align_corners=False)


def agreement(logits: Masks, truth: Masks) -> float:
    return float(((logits > 0) == (truth > 0.5)).float().mean())


def centre(change: Masks) -> Float[torch.Tensor, "2"]:
    """(y, x) of the centre of mass, px from the corner."""
    weight = change[0, 0].abs()
    weight = weight * (weight > weight.max() / 10)
    places = torch.arange(len(weight)) + 0.5
    return torch.stack([(weight.sum(1) * places).sum(), (weight.sum(0) * places).sum()]) / weight.sum()
