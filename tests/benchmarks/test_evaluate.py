"""The whole way from two directories of shards to a table, scores.json and report.html."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import baselines, evaluate, scoring, trivial
from benchmarks.metrics import legend
from benchmarks.scoring import EvaluateConfig
from sts import manifest, masks, shards
from sts.errors import ConfigError, DataError
from sts.types import Clip, Frame, Manifest, Origin, TextInstance

HEIGHT, WIDTH, FRAMES = 48, 64, 3
BOX = ((8.0, 10.0), (40.0, 10.0), (40.0, 26.0), (8.0, 26.0))
FAST = EvaluateConfig(draws=40, metrics=scoring.METRICS[:1])
Write = Callable[[str, list[Clip]], str]


def word(left: int, text: str = "word") -> TextInstance:
    """A 2 px ring of strokes from x = left."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[10:26, left : left + 30] = True
    pixels[12:24, left + 2 : left + 28] = False
    return TextInstance(
        track_id=1, level="word", polygon=BOX, source="rendered", mask=masks.encode(pixels), text=text, script="Latn"
    )


def clip(name: str, left: int = 9) -> Clip:
    frames = tuple(Frame(index=i, time_s=i / 25, instances=(word(left + i),)) for i in range(FRAMES))
    grey = np.full((FRAMES, HEIGHT, WIDTH, 3), 90, np.uint8)
    for picture, frame in zip(grey, frames, strict=True):
        assert frame.instances[0].mask is not None
        picture[masks.decode(frame.instances[0].mask)] = 230
    origin = Origin(kind="real", uri="drawn", license="CC0-1.0")
    return Clip(clip_id=name, fps=Fraction(25), height=HEIGHT, width=WIDTH, frames=frames, origin=origin, video=grey)


def writer(folder: Path) -> Write:
    def wrote(name: str, clips: list[Clip]) -> str:
        place = folder / name
        found = [shards.write(str(place / manifest.shard_name(i)), [one], meta={}) for i, one in enumerate(clips)]
        manifest.write(str(place), Manifest(command="test", config={}, shards=tuple(found)))
        return str(place)

    return wrote


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return writer(tmp_path)


@pytest.fixture
def truth(write: Write) -> str:
    return write("truth", [clip("a"), clip("b", 12)])


def test_the_truth_scores_full_marks_however_many_workers(truth: str) -> None:
    one, two = (scoring.evaluate(FAST, truth, truth, workers) for workers in ("1", "2"))
    assert one.scores == two.scores
    assert one.scores["Pixels"]["fgiou"].value == 1.0
    assert one.scores["Pixels"]["jf"].value == 1.0


def test_shards_sum_to_what_one_shard_gives(truth: str, tmp_path: Path) -> None:
    together = tmp_path / "together"
    info = shards.write(str(together / manifest.shard_name(0)), [clip("b", 12), clip("a")], meta={"item": "0"})
    manifest.write(str(together), Manifest(command="test", config={}, shards=(info,)))
    trivial.predict(truth, "truth, 1 px to the right", str(tmp_path / "moved"), "1")
    apart, whole = (scoring.evaluate(FAST, place, str(tmp_path / "moved"), "1") for place in (truth, str(together)))
    assert apart.scores == whole.scores
    assert 0 < apart.scores["Pixels"]["fgiou"].value < 1


def test_a_missing_clip_is_an_error_and_an_extra_one_is_counted(truth: str, write: Write) -> None:
    with pytest.raises(DataError, match=r"lacks 1 of 2 clips of .*, first b"):
        scoring.evaluate(FAST, truth, write("less", [clip("a")]), "1")
    more = scoring.evaluate(FAST, truth, write("more", [clip("a"), clip("b", 12), clip("c")]), "1")
    assert more.extra == 1
    assert more.scored.clips == 2


