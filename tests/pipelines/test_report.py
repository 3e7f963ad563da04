"""The report of a project: every figure from what lies there, and nothing breaks where something is missing."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from annotate import page
from annotate.people import Person, Tally
from annotate.reviewing import Review
from benchmarks.evaluate import main as evaluate
from pipelines import export, figures, holdings
from pipelines.report import main
from sts.types import Clip, Frame
from tests.pipelines.conftest import SetOf, make_clip


def report(project: Path, *options: str) -> tuple[Result, str]:
    """What the command says, and the text of its page."""
    result = CliRunner().invoke(main, ["--in", str(project), "--out", str(project / "report"), *options])
    place = project / "report" / "report.html"
    return result, place.read_text(encoding="utf-8") if place.exists() else ""


def bare(clip: Clip) -> Clip:
    """Without labels."""
    return replace(clip, frames=tuple(Frame(index=one.index, time_s=one.time_s) for one in clip.frames))


def layer(clip: Clip) -> Clip:
    """Without pictures."""
    return replace(clip, video=None)


@pytest.fixture
def project(tmp_path: Path, set_of: SetOf) -> Path:
    """Pictures, and a layer of their labels."""
    clips = [make_clip(0), make_clip(1)]
    set_of("labels", [layer(clip) for clip in clips], set_of("real", [bare(clip) for clip in clips]))
    return tmp_path


def test_the_page_tells_what_each_directory_holds_and_what_it_came_from(project: Path) -> None:
    result, html = report(project)
    assert result.exit_code == 0, result.output
    assert cells(html) == [["labels", "toy", "2", "8", "8", "16", "real"], ["real", "toy", "2", "8", "", "", ""]]
    assert "labels" in result.output
    assert "report.html" in result.output


def test_the_page_needs_nothing_else(project: Path) -> None:
    _, html = report(project)
    assert re.findall(r'(?:src|href)="(?!data:)[^"]*"', html) == []
    assert "<script" not in html


def test_the_graph_has_an_arrow_for_what_was_made(project: Path) -> None:
    _, html = report(project)
    assert html.count('class="arrow made"') == 1
    assert html.count('<g class="box') == 2


def test_scores_are_a_table_and_come_from_what_was_scored(project: Path) -> None:
    labels = str(project / "labels")
    scored = ["--in", labels, "--truth", labels, "--out", str(project / "scores")]
    assert CliRunner().invoke(evaluate, scored).exit_code == 0
    (_, (table,)), *_ = figures.tables(project, holdings.survey(project))
    assert table.heads == ("score", labels)
    assert table.rows[0][0] == "fgIoU"
    assert table.rows[0][1].startswith("100.00")
    _, html = report(project)
    assert cells(html)[2] == ["scores", "benchmarks.evaluate", "", "", "", "", "labels"]
    assert table.rows[0][1] in html


def test_only_labelled_directories_have_a_picture_and_no_more_than_wanted(project: Path) -> None:
    _, html = report(project)
    assert html.count("data:image/jpeg;base64,") == 1
    assert "<code>labels</code> clip clip-001 frame 2, 1 word" in html
    _, none = report(project, "--n", "0")
    assert "data:image" not in none


def test_a_report_does_not_tell_of_itself(project: Path) -> None:
    first = report(project)[1]
    assert report(project)[1] == first


def test_steps_of_a_recipe_have_their_seconds(project: Path) -> None:
    step = {"name": "01-toy", "verb": "toy.toy", "out": "labels", "inputs": ["real"], "seconds": 12.34, "key": "k"}
    (project / "recipe.json").write_text(json.dumps({"steps": [step, {**step, "name": "02-toy", "seconds": 6.17}]}))
    _, html = report(project)
    assert re.findall(r'<td>01-toy</td><td>toy.toy</td><td>12.3</td><td class="bar"><div style="width: 100.0%">', html)
    assert re.findall(r'<td>02-toy</td><td>toy.toy</td><td>6.2</td><td class="bar"><div style="width: 50.0%">', html)


def test_annotators_of_a_review_are_a_row_each(project: Path) -> None:
    person = Person(
        name="a@b",
        windows=2,
        frames=8,
        seconds=1.5,
        tally=Tally(kept=5, changed=2, drawn=1),
        honeypots=None,
        agreement=None,
    )
    found = Review(pull="human", people=(person,), rows=(), pairs={}, groups={}, consensus="", disputed=0)
    (project / "review").mkdir()
    (project / "review" / "review.json").write_text(json.dumps(page.plain(found)))
    _, (_, (table,)), _ = figures.tables(project, holdings.survey(project))
    assert table.rows == (("a@b", "2", "8", "1.5", "5", "2", "1"),)
    assert "a@b" in report(project)[1]


def test_weights_lead_to_the_training_that_made_them(project: Path) -> None:
    place = project / "tuned"
    place.mkdir()
    (place / "net.safetensors").write_bytes(b"weights")
    (place / "run.json").write_text(json.dumps({"command": "model.train", "inputs": {}, "weights": ""}))
    made = json.loads((project / "labels" / "manifest.json").read_text())
    digest = next(iter(next(one for one in holdings.survey(project) if one.name == "tuned").known_by))
    made["config"] = {"segmenter": {"weights": digest}}
    (project / "labels" / "manifest.json").write_text(json.dumps(made))
    _, html = report(project)
    assert "<td>labels</td><td>toy</td><td>2</td><td>8</td><td>8</td><td>16</td><td>real, tuned</td>" in html


def test_an_export_tells_its_format_and_its_source(project: Path) -> None:
    options = ["--in", str(project / "labels"), "--out", str(project / "coco"), "--format", "coco"]
    assert CliRunner().invoke(export.main, options).exit_code == 0
    _, html = report(project)
    assert (
        "<td>coco</td><td>pipelines.export --format coco</td><td>2</td><td>8</td><td></td><td></td><td>labels</td>"
        in html
    )


@pytest.mark.parametrize("name", ["manifest.json", "scores.json", "run.json"])
def test_what_cannot_be_read_is_said_in_its_row(project: Path, name: str) -> None:
    (project / "odd").mkdir()
    (project / "odd" / name).write_text("{")
    result, html = report(project)
    assert result.exit_code == 0
    assert f'<span class="bad">{name} cannot be read' in html


@pytest.mark.parametrize("name", ["review.json", "simulation.json"])
@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_figures_that_cannot_be_read_are_said_in_their_place(project: Path, name: str, text: str) -> None:
    (project / "odd").mkdir()
    (project / "odd" / name).write_text(text)
    result, html = report(project)
    assert result.exit_code == 0
    assert f"{name} cannot be read" in html


def test_a_picture_that_is_gone_leaves_the_rest(project: Path) -> None:
    (project / "real").rename(project.parent / f"{project.name}-real")
    result, html = report(project)
    assert result.exit_code == 0
    assert "data:image" not in html
    assert "not in this project" in html


def test_the_folder_of_a_server_is_left_alone(project: Path) -> None:
    (project / "labelstudio" / "inside").mkdir(parents=True)
    (project / "labelstudio" / "access.env").touch()
    (project / "labelstudio" / "inside" / "manifest.json").write_text("{")
    assert [one.name for one in holdings.survey(project)] == ["labels", "real"]


def test_a_directory_with_nothing_of_ours_is_one_line_and_a_page_that_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.html").write_text("good")
    result, html = report(tmp_path)
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {tmp_path} holds nothing that a command of ours has finished")
    assert (result.output.count("\n"), html) == (1, "good")


def test_a_recipe_whose_outputs_are_gone_is_a_page_that_says_so(tmp_path: Path) -> None:
    step = {"name": "01-toy", "verb": "toy.toy", "out": "labels", "inputs": [], "seconds": 1.0, "key": "k"}
    (tmp_path / "recipe.json").write_text(json.dumps({"steps": [step]}))
    result, html = report(tmp_path)
    assert result.exit_code == 0
    assert "No command of ours has finished anything here." in html


def test_a_directory_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    result, _ = report(tmp_path / "gone")
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {tmp_path / 'gone'} is no directory")


def cells(html: str) -> list[list[str]]:
    """Of the table of directories."""
    table = html.split("<h2>Directories</h2>")[1].partition("</table>")[0]
    return [re.findall("<td>(.*?)</td>", row) for row in table.split("<tr>")[2:]]
