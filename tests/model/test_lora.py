"""LoRA begins as the stock trunk, keeps its names, trains alone, and merges."""

import pytest
import torch
from jaxtyping import Float
from sam2.modeling.backbones.hieradet import Hiera, MultiScaleAttention
from torch import nn

from model import lora
from model.lora import LoRALinear
from model.sam2text.config import LoraConfig
from sts.errors import ConfigError

Picture = Float[torch.Tensor, "b 3 s s"]


@pytest.fixture
def trunk() -> Hiera:
    torch.manual_seed(0)
    return Hiera(embed_dim=16, num_heads=1, stages=(1, 1, 2, 1), global_att_blocks=(3,), window_spec=(8, 4, 4, 4))


@pytest.fixture
def picture() -> Picture:
    return torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize(
    ("embed", "heads", "stages", "n"),
    [
        (96, 1, (1, 2, 7, 2), 1_322_496),
        (96, 1, (1, 2, 11, 2), 1_764_864),
        (112, 2, (2, 3, 16, 3), 3_058_944),
        pytest.param(144, 2, (2, 6, 36, 4), 7_831_296, marks=pytest.mark.slow),
    ],
    ids=["tiny", "small", "base_plus", "large"],
)
def test_the_number_of_parameters_is_that_of_the_paper(embed: int, heads: int, stages: tuple[int, ...], n: int) -> None:
    trunk = Hiera(embed_dim=embed, num_heads=heads, stages=stages)
    lora.inject(trunk, LoraConfig())
    assert sum(value.numel() for name, value in trunk.named_parameters() if lora.added(name)) == n


@pytest.mark.parametrize("training", [False, True])
def test_a_fresh_update_changes_no_bit(trunk: Hiera, picture: Picture, training: bool) -> None:
    trunk.train(training)
    before = trunk(picture)
    lora.inject(trunk, LoraConfig())
    assert all(torch.equal(a, b) for a, b in zip(before, trunk(picture), strict=True))


def test_rank_0_adds_nothing(trunk: Hiera) -> None:
    names = list(trunk.state_dict())
    lora.inject(trunk, LoraConfig(rank=0))
    assert list(trunk.state_dict()) == names
    assert not any(isinstance(layer, LoRALinear) for layer in trunk.modules())


def test_a_checkpoint_of_the_stock_trunk_loads_after_injection(trunk: Hiera) -> None:
    stock = {name: value.clone() for name, value in trunk.state_dict().items()}
    lora.inject(trunk, LoraConfig())
    answer = trunk.load_state_dict(stock, strict=False)
    assert answer.unexpected_keys == []
    assert answer.missing_keys
    assert all(lora.added(name) for name in answer.missing_keys)


def test_every_block_has_its_four_layers_updated_and_nothing_else(trunk: Hiera) -> None:
    lora.inject(trunk, LoraConfig())
    updated = {name.rpartition(".")[0] for name, _ in trunk.named_parameters() if lora.added(name)}
    layers = ("attn.qkv", "attn.proj", "mlp.layers.0", "mlp.layers.1")
    assert updated == {f"blocks.{i}.{layer}" for i in range(len(trunk.blocks)) for layer in layers}


@pytest.mark.parametrize("part", [0, 1, 2], ids=["q", "k", "v"])
def test_the_updates_of_q_k_and_v_are_apart(part: int) -> None:
    attention = MultiScaleAttention(16, 32, num_heads=1)
    x = torch.randn(1, 4, 4, 16)
    before = attention.qkv(x).chunk(3, dim=-1)
    updated = lora.swap(attention.qkv, LoraConfig(dropout=0.0), parts=3)
    with torch.no_grad():
        updated.lora_b[part] = 1
    after = attention.qkv(x).chunk(3, dim=-1)
    assert [not torch.equal(a, b) for a, b in zip(before, after, strict=True)] == [i == part for i in range(3)]


def test_the_update_is_alpha_over_rank_times_b_a_x() -> None:
    layer = nn.Linear(3, 2)
    x = torch.tensor([[1.0, 2.0, 3.0]])
    base = layer(x)
    updated = lora.swap(layer, LoraConfig(rank=2, alpha=6.0, dropout=0.0), parts=1)
    with torch.no_grad():
        updated.lora_a[:] = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]])
        updated.lora_b[:] = torch.tensor([[[1.0, 0.0], [1.0, 2.0]]])
    assert torch.allclose(layer(x) - base, torch.tensor([[3 * 1.0, 3 * (1.0 + 2 * 5.0)]]))


def test_dropout_acts_on_the_update_in_training_only() -> None:
    layer = lora.swap(nn.Linear(64, 8), LoraConfig(rank=2, dropout=0.5), parts=1)
    nn.init.ones_(layer.lora_b)
    x = torch.ones(1, 64)
    layer.eval()
    assert torch.equal(layer(x), layer(x))
    layer.train()
    assert not torch.equal(layer(x), layer(x))


def test_three_steps_change_the_updates_and_no_weight_of_the_trunk(trunk: Hiera, picture: Picture) -> None:
    trunk.requires_grad_(False)
    lora.inject(trunk, LoraConfig())
    before = {name: value.clone() for name, value in trunk.state_dict().items()}
    optimiser = torch.optim.AdamW([p for p in trunk.parameters() if p.requires_grad], lr=0.01)
    for _ in range(3):
        sum(level.square().mean() for level in trunk(picture)).backward()
        optimiser.step()
    changed = {name for name, value in trunk.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {name for name in before if lora.added(name)}
    assert all((value.grad is not None) == lora.added(name) for name, value in trunk.named_parameters())


def test_a_merged_trunk_answers_the_same_and_can_be_unmerged(trunk: Hiera, picture: Picture) -> None:
    _trained(trunk)
    weights = {name: value.clone() for name, value in trunk.state_dict().items()}
    apart, together = trunk.train()(picture), trunk.eval()(picture)
    lora.merge(trunk)
    lora.merge(trunk)
    name = "blocks.0.attn.qkv.weight"
    assert not torch.equal(trunk.state_dict()[name], weights[name])
    merged = trunk(picture)
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(apart, merged, strict=True))
    assert all(torch.allclose(a, b, atol=1e-4) for a, b in zip(together, merged, strict=True))
    lora.unmerge(trunk)
    lora.unmerge(trunk)
    assert all(torch.allclose(value, weights[name], atol=1e-5) for name, value in trunk.state_dict().items())


def test_merging_half_precision_is_refused(trunk: Hiera) -> None:
    lora.inject(trunk, LoraConfig())
    with pytest.raises(ConfigError, match=r"bfloat16 weights: merge, then convert"):
        lora.merge(trunk.to(torch.bfloat16))


def _trained(trunk: Hiera) -> None:
    """Injected, with updates that do something."""
    lora.inject(trunk, LoraConfig(dropout=0.0))
    for name, value in trunk.named_parameters():
        if name.endswith("lora_b"):
            nn.init.normal_(value, std=0.02)
