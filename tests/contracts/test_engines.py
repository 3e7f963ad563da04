"""What every engine promises: choices are plain data, the same choices give the same clip, labels keep every rule."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sts import config, plugins
from sts.errors import RenderError
from sts.protocols import Engine
from synth import checks
from synth.optics import DamageConfig
from synth.setup import Setup, TextConfig, open_kit
from synth.stage import streams
from synth.surfaces.windows import windows

ENGINES = ("synth.engines.planes:Planes", "synth.engines.flow:Flow")
BACKGROUNDS = Path(__file__).parents[2] / "synth" / "assets" / "backgrounds"


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Setup:
    """Small clips; real video for the engines that want it."""
    return Setup(
        width=480,
        height=270,
        frames=8,
        kit=open_kit(TextConfig()),
        damage=DamageConfig(noise=1.0, jpeg=0.0, h264=0.0),
        windows=windows([str(BACKGROUNDS / "bottles.mp4")], frames=8, per_video=1),
        camera=0.5,
        cache=tmp_path_factory.mktemp("cache"),
    )


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest, setup: Setup) -> Any:
    return plugins.load(request.param, Engine, setup=setup)


def choices(engine: Any, seed: int) -> Any:
    """The first choice that works."""
    for attempt in range(10):
        try:
            return engine.sample(streams(seed, 0, attempt))
        except RenderError:
            continue
    raise AssertionError("no choice works")


def test_choices_survive_json(engine: Any) -> None:
    spec = choices(engine, 1)
    assert config.from_json(engine.Spec, config.to_json(spec)) == spec


def test_the_same_choices_give_the_same_clip(engine: Any) -> None:
    spec = choices(engine, 2)
    first, second = engine.render(spec, "clip"), engine.render(spec, "clip")
    assert first == second
    assert np.array_equal(first.video, second.video)


@pytest.mark.parametrize("seed", range(3))
def test_labels_and_pixels_keep_every_rule(engine: Any, seed: int) -> None:
    spec = choices(engine, seed)
    clip = engine.render(spec, "clip")
    assert clip.video.shape == (8, 270, 480, 3)
    assert any(one.level == "word" for frame in clip.frames for one in frame.instances)
    assert list(checks.stored(clip)) == []
    assert list(checks.raw(engine.drawing(spec), clip)) == []


def test_a_clip_says_what_it_is_made_of(engine: Any) -> None:
    origin = engine.render(choices(engine, 4), "clip").origin
    assert origin.kind == "synth" and origin.uri in ENGINES and origin.spec
    kinds = {source.kind for source in origin.sources}
    assert {"font", "corpus"} <= kinds
    assert all(source.license and len(source.sha256) == 64 for source in origin.sources)
