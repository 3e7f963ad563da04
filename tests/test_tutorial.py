"""The tutorial, run as it stands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_docs import ROOT, fences


@pytest.mark.slow
def test_the_tutorial_runs_from_its_first_line_to_its_last(tmp_path: Path) -> None:
    ((_, script),) = fences("bash", "tutorial")
    (tmp_path / "configs").symlink_to(ROOT / "configs")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PATH": path}
    run = subprocess.run(
        ["bash", "-euc", script], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    trained, sauvola = (fgiou(tmp_path / "runs" / "scores" / name) for name in ("trained", "sauvola"))
    assert trained > sauvola + 0.2
    assert any((tmp_path / "runs" / "view").iterdir())


def fgiou(folder: Path) -> float:
    """Of the first prediction that was scored."""
    scores = json.loads((folder / "scores.json").read_text(encoding="utf-8"))
    return float(scores["predictions"][0]["scores"]["fgiou"]["value"])
