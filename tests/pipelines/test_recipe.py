"""The command: what is there stays, what is missing is made, a failure is one line."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines import recipe_keys
from pipelines.recipe import main
from pipelines.recipe_run import Record, read
from pipelines.steps import Call
from sts.errors import DataError
from tests.model import small_set

VIEW = """
[[steps]]
verb = "sts.view"
inputs = ["real"]
out = "view"
n = 1

[[steps]]
verb = "pipelines.export"
inputs = ["real"]
out = "footage"
options = {format = "davis"}
"""


def prepared(folder: Path) -> Path:
    """A project with a set, and a recipe of two steps beside it."""
    small_set.write(folder / "project" / "real", [small_set.clip(0, n_frames=2)])
    (folder / "recipe.toml").write_text(VIEW)
    return folder / "project"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return prepared(tmp_path)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A project whose recipe has run."""
    folder = prepared(tmp_path_factory.mktemp("done"))
    return folder, call(folder)


def call(project: Path, *options: str) -> Result:
    recipe = project.parent / "recipe.toml"
    return CliRunner().invoke(main, ["--config", str(recipe), "--out", str(project), *options])


def times(project: Path) -> list[int]:
    """When each step last said something."""
    return [path.stat().st_mtime_ns for path in sorted((project / "logs").iterdir())]


def test_a_recipe_runs_its_steps_and_notes_what_each_took(done: tuple[Path, Result]) -> None:
    project, result = done
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1] == f"2 steps in {project}; what each said is in {project}/logs"
    assert (project / "view" / "sheet.jpg").exists()
    assert (project / "footage" / "JPEGImages" / "480p" / "clip-0" / "00001.jpg").exists()
    steps = read(project).steps
    assert [(one.name, one.out, one.inputs) for one in steps] == [
        ("01-view", "view", ("real",)),
        ("02-export", "footage", ("real",)),
    ]
    assert all(one.seconds > 0 for one in steps)


def test_only_what_is_missing_is_made_again(done: tuple[Path, Result]) -> None:
    project, _ = done
    before = times(project)
    assert call(project).exit_code == 0
    assert times(project) == before
    shutil.rmtree(project / "view")
    assert call(project).exit_code == 0
    assert (project / "view" / "sheet.jpg").exists()
    assert [now > then for now, then in zip(times(project), before, strict=True)] == [True, False]


def test_a_failure_is_one_line_and_the_next_run_goes_on_there(project: Path) -> None:
    (project / "footage").mkdir()
    (project / "footage" / "mine.txt").touch()
    failed = call(project)
    assert failed.exit_code == 1
    line = failed.output.splitlines()[-1]
    assert line.startswith("error: pipelines.export failed: footage holds mine.txt and no export.json")
    assert "02-export.log" in line
    viewed = times(project)[0]
    (project / "footage" / "mine.txt").unlink()
    assert call(project).exit_code == 0
    assert times(project)[0] == viewed


def test_the_first_steps_alone_can_be_run(project: Path) -> None:
    assert call(project, "--n", "1").exit_code == 0
    assert (project / "view").exists()
    assert not (project / "footage").exists()


def test_nothing_runs_when_a_later_step_is_wrong(project: Path) -> None:
    recipe = project.parent / "recipe.toml"
    recipe.write_text(recipe.read_text() + '[[steps]]\nverb = "no.verb"\nout = "x"\n')
    result = call(project)
    assert result.exit_code == 1
    assert result.output.startswith("error: step 3 (no.verb): there is no such verb")
    assert not (project / "view").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('verb = "pipelines.export"\nout = "x"\ninput = ["real"]', "step 3 (pipelines.export): unknown key input; did"),
        ('verb = "pipelines.export"\nout = 3', "step 3 (pipelines.export): out must be a string, not 3"),
        ('out = "x"', "step 3: key verb is missing"),
    ],
)
def test_a_step_that_cannot_be_read_is_named_as_others_are(project: Path, line: str, said: str) -> None:
    recipe = project.parent / "recipe.toml"
    recipe.write_text(f"{recipe.read_text()}[[steps]]\n{line}\n")
    result = call(project)
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {recipe}: {said}")


def test_steps_that_are_no_list_are_one_line(project: Path) -> None:
    (project.parent / "recipe.toml").write_text('[steps]\nverb = "pipelines.export"\n')
    assert "steps must be a list" in call(project).output


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--in", "real"], "leave --in out"),
        (["--out", "memory://bucket/x"], "no URL as --out"),
        (["--seed", "1"], "seed"),
    ],
)
def test_what_a_recipe_does_not_take_is_one_line(project: Path, options: list[str], said: str) -> None:
    result = call(project, *options)
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.count("\n") == 1


def test_a_recipe_must_be_named(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--out", str(tmp_path)])
    assert result.output.startswith("error: --config names the recipe")


def test_a_damaged_record_is_one_line(tmp_path: Path) -> None:
    assert read(tmp_path) == Record()
    (tmp_path / "recipe.json").write_text(json.dumps({"steps": [{}]}))
    with pytest.raises(DataError, match="is damaged"):
        read(tmp_path)


def test_a_key_follows_from_code_call_inputs_and_all_steps_before(project: Path) -> None:
    view, export = (
        Call(verb="sts.view", inputs=("real",), out="v"),
        Call(verb="pipelines.export", inputs=("v",), out="e"),
    )
    first = recipe_keys.keys([view, export], project, "code")
    assert recipe_keys.keys([view, export], project, "code") == first
    assert differing(first, recipe_keys.keys([view, export], project, "other code")) == [True, True]
    more = Call(verb="sts.view", inputs=("real",), out="v", n=2)
    assert differing(first, recipe_keys.keys([more, export], project, "code")) == [True, True]
    changed = Call(verb="pipelines.export", inputs=("v",), out="e", options={"format": "coco"})
    assert differing(first, recipe_keys.keys([view, changed], project, "code")) == [False, True]
    small_set.write(project / "real", [small_set.clip(1, n_frames=2)])
    assert differing(first, recipe_keys.keys([view, export], project, "code")) == [True, True]


def test_a_folder_that_is_no_set_is_known_by_what_lies_in_it(project: Path) -> None:
    (project / "videos").mkdir()
    (project / "videos" / "a.mp4").write_bytes(b"one")
    ingest = [Call(verb="realv.ingest", inputs=("videos",), out="r")]
    before = recipe_keys.keys(ingest, project, "code")
    (project / "videos" / "b.mp4").write_bytes(b"two")
    assert differing(before, recipe_keys.keys(ingest, project, "code")) == [True]


def test_a_format_that_is_called_like_an_output_is_no_input(project: Path) -> None:
    export = [Call(verb="pipelines.export", inputs=("real",), out="coco", options={"format": "coco"})]
    before = recipe_keys.keys(export, project, "code")
    (project / "coco").mkdir()
    assert recipe_keys.keys(export, project, "code") == before


def test_a_report_of_the_project_itself_is_not_old_because_of_what_it_writes(project: Path) -> None:
    report = [Call(verb="pipelines.report", inputs=(".",), out="report")]
    before = recipe_keys.keys(report, project, "code")
    (project / "report").mkdir()
    (project / "report" / "report.html").touch()
    assert recipe_keys.keys(report, project, "code") == before


def differing(before: list[str], now: list[str]) -> list[bool]:
    return [old != new for old, new in zip(before, now, strict=True)]
