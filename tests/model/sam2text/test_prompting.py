"""Self-prompts look at different parts of the frame, and learn from a single frame."""

import pytest
import torch
from jaxtyping import Float
from torch.nn.functional import cosine_similarity

from model.sam2text.config import PromptingConfig
from model.sam2text.prompting import SelfPrompting
from sts.errors import ConfigError

Features = Float[torch.Tensor, "b c h w"]


def test_the_number_of_parameters_is_that_of_the_paper() -> None:
    module = SelfPrompting(PromptingConfig(), width=256)
    assert sum(value.numel() for value in module.parameters()) == 1_123_572
    assert sum(value.numel() for value in module.maps.parameters()) == 6_132


def test_a_frame_of_any_size_gives_the_tokens_that_were_asked_for() -> None:
    module = SelfPrompting(PromptingConfig(tokens=5, heads=4), width=32)
    assert module(features(size=8)).shape == (2, 5, 32)
    assert module(features(size=12)).shape == (2, 5, 32)


def test_at_first_a_token_is_about_half_the_mean_of_the_frame() -> None:
    module, frame = fresh(), features(size=16) + 1
    look = module.look(frame)
    assert 0.4 < look.mean() < 0.6
    assert torch.allclose(module.gather(frame).mean(), frame.mean() / 2, rtol=0.2)


def test_the_maps_of_a_fresh_module_are_neither_flat_nor_saturated() -> None:
    look = fresh().look(features(size=16))
    assert look.std(dim=(2, 3)).min() > 0.02
    assert ((look > 0.01) & (look < 0.99)).float().mean() > 0.95


def test_a_token_is_the_mean_of_what_its_map_looks_at() -> None:
    module, frame = fresh(), features(size=4)
    by_hand = torch.einsum("bnhw,bchw->bnc", module.look(frame), frame) / 16
    assert torch.allclose(module.gather(frame), by_hand, atol=1e-6)


def test_nothing_keeps_tokens_from_growing_apart() -> None:
    """They begin nearly alike, the more so where the mean of a frame outweighs its contrast."""
    module, common = fresh(), 3 * features(size=1)
    before = alike(module.eval()(features(size=8) + common))
    optimiser = torch.optim.Adam(module.train().parameters(), lr=0.003)
    for step in range(20):
        optimiser.zero_grad()
        alike(module(features(size=8, seed=step) + common)).backward()
        optimiser.step()
    assert alike(module.eval()(features(size=8) + common)) < 0.5 < before


def test_how_large_features_are_does_not_matter() -> None:
    module, frame = fresh().eval(), features(size=8)
    assert torch.allclose(module(50 * frame), module(frame), atol=1e-4)


def test_neither_the_mean_of_a_frame_nor_what_answers_have_in_common_makes_tokens_alike() -> None:
    """In training from nothing both grow until all tokens were one."""
    module, frame = fresh().eval(), features(size=8) + 100 * features(size=1, seed=5)
    for attention in (module.among, module.across):
        attention.out_proj.bias.data = 100 * torch.randn(32, generator=torch.Generator().manual_seed(1))
    assert alike(module(frame)) < 0.9


def test_every_parameter_learns_from_one_frame() -> None:
    module = fresh()
    module(features(size=8)[:1]).square().sum(dim=(0, 1))[::2].sum().backward()
    assert all(value.grad is not None and value.grad.abs().sum() > 0 for value in module.parameters())


def test_dropout_acts_in_training_only() -> None:
    module, frame = fresh(), features(size=8)
    assert not torch.equal(module(frame), module(frame))
    module.eval()
    assert torch.equal(module(frame), module(frame))


def test_a_row_of_the_batch_does_not_see_the_others() -> None:
    module, frames = fresh().eval(), features(size=8)
    assert torch.allclose(module(frames)[1:], module(frames[1:]), atol=1e-6)


def test_heads_that_do_not_divide_the_width_are_one_line() -> None:
    with pytest.raises(ConfigError, match=r"prompting.heads = 7: give a number that divides 32"):
        SelfPrompting(PromptingConfig(heads=7), width=32)


def fresh() -> SelfPrompting:
    torch.manual_seed(0)
    return SelfPrompting(PromptingConfig(), width=32)


def alike(tokens: Float[torch.Tensor, "b n c"]) -> Float[torch.Tensor, ""]:
    """Mean cosine of two tokens of a frame."""
    cosines = cosine_similarity(tokens[:, :, None], tokens[:, None], dim=-1)
    return cosines[:, ~torch.eye(tokens.shape[1], dtype=torch.bool)].mean()


def features(size: int, seed: int = 0) -> Features:
    return torch.randn(2, 32, size, size, generator=torch.Generator().manual_seed(seed))
