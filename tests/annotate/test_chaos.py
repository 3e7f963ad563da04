"""Whatever is killed, and whenever: each window is one task, and each annotation counts once."""

import random
from pathlib import Path
from uuid import uuid4

import click
import pytest

from benchmarks.chaos import Chaos, ChaosConfig
from tests.annotate.studio import RunningStudio


@pytest.mark.server
def test_no_kill_loses_or_doubles_or_halves_anything(
    studio: RunningStudio, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, seed = ChaosConfig(pushes=5, pulls=4, servers_in_push=2, servers_in_pull=1), 7
    toll = Chaos(tmp_path, studio, f"chaos {uuid4().hex}", random.Random(seed)).suffer(settings)
    assert (toll.duplicate, toll.lost, toll.half) == (0, 0, 0)
    assert (toll.windows, toll.submitted) == (21, 21)
    assert toll.killed == {"push": 5, "pull": 4, "server in push": 2, "server in pull": 1}
    with capsys.disabled():
        click.echo(f"seed {seed}: {toll}")
