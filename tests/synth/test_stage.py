"""A clip depends on the settings, its number and its assets, and on nothing else; it always gets made."""

import json
import shutil
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sts import config
from sts.errors import ConfigError, DataError, RenderError
from sts.stage import Notes
from sts.types import Clip
from synth import stage
from synth.placement import PlacementConfig
from synth.setup import SurfaceConfig
from tests.synth import onnx_writer as onnx

BACKGROUNDS = Path(stage.__file__).parent / "assets" / "backgrounds"
SMALL = stage.RenderConfig(width=320, height=180, frames=4, fallback_share=0.0, windows_per_video=1, clips_per_shard=2)
PLANES = replace(SMALL, engine="synth.engines.planes:Planes")


class Impossible:
    """Engine: nothing ever fits."""

    def sample(self, rng_for: Any) -> Any:
        raise RenderError("nothing fits: for the sake of the test")

    def render(self, spec: Any, clip_id: str) -> Clip:
        raise AssertionError("never sampled")


def job(settings: stage.RenderConfig, cache: Path, folder: Path = BACKGROUNDS) -> stage.Job:
    return replace(stage.job(settings, (str(folder),)), cache=cache)


def test_streams_are_independent_of_each_other_and_of_order() -> None:
    one, two = stage.streams(0, 5, 0), stage.streams(0, 5, 0)
    assert one("font").random() == (two("colour").random(), two("font").random())[1]
    keys = list(product((0, 1), (0, 1), (0, 1), "ab"))
    values = [stage.streams(seed, clip, attempt)(name).random() for seed, clip, attempt, name in keys]
    assert len(set(values)) == len(values)


def test_an_impossible_choice_ends_in_the_fallback_and_is_counted(tmp_path: Path) -> None:
    work = job(PLANES, tmp_path)
    studio, notes = stage.Studio(work), Notes()
    studio.engine = Impossible()
    clip = studio.clip(0, notes)
    assert clip.origin.uri == "synth.engines.planes:Planes"
    assert notes.counts == {"rejected attempts: nothing fits": SMALL.attempts}
    assert json.loads(clip.origin.spec or "")["attempt"] == SMALL.attempts


def test_a_job_without_any_way_to_place_text_says_so(tmp_path: Path) -> None:
    studio = stage.Studio(job(PLANES, tmp_path))
    studio.engine = studio.fallback = Impossible()
    with pytest.raises(RenderError, match="synth-0-000007 has no text after 10 attempts"):
        studio.clip(7, Notes())


def test_a_clip_can_be_made_again_from_what_it_says(tmp_path: Path) -> None:
    studio = stage.Studio(job(PLANES, tmp_path))
    clip = studio.clip(3, Notes())
    said = json.loads(clip.origin.spec or "")
    assert (said["seed"], said["index"]) == (0, 3)
    engine: Any = studio.engine_of(clip.origin.uri)
    assert engine.render(config.from_dict(engine.Spec, said["choices"]), clip.clip_id).frames == clip.frames


@pytest.mark.slow
def test_background_videos_in_another_folder_and_order_give_the_same_clip(tmp_path: Path) -> None:
    for number, name in enumerate(["room_people", "bottles"]):
        (tmp_path / "other" / "deep").mkdir(parents=True, exist_ok=True)
        shutil.copy(BACKGROUNDS / f"{name}.mp4", tmp_path / "other" / "deep" / f"{9 - number}.mp4")
        (tmp_path / "one").mkdir(exist_ok=True)
        shutil.copy(BACKGROUNDS / f"{name}.mp4", tmp_path / "one" / f"{name}.mp4")
    first = stage.Studio(job(SMALL, tmp_path / "cache 1", tmp_path / "one")).clip(1, Notes())
    second = stage.Studio(job(SMALL, tmp_path / "cache 2", tmp_path / "other")).clip(1, Notes())
    assert first == second
    assert first.video is not None and second.video is not None
    assert np.array_equal(first.video, second.video)


def test_a_folder_without_a_video_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no background video in .* \(it holds none\)"):
        job(SMALL, tmp_path, tmp_path)
    (tmp_path / "junk.mp4").write_text("no video")
    with pytest.raises(DataError, match=r"1 unreadable"):
        job(SMALL, tmp_path, tmp_path)
    assert job(PLANES, tmp_path, tmp_path).windows == ()


@pytest.mark.parametrize("key", ["depth", "text_detector"])
def test_a_missing_network_stops_a_job_before_it_starts(tmp_path: Path, key: str) -> None:
    gone = config.from_dict(SurfaceConfig, {key: str(tmp_path / "gone.onnx")})
    with pytest.raises(ConfigError, match=r"cannot read the network .*gone.onnx"):
        job(replace(SMALL, surfaces=gone), tmp_path)


def test_manifest_and_clips_on_video_name_the_networks(tmp_path: Path) -> None:
    red = onnx.weights("red", np.array([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1))
    sides = [onnx.port("x", 1, 3, 16, 16)], [onnx.port("y", 1, 1, 16, 16)]
    path = onnx.write(tmp_path / "d.onnx", [onnx.node("Conv", ["x", "red"], "y", kernel_shape=[1, 1])], *sides, red)
    shutil.copy(BACKGROUNDS / "room_people.mp4", tmp_path)
    work = job(replace(SMALL, surfaces=SurfaceConfig(depth=path)), tmp_path / "cache", tmp_path)
    clip = stage.Studio(work).clip(0, Notes())
    assert clip.origin.uri == "synth.engines.flow:Flow"
    (model,) = (source for source in clip.origin.sources if source.kind == "model")
    assert stage.made_from(work)["networks"] == {"depth": model.sha256}


@pytest.mark.parametrize(
    "wrong",
    [{"height": 0}, {"frames": -1}, {"width": 100_000}, {"clips_per_shard": 0}, {"camera": 1.5}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_setting_that_no_clip_can_be_made_with_is_named(wrong: dict[str, Any]) -> None:
    (name,) = wrong
    with pytest.raises(ConfigError, match=rf"^{name} = "):
        config.load(stage.RenderConfig, None, **wrong)


def test_a_language_without_weight_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^languages = "):
        PlacementConfig(languages=(("en", 0.0),))
