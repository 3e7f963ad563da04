"""A folder becomes a finished directory of clips, whatever lies in it and however often it is stopped."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from PIL import Image

from realv import gallery, ingest, ingesting
from realv.ingesting import IngestConfig
from sts import files, jpeg, layers, manifest
from sts.errors import ConfigError, PluginError
from sts.types import Clip
from tests.sts.films import HEIGHT, WIDTH, Picture, cut_off, damage, film, scene

SETTINGS = IngestConfig(frames=6, shortest=2, fps=0.0, frames_per_shard=12)


def drift(seed: int, n: int) -> list[Picture]:
    return [np.roll(scene(seed), 2 * i, axis=1) for i in range(n)]


def ingested(folder: Path, out: Path, settings: IngestConfig = SETTINGS, workers: str = "1") -> list[Clip]:
    ingesting.run(settings, folder, out, None, workers)
    return list(layers.read(out))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two shots, a short film in motion JPEG, a photo that is turned, and what cannot be used."""
    made = tmp_path_factory.mktemp("phone")
    film(made / "a.mp4", [*drift(1, 9), *drift(2, 9)])
    film(made / "b.avi", drift(3, 4), codec="mjpeg", pixels="yuvj420p", options={"qscale": "2"})
    Image.fromarray(scene(4)).save(made / "c.jpg", quality=80)
    exif = Image.Exif()
    exif[jpeg.ORIENTATION] = 6
    Image.fromarray(scene(5)).save(made / "d.jpg", quality=90, exif=exif)
    (made / "fake.mp4").write_text("no video")
    (made / "sources.toml").write_text('["a.mp4"]\nlicense = "CC-BY-4.0"\nurl = "https://example.org/a"\n')
    return made


@pytest.fixture(scope="module")
def out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("out") / "real"
    ingesting.run(SETTINGS, folder, made, None, "1")
    return made


def test_clips_end_at_cuts_and_are_not_too_long(out: Path) -> None:
    clips = list(layers.read(out))
    assert [len(clip.frames) for clip in clips] == [6, 3, 3, 6, 4, 1, 1]
    starts = [json.loads(clip.origin.spec or "")["start"] for clip in clips]
    assert starts == [0, 6, 9, 12, 0, 0, 0]
    assert not any(frame.labelled for clip in clips for frame in clip.frames)
    assert all(clip.frames[0].time_s == 0 for clip in clips)
    assert [frame.time_s for frame in clips[0].frames] == pytest.approx([0.04 * i for i in range(6)])


def test_a_clip_says_where_it_comes_from(out: Path, folder: Path) -> None:
    clips = list(layers.read(out, pictures=False))
    first, photo = clips[1], clips[-2]
    (source,) = first.origin.sources
    assert first.clip_id == f"real-{source.sha256[:12]}-000006"
    assert source.sha256 == files.sha256(folder / "a.mp4")
    assert (source.kind, source.id, source.license) == ("video", f"{source.sha256[:16]}@6+3", "CC-BY-4.0")
    assert (first.origin.kind, first.origin.uri, first.origin.license) == ("real", "https://example.org/a", "CC-BY-4.0")
    assert json.loads(first.origin.spec or "")["file"] == "a.mp4"
    assert (photo.origin.uri, photo.origin.license, photo.fps) == ("c.jpg", "LicenseRef-unstated", Fraction(1))


def test_what_a_source_holds_as_jpeg_is_not_encoded_again(out: Path, folder: Path) -> None:
    clips = list(layers.read(out, pictures=False))
    stored = {clip.origin.uri: layers.jpegs(out, clip.clip_id) for clip in clips[4:]}
    photo = (folder / "c.jpg").read_bytes()
    assert stored["c.jpg"] == (photo,)
    film_bytes = (folder / "b.avi").read_bytes()
    assert all(data[-300:] in film_bytes for data in stored["b.avi"])
    turned = jpeg.decode(stored["d.jpg"][0], "d.jpg")
    assert turned.shape == (WIDTH, HEIGHT, 3)
    assert np.abs(turned.astype(int) - np.rot90(scene(5), -1)).mean() < 4


def test_the_table_the_card_and_the_sheet_tell_of_the_clips(out: Path) -> None:
    rows = pq.read_table(out / gallery.TABLE).to_pylist()
    assert len(rows) == 7
    assert rows[0].keys() >= {"clip_id", "file", "start_s", "text", "sharpness", "usefulness", "duplicate_of"}
    assert json.loads((out / "stats.json").read_text())["files without a licence"] == 3
    card = (out / "CARD.md").read_text()
    assert "| a.mp4 | 4 | CC-BY-4.0 |" in card
    assert "| left out: it cannot be read | 1 |" in card
    with Image.open(out / "preview" / "sheet.jpg") as sheet:
        assert sheet.width == 4 * gallery.TILE
    assert pq.read_table(out / "dropped.parquet").to_pylist() == [{"item": "fake.mp4", "reason": "it cannot be read"}]


def test_a_run_that_was_stopped_and_two_workers_give_the_same_bytes(folder: Path, out: Path, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "shard-00001.parquet").write_bytes((out / "shard-00001.parquet").read_bytes())
    ingested(folder, tmp_path / "b", workers="2")
    for path in out.rglob("*"):
        if path.is_file():
            assert (tmp_path / "b" / path.relative_to(out)).read_bytes() == path.read_bytes(), path


