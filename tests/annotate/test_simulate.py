"""The command writes curves and a table of all strategies, the same for the same seed and any number of workers."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from annotate import leaving
from annotate.robot import score, traces
from annotate.robot.actions import KINDS, Action, Trace
from annotate.robot.costs import Costs
from annotate.simulate import main
from pipelines.build import main as build
from sts import layers, manifest, masks, stage
from sts.stage import Stage
from sts.types import Clip
from tests.annotate.looping import digest
from tests.annotate.robot.scene import scene

SETTINGS = """
seeds = 2
strategies = ["scratch", "prelabel", "keys"]
draws = 20
"""


def write(clips: Sequence[Clip], out: Path, inputs: tuple[Path, ...] = ()) -> None:
    stage.make(Stage(command="test", config={}, out=out, inputs=inputs), lambda numbers, _: clips, [0])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips of four frames with their truth, and pre-labels that lack a word."""
    folder = tmp_path_factory.mktemp("clips")
    clips = [scene(4, clip_id=name) for name in ("wall-0", "wall-1")]
    write(clips, folder / "truth")
    poor = [
        replace(c, video=None, frames=tuple(replace(f, instances=f.instances[:1]) for f in c.frames)) for c in clips
    ]
    write(poor, folder / "pre", (folder / "truth",))
    (folder / "settings.toml").write_text(SETTINGS)
    return folder


def run(place: Path, out: Path, *more: str) -> Result:
    options = ["--in", place / "pre", "--truth", place / "truth", "--out", out, "--config", place / "settings.toml"]
    return CliRunner().invoke(main, [*map(str, options), *more])


@pytest.fixture(scope="module")
def done(place: Path) -> tuple[Result, dict[str, Any]]:
    result = run(place, place / "out")
    assert result.exit_code == 0, result.output
    return result, json.loads((place / "out" / "simulation.json").read_text())


def rows(page: dict[str, Any], factor: float = 1.0) -> dict[str, Any]:
    return {one["strategy"]: one for one in page["strategies"] if one["assumed costs times"] == factor}


def test_every_strategy_has_its_figures_at_three_costs(done: tuple[Result, dict[str, Any]]) -> None:
    page = done[1]
    assert (page["clips"], page["frames"], page["seeds"]) == (["wall-0", "wall-1"], 8, [0, 1])
    for factor in (0.5, 1.0, 2.0):
        assert list(rows(page, factor)) == ["scratch", "prelabel", "keys"]


def test_less_work_is_needed_from_prelabels_and_still_less_with_key_frames(
    done: tuple[Result, dict[str, Any]],
) -> None:
    found = rows(done[1])
    seconds = [found[name]["figures"]["seconds_to_95"]["value"] for name in ("scratch", "prelabel", "keys")]
    assert seconds[0] > seconds[1] > seconds[2] > 0
    less = found["keys"]["times less than the first"]["seconds_to_95"]
    assert less["low"] <= less["value"] <= less["high"]
    assert less["value"] == pytest.approx(seconds[0] / seconds[2])


def test_assumed_costs_count_twice_and_half_in_seconds_only(done: tuple[Result, dict[str, Any]]) -> None:
    half, once, twice = (rows(done[1], factor)["scratch"]["figures"] for factor in (0.5, 1.0, 2.0))
    assert half["seconds"]["value"] < once["seconds"]["value"] < twice["seconds"]["value"]
    assert half["edited"] == once["edited"] == twice["edited"]


def test_curves_begin_with_the_prelabels_and_end_with_the_last_masks(done: tuple[Result, dict[str, Any]]) -> None:
    for row in rows(done[1]).values():
        for name in ("over seconds a frame", "over actions a frame"):
            curve = row[name]
            assert curve["at"][0] == 0
            assert curve["at"] == sorted(curve["at"])
            assert curve["tolerant"][-1] == pytest.approx(row["figures"]["tolerant"]["value"], abs=1e-4)
    assert rows(done[1])["scratch"]["over seconds a frame"]["tolerant"][0] == 0
    assert 0.3 < rows(done[1])["prelabel"]["over seconds a frame"]["tolerant"][0] < 0.7


def test_the_table_and_the_page_name_every_strategy(place: Path, done: tuple[Result, dict[str, Any]]) -> None:
    html = (place / "out" / "simulation.html").read_text()
    for name in ("scratch", "prelabel", "keys"):
        assert name in done[0].output
        assert f">{name}</tspan>" in html
    assert html.count("<svg") == 2
    assert "http" not in html
    assert "2 clips, 8 frames, 2 simulated annotators" in html
    (legend, *_), tops = re.findall(r'y="(\d+)"><tspan', html), re.findall(r'class="grid" .*? y1="([\d.]+)"', html)
    assert float(legend) < min(map(float, tops))


@pytest.fixture(scope="module")
def left(place: Path) -> Path:
    """What one annotator left of both clips."""
    layered = place / "layered.toml"
    layered.write_text('seeds = 1\nstrategies = ["prelabel"]\nlayer = "prelabel"\ndraws = 20\n')
    result = run(place, place / "left", "--config", str(layered))
    assert result.exit_code == 0, result.output
    return place / "left"


