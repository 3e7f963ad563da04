"""A recipe is checked whole before anything runs."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines import recipes
from pipelines.recipes import RecipeConfig, Step
from pipelines.steps import Call
from sts import config
from sts.errors import ConfigError

RENDER = Step(verb="synth.render", out="synth", n=2)
EVALUATE = Step(verb="benchmarks.evaluate", out="scores", inputs=("synth",), options={"truth": "synth"})
SHIPPED = sorted((Path(__file__).parents[2] / "configs" / "recipes").glob("*.toml"))


def made(*steps: Step, project: Path = Path("nowhere"), folder: Path = Path()) -> list[Call]:
    return recipes.calls(RecipeConfig(steps=steps), folder, project)


def test_steps_become_calls_in_their_order() -> None:
    assert made(RENDER, EVALUATE) == [
        Call(verb="synth.render", out="synth", n=2),
        Call(verb="benchmarks.evaluate", out="scores", inputs=("synth",), options={"truth": "synth"}),
    ]


def test_settings_of_a_step_differ_from_those_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text('width = 320\nheight = 180\nengine = "synth.engines.planes:Planes"\n')
    step = replace(RENDER, config="small.toml", settings={"height": 200})
    (call,) = made(step, folder=tmp_path)
    assert call.settings == {"width": 320, "height": 200, "engine": "synth.engines.planes:Planes"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verb": "benchmarks.evaluat"}, "there is no such verb; did you mean benchmarks.evaluate"),
        ({"verb": "annotate.serve"}, "it runs until it is stopped"),
        ({"options": {"thruth": "synth"}}, "there is no option --thruth; its own are truth"),
        ({"options": {"n": "3"}}, "there is no option --n; its own are truth"),
        ({"config": "gone.toml"}, "cannot use the settings file gone.toml"),
        ({"inputs": ("real",)}, "real is no output of an earlier step, and not in nowhere"),
        ({"inputs": ("scores/a",)}, "scores/a is made by step 2: put that step before this one"),
        ({"options": {"truth": "later/test"}}, "later/test is made by step 3: put that step before this one"),
        ({"out": "synth"}, "out = 'synth' is that of step 1: give another"),
        ({"out": "../scores"}, "out = '../scores': give a directory below the --out of the recipe"),
        ({"out": "."}, "out = '.': give a directory below the --out of the recipe"),
    ],
)
def test_what_cannot_be_run_is_one_line_that_names_the_step(changes: dict[str, Any], said: str) -> None:
    step = replace(EVALUATE, **changes)
    with pytest.raises(ConfigError) as raised:
        made(RENDER, step, replace(RENDER, out="later"))
    assert str(raised.value).startswith(f"step 2 ({step.verb}): {said}")


def test_an_input_may_lie_below_an_output_or_in_the_project_before(tmp_path: Path) -> None:
    (tmp_path / "videos").mkdir()
    ingest = Step(verb="realv.ingest", inputs=("videos",), out="real")
    assert len(made(ingest, replace(EVALUATE, inputs=("real/train",), options={}), project=tmp_path)) == 2


def test_a_name_that_only_begins_like_an_output_is_another() -> None:
    with pytest.raises(ConfigError, match="synthetic is no output of an earlier step"):
        made(RENDER, replace(EVALUATE, inputs=("synthetic",)))


def test_an_empty_recipe_is_none() -> None:
    with pytest.raises(ConfigError, match="the recipe has no steps"):
        made()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_recipe_that_ships_can_be_run(path: Path, tmp_path: Path) -> None:
    recipe = config.load(RecipeConfig, path)
    assert len(recipes.calls(recipe, path.parent, tmp_path)) == len(recipe.steps)
