import itertools
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import Request, Response
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate import batches, connection, pushing, record
from annotate.batches import Limits, Sent
from annotate.connection import Connection
from annotate.pushing import PushConfig
from annotate.record import Record
from sts.errors import ConfigError, DataError
from tests.model import small_set


def test_tasks_are_gathered_up_to_a_number_and_a_size() -> None:
    sizes = [3, 4, 4, 99, 1, 1, 1, 1]
    tasks = [Sent(task={"data": {"uid": str(i)}}, sha="", size=size) for i, size in enumerate(sizes)]
    groups = batches.gathered(tasks, Limits(tasks=3, size=10))
    assert [[one.size for one in group] for group in groups] == [[3, 4], [4], [99], [1, 1, 1], [1]]


@settings(deadline=None)
@given(st.lists(st.integers(1, 30)), st.integers(1, 5), st.integers(1, 40))
def test_groups_of_any_tasks_lose_none_and_are_as_large_as_allowed(sizes: list[int], tasks: int, size: int) -> None:
    every = [Sent(task={"data": {"uid": str(i)}}, sha="", size=n) for i, n in enumerate(sizes)]
    groups = list(batches.gathered(every, Limits(tasks=tasks, size=size)))
    assert [one for group in groups for one in group] == every
    for group in groups:
        assert 1 <= len(group) <= tasks
        assert len(group) == 1 or sum(one.size for one in group) <= size
    for group, following in itertools.pairwise(groups):
        assert len(group) == tasks or sum(one.size for one in [*group, following[0]]) > size


def test_a_task_that_no_server_takes_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    task = {"data": {"uid": "c:0"}, "predictions": ["x" * 300_000_000]}
    assert batches.sent(task, "sha") is None
    assert caplog.messages == [
        "window c:0 is left out: its pre-labels have 286 MB, a server takes 250; set a smaller `window`"
    ]


def test_the_largest_task_fits_into_a_request_with_the_name_of_its_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "LARGEST", 1000)
    monkeypatch.setattr(connection, "LARGEST", 1000)
    server = Connection("http://x", lambda *_, **__: Response(201, request=Request("POST", "http://x")))
    made = [batches.sent({"data": {"uid": "c:0", "batch": "", "x": "x" * n}}, "sha") for n in range(850, 1000)]
    taken = [one for one in made if one is not None]
    assert 0 < len(taken) < len(made)
    for one in taken:
        one.task["data"]["batch"] = "20260504T120000-0123abcd"
        server.ask("POST", "import", body=[one.task])


@pytest.mark.parametrize(
    ("options", "said"),
    [({"window": 7}, "window = 7: give 8 to 32"), ({"window": 33}, "33"), ({"tasks": 0}, "tasks = 0")],
)
def test_settings_that_no_project_can_have_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PushConfig(**options)


def test_a_record_refuses_other_windows_and_remembers_what_was_shown_before(tmp_path: Path) -> None:
    first = Record(project=1, url="http://x", title="abc", window=16, versions=("a@1", "b@1"))
    assert record.write(tmp_path, first) == record.read(tmp_path) == first
    assert record.write(tmp_path, replace(first, versions=("c@1",))).before == "a@1"
    assert record.write(tmp_path, replace(first, versions=("c@1", "d@1"))).before == "a@1"
    with pytest.raises(ConfigError, match=r"holds a journal of windows made otherwise: title was 'abc' and is now 'x'"):
        record.write(tmp_path, replace(first, title="x"))
    (tmp_path / "push.json").write_text("{")
    with pytest.raises(DataError, match=r"push\.json is damaged"):
        record.read(tmp_path)


def test_a_file_in_the_place_of_the_journal_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(ConfigError, match=r"--out .*out cannot hold a journal: File exists; choose another --out"):
        pushing.push(PushConfig(), [tmp_path / "a"], tmp_path / "out", None)


def test_two_pushes_at_once_are_refused(tmp_path: Path) -> None:
    holding = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import fcntl, sys, time\nfile = open(sys.argv[1], 'w')\nfcntl.flock(file, fcntl.LOCK_EX)\n"
            "print('held', flush=True)\ntime.sleep(60)",
            str(tmp_path / pushing.LOCK),
        ],
        stdout=subprocess.PIPE,
    )
    with holding:
        assert holding.stdout is not None
        holding.stdout.readline()
        try:
            with pytest.raises(ConfigError, match=r"another push into .* is running"):
                pushing.push(PushConfig(), [tmp_path / "a"], tmp_path, None)
        finally:
            holding.kill()


@pytest.mark.parametrize(
    ("command", "options", "said"),
    [
        ("push", ["--workers", "2"], "--workers 2: the server takes one request at a time"),
        ("push", ["--in", "nowhere"], "nowhere does not exist"),
        ("pull", ["--n", "3"], "--n 3: all annotations are pulled"),
        ("pull", ["--in", "a", "--in", "b"], "give one --in"),
        ("pull", ["--in", "nowhere"], "nowhere has no push.json"),
    ],
)
def test_options_that_make_no_sense_are_one_line(tmp_path: Path, command: str, options: list[str], said: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("LABEL_STUDIO")}
    run = subprocess.run(
        [sys.executable, "-m", f"annotate.{command}", "--out", str(tmp_path / "out"), *options],
        capture_output=True,
        text=True,
        check=False,
        env={**environment, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        cwd=tmp_path,
    )
    assert run.returncode == 1
    assert said in run.stderr
    assert "Traceback" not in run.stderr


def test_a_journal_is_not_put_among_the_pre_labels(tmp_path: Path) -> None:
    source = small_set.write(tmp_path / "a", [small_set.clip(0)])
    with pytest.raises(ConfigError, match=r"a is --in too: the journal needs a directory of its own"):
        pushing.push(PushConfig(), [str(source)], source, None)
    assert not (source / "journal.sqlite").exists()
