"""The net against stock SAM2.1, one clip against many, a clip against a stream, and what trains."""

from typing import Any

import pytest
import torch
from sam2.modeling.sam2_base import SAM2Base
from torch import Tensor

from model.protocols import Batch, Net
from model.sam2text import sizes
from model.sam2text.config import NetConfig
from model.sam2text.hints import Hints
from model.sam2text.memory import DualMemory
from model.sam2text.net import SAM2Text
from model.sam2text.sight import Sight
from sts.errors import ConfigError
from tests.model.sam2text.micro import make

SIDE = 128
PLAIN: dict[str, Any] = {"prompting": {"tokens": 0}, "scales": {"finest": 1}}
AS_STOCK: dict[str, Any] = {"memory": {"recent": 6, "retrieved": 0, "first_pinned": True}, "prompting": {"tokens": 0}}


def stock_of(net: SAM2Text) -> SAM2Base:
    """Plain SAM2.1 with the same weights, in `eval`."""
    stock = sizes.build(NetConfig(size="micro")).eval()
    weights = net.state_dict()
    stock.load_state_dict({name: weights[name] for name in stock.state_dict()})
    return stock


def noise(clips: int, frames: int, seed: int = 0) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randint(0, 256, (clips, frames, 3, SIDE, SIDE), dtype=torch.uint8, generator=draw)


def batch(clips: int = 1, frames: int = 3, seed: int = 0) -> Batch:
    truth = torch.zeros(clips, frames, SIDE, SIDE, dtype=torch.uint8)
    truth[:, :, 40:60, 20:100] = 255
    return Batch(
        video=noise(clips, frames),
        truth=truth,
        valid=torch.ones_like(truth, dtype=torch.bool),
        labelled=torch.ones(clips, frames, dtype=torch.bool),
        clip_ids=tuple("ab")[:clips],
        seed=seed,
    )


def points(*labels: int) -> Hints:
    places = torch.tensor([[[30.5 + 20 * i, 50.5] for i in range(len(labels))]])
    return Hints(points=places, labels=torch.tensor([labels]))


@torch.no_grad()
def see(net: SAM2Text, video: Tensor, hints: dict[int, Hints]) -> list[tuple[Sight, DualMemory]]:
    """Frame by frame as a stream, with the memory after the last frame."""
    memory, seen = DualMemory(net.config.memory), []
    for frame in range(video.shape[1]):
        (features,) = net.encode(video[:, frame : frame + 1])
        sight = net.look(features, [memory], frame, hints.get(frame))
        net.remember(features, sight, [memory], frame, pin=frame in hints)
        seen.append((sight, memory))
    return seen


@torch.no_grad()
def track(stock: SAM2Base, video: Tensor, hints: dict[int, Hints]) -> list[dict[str, Tensor]]:
    """What SAM2's own loop says; memories in bfloat16, as its video predictor keeps them."""
    kept: dict[str, dict[int, Any]] = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
    mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    outs = []
    for frame, picture in enumerate(video.unbind(1)):
        backbone = stock.forward_image((picture.float() / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1))
        _, feats, places, grids = stock._prepare_backbone_features(backbone)
        said = hints.get(frame)
        mask = said.mask if said else None
        clicks = {"point_coords": said.points - 0.5, "point_labels": said.labels} if said and mask is None else None
        out = stock.track_step(frame, frame == 0, feats, places, grids, clicks, mask, kept, num_frames=99)
        if not stock.training:
            out["maskmem_features"] = out["maskmem_features"].bfloat16()
        kept["cond_frame_outputs" if frame == 0 or frame in hints else "non_cond_frame_outputs"][frame] = out
        outs.append(out)
    return outs


MASK = torch.zeros(1, 1, SIDE, SIDE)
MASK[..., 40:60, 20:100] = 1
BLANK = Hints(points=torch.zeros(1, 0, 2), labels=torch.zeros(1, 0, dtype=torch.int64))


