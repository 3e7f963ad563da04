"""The figures of `benchmarks.speed model`: which lines, units and bars. No time is asserted."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from benchmarks import speed
from benchmarks.figures import net
from benchmarks.table import Line


def pair(ours: float, plain: float) -> SimpleNamespace:
    return SimpleNamespace(ours=ours, plain=plain, least=0.9, most=1.2)


def cost(**more: Any) -> SimpleNamespace:
    part = SimpleNamespace(flops=10e9, seconds=0.02)
    given = {
        "device": "one thread of a CPU",
        "side": 1024,
        "entries": 6,
        "flops": pair(1040e9, 1000e9),
        "lora": 2e9,
        "seconds": pair(1.1, 1.0),
        "compiled": None,
        "peak": pair(0, 0),
        "weights": pair(2**20, 2**20),
        "state": 18 * 2**20,
        "parts": {"self-prompts": part, "masks x2": part},
    }
    return SimpleNamespace(**given | more)


def by_name(lines: list[Line]) -> dict[str, Line]:
    return {line.what: line for line in lines}


def test_work_is_split_and_has_its_bar_at_base_plus() -> None:
    lines = by_name([*net._work("base_plus", cost())])
    whole = lines["base_plus at 1024 px: work a frame"]
    assert (round(whole.ours), round(whole.peer or 0), whole.passed) == (1040, 1000, True)
    assert lines["  rest: longer prompt, pointers"].ours == pytest.approx(20)
    assert next(net._work("nano", cost())).bar is None


def test_time_and_memory_have_their_bars() -> None:
    (eager, *_, compiled) = net._time("base_plus", cost(compiled=pair(0.9, 1.0)))
    assert (eager.passed, compiled.passed) == (False, True)
    lines = by_name([*net._memory("base_plus", cost(peak=pair(2**30, 2**30)))])
    assert lines["base_plus: held for one object, memory full"].passed
    assert lines["base_plus: most memory of a frame, besides"].ours == 1024
    assert len([*net._memory("base_plus", cost())]) == 2


@pytest.mark.slow
def test_the_command_prints_every_group_on_the_smallest_net(tmp_path: Path) -> None:
    settings = tmp_path / "micro.toml"
    table = 'sizes = ["micro"]\nsteady = ["micro"]\nold = 60\nlast = 70\npairs = 5\ntrain = ["micro"]\nwindow = 2\n'
    settings.write_text(f"[model]\n{table}", encoding="utf-8")
    given = ["model", "--config", str(settings), "--n", "1", "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(speed.main, given, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    lines = json.loads((tmp_path / "out" / "model.json").read_text(encoding="utf-8"))["lines"]
    held = [line["passed"] for line in lines if line["what"].startswith("micro: held for one object after")]
    assert held == [True]
    assert [line["unit"] for line in lines if "training" in line["what"]] == ["steps/s"]
