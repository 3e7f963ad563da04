"""The modules have the sizes, names and answers of the paper's code."""

import pytest
import torch

from model import nets
from model.hisam import sizes
from model.hisam.adapter import Adapter, AdapterBlock
from model.hisam.config import NetConfig
from model.hisam.decoders import HierDecoder, StrokeDecoder
from model.hisam.net import HiSam
from model.hisam.prompting import ModalAligner
from model.stock_sam import Block
from sts.errors import ConfigError

BASE = NetConfig(size="vit_b")
NAMES = {
    "image_encoder.blocks.0.Space_Adapter.D_fc1.weight": (192, 768),
    "image_encoder.blocks.11.MLP_Adapter.D_fc2.bias": (768,),
    "modal_aligner.conv.0.weight": (12, 256, 3, 3),
    "modal_aligner.conv.6.weight": (12, 12, 3, 3),
    "modal_aligner.transformer_layers.0.self_attn.in_proj_weight": (768, 256),
    "modal_aligner.transformer_layers.0.norm1.weight": (256,),
    "modal_aligner.transformer_layers.0.cross_attn.out_proj.bias": (256,),
    "modal_aligner.transformer_layers.0.norm2.bias": (256,),
    "modal_aligner.transformer_layers.0.ffn.2.weight": (256, 1024),
    "mask_decoder.output_upscaling_hr.0.weight": (32, 16, 2, 2),
    "mask_decoder.output_upscaling_hr.1.weight": (16,),
    "mask_decoder.output_upscaling_hr.3.weight": (16, 16, 2, 2),
    "mask_decoder.output_upscaling_hr.13.bias": (16,),
    "mask_decoder.output_upscaling_hr.15.weight": (16, 16, 3, 3),
    "mask_decoder.output_hypernetworks_mlps_hr.layers.2.weight": (16, 256),
    "mask_decoder.iou_prediction_head_hr.layers.2.weight": (1, 256),
    "hi_decoder.mask_tokens.weight": (4, 256),
    "hi_decoder.word_mask_dc.0.weight": (16, 32, 1, 1),
    "hi_decoder.word_mask_dc.1.bias": (16,),
    "hi_decoder.word_mask_refine.9.weight": (16, 16, 3, 3),
    "hi_decoder.output_word_mlp.layers.0.weight": (256, 256),
}
"""Some of each module, as the released code has them"""


@pytest.fixture(scope="module")
def base() -> HiSam:
    """ViT-B without numbers in it."""
    with torch.device("meta"):
        return HiSam(size="vit_b")


def test_the_numbers_of_parameters_are_those_of_the_paper() -> None:
    assert count(ModalAligner(256, 12)) == 1_084_464
    assert count(StrokeDecoder(**sizes.decoder(BASE))) == 4_338_421
    assert count(HierDecoder(**sizes.decoder(BASE))) == 4_203_972
    assert count(Adapter(768)) == 295_872


def test_of_vit_b_what_hi_sam_adds_trains_and_nothing_else(base: HiSam) -> None:
    trained = sum(p.numel() for p in base.parameters() if p.requires_grad)
    assert trained == 2 * 12 * 295_872 + 1_084_464 + 4_338_421 + 4_203_972
    assert sum(p.numel() for group in base.groups(1e-4) for p in group["params"]) == trained


def test_parameters_have_the_released_names_and_shapes(base: HiSam) -> None:
    own = base.state_dict()
    assert {name: tuple(own[name].shape) for name in NAMES} == NAMES


def test_an_adapter_stands_after_the_attention_and_half_of_one_beside_the_mlp() -> None:
    torch.manual_seed(0)
    block = Block(dim=16, num_heads=2, window_size=3, input_size=(7, 5))
    x = torch.randn(2, 7, 5, 16)
    stock = block(x)
    block.__class__ = AdapterBlock
    assert isinstance(block, AdapterBlock)
    block.adapt(16)
    assert (block(x) - stock).abs().max() > 0.01
    zero(block.Space_Adapter)
    expected = stock + 0.5 * block.MLP_Adapter(block.norm2(attended(block, x)))
    assert torch.allclose(block(x), expected, atol=1e-5)
    block.checkpointing = True
    assert torch.allclose(block(x), expected, atol=1e-5)


def test_the_aligner_gathers_means_of_what_its_maps_look_at() -> None:
    module = ModalAligner(16, 3).eval()
    torch.nn.init.zeros_(module.get_parameter("conv.6.weight"))
    module.transformer_layers = torch.nn.ModuleList()
    features = torch.randn(2, 16, 6, 6)
    assert torch.allclose(module(features), 0.5 * features.mean((2, 3))[:, None].expand(-1, 3, -1), atol=1e-6)
    with pytest.raises(ConfigError, match="do not divide 20"):
        ModalAligner(20, 3)


def test_masks_have_a_quarter_all_and_three_eighths_of_the_input_side() -> None:
    net = nets.build({"class": "model.hisam.net:HiSam", "size": "micro"})
    assert isinstance(net, HiSam)
    features = net.encode(torch.zeros(2, 3, 128, 128, dtype=torch.uint8))
    assert features.shape == (2, 32, 8, 8)
    strokes = net.draw(features)
    assert (strokes.coarse.shape, strokes.fine.shape) == ((2, 1, 32, 32), (2, 1, 128, 128))
    answer = net.ask(features[[0, 1, 1]], torch.rand(3, 2) * 128, words=True)
    assert answer.words is not None
    assert (answer.masks.shape, answer.ious.shape, answer.words.shape) == ((3, 3, 32, 32), (3, 3), (3, 48, 48))


def test_a_point_is_answered_from_the_features_of_its_own_picture() -> None:
    torch.manual_seed(0)
    net = HiSam(size="micro").eval()
    features, points = net.encode(torch.randint(0, 255, (2, 3, 128, 128), dtype=torch.uint8)), torch.rand(3, 2) * 128
    together = net.ask(features[[0, 1, 1]], points, words=False)
    alone = net.ask(features[[1]], points[2:], words=False)
    assert together.words is None
    assert torch.allclose(together.masks[2:], alone.masks, atol=1e-4)
    assert not torch.allclose(together.masks[1], together.masks[2], atol=1e-4)


def test_settings_that_make_no_net_are_one_line() -> None:
    wrong: dict[str, dict[str, object]] = {"of 16": {"image_size": 100}, "tokens": {"tokens": 0}, "size": {"size": "x"}}
    for said, settings in wrong.items():
        with pytest.raises(ConfigError, match=said):
            HiSam(**settings)


def attended(block: AdapterBlock, x: torch.Tensor) -> torch.Tensor:
    return x + block._attended(block.norm1(x))


def zero(module: torch.nn.Module) -> None:
    for parameter in module.parameters():
        torch.nn.init.zeros_(parameter)


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())