@pytest.mark.parametrize(
    ("finest", "hints"),
    [
        (1, {}),
        (4, {}),
        (1, {0: points(1)}),
        (1, {0: points(2, 3), 13: points(1, 0)}),
        (4, {0: Hints(points=BLANK.points, labels=BLANK.labels, mask=MASK)}),
    ],
    ids=["prompt-free", "finer", "point", "box and correction", "mask"],
)
def test_the_untrained_toolkit_is_sam2_bit_for_bit_over_fourteen_frames(finest: int, hints: dict[int, Hints]) -> None:
    net = make(**AS_STOCK, scales={"finest": finest}).eval()
    stock = stock_of(net)
    stock.multimask_output_in_sam = finest == 1
    video = noise(1, 14)
    ours, theirs = see(net, video, hints), track(stock, video, hints)
    for (sight, _), out in zip(ours, theirs, strict=True):
        assert torch.equal(sight.mask, out["pred_masks_high_res"])
        assert torch.equal(sight.pointer, out["obj_ptr"])
        assert (sight.mask > -1000).all()
    memory = ours[-1][1]
    last = max((*memory.recent, *memory.pinned), key=lambda entry: entry.frame)
    assert torch.equal(last.features, theirs[-1]["maskmem_features"])


def test_with_the_same_dropout_it_is_sam2_in_training_too() -> None:
    net = make(**AS_STOCK, lora={"dropout": 0.0})
    stock, video = stock_of(net).train(), noise(1, 4)
    stock.multimask_output_in_sam = False
    torch.manual_seed(1)
    ours = see(net, video, {})
    torch.manual_seed(1)
    for (sight, _), out in zip(ours, track(stock, video, {}), strict=True):
        assert torch.equal(sight.mask, out["pred_masks_high_res"])
        assert torch.equal(sight.pointer, out["obj_ptr"])


def test_another_memory_than_that_of_sam2_shows() -> None:
    net = make(**{**AS_STOCK, **PLAIN, "memory": {"recent": 5, "retrieved": 0, "first_pinned": True}}).eval()
    video = noise(1, 8)
    same = [
        torch.equal(sight.pointer, out["obj_ptr"])
        for (sight, _), out in zip(see(net, video, {}), track(stock_of(net), video, {}), strict=True)
    ]
    assert same == [True] * 7 + [False]


def test_official_weights_load_into_the_whole_net() -> None:
    net = make()
    answer = net.load_state_dict(sizes.build(NetConfig(size="micro")).state_dict(), strict=False)
    ours = ("lora_", "self_prompting.", "to_2x.", "heads_2x.", "to_4x.", "head_4x.", "iou_4x.")
    assert not answer.unexpected_keys
    assert all(any(part in name for part in ours) for name in answer.missing_keys)


