"""The demo, small, from its first step to its last: rendered, found, annotated by a simulated annotator, trained on."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from pipelines import recipe_run, steps
from pipelines.recipe import main
from pipelines.recipes import RecipeConfig, Step
from sts import config, layers, masks
from sts.types import Clip, Frame, Mask
from tests.annotate.studio import ROOT, free_port

DEMO = Path(__file__).parents[2] / "configs" / "recipes" / "demo.toml"
SMALL: dict[str, dict[str, object]] = {
    "synth": {"width": 480, "height": 270, "frames": 8, "engine": "synth.engines.planes:Planes"},
    "real": {"frames_per_shard": 8},
    "push": {"window": 8},
    "tuned": {"steps": 2, "window": 1, "checkpoint_every": 2},
}
"""Settings by output that make it minutes"""


def reduced(step: Step) -> Step:
    path = str((DEMO.parent / step.config).resolve()) if step.config else ""
    n = 4 if step.n else None
    return replace(step, n=n, config=path, settings={**step.settings, **SMALL.get(step.out, {})})


def written(recipe: RecipeConfig) -> str:
    """As a recipe file."""
    plain = config.to_dict(recipe)
    tables = [{key: value for key, value in step.items() if value is not None} for step in plain["steps"]]
    return steps.toml({"steps": tables, "server": plain["server"]})


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.timeout(3600)
def test_the_demo_goes_once_round_the_loop(tmp_path: Path) -> None:
    recipe = config.load(RecipeConfig, DEMO)
    assert recipe.server is not None
    server = replace(recipe.server, port=free_port(), environment=str(ROOT / ".cache" / "labelstudio"))
    whole = RecipeConfig(steps=tuple(map(reduced, recipe.steps)), server=server)
    (tmp_path / "demo.toml").write_text(written(whole), encoding="utf-8")
    project = tmp_path / "project"
    command = ["--config", str(tmp_path / "demo.toml"), "--out", str(project)]
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 0, result.output
    assert len(recipe_run.read(project).steps) == len(recipe.steps)

    known = list(layers.read(project / "truth", pictures=False))
    assert all(frame.labelled for clip in known for frame in clip.frames)
    pulled, left = (strokes(project / name) for name in ("human/by/admin@localhost", "simulate/labels"))
    assert pulled.keys() == {clip.clip_id for clip in known}
    assert pulled == left

    sides = json.loads((project / "scores" / "scores.json").read_text())["predictions"]
    assert [side["path"] for side in sides] == ["after", "before"]
    page = (project / "report" / "report.html").read_text(encoding="utf-8")
    assert len(re.findall('<g class="box', page)) >= 12
    assert "not in this project" not in page

    again = CliRunner().invoke(main, command)
    assert again.exit_code == 0
    assert again.output.count("is there") == len(recipe.steps)


def strokes(directory: Path) -> dict[str, list[Mask]]:
    """All strokes of each frame, by clip."""
    return {
        clip.clip_id: [union(clip, frame) for frame in clip.frames] for clip in layers.read(directory, pictures=False)
    }


def union(clip: Clip, frame: Frame) -> Mask:
    drawn = np.zeros((clip.height, clip.width), np.bool_)
    for one in frame.instances:
        if one.mask is not None:
            drawn |= masks.decode(one.mask)
    return masks.encode(drawn)
