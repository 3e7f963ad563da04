"""A verb runs as a child in the project directory, as a person would type it."""

import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines import cli, steps
from pipelines.steps import Call
from sts.errors import DataError
from tests.model import small_set

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """With a set in `real`."""
    small_set.write(tmp_path / "real", [small_set.clip(0, n_frames=2)])
    return tmp_path


@pytest.mark.parametrize(
    "table",
    [
        {"steps": 40, "lr": 1e-05, "fine": True, "title": 'Übung "7" \\ a\nb', "empty": []},
        {"net": {"size": "nano", "lora": {"rank": 0}}, "strategies": ["keys", "scratch"], "odd key": 0.5},
        {"then": [{"class": "a:B", "every": 4}, {"class": "c:D"}], "none": {}},
    ],
)
def test_settings_are_read_as_they_were_written(table: dict[str, object]) -> None:
    assert tomllib.loads(steps.toml(table)) == table


def test_the_words_are_those_that_a_person_types() -> None:
    call = Call(verb="a.b", inputs=("x", "y/z"), out="o", n=3, options={"truth": "t"}, settings={"k": 1})
    said = "a.b --in x --in y/z --out o --config c.toml --n 3 --truth t --workers 2"
    assert " ".join(call.arguments("c.toml", "2")) == said


def test_settings_that_are_not_given_need_no_file() -> None:
    assert Call(verb="a.b", out="o").arguments("c.toml") == ["a.b", "--out", "o"]


@pytest.mark.parametrize(
    ("verb", "number", "cluster"),
    [
        ("synth.render", ["--workers", "2"], ["--workers", "tcp://host:8786"]),
        ("model.train", ["--workers", "2"], []),
        ("pipelines.export", [], []),
    ],
)
def test_workers_are_handed_to_the_verbs_that_take_them(verb: str, number: list[str], cluster: list[str]) -> None:
    call = Call(verb=verb, out="o")
    assert call.arguments("", "2")[3:] == number
    assert call.arguments("", "tcp://host:8786")[3:] == cluster


@pytest.mark.parametrize("verb", steps.ALONE)
def test_a_verb_that_gets_no_workers_refuses_them(verb: str, tmp_path: Path) -> None:
    command = cli.load(verb)
    result = CliRunner().invoke(command, ["--workers", "2", "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "leave" in result.output
    assert "--workers out" in result.output


def test_a_verb_writes_into_the_project_also_where_its_folders_are_called_like_our_packages(project: Path) -> None:
    for name in ("sts", "pipelines"):
        (project / name).mkdir()
    call = Call(verb="sts.view", inputs=("real",), out="view")
    assert steps.run(call, project, "01-view") > 0
    assert (project / "view" / "sheet.jpg").exists()
    assert "pictures and films: view" in (project / "logs" / "01-view.log").read_text()


def test_a_failure_is_the_last_line_of_the_child_and_where_to_read_more(project: Path) -> None:
    call = Call(verb="sts.view", inputs=("gone",), out="view")
    with pytest.raises(DataError) as raised:
        steps.run(call, project, "01-view")
    assert str(raised.value) == (
        "sts.view failed: gone does not exist: give the directory that a command has written "
        f"(all of it in {project / 'logs' / '01-view.log'}): mend it and run this again"
    )


WAITS = """import sys
from pathlib import Path
from pipelines import steps
from pipelines.steps import Call
from pipelines.studio_process import stoppable
with stoppable():
    steps.run(Call(verb="synth.render", out="synth", n=500), Path(sys.argv[1]), "01-render")
"""


def test_a_child_ends_with_the_command_that_runs_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WAITS, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as parent:
        record = tmp_path / "logs" / "01-render.log"
        while not (record.exists() and "INFO" in record.read_text()):
            assert parent.poll() is None
            time.sleep(0.05)
        children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
        parent.send_signal(signal.SIGTERM)
    assert parent.returncode != 0
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