@torch.no_grad()
def test_two_clips_in_a_batch_are_as_each_alone() -> None:
    net = make(memory={"recent": 2, "retrieved": 1, "capacity": 2}).eval()
    video = torch.cat([noise(1, 8), (noise(1, 8, seed=1) // 4)])
    together, alone = net.clip(video), [net.clip(video[:1]), net.clip(video[1:])]
    for frame, both in enumerate(together):
        apart = torch.cat([clip[frame].mask for clip in alone])
        assert torch.allclose(both.mask, apart, atol=1e-4)


@torch.no_grad()
def test_a_clip_is_as_its_frames_in_a_stream() -> None:
    net, video = make().eval(), noise(1, 7)
    for whole, (single, _) in zip(net.clip(video), see(net, video, {}), strict=True):
        assert torch.allclose(whole.mask, single.mask, atol=1e-4)
        assert torch.allclose(whole.pointer, single.pointer, atol=1e-5)


def test_self_prompts_learn_from_a_clip_of_one_frame() -> None:
    net = make()
    net.loss(batch(frames=1))["total"].backward()
    gradients = {name: value.grad for name, value in net.named_parameters() if name.startswith("self_prompting.")}
    assert gradients
    assert all(gradient is not None and bool(gradient.any()) for gradient in gradients.values())


def test_three_steps_change_what_trains_and_nothing_else() -> None:
    net = make()
    before = {name: value.detach().clone() for name, value in net.named_parameters()}
    (group,) = net.groups(lr=1e-3)
    optimiser = torch.optim.AdamW([group])
    for seed in range(3):
        optimiser.zero_grad()
        net.loss(batch(frames=2, seed=seed))["total"].backward()
        optimiser.step()
    changed = {name for name, value in net.named_parameters() if not torch.equal(value, before[name])}
    trained = {name for name, value in net.named_parameters() if value.requires_grad}
    assert changed <= trained
    assert all(value.grad is None for value in net.parameters() if not value.requires_grad)
    for part in ("lora_b", "self_prompting", "sam_mask_decoder", "memory_attention", "memory_encoder", "obj_ptr_proj"):
        assert any(part in name for name in changed)
    assert not any("trunk" in name and "lora_" not in name for name in trained)


def test_all_that_trains_has_the_same_rate() -> None:
    net = make()
    (group,) = net.groups(lr=0.5)
    assert group["lr"] == 0.5
    assert {id(value) for value in group["params"]} == {id(value) for value in net.parameters() if value.requires_grad}


def test_a_part_in_which_nothing_trains_has_no_dropout() -> None:
    net = make(train={"memory": False})
    assert not net.memory_attention.training
    assert not net.image_encoder.neck.training or not any(p.requires_grad for p in net.image_encoder.neck.parameters())
    assert net.sam_mask_decoder.training


def test_computing_activations_again_changes_neither_loss_nor_gradients() -> None:
    results = []
    for again in (False, True):
        net = make()
        net.checkpointing = again
        assert net.checkpointing == again
        torch.manual_seed(1)
        loss = net.loss(batch())["total"]
        loss.backward()
        results.append((loss.item(), [p.grad for p in net.parameters() if p.grad is not None]))
    assert results[0][0] == results[1][0]
    assert all(torch.equal(a, b) for a, b in zip(results[0][1], results[1][1], strict=True))


def test_where_no_text_is_seen_every_scale_is_empty() -> None:
    with torch.no_grad():
        (sight,) = make(score=-5).eval().clip(torch.zeros(1, 1, 3, SIDE, SIDE, dtype=torch.uint8))
    assert sorted(sight.decoded.gated().masks) == [1, 2, 4]
    assert all(bool((logits < 0).all()) for logits in sight.decoded.gated().masks.values())


def test_a_mask_is_learnt_also_where_the_score_denies_text() -> None:
    net = make(score=-5)
    net.loss(batch(frames=1))["focal_x1"].backward()
    gradient = net.get_parameter("sam_mask_decoder.output_hypernetworks_mlps.0.layers.0.weight").grad
    assert gradient is not None
    assert bool(gradient.any())


def test_what_is_remembered_is_never_changed() -> None:
    net, video = make().eval(), noise(1, 12)
    (_, memory), *_ = see(net, video[:, :1], {})
    first = memory.recent[0]
    copy = [first.features.clone(), first.pointer.clone(), first.key.clone()]
    with torch.no_grad():
        for frame in range(1, 12):
            (features,) = net.encode(video[:, frame : frame + 1])
            net.remember(features, net.look(features, [memory], frame), [memory], frame, pin=False)
    assert all(torch.equal(a, b) for a, b in zip(copy, (first.features, first.pointer, first.key), strict=True))


def test_the_cpu_is_never_given_half_precision() -> None:
    net = make().eval()
    with torch.no_grad(), net.autocast():
        (features,) = net.encode(noise(1, 1))
    assert features.top.dtype == torch.float32


def test_losses_have_the_same_names_with_and_without_prompts_and_depend_on_the_seed() -> None:
    net = make(prompted=0.5, lora={"dropout": 0.0}).eval()
    losses = [net.loss(batch(frames=2, seed=seed)) for seed in (*range(6), 0)]
    assert all(sorted(each) == sorted(losses[0]) for each in losses)
    totals = [each["total"].item() for each in losses]
    assert totals[0] == totals[-1]
    assert len(set(totals)) > 1


def test_masks_have_the_size_of_the_input() -> None:
    for finest in (1, 2, 4):
        with torch.no_grad():
            shares = make(scales={"finest": finest}).eval().masks(noise(1, 2))
        assert shares.shape == (1, 2, SIDE, SIDE)
        assert bool(((shares >= 0) & (shares <= 1)).all())


def test_it_is_a_net_and_its_settings_are_checked() -> None:
    assert isinstance(make(), Net)
    with pytest.raises(ConfigError, match="siz"):
        SAM2Text(siz="micro")


def test_features_of_deviation_one_where_that_is_asked_for() -> None:
    grown = make(unit_features=True)
    for parameter in grown.image_encoder.neck.parameters():
        parameter.data *= 50
    with torch.no_grad():
        top = grown.encode(noise(1, 1))[0].top
    assert torch.allclose(top.mean(1), torch.zeros(()), atol=1e-4)
    assert torch.allclose(top.std(1, correction=0), torch.ones(()), atol=1e-3)