def test_other_terms_make_a_shard_anew_and_other_settings_are_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    film(tmp_path / "in" / "a.mp4", drift(1, 4))
    assert ingested(tmp_path / "in", tmp_path / "out")[0].origin.license == "LicenseRef-unstated"
    (tmp_path / "in" / "sources.toml").write_text('["*"]\nlicense = "MIT"\n')
    assert ingested(tmp_path / "in", tmp_path / "out")[0].origin.license == "MIT"
    with pytest.raises(ConfigError, match="frames was 6 and is now 5"):
        ingested(tmp_path / "in", tmp_path / "out", IngestConfig(frames=5, fps=0.0, frames_per_shard=12, shortest=2))


def test_clips_end_before_damage_and_begin_after_it(tmp_path: Path) -> None:
    path = film(tmp_path / "in.ts", drift(1, 40), options={"g": "8", "bf": "0", "crf": "10"})
    (tmp_path / "in").mkdir()
    path = path.rename(tmp_path / "in" / "a.ts")
    damage(path, 0.5, 1500)
    clips = ingested(tmp_path / "in", tmp_path / "out", IngestConfig(frames=40, shortest=2, fps=0.0))
    assert len(clips) >= 2
    for clip in clips:
        times = [frame.time_s for frame in clip.frames]
        assert np.diff(times) == pytest.approx([0.04] * (len(times) - 1))
    assert manifest.read(tmp_path / "out").dropped == {"damaged": 1}


def test_a_video_that_was_cut_off_keeps_its_clips_and_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    film(tmp_path / "in" / "a.mkv", drift(1, 60), options={"g": "5", "bf": "0"})
    cut_off(tmp_path / "in" / "a.mkv", 0.5)
    clips = ingested(tmp_path / "in", tmp_path / "out", replace(SETTINGS, shortest=1))
    assert sum(len(clip.frames) for clip in clips) > SETTINGS.frames_per_shard
    assert manifest.read(tmp_path / "out").dropped == {"cut off": 1}
    rows = pq.read_table(tmp_path / "out" / "dropped.parquet").to_pylist()
    assert rows == [{"item": "a.mkv: the rest of 2.4 s", "reason": "cut off"}]


def test_numbered_pictures_are_one_film_with_the_times_of_their_numbers(tmp_path: Path) -> None:
    for number, picture in zip((10, 11, 13, 14), drift(1, 4), strict=True):
        (tmp_path / "in").mkdir(exist_ok=True)
        Image.fromarray(picture).save(tmp_path / "in" / f"{number:05d}.jpg", quality=90)
    (tmp_path / "in" / "00015.jpg").write_bytes((tmp_path / "in" / "00014.jpg").read_bytes()[:900])
    (clip,) = ingested(tmp_path / "in", tmp_path / "out", IngestConfig(frames=8, fps=0.0, sequence_fps=10.0))
    assert [frame.time_s for frame in clip.frames] == pytest.approx([0, 0.1, 0.3, 0.4])
    assert clip.fps == 10
    assert manifest.read(tmp_path / "out").dropped == {"damaged": 1}


def test_a_fast_video_is_thinned_evenly_and_keeps_its_times(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    film(tmp_path / "in" / "a.mp4", drift(1, 20))
    (clip,) = ingested(tmp_path / "in", tmp_path / "out", IngestConfig(fps=10.0))
    assert clip.fps == Fraction(25, 3)
    assert [frame.time_s for frame in clip.frames] == pytest.approx([0.12 * i for i in range(7)])


def test_a_repeated_shot_is_kept_and_named(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    film(tmp_path / "in" / "a.mp4", [*drift(1, 6), *drift(2, 6), *drift(1, 6)])
    ingested(tmp_path / "in", tmp_path / "out")
    rows = pq.read_table(tmp_path / "out" / "clips.parquet").to_pylist()
    assert [row["duplicate_of"] and row["duplicate_of"][-6:] for row in rows] == [None, None, "000000"]
    assert rows[-1]["clip_id"].endswith("000012")


def test_a_folder_in_which_nothing_can_be_used_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    result = CliRunner().invoke(ingest.main, ["--in", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "error: no clip can be made" in result.output
    assert "neither video nor picture by its name: 1" in result.output


def test_another_run_into_the_directory_is_said_before_any_file_is_read(tmp_path: Path) -> None:
    with files.claimed(tmp_path / "out"), pytest.raises(ConfigError, match="is being written by another run"):
        ingested(tmp_path / "nowhere", tmp_path / "out")


def test_a_finder_that_is_not_there_is_said_before_any_work(tmp_path: Path) -> None:
    film(tmp_path / "a.mp4", drift(1, 4))
    with pytest.raises(PluginError, match=r"realv\.nothing"):
        ingested(tmp_path, tmp_path / "out", IngestConfig(finder={"class": "realv.nothing:Nothing"}))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"frames": 0}, "frames = 0"), ({"shortest": 40}, "more than frames"), ({"fps": -1.0}, "fps")],
)
def test_settings_that_make_no_clip_are_refused(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        IngestConfig(**settings)
