"""The six sizes: official ones with official parameters, our own within their bounds, at any size of input."""

import re
from typing import get_args

import pytest
import torch
from sam2.modeling.sam2_base import SAM2Base
from torch import nn

from model import lora
from model.sam2text import decoder, sizes
from model.sam2text.config import LoraConfig, NetConfig, PromptingConfig, ScalesConfig, SizeName
from model.sam2text.prompting import SelfPrompting
from sts.errors import ConfigError


@pytest.mark.parametrize(
    ("size", "parameters", "keys"),
    [
        ("tiny", 38_962_498, 471),
        pytest.param("small", 46_060_354, 519, marks=pytest.mark.slow),
        pytest.param("base_plus", 80_850_178, 615, marks=pytest.mark.slow),
        pytest.param("large", 224_446_642, 903, marks=pytest.mark.slow),
    ],
)
def test_an_official_size_has_the_weights_of_its_checkpoint(size: SizeName, parameters: int, keys: int) -> None:
    net = sizes.build(NetConfig(size=size))
    assert count(net) == parameters
    assert len(net.state_dict()) == keys
    assert net.image_size == 1024


def test_nano_has_at_most_13_million_parameters_with_all_that_we_add() -> None:
    net = sizes.build(NetConfig(size="nano"))
    lora.inject(net.image_encoder.trunk, LoraConfig())
    decoder.extend(net.sam_mask_decoder, ScalesConfig(channels=16, convs=4))
    assert count(net) + count(SelfPrompting(PromptingConfig(), net.hidden_dim)) <= 13_000_000
    assert net.image_size == 512


def test_every_size_is_described() -> None:
    assert set(sizes.SIZES) == set(get_args(SizeName))


def test_our_sizes_have_the_parts_of_the_official_ones(micro: SAM2Base) -> None:
    assert parts(micro) == parts(sizes.build(NetConfig(size="tiny")))


def test_features_have_strides_4_8_and_16(micro: SAM2Base) -> None:
    features = micro.forward_image(torch.zeros(2, 3, 128, 128))["backbone_fpn"]
    assert [tuple(level.shape) for level in features] == [(2, 4, 32, 32), (2, 8, 16, 16), (2, 32, 8, 8)]


def test_inputs_of_two_sizes_take_turns_in_one_process(micro: SAM2Base) -> None:
    large = sizes.build(NetConfig(size="micro", image_size=192)).eval()
    large.load_state_dict(micro.state_dict())
    first = track(micro)
    assert track(large).shape == (1, 1, 192, 192)
    assert torch.equal(track(micro), first)


@pytest.mark.parametrize("side", [128, 192])
def test_windows_of_our_sizes_fill_the_grid(side: int) -> None:
    """SAM2's window of 14 cells would fill up a grid of 8 to 14: three times the work."""
    net = sizes.build(NetConfig(size="micro", image_size=side))
    assert all(block.window_size == 0 or side // 4 % block.window_size == 0 for block in net.image_encoder.trunk.blocks)


def test_rotary_codes_are_made_once(micro: SAM2Base) -> None:
    layer = micro.memory_attention.layers[0]
    codes = layer.self_attn.freqs_cis
    track(micro)
    assert codes.shape[0] == 8 * 8
    assert layer.self_attn.freqs_cis is codes


def test_masks_of_letters_are_neither_swapped_nor_filled() -> None:
    """`apply_postprocessing` of SAM2 swaps mask tokens on thin strokes and closes the counters of letters."""
    net = sizes.build(NetConfig(size="micro"))
    assert net.sam_mask_decoder.dynamic_multimask_via_stability is False
    assert getattr(net, "fill_hole_area", 0) == 0


def test_stochastic_depth_is_off_so_that_training_mode_answers_the_same(micro: SAM2Base) -> None:
    assert all(isinstance(block.drop_path, nn.Identity) for block in micro.image_encoder.trunk.blocks)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"image_size": 500}, "image_size = 500: give a multiple of 32 px"),
        ({"image_size": -32}, "image_size = -32"),
    ],
)
def test_an_input_that_cannot_be_cut_is_refused(settings: dict[str, int], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        NetConfig(size="micro", image_size=settings["image_size"])


@pytest.fixture(scope="module")
def micro() -> SAM2Base:
    torch.manual_seed(0)
    return sizes.build(NetConfig(size="micro")).eval()


@torch.no_grad()
def track(net: SAM2Base) -> torch.Tensor:
    """Full-size logits of the second of two frames, with the first in memory."""
    entries: dict[str, dict[int, dict[str, torch.Tensor]]] = {"cond_frame_outputs": {}, "non_cond_frame_outputs": {}}
    for frame in range(2):
        picture = torch.randn(1, 3, net.image_size, net.image_size, generator=torch.Generator().manual_seed(frame))
        _, features, positions, grids = net._prepare_backbone_features(net.forward_image(picture))
        out = net.track_step(frame, frame == 0, features, positions, grids, None, None, entries, num_frames=16)
        entries["cond_frame_outputs"][frame] = out
    return entries["cond_frame_outputs"][1]["pred_masks_high_res"]


def parts(net: SAM2Base) -> set[str]:
    """Names of all weights, without the number of the block or layer."""
    return {re.sub(r"\d+", "n", name) for name in net.state_dict()}


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