def test_what_an_annotator_left_is_a_layer_above_the_prelabels(place: Path, left: Path) -> None:
    made = manifest.read(left / "labels")
    assert made.command == "annotate.simulate"
    assert list(made.inputs) == ["../../pre/manifest.json", "../../truth/manifest.json"]
    for clip in layers.read(left / "labels"):
        truth = layers.labels(place / "truth", clip.clip_id)
        assert truth is not None
        assert clip.video is not None
        for frame, known in zip(clip.frames, truth.frames, strict=True):
            assert [(one.track_id, one.effort, one.source) for one in frame.instances] == [
                (1, "kept", "human"),
                (2, "drawn", "human"),
            ]
            drawn, strokes = frame.instances[1].mask, known.instances[1].mask
            assert drawn is not None
            assert strokes is not None
            counts = score.counts(masks.decode(strokes), masks.decode(drawn))
            assert score.tolerant_fgiou(counts[None]).item() > 0.9


def test_the_layer_makes_a_dataset(left: Path, tmp_path: Path) -> None:
    (tmp_path / "all.toml").write_text("val = 0.0\ntest = 0.0\n")
    options = ["--in", left / "labels", "--out", tmp_path / "set", "--config", tmp_path / "all.toml"]
    assert CliRunner().invoke(build, list(map(str, options))).exit_code == 0
    clips = list(layers.read(tmp_path / "set" / "train"))
    assert [clip.clip_id for clip in clips] == ["wall-0", "wall-1"]
    assert {one.source for clip in clips for frame in clip.frames for one in frame.instances} == {"human"}


def test_a_layer_that_is_there_is_not_made_again_and_tells_the_same(place: Path, left: Path) -> None:
    before = digest(left)
    assert run(place, left, "--config", str(place / "layered.toml")).exit_code == 0
    assert digest(left) == before


def test_work_on_a_window_is_what_its_frames_took_and_its_share_of_looking_through_the_clip(left: Path) -> None:
    (first, _), costs = leaving.read(left / "labels"), Costs()
    whole = float(costs.seconds(first.kinds, first.amounts).sum())
    parts = [traces.seconds(first, costs, frame, frame) for frame in range(4)]
    assert sum(parts) == pytest.approx(whole) == pytest.approx(traces.seconds(first, costs, 0, 3))
    examined = Action(kind="examine", frame=0, amount=4.0)
    looked = Trace(
        strategy="keys",
        clip_id="c",
        seed=0,
        n_frames=4,
        kinds=np.array([KINDS.index(examined.kind)]),
        frames=np.array([examined.frame]),
        amounts=np.array([examined.amount]),
        start=np.zeros(3, np.int64),
        counts=np.zeros((1, 3), np.int64),
    )
    assert [traces.seconds(looked, costs, *span) for span in ((0, 0), (1, 3))] == pytest.approx([0.1, 0.3])


@pytest.mark.slow
def test_workers_change_nothing(place: Path, done: tuple[Result, dict[str, Any]], tmp_path: Path) -> None:
    assert run(place, tmp_path, "--workers", "2").exit_code == 0
    assert json.loads((tmp_path / "simulation.json").read_text()) == done[1]


def test_n_is_how_many_clips_are_worked_on(place: Path, tmp_path: Path) -> None:
    assert run(place, tmp_path, "--n", "1").exit_code == 0
    page = json.loads((tmp_path / "simulation.json").read_text())
    assert page["clips"] == ["wall-0"]
    assert "1 clip, 4 frames" in (tmp_path / "simulation.html").read_text()
    assert rows(page)["scratch"]["figures"]["seconds"]["low"] is None


def fails(result: Result) -> str:
    """The one line of an error."""
    assert result.exit_code == 1
    lines = [line for line in result.output.splitlines() if line.startswith("error: ")]
    assert len(lines) == 1
    return lines[0]


@pytest.mark.parametrize(("truth", "said"), [("gone", "does not exist"), (".", "has no manifest.json")])
def test_a_truth_that_is_none_is_one_line_before_any_work(place: Path, tmp_path: Path, truth: str, said: str) -> None:
    result = run(place, tmp_path / "out", "--truth", str(tmp_path / truth))
    assert said in fails(result)
    assert result.output.count("\n") == 1


def test_a_clip_without_truth_is_named(place: Path, tmp_path: Path) -> None:
    write([scene(4, clip_id="other")], tmp_path / "truth")
    assert "has no clip wall-0" in fails(run(place, tmp_path / "out", "--truth", str(tmp_path / "truth")))


def test_truth_of_another_length_is_named(place: Path, tmp_path: Path) -> None:
    write([scene(3, clip_id=name) for name in ("wall-0", "wall-1")], tmp_path / "truth")
    line = fails(run(place, tmp_path / "out", "--truth", str(tmp_path / "truth")))
    assert "clip wall-0 differs in pre-labels and truth: 240x120 px and 4 frames and 240x120 px and 3 frames" in line


def test_no_clip_is_one_line(place: Path, tmp_path: Path) -> None:
    assert "no clips to annotate" in fails(run(place, tmp_path, "--n", "0"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('strategies = ["scratch", "guess"]', "strategies = scratch, guess: give some of scratch, boxes"),
        ("strategies = []", "strategies = none"),
        ("seeds = 0", "seeds = 0"),
        ('layer = "boxes"', "layer = boxes: give one of strategies, scratch, prelabel"),
        ('submit = "data/push"', "layer = none"),
        ("[robot]\ncontent = 2.0", "robot.content = 2.0"),
        ('labelers = [{class = "realv.labelers.propagate:Nobody"}]', "no class Nobody"),
    ],
)
def test_settings_that_cannot_be_meant_are_one_line(place: Path, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "wrong.toml").write_text(text)
    assert said in fails(run(place, tmp_path / "out", "--config", str(tmp_path / "wrong.toml")))
    assert not (tmp_path / "out").exists()
