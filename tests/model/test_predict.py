"""From rendered clips through a segmenter to scores, and what stands in the way."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from benchmarks import scoring
from model import checkpoints, nets, predict, predicting
from model.instances import InstanceConfig
from model.predicting import PredictConfig
from sts import checks, config, files, layers, manifest, plugins, shards
from sts.errors import ConfigError, DataError, PluginError
from sts.protocols import Prompt, Segment, Segmenter
from sts.types import Clip, Manifest
from synth import stage
from tests.model.small_set import write

THRESHOLD = PredictConfig(segmenter={"class": "model.threshold:Threshold"})
MICRO = PredictConfig(segmenter={"class": "model.sam2text.segmenter:SAM2TextSegmenter", "threshold": 0.01})
PLANES = stage.RenderConfig(
    width=160, height=96, frames=3, clips_per_shard=1, engine="synth.engines.planes:Planes", fallback_share=0.0
)


class Half:
    """Segmenter: answers every other frame."""

    def segment(self, video: np.ndarray, prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        yield from (() for _ in video[::2])


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Two clips in two shards."""
    place = str(tmp_path_factory.mktemp("rendered") / "synth")
    stage.run(stage.job(PLANES, ()), place, 2, "1")
    return place


@pytest.fixture(scope="module")
def predicted(rendered: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    place = str(tmp_path_factory.mktemp("predicted") / "predict")
    predicting.predict(THRESHOLD, rendered, place, "", "1")
    return place


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A file of the smallest net, which has learned nothing."""
    path = str(tmp_path_factory.mktemp("weights") / "micro.safetensors")
    checkpoints.save(path, nets.build({"class": "model.sam2text.net:SAM2Text", "size": "micro"}), 0)
    return path


def test_predictions_of_rendered_clips_are_scored(rendered: str, predicted: str) -> None:
    settings = scoring.EvaluateConfig(draws=20, metrics=scoring.METRICS[:1])
    result = scoring.evaluate(settings, rendered, predicted, "1")
    assert (result.scored.clips, result.extra) == (2, 0)
    assert result.scores["Pixels"]["fgiou"].value > 0


def test_a_layer_holds_labels_alone_and_finds_its_pictures(rendered: str, predicted: str) -> None:
    names = [shard.path for shard in manifest.read(predicted).shards]
    assert [shards.jpegs(files.join(predicted, name), 0) for name in names] == [None, None]
    for clip, source in zip(layers.read(predicted), layers.read(rendered), strict=True):
        assert clip.video is not None and source.video is not None
        assert np.array_equal(clip.video, source.video)
        assert [frame.time_s for frame in clip.frames] == [frame.time_s for frame in source.frames]


def test_labels_keep_the_rules_of_every_clip(predicted: str) -> None:
    found = [one for clip in layers.read(predicted, pictures=False) for frame in clip.frames for one in frame.instances]
    assert {(one.level, one.source) for one in found} == {("text", "predicted")}
    assert all(one.score is not None and one.mask is not None and len(one.polygon) == 4 for one in found)
    for clip in layers.read(predicted, pictures=False):
        assert [one for one in checks.findings(clip) if one.severe] == []


def test_a_run_that_was_stopped_makes_what_is_missing_and_the_same_bytes(rendered: str, tmp_path: Path) -> None:
    first = predicting.predict(THRESHOLD, rendered, str(tmp_path), "", "1")
    (tmp_path / first.shards[1].path).unlink()
    (tmp_path / "manifest.json").unlink()
    kept = (tmp_path / first.shards[0].path).stat().st_mtime_ns
    assert predicting.predict(THRESHOLD, rendered, str(tmp_path), "", "1") == first
    assert (tmp_path / first.shards[0].path).stat().st_mtime_ns == kept


def test_other_settings_in_the_same_place_are_refused(rendered: str, predicted: str) -> None:
    other = replace(THRESHOLD, segmenter={**THRESHOLD.segmenter, "k": 0.4})
    with pytest.raises(ConfigError, match="segmenter"):
        predicting.predict(other, rendered, predicted, "", "1")


def test_the_input_is_never_written_to(rendered: str) -> None:
    with pytest.raises(ConfigError, match=r"^--out .*/\. is --in, which stays as it is: choose another --out$"):
        predicting.predict(THRESHOLD, rendered, f"{rendered}/.", "", "1")


def test_the_manifest_says_every_option_and_the_hash_of_the_weights(
    rendered: str, weights: str, tmp_path: Path
) -> None:
    done = predicting.predict(MICRO, rendered, str(tmp_path / "a"), weights, "1")
    said = json.loads(json.dumps(done.config))["segmenter"]
    assert said["weights"] == files.sha256(weights)
    assert (said["threshold"], said["out_scale"]) == (0.01, 4)
    assert weights not in json.dumps(done.config)
    elsewhere = tmp_path / "copy.safetensors"
    elsewhere.write_bytes(Path(weights).read_bytes())
    assert predicting.predict(MICRO, rendered, str(tmp_path / "a"), str(elsewhere), "1") == done


@pytest.mark.parametrize("size", [(1, 1), (200, 8000)], ids=str)
def test_clips_of_one_frame_and_any_shape(rendered: str, size: tuple[int, int], tmp_path: Path) -> None:
    clip = one_frame(next(layers.read(rendered)), np.full((1, *size, 3), 128, np.uint8))
    info = shards.write(str(tmp_path / "in" / manifest.shard_name(0)), [clip], meta={})
    manifest.write(str(tmp_path / "in"), Manifest(command="test", config={}, shards=(info,)))
    predicting.predict(THRESHOLD, str(tmp_path / "in"), str(tmp_path / "out"), "", "1")
    (found,) = layers.read(str(tmp_path / "out"), pictures=False)
    assert (found.height, found.width) == size
    assert [(frame.labelled, frame.instances) for frame in found.frames] == [(True, ())]


def test_a_segmenter_that_misses_frames_is_named(rendered: str) -> None:
    with pytest.raises(PluginError, match=r"tests:Half answers 2 frames of the 3 of clip synth-0-000000"):
        predicting.answer(next(layers.read(rendered)), Half(), "tests:Half")


def test_what_cannot_be_used_is_one_line(rendered: str, tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with pytest.raises(DataError, match=r"none\.safetensors"):
        predicting.predict(PredictConfig(), rendered, out, str(tmp_path / "none.safetensors"), "1")
    with pytest.raises(PluginError, match="unknown key weights"):
        predicting.predict(THRESHOLD, rendered, out, "some.safetensors", "1")
    with pytest.raises(DataError, match="manifest"):
        predicting.predict(THRESHOLD, str(tmp_path), out, "", "1")
    write(tmp_path / "empty", [])
    with pytest.raises(DataError, match="empty has no clips"):
        predicting.predict(THRESHOLD, str(tmp_path / "empty"), out, "", "1")
    assert not Path(out).exists()


def test_the_settings_in_the_documents_load(tmp_path: Path, weights: str) -> None:
    text = (Path(__file__).parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
    (tmp_path / "example.toml").write_text(
        text.split("## Prediction")[1].split("```toml\n")[1].split("```")[0], "utf-8"
    )
    table = config.load(PredictConfig, tmp_path / "example.toml").segmenter
    found: Any = plugins.from_table({**table, "weights": weights}, Segmenter)
    assert (found.out_scale, found.instances) == (2, InstanceConfig())


def test_the_command_refuses_what_it_would_ignore(rendered: str) -> None:
    for options, said in ((["--in", rendered, "--n", "1"], "leave --n out"), (["--in", "a", "--in", "b"], "one --in")):
        result = CliRunner().invoke(predict.main, options)
        assert result.exit_code == 1
        assert said in result.output


def one_frame(clip: Clip, video: np.ndarray) -> Clip:
    """An image in the place of the clip's video."""
    height, width = video.shape[1:3]
    frame = replace(clip.frames[0], instances=())
    return replace(clip, height=height, width=width, frames=(frame,), video=video)
