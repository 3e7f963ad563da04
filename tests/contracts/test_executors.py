"""Who runs a stage is not its business: every executor makes the same bytes and fails in the same way."""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sts import run, stage
from sts.errors import ConfigError, DataError, ServerError
from sts.stage import Stage

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
N = 7
ITEMS = stage.batches(N, 2)


@pytest.fixture(scope="module")
def toy() -> Iterator[Any]:
    sys.path.insert(0, str(HERE))
    yield importlib.import_module("toy_stage")
    sys.path.remove(str(HERE))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a scheduler with two workers, each a process of its own."""
    found = tmp_path_factory.mktemp("dask") / "scheduler.json"
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"}
    dask = [sys.executable, "-m", "dask"]
    loopback = ["--host", "127.0.0.1", "--no-dashboard", "--scheduler-file", str(found)]
    commands = [[*dask, "scheduler", "--port", "0", *loopback]]
    commands += [[*dask, "worker", "--nthreads", "1", "--no-nanny", *loopback]] * 2
    running = []
    try:
        for command in commands:
            running.append(subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL))
            while not found.exists() or not found.read_text().strip().endswith("}"):
                assert running[0].poll() is None
                time.sleep(0.1)
        yield json.loads(found.read_text())["address"]
    finally:
        for process in reversed(running):
            process.kill()
            process.wait()


@pytest.fixture(params=["in process", "local workers", "an existing cluster"])
def workers(request: pytest.FixtureRequest) -> str:
    if request.param == "an existing cluster":
        return str(request.getfixturevalue("cluster"))
    return {"in process": "1", "local workers": "2"}[request.param]


def make(toy: Any, out: Path, workers: str, how: str = "well") -> dict[str, bytes]:
    stage.make(Stage(command="toy", config={"seed": 0}, out=out), partial(toy.clips, how), ITEMS, workers)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


@pytest.fixture(scope="module")
def reference(toy: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return make(toy, tmp_path_factory.mktemp("reference"), "1")


def test_every_executor_makes_the_same_bytes(
    toy: Any, tmp_path: Path, workers: str, reference: dict[str, bytes]
) -> None:
    assert make(toy, tmp_path, workers) == reference
    assert sorted(reference) == ["dropped.parquet", "manifest.json", *(f"shard-0000{i}.parquet" for i in range(4))]


@pytest.mark.parametrize("workers", ["in process", "an existing cluster"], indirect=True)
def test_a_failing_shard_is_named_and_what_is_missing_is_made_later(
    toy: Any, tmp_path: Path, workers: str, reference: dict[str, bytes]
) -> None:
    with pytest.raises(DataError, match=r"^shard 1: no such font$"):
        make(toy, tmp_path, workers, how="fail")
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"shard-0000{i}.parquet" for i in (0, 2, 3)]
    assert make(toy, tmp_path, "1") == reference


def test_a_failure_is_logged_only_while_other_shards_go_on(
    toy: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where it is the last to end, the error that is raised says it."""
    for items, n_logged in ((ITEMS[:2], 0), (ITEMS, 1)):
        caplog.clear()
        with pytest.raises(DataError, match=r"^shard 1: no such font$"):
            stage.make(
                Stage(command="toy", config={}, out=tmp_path / str(len(items))), partial(toy.clips, "fail"), items
            )
        assert sum("no such font" in record.message for record in caplog.records) == n_logged


RUN = """
import pathlib, sys, test_executors, toy_stage
test_executors.make(toy_stage, pathlib.Path(sys.argv[1]), "1", "slow")
"""


def test_a_run_killed_twice_ends_like_one_that_was_not(tmp_path: Path, reference: dict[str, bytes]) -> None:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{HERE}"}
    for n_made in (1, 3):
        process = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], env=env, stderr=subprocess.DEVNULL)
        while len(list(tmp_path.glob("shard-*.parquet"))) < n_made and process.poll() is None:
            time.sleep(0.02)
        process.kill()
        assert process.wait() < 0
        assert not (tmp_path / "manifest.json").exists()
    subprocess.run([sys.executable, "-c", RUN, str(tmp_path)], env=env, check=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == reference


def test_a_worker_that_dies_each_time_is_one_line(toy: Any, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"^shard 1: each worker that tried it died"):
        make(toy, tmp_path, "2", how="die")
    assert not (tmp_path / "manifest.json").exists()


@pytest.mark.parametrize("workers", ["0", "-1", "many", "1.5"])
def test_a_number_of_workers_that_is_none_is_refused(toy: Any, tmp_path: Path, workers: str) -> None:
    with pytest.raises(ConfigError, match=r"--workers"):
        make(toy, tmp_path, workers)


def test_a_scheduler_that_does_not_answer_is_one_line(toy: Any, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"no Dask scheduler answers at tcp://127.0.0.1:1:"):
        make(toy, tmp_path, "tcp://127.0.0.1:1")


def test_local_workers_keep_no_history_of_what_they_do(toy: Any) -> None:
    told = run.map_shards({0: toy.callbacks}, "2")[0].path
    assert "keep-alive" in told and "profile" not in told
