"""Pre-labels are a layer above the pictures: resumable, counted, and a bad clip costs itself only."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from realv import prelabelling
from realv.prelabel import main
from realv.prelabelling import PrelabelConfig
from sts import layers, manifest, shards, stage
from sts.errors import ConfigError, PluginError
from sts.types import Clip, Manifest
from tests.realv.scene import keep, scene

BRIGHT = {"class": "tests.realv.scene:Bright"}
SETTINGS = PrelabelConfig(labeler=BRIGHT, every=2)


def write(out: Path, *parts: list[Clip], inputs: tuple[Path, ...] = ()) -> Path:
    """A finished directory, a shard of each list."""
    infos = [shards.write(out / manifest.shard_name(i), clips, meta={}) for i, clips in enumerate(parts)]
    lineage = manifest.lineage(out, inputs)
    manifest.write(out, Manifest(command="test", config={}, shards=tuple(infos), inputs=lineage))
    return out


def wall(number: int, frames: int = 3) -> Clip:
    clip = scene(frames, seed=number, clip_id=f"wall-{number}")
    return keep(clip, set())


@pytest.fixture
def real(tmp_path: Path) -> Path:
    return write(tmp_path / "real", [wall(0), wall(1)], [wall(2, frames=1)])


def run(settings: PrelabelConfig, out: Path, *sources: Path) -> Manifest:
    return prelabelling.prelabel(settings, [str(one) for one in sources], str(out), "1")


def test_words_have_tracks_strokes_lines_and_paragraphs_on_every_frame(real: Path, tmp_path: Path) -> None:
    done = run(SETTINGS, tmp_path / "out", real)
    clips = list(layers.read(tmp_path / "out"))
    assert done.inputs.keys() == {"../real/manifest.json"}
    assert [len(clip.frames) for clip in clips] == [3, 3, 1]
    assert next(iter(shards.read(tmp_path / "out" / "shard-00000.parquet"))).video is None
    for clip in clips:
        assert clip.video is not None
        for frame in clip.frames:
            assert frame.labelled
            words = [item for item in frame.instances if item.level == "word"]
            lines = {item.track_id: item for item in frame.instances if item.level == "line"}
            assert {word.track_id for word in words} == {1, 2}
            assert all(word.mask and word.parent_id in lines for word in words)
            assert {line.parent_id for line in lines.values()} <= {i.track_id for i in frame.instances}


def test_figures_and_what_to_look_at_first_stand_beside_the_shards(real: Path, tmp_path: Path) -> None:
    run(SETTINGS, tmp_path / "out", real)
    stats = json.loads((tmp_path / "out" / "stats.json").read_text())
    rows = pq.read_table(tmp_path / "out" / "review.parquet").to_pylist()
    assert stats["counts"]["word tracks"] == 6
    assert stats["counts"]["labelled frames"] == 7
    assert sum(stats["share"].values()) == pytest.approx(1, abs=0.01)
    assert {(row["clip_id"], row["frame"]) for row in rows} == {
        *((f"wall-{n}", i) for n in (0, 1) for i in range(3)),
        ("wall-2", 0),
    }
    assert [row["priority"] for row in rows] == sorted((row["priority"] for row in rows), reverse=True)
    assert (tmp_path / "out" / "preview" / "sheet.jpg").exists()
    assert "tests.realv.scene:Bright" in (tmp_path / "out" / "CARD.md").read_text()


def test_what_is_there_stays_and_what_is_missing_is_made_the_same(real: Path, tmp_path: Path) -> None:
    before = run(SETTINGS, tmp_path / "out", real)
    (tmp_path / "out" / "shard-00001.parquet").unlink()
    (tmp_path / "out" / "manifest.json").unlink()
    assert run(SETTINGS, tmp_path / "out", real) == before
    with pytest.raises(ConfigError, match="every was 2 and is now 1"):
        run(replace(SETTINGS, every=1), tmp_path / "out", real)


def test_a_clip_whose_pictures_are_gone_is_counted_and_the_others_are_labelled(tmp_path: Path) -> None:
    lost = replace(wall(1), video=None)
    done = run(SETTINGS, tmp_path / "out", write(tmp_path / "real", [wall(0), lost, wall(2)]))
    assert done.dropped == {"pictures cannot be read": 1}
    assert stage.notes(tmp_path / "out").dropped == [("wall-1", "pictures cannot be read")]
    assert [clip.clip_id for clip in layers.read(tmp_path / "out", pictures=False)] == ["wall-0", "wall-2"]


def test_a_clip_without_text_is_labelled_and_empty(tmp_path: Path) -> None:
    clip = wall(0)
    assert clip.video is not None
    run(SETTINGS, tmp_path / "out", write(tmp_path / "real", [replace(clip, video=clip.video // 4)]))
    found = next(iter(layers.read(tmp_path / "out", pictures=False)))
    assert all(frame.labelled and not frame.instances for frame in found.frames)


def test_layers_of_several_labelers_are_fused(tmp_path: Path) -> None:
    real = write(tmp_path / "real", [wall(0, frames=1)])
    bolder = replace(SETTINGS, labeler={**BRIGHT, "grow": 7})
    for name, settings in (("one", SETTINGS), ("two", bolder), ("same", SETTINGS)):
        run(settings, tmp_path / name, real)
    run(SETTINGS, tmp_path / "apart", tmp_path / "one", tmp_path / "two")
    run(SETTINGS, tmp_path / "agreed", tmp_path / "one", tmp_path / "same")
    doubt = [
        pq.read_table(tmp_path / name / "review.parquet")["disagreement"][0].as_py() for name in ("apart", "agreed")
    ]
    assert doubt[1] == 0 < doubt[0]
    assert next(iter(layers.read(tmp_path / "agreed"))).video is not None


def test_a_labeler_that_cannot_be_loaded_is_one_line_before_any_work(real: Path, tmp_path: Path) -> None:
    missing = tmp_path / "settings.toml"
    missing.write_text(
        'labeler = {class = "realv.labelers.charsam:CharSam", words = "", segmenter = {class = "no.such:Sam"}}\n'
    )
    result = CliRunner().invoke(main, ["--in", str(real), "--out", str(tmp_path / "out"), "--config", str(missing)])
    assert result.exit_code == 1
    assert "cannot load no.such:Sam: no such module" in result.output
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_meant_is_refused(real: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="every = 0"):
        PrelabelConfig(every=0)
    with pytest.raises(ConfigError, match="several different"):
        run(SETTINGS, tmp_path / "out", real, real)
    with pytest.raises(PluginError, match="is no Labeler"):
        run(replace(SETTINGS, labeler={"class": "pathlib:Path"}), tmp_path / "out", real)