def test_words_without_strokes_are_said_to_have_none(
    truth: str, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    bare = [
        replace(one, video=None, frames=tuple(replace(f, instances=_bare(f.instances)) for f in one.frames))
        for one in (clip("a"), clip("b", 12))
    ]
    scoring.evaluate(FAST, truth, write("boxes", bare), "1")
    assert "6 instances and no stroke mask" in caplog.text
    caplog.clear()
    scoring.evaluate(FAST, truth, truth, "1")
    assert "no stroke mask" not in caplog.text


def _bare(instances: tuple[TextInstance, ...]) -> tuple[TextInstance, ...]:
    return tuple(replace(one, mask=None) for one in instances)


def test_a_prediction_of_another_size_names_clip_and_sizes(truth: str, write: Write) -> None:
    small = replace(word(9), mask=masks.empty(24, 32))
    frames = tuple(Frame(index=i, time_s=i / 25, instances=(small,)) for i in range(FRAMES))
    half = [replace(clip(name), height=24, width=32, frames=frames, video=None) for name in "ab"]
    place = write("half", half)
    with pytest.raises(
        DataError, match=r"2 of 2 clips at another size, first clip a: .* 64x48 px, the prediction 32x24"
    ):
        scoring.evaluate(FAST, truth, place, "1")
    done = CliRunner().invoke(evaluate.main, ["--truth", truth, "--in", place, "--out", f"{place}-out"])
    assert done.exit_code == 1
    assert done.output.count("64x48") == done.output.count("\n") == 1


def test_the_truth_is_perfect_also_where_a_line_holds_a_word_to_ignore(write: Write) -> None:
    whole = clip("a")
    beside = tuple((x, y + 18) for x, y in BOX)
    extra = (
        replace(word(9), track_id=4, parent_id=2, polygon=beside, ignore=True, mask=None),
        replace(word(9), track_id=2, parent_id=3, level="line", mask=None),
        replace(word(9), track_id=3, level="paragraph", mask=None),
    )
    frames = tuple(
        replace(frame, instances=(replace(frame.instances[0], parent_id=2), *extra)) for frame in whole.frames
    )
    place = write("layout", [replace(whole, frames=frames)])
    names = ("benchmarks.metrics.panoptic:Panoptic", "benchmarks.metrics.precision:AveragePrecision")
    found = scoring.evaluate(EvaluateConfig(draws=20, metrics=names), place, place, "1").scores
    assert {name for group in found.values() for name, one in group.items() if one.value < 1 - 1e-6} == set()
    assert "line_pq" in found["Panoptic"]


def test_text_to_be_ignored_is_no_error_in_the_curve_of_a_clip(truth: str, write: Write) -> None:
    """The curve, by which the worst clips are found, and fgIoU agree."""
    clips = [clip("a"), clip("b", 12)]
    place = write("ignored", [replace(one, frames=tuple(map(with_ignored, one.frames))) for one in clips])
    found = scoring.evaluate(FAST, place, write("all", [with_more(one) for one in clips]), "1")
    assert found.scores["Pixels"]["fgiou"].value == 1.0
    assert {value for curve in found.scored.curves.values() for value in curve.iou} == {1.0}
    strict = scoring.evaluate(FAST, truth, write("again", [with_more(one) for one in clips]), "1")
    assert strict.scored.curves["a"].iou[0] < 1.0


def with_ignored(frame: Frame) -> Frame:
    below = tuple((x, y + 18) for x, y in BOX)
    return replace(
        frame, instances=(*frame.instances, replace(word(9), track_id=2, polygon=below, ignore=True, mask=None))
    )


def with_more(one: Clip) -> Clip:
    """With strokes where `with_ignored` has its region."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[30:40, 12:30] = True
    more = replace(word(9), track_id=5, mask=masks.encode(pixels))
    frames = tuple(replace(frame, instances=(*frame.instances, more)) for frame in one.frames)
    return replace(one, frames=frames, video=None)


def test_a_clip_without_an_error_is_not_among_the_worst(truth: str, write: Write, tmp_path: Path) -> None:
    (tmp_path / "fast.toml").write_text("draws = 20\n")
    half = write("half right", [clip("a"), clip("b", 14)])
    for place, n_pictures in ((truth, 0), (half, 1)):
        given = [
            "--truth",
            truth,
            "--in",
            place,
            "--out",
            str(tmp_path / "out"),
            "--config",
            str(tmp_path / "fast.toml"),
        ]
        done = CliRunner().invoke(evaluate.main, given)
        assert done.exit_code == 0, done.output
        page = (tmp_path / "out" / "report.html").read_text()
        assert page.count("data:image/jpeg;base64,") == n_pictures
        assert ("every stroke pixel that counts is right" in page) == (n_pictures == 0)


def test_a_single_clip_has_no_intervals(write: Write, tmp_path: Path) -> None:
    place = write("single", [clip("a")])
    done = CliRunner().invoke(evaluate.main, ["--truth", place, "--in", place, "--out", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    scores = json.loads((tmp_path / "out" / "scores.json").read_text())["predictions"][0]["scores"]
    assert scores["fgiou"] == {"value": 1.0, "low": None, "high": None}
    assert "one clip has no intervals" in (tmp_path / "out" / "report.html").read_text()


def test_settings_that_make_no_interval_are_refused() -> None:
    with pytest.raises(ConfigError, match="draws = 3"):
        EvaluateConfig(draws=3)


@pytest.mark.slow
def test_no_table_gives_marks_to_a_prediction_of_nothing(truth: str, tmp_path: Path) -> None:
    """HierText's precision of no words is 1: it stays in scores.json, and is a dash in what people read."""
    (tmp_path / "fast.toml").write_text("draws = 20\n")
    given = ["--truth", truth, "--out", str(tmp_path / "out"), "--config", str(tmp_path / "fast.toml")]
    for name in ("all background", "truth, 1 px to the right"):
        trivial.predict(truth, name, str(tmp_path / name), "1")
        given += ["--in", str(tmp_path / name)]
    done = CliRunner().invoke(evaluate.main, given, env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    rows = {
        cells[1].strip(): cells for cells in (line.split("│") for line in done.output.splitlines()) if len(cells) > 4
    }
    unearned = ["loca", "p_global", "word_p", "word_t"]
    assert [(rows[name][2].strip(), rows[name][4].strip()) for name in unearned] == [("–", "")] * 4
    assert rows["word_r"][2].split()[0] == "0.00" and "100.00" in rows["word_p"][3]
    assert rows["hd95_px"][2].strip() == "" != rows["hd95_px"][3].strip()
    assert "–: nothing to divide by" in done.output
    page = json.loads((tmp_path / "out" / "scores.json").read_text())
    nothing, moved = page["predictions"]
    assert (nothing["by rule"], moved["by rule"]) == (unearned, [])
    assert nothing["scores"]["word_p"]["value"] == 1.0
    assert not page["difference"].keys() & set(unearned)
    html = (tmp_path / "out" / "report.html").read_text()
    assert "<td>word_p</td><td>–</td>" in html and html.count("–: nothing to divide by") == 1


def test_the_report_says_what_its_scores_mean(report: Path) -> None:
    page = (report / "report.html").read_text()
    said = legend.explain("nsd_1px")
    assert f'<button type="button" title="{said}">nsd_1px</button>' in page
    assert f'<div title="{said}"><dt>NSD at 1 px</dt>' in page
    assert f'<td class="soft says">{said}</td>' in page


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two predictions of the truth, scored by the command with all its metrics."""
    folder = tmp_path_factory.mktemp("report")
    truth = writer(folder)("truth", [clip("a"), clip("b", 12)])
    names = ("truth, 1 px to the right", "Sauvola")
    for name in names:
        trivial.predict(truth, name, str(folder / name), "1")
    (folder / "fast.toml").write_text("draws = 40\n")
    given = ["--truth", truth, "--out", str(folder / "out"), "--config", str(folder / "fast.toml")]
    done = CliRunner().invoke(evaluate.main, [*given, *(part for n in names for part in ("--in", str(folder / n)))])
    assert done.exit_code == 0, done.output
    assert "fgiou" in done.output
    return folder / "out"


def test_scores_are_json_without_nan_and_say_who_is_better(report: Path) -> None:
    page = json.loads((report / "scores.json").read_text(), parse_constant=pytest.fail)
    moved, sauvola = page["predictions"]
    assert moved["scores"]["nsd_1px"]["value"] == 1.0
    assert moved["scores"]["fgiou"]["value"] < 0.75
    assert set(moved["by clip"]) == {"a", "b"}
    wanted = moved["scores"]["word_pq"]["value"] - sauvola["scores"]["word_pq"]["value"]
    assert page["difference"]["word_pq"]["value"] == pytest.approx(wanted)


def test_the_report_needs_nothing_but_itself(report: Path) -> None:
    page = (report / "report.html").read_text()
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    assert page.count("data:image/jpeg;base64,") == 4
    assert "<svg" in page


@pytest.mark.browser
@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs Chromium")
def test_a_click_on_a_heading_sorts_the_clips(report: Path, tmp_path: Path) -> None:
    page = (report / "report.html").read_text()
    for clicks, first in ((1, "b"), (2, "a")):
        click = "document.querySelector('table.sorts th button').click();" * clicks
        (tmp_path / "page.html").write_text(page.replace("</body>", f"<script>{click}</script></body>"))
        how = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--dump-dom"]
        command = ["chromium", *how, f"--user-data-dir={tmp_path}/profile", (tmp_path / "page.html").as_uri()]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
        table = shown[shown.index('class="sorts"') :]
        assert re.findall(r"<tr><td>(\w)</td>", table)[0] == first


@pytest.mark.slow
def test_baselines_are_ranked_as_they_must_be(truth: str, tmp_path: Path) -> None:
    """And each is announced before its work."""
    (tmp_path / "fast.toml").write_text("draws = 20\n")
    given = ["--in", truth, "--out", str(tmp_path / "base"), "--config", str(tmp_path / "fast.toml")]
    done = CliRunner().invoke(baselines.main, given)
    assert done.exit_code == 0, done.output
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.output.splitlines() if "|" in line]
    fgiou = {row[0]: float(row[1]) for row in rows[2:]}
    assert list(fgiou) == list(trivial.NAMES)
    told = re.findall(r"INFO baseline (\d of 9)(?:, \d+ s left)?: (.+)", done.output)
    assert told == [(f"{i} of 9", name) for i, name in enumerate(trivial.NAMES, start=1)]
    assert fgiou["all background"] == 0 < fgiou["all text"] < fgiou["truth, grown by 1 px"] < 100
