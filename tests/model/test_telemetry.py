import logging
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from model import telemetry, training
from model.trainer import Trainer
from sts.errors import ConfigError
from tests.model import small_net
from tests.model.small_net import ALONE, settings, source


def board(out: Path) -> Any:
    shown = EventAccumulator(str(out / "board"))
    shown.Reload()
    return shown


def test_a_run_leaves_curves_and_pictures(tmp_path: Path) -> None:
    config = settings(board=True, log_every=2, pictures_every=3)
    training.fit(Trainer(small_net.net(), config, ALONE), source, tmp_path)
    shown = board(tmp_path)
    assert [event.step for event in shown.Scalars("total")] == [2, 4, 6]
    assert {"total", "entropy", "norm", "lr", "steps/s"} <= set(shown.Tags()["scalars"])
    (picture, _) = shown.Images("frame, truth, answer")
    assert (picture.step, picture.height, picture.width) == (3, 64, 96)


def test_a_curve_that_goes_on_has_each_step_once(tmp_path: Path) -> None:
    for step in (0, 2):
        trainer = Trainer(small_net.net(), settings(board=True, log_every=1, pictures_every=0), ALONE)
        trainer.step = step
        training.fit(trainer, source, tmp_path, 3)
    assert [event.step for event in board(tmp_path).Scalars("total")] == [1, 2, 3, 4, 5]


def test_lines_tell_means_rate_and_time_left(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        training.fit(Trainer(small_net.net(), settings(log_every=3), ALONE), source, tmp_path)
    lines = [message for message in caplog.messages if message.startswith("step")]
    assert [line.partition(":")[0] for line in lines] == ["step 3 of 6", "step 6 of 6"]
    assert all(word in lines[0] for word in ("total 0.", "lr 0.0", " steps/s, ", " s left"))


def test_a_line_holds_the_mean_since_the_last_one() -> None:
    pace = telemetry.Pace(10, 4, 10)
    for value in (1.0, 2.0):
        pace.count({"total": value})
    means, line = pace.line()
    assert means["total"] == 1.5 and line.startswith("step 6 of 10: total 1.5, ")
    pace.count({"total": 7.0})
    assert pace.line()[0]["total"] == 7.0


def test_the_time_left_is_that_of_this_call() -> None:
    pace = telemetry.Pace(1_000_000, 0, 2)
    for _ in range(2):
        pace.count({"total": 1.0})
    line = pace.line()[1]
    assert line.startswith("step 2 of 1000000: ") and line.endswith(", 0 s left")


def test_a_sheet_has_frame_truth_and_answer_and_changes_nothing() -> None:
    net, batch = small_net.net(inner={"dropout": 0.5}), small_net.batch(0)
    drawn = telemetry.sheet(net, batch, ALONE.device).numpy()
    np.testing.assert_array_equal(drawn[:, :32, :32], batch.video[0, 0])
    np.testing.assert_array_equal(drawn[0, 32:, 32:64], batch.truth[0, 1])
    assert len(np.unique(drawn[:, :, 64:])) > 10
    assert isinstance(net, torch.nn.Module) and net.training


def test_without_tensorboard_one_line_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    trainer = Trainer(small_net.net(), settings(board=True), ALONE)
    with pytest.raises(ConfigError, match="TensorBoard is not installed: install it, or set board = false"):
        training.fit(trainer, source, tmp_path)
