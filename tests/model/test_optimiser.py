from typing import Any

import pytest

from model import nets, optimiser
from model.optimiser import OptimiserConfig
from sts.errors import ConfigError
from tests.model import small_net


def test_the_rate_rises_in_a_line_and_falls_by_a_cosine_to_a_tenth() -> None:
    config = OptimiserConfig(warmup=2)
    rates = [optimiser.rate(config, step, 13) for step in range(13)]
    assert rates[:3] == [1 / 3, 2 / 3, 1.0]
    assert rates[7] == pytest.approx(0.55)
    assert rates[12] == pytest.approx(0.1)


def test_a_run_of_one_step_has_the_full_rate() -> None:
    assert optimiser.rate(OptimiserConfig(), 0, 1) == 1.0


def test_biases_and_norms_do_not_decay() -> None:
    net = small_net.net()
    made = optimiser.make(net, OptimiserConfig())
    decays = {id(p): group["weight_decay"] for group in made.param_groups for p in group["params"]}
    by_name = {name: decays[id(p)] for name, p in nets.module(net).named_parameters()}
    assert by_name == {
        "base.weight": 0.1,
        "head.weight": 0.1,
        "base.bias": 0.0,
        "head.bias": 0.0,
        "norm.weight": 0.0,
        "norm.bias": 0.0,
    }


def test_a_group_keeps_its_share_of_the_rate() -> None:
    made = optimiser.make(small_net.net(), OptimiserConfig(lr=2.0))
    made.param_groups[0]["initial_lr"] = 0.5
    assert optimiser.set_rate(made, OptimiserConfig(lr=2.0), 12, 13) == pytest.approx(0.2)
    assert [group["lr"] for group in made.param_groups] == pytest.approx([0.05, 0.2])


def test_a_net_of_which_nothing_trains_is_refused() -> None:
    net = small_net.net()
    for parameter in nets.module(net).parameters():
        parameter.requires_grad_(False)
    with pytest.raises(ConfigError, match="nothing of this net trains"):
        optimiser.make(net, OptimiserConfig())


@pytest.mark.parametrize("wrong", [{"lr": 0.0}, {"final": 2.0}, {"clip_norm": -1.0}])
def test_values_with_which_nothing_is_learnt_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        OptimiserConfig(**wrong)
