"""The command on rendered clips with the smallest SAM2Text."""

import logging
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file

from model import checkpoints, nets, training
from model.optimiser import OptimiserConfig
from model.train import main
from model.trainer import TrainConfig
from sts.errors import ConfigError, DataError
from synth import stage
from synth.stage import RenderConfig
from tests.model import small_set

EVERYTHING = {"trunk": True, "neck": True, "prompt_encoder": True}


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("rendered")
    settings = RenderConfig(width=160, height=120, frames=4, engine="synth.engines.planes:Planes")
    stage.run(stage.job(settings, ()), out, 2, "1")
    return out


def job(rendered: Path, weights: Path | None = None, **given: Any) -> training.Job:
    net = {"class": "model.sam2text.net:SAM2Text", "size": "micro", "train": EVERYTHING}
    fast = OptimiserConfig(lr=1e-3, clip_norm=1.0)
    settings = {"net": net, "window": 2, "board": False, "optimiser": fast, **given}
    return training.Job(config=TrainConfig(**settings), inputs=(rendered,), weights=weights)


def test_thirty_steps_on_rendered_shards_lower_the_loss(
    rendered: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        training.train(job(rendered, steps=30, log_every=5), tmp_path)
    totals = [float(total) for total in re.findall(r"total ([\d.]+)", caplog.text)]
    assert len(totals) == 6
    assert totals[-1] < 0.7 * totals[0]


def test_a_run_that_was_stopped_ends_like_one_that_was_not(rendered: Path, tmp_path: Path) -> None:
    once = job(rendered, steps=4, ema=0.9)
    training.train(once, tmp_path / "a")
    training.train(once, tmp_path / "b", n=2)
    training.train(once, tmp_path / "b")
    for name in ("net", "adapter", "step-0000004"):
        file = f"{name}.safetensors"
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_an_adapter_is_trained_on_the_weights_of_another_run(rendered: Path, tmp_path: Path) -> None:
    training.train(job(rendered, steps=1), tmp_path / "base")
    net = {"class": "model.sam2text.net:SAM2Text", "size": "micro"}
    training.train(job(rendered, tmp_path / "base", steps=2, net=net), tmp_path / "run")
    again = nets.build(net)
    checkpoints.initialise(again, tmp_path / "base")
    checkpoints.load(again, tmp_path / "run" / "adapter.safetensors")
    trained = checkpoints.build(tmp_path / "run")
    for name, value in nets.module(trained).state_dict().items():
        assert (nets.module(again).state_dict()[name] == value).all(), name


def test_other_settings_and_other_weights_are_refused(rendered: Path, tmp_path: Path) -> None:
    training.train(job(rendered, steps=2), tmp_path / "run", n=1)
    with pytest.raises(ConfigError, match=r"config.seed was 123 and is now 4"):
        training.train(job(rendered, steps=2, seed=4), tmp_path / "run")
    with pytest.raises(ConfigError, match=r"weights was '' and is now '"):
        training.train(job(rendered, tmp_path / "run", steps=2), tmp_path / "run")


def test_what_cannot_be_trained_writes_nothing(rendered: Path, tmp_path: Path) -> None:
    save_file({"lm_head.weight": torch.zeros(3)}, tmp_path / "other.safetensors")
    unlabelled = small_set.write(tmp_path / "unlabelled", [small_set.clip(labelled=[False] * 10)])
    none = small_set.write(tmp_path / "none", [])
    for made, words in (
        (job(rendered, tmp_path / "other.safetensors"), "does not fit this SAM2Text"),
        (job(unlabelled), "1 clip and no labelled frame"),
        (job(none), "0 clips and no labelled frame"),
    ):
        with pytest.raises(DataError, match=words):
            training.train(made, tmp_path / "run")
        assert not (tmp_path / "run").exists()


def test_the_command_says_in_one_line_what_is_missing(rendered: Path, tmp_path: Path) -> None:
    settings = tmp_path / "micro.toml"
    settings.write_text('net = {class = "model.sam2text.net:SAM2Text", size = "micro", train = {memory = false}}')
    command = ["--in", str(rendered), "--out", str(tmp_path / "run"), "--config", str(settings)]
    for more, words in {
        (): "weights do not train and would stay random: give --weights",
        ("--weights", str(tmp_path / "none.pt")): "none.pt: No such file",
    }.items():
        told = CliRunner().invoke(main, [*command, *more])
        assert told.exit_code == 1
        assert words in told.output.splitlines()[-1]
