import json
import logging
import signal
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from model import checkpoints, nets, runs, training
from model.protocols import Batch
from model.trainer import TrainConfig, Trainer
from sts.errors import ConfigError, DataError
from tests.model import small_net
from tests.model.small_net import ALONE, settings, source


def trained(out: Path, config: TrainConfig, n: int | None = None, options: Mapping[str, Any] | None = None) -> Trainer:
    """A new net, resumed where `out` has a checkpoint."""
    trainer = Trainer(small_net.net(**(options or {})), config, ALONE)
    runs.resume(out, trainer)
    training.fit(trainer, source, out, n)
    return trainer


def equal(a: Mapping[str, torch.Tensor], b: Mapping[str, torch.Tensor]) -> bool:
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def results(out: Path) -> list[bytes]:
    return [(out / f"{name}.safetensors").read_bytes() for name in ("net", "adapter", "step-0000006")]


def test_six_steps_are_three_and_three_to_the_bit(tmp_path: Path) -> None:
    config, options = settings(ema=0.9), {"inner": {"dropout": 0.3}}
    once = trained(tmp_path / "a", config, options=options)
    trained(tmp_path / "b", config, 3, options)
    torch.rand(7)
    twice = trained(tmp_path / "b", config, options=options)
    assert once.step == twice.step == 6
    assert equal(once.module.state_dict(), twice.module.state_dict())
    assert once.ema and twice.ema and equal(once.ema.mean, twice.ema.mean)
    for a, b in zip(*(list(t.optimiser.state.values()) for t in (once, twice)), strict=True):
        assert equal(a, b)
    assert results(tmp_path / "a") == results(tmp_path / "b")


def test_a_signal_ends_a_run_with_a_checkpoint_from_which_it_goes_on(tmp_path: Path) -> None:
    def interrupted(step: int) -> Iterable[Batch]:
        for batch in source(step):
            if batch.seed == 2:
                signal.raise_signal(signal.SIGINT)
            yield batch

    with pytest.raises(KeyboardInterrupt):
        training.fit(Trainer(small_net.net(), settings(), ALONE), interrupted, tmp_path / "a")
    assert checkpoints.steps(tmp_path / "a") == ["step-0000003.safetensors"]
    trained(tmp_path / "a", settings())
    trained(tmp_path / "b", settings())
    assert results(tmp_path / "a") == results(tmp_path / "b")


def test_a_finished_run_takes_no_more_steps(tmp_path: Path) -> None:
    trained(tmp_path, settings())
    before = results(tmp_path)
    assert trained(tmp_path, settings()).step == 6
    assert results(tmp_path) == before


def test_a_run_says_where_its_result_is_and_what_comes_next(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    trained(tmp_path, settings(), 2)
    assert caplog.messages[-1] == (
        f"{tmp_path}: 2 of 6 steps are taken and saved, as --n 2 ends here; the same command goes on"
    )
    trained(tmp_path, settings())
    following = f"python -m model.predict --in DIR --out DIR --weights {tmp_path}"
    result = f"the result is {tmp_path}/net.safetensors; next: {following}"
    assert caplog.messages[-1] == result
    caplog.clear()
    trained(tmp_path, settings())
    assert caplog.messages == [f"{tmp_path}: finished, all 6 steps were taken before", result]


def test_a_loss_that_is_no_number_names_step_and_clips_and_keeps_the_last_good_checkpoint(tmp_path: Path) -> None:
    config = settings(checkpoint_every=2)
    with pytest.raises(DataError, match=r"step 5 of clips clip-5-0, clip-5-1 has total nan.* is step-0000004") as error:
        trained(tmp_path, config, options={"breaks_at": "clip-5-1"})
    assert "\n" not in str(error.value)
    told = json.loads((tmp_path / "not-finite-0000005.json").read_text())
    assert (told["step"], told["clips"]) == (5, ["clip-5-0", "clip-5-1"])
    assert checkpoints.steps(tmp_path)[-1] == "step-0000004.safetensors"
    assert all(value.isfinite().all() for value in nets.module(checkpoints.build(tmp_path)).state_dict().values())


def test_random_weights_that_do_not_train_are_refused() -> None:
    net = small_net.net(freeze=True, width=1)
    parameters = [parameter.numel() for parameter in nets.module(net).parameters() if not parameter.requires_grad]
    assert sum(parameters) == 28
    with pytest.raises(ConfigError, match=r"28 of 40 weights do not train .* sam2.1_hiera_base_plus.pt"):
        training.begin(net, None)


def test_processes_are_a_number() -> None:
    job = training.Job(config=settings(), inputs=("data/synth",))
    with pytest.raises(ConfigError, match="--workers tcp://host:1: training reads with processes of this machine"):
        training.train(job, "runs/none", workers="tcp://host:1")
