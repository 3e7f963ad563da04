from pathlib import Path

import pytest
import torch

from model import checkpoints, runs, weights
from model.trainer import Trainer
from sts.errors import ConfigError, DataError
from tests.model import small_net
from tests.model.small_net import ALONE, settings

SETTINGS = {"config": {"seed": 1, "optimiser": {"lr": 0.1}}, "processes": 1}


def trainer(**given: float | str) -> Trainer:
    made = Trainer(small_net.net(), settings(**given), ALONE)
    made.advance(small_net.batch(0))
    return made


def test_other_settings_are_refused_by_name(tmp_path: Path) -> None:
    runs.begin(tmp_path, SETTINGS)
    runs.check(tmp_path, SETTINGS)
    other = {"config": {"seed": 1, "optimiser": {"lr": 0.2}}, "processes": 2}
    with pytest.raises(
        ConfigError, match=r"a training made otherwise: config.optimiser.lr was 0.1 and is now 0.2, processes was 1"
    ):
        runs.check(tmp_path, other)


def test_the_last_checkpoints_are_kept(tmp_path: Path) -> None:
    one = trainer(keep=2)
    for _ in range(4):
        runs.store(tmp_path, one)
        one.advance(small_net.batch(one.step))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"step-000000{step}.{suffix}" for step in (3, 4) for suffix in ("pt", "safetensors")
    ]


def test_the_results_hold_the_running_mean_and_the_net_keeps_its_weights(tmp_path: Path) -> None:
    one = trainer(ema=0.9)
    assert one.ema is not None
    one.ema.mean["head.bias"].fill_(7)
    before = one.module.get_parameter("head.bias").clone()
    runs.finish(tmp_path, one)
    for name in ("net", "adapter"):
        assert weights.read(tmp_path / f"{name}.safetensors")[0]["head.bias"] == 7
    assert one.module.get_parameter("head.bias") == before


def test_a_result_in_half_precision_is_asked_for(tmp_path: Path) -> None:
    runs.finish(tmp_path, trainer(result="fp16"))
    assert {value.dtype for value in weights.read(tmp_path / "net.safetensors")[0].values()} == {torch.float16}
    assert {value.dtype for value in weights.read(tmp_path / "adapter.safetensors")[0].values()} == {torch.float32}


def test_a_run_is_used_by_its_last_checkpoint(tmp_path: Path) -> None:
    one = trainer()
    runs.store(tmp_path, one)
    one.advance(small_net.batch(1))
    runs.store(tmp_path, one)
    again = checkpoints.build(tmp_path)
    assert checkpoints.find(tmp_path) == f"{tmp_path}/step-0000002.safetensors"
    assert (again.masks(small_net.batch(0).video) == one.net.masks(small_net.batch(0).video)).all()


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
def test_a_damaged_checkpoint_is_one_line_that_says_how_to_go_on(suffix: str, tmp_path: Path) -> None:
    one = trainer()
    runs.store(tmp_path, one)
    path = tmp_path / f"step-0000001.{suffix}"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(
        DataError, match=r"damaged.*; delete .*safetensors to go on from the checkpoint before"
    ) as error:
        runs.resume(tmp_path, trainer())
    assert "\n" not in str(error.value)


def test_a_checkpoint_of_another_optimiser_is_one_line(tmp_path: Path) -> None:
    runs.store(tmp_path, trainer())
    with pytest.raises(DataError, match="is no state of this optimiser"):
        runs.resume(tmp_path, Trainer(small_net.net(freeze=True), settings(), ALONE))


def test_there_is_nothing_to_resume_at_first(tmp_path: Path) -> None:
    assert not runs.resume(tmp_path / "new", trainer())
