from typing import Any

import pytest
import torch

from model import checkpoints
from model.optimiser import OptimiserConfig
from model.trainer import NotFiniteError, TrainConfig, Trainer
from sts.errors import ConfigError
from tests.model import small_net
from tests.model.small_net import ALONE, settings


def test_thirty_steps_lower_the_loss() -> None:
    trainer = Trainer(small_net.net(), settings(steps=30), ALONE)
    losses = [trainer.advance(small_net.batch(step))["total"] for step in range(30)]
    assert sum(losses[-3:]) < 0.5 * sum(losses[:3])


def test_what_is_frozen_stays_to_the_bit_and_has_no_gradient() -> None:
    net = small_net.net(freeze=True)
    trainer, before = Trainer(net, settings(), ALONE), checkpoints.digest(net)
    for step in range(3):
        trainer.advance(small_net.batch(step))
    assert checkpoints.digest(net) == before
    assert [
        name for name, p in trainer.module.named_parameters() if name.startswith("base") and p.grad is not None
    ] == []


def test_gradients_are_clipped_together() -> None:
    config = settings(optimiser=OptimiserConfig(lr=1.0, clip_norm=1e-9, weight_decay=0.0))
    trainer = Trainer(small_net.net(), config, ALONE)
    kept: list[float] = []
    trainer.optimiser.register_step_pre_hook(lambda *_: kept.append(norm(trainer)))
    assert trainer.advance(small_net.batch(0))["norm"] > 1e-3
    assert kept == [pytest.approx(1e-9, rel=1e-2)]


def test_a_gradient_that_is_not_finite_stops_the_step() -> None:
    trainer = Trainer(small_net.net(), settings(), ALONE)
    before = {name: value.clone() for name, value in trainer.module.state_dict().items()}
    trainer.module.get_parameter("head.weight").register_hook(lambda gradient: gradient * torch.inf)
    with pytest.raises(NotFiniteError, match=r"step 0 of clips clip-0-0, clip-0-1 has total 0.* norm (nan|inf)"):
        trainer.advance(small_net.batch(0))
    assert all(torch.equal(value, before[name]) for name, value in trainer.module.state_dict().items())
    assert trainer.step == 0 and not trainer.optimiser.state


@pytest.mark.parametrize("checkpointing", [False, True])
def test_too_little_memory_is_one_line_with_what_to_lower(checkpointing: bool) -> None:
    trainer = Trainer(small_net.net(floats=2**50), settings(checkpointing=checkpointing), ALONE)
    hint = "lower batch" if checkpointing else "set checkpointing = true, lower batch"
    with pytest.raises(ConfigError, match=f"memory with 2 clips of 2 frames a process: {hint} or window") as error:
        trainer.advance(small_net.batch(0))
    assert "\n" not in str(error.value)


def test_another_error_keeps_its_traceback() -> None:
    trainer = Trainer(small_net.net(), settings(), ALONE)
    trainer.module.head = torch.nn.Conv2d(9, 1, 3, padding=1)
    with pytest.raises(RuntimeError, match="9 channels"):
        trainer.advance(small_net.batch(0))


def test_random_choices_depend_on_the_step_alone() -> None:
    a, b = (Trainer(small_net.net(inner={"dropout": 0.5}), settings(), ALONE) for _ in "ab")
    first = a.advance(small_net.batch(0))
    torch.rand(3)
    assert b.advance(small_net.batch(0)) == first


def test_the_net_is_told_to_compute_activations_again() -> None:
    assert Trainer(small_net.net(), settings(checkpointing=True), ALONE).net.checkpointing


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"batch": 0}, {"ema": 1.0}, {"keep": 0}])
def test_a_run_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        TrainConfig(**wrong)


def norm(trainer: Trainer) -> float:
    """Of all gradients."""
    return float(torch.stack([p.grad.norm() for p in trainer.module.parameters() if p.grad is not None]).norm())
