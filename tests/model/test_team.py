"""Two processes that torchrun starts train like one with twice the batch."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from model import weights
from model.trainer import Trainer
from tests.model import small_net

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where both processes have written."""
    folder = tmp_path_factory.mktemp("team")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    run = subprocess.run(
        [*command, "-m", "tests.model.share", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    return folder


def told(out: Path, which: str) -> list[tuple[list[float], str]]:
    """Losses and error of each process."""
    return [json.loads((out / f"rank-{rank}.json").read_text())[which] for rank in range(2)]


def test_two_processes_have_the_losses_of_one_with_twice_the_batch(out: Path) -> None:
    alone = Trainer(small_net.net(), small_net.settings(), small_net.ALONE)
    totals = [alone.advance(small_net.batch(step, clips=4))["total"] for step in range(6)]
    (first, _), (second, _) = told(out, "well")
    assert first == second == pytest.approx(totals, rel=1e-4)
    together = weights.read(out / "well" / "net.safetensors")[0]
    for name, value in alone.module.state_dict().items():
        torch.testing.assert_close(together[name], value, rtol=1e-3, atol=1e-4)


def test_the_first_process_writes_once(out: Path) -> None:
    names = sorted(path.name for path in (out / "well").iterdir())
    assert names == ["adapter.safetensors", "net.safetensors", "step-0000006.pt", "step-0000006.safetensors"]


def test_a_loss_that_is_no_number_in_one_process_stops_all_and_names_its_clips(out: Path) -> None:
    for totals, error in told(out, "broken"):
        assert len(totals) == 4
        assert error.startswith("step 4 of clips clip-4-1, clip-4-3 has total nan")
