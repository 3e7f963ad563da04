"""Whole builds on small sets."""

import hashlib
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines import build as verb
from pipelines import dataset, split
from pipelines.dataset import BuildConfig
from pipelines.limits import AuditConfig
from sts import config, layers, manifest, shards, stage
from sts.errors import ConfigError, DataError
from sts.types import Clip, SourceFile, TextInstance

ClipOf = Callable[..., Clip]
SetOf = Callable[..., Path]
THIRDS = BuildConfig(val=0.25, test=0.25, clips_per_shard=2)


def built(out: Path, *inputs: Path, settings: BuildConfig = THIRDS, n: int | None = None, workers: str = "1") -> Path:
    dataset.build([str(one) for one in inputs], settings, out, n, workers)
    return out


def ids(out: Path) -> dict[str, set[str]]:
    return {name: {clip.clip_id for clip in layers.read(out / name, pictures=False)} for name in split.SPLITS}


def tree(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def human(clip: Clip) -> Clip:
    """The words of the clip as a person checked them, without pictures."""

    def checked(one: TextInstance) -> TextInstance:
        return replace(one, source="human", text="Kaffee")

    frames = tuple(replace(frame, instances=tuple(map(checked, frame.instances))) for frame in clip.frames)
    return replace(clip, frames=frames, video=None)


def test_each_split_is_a_finished_directory_with_the_bytes_of_the_pictures(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path
) -> None:
    source = set_of("a", [clip_of(i) for i in range(8)])
    out = built(tmp_path / "out", source)
    assert {name: len(found) for name, found in ids(out).items()} == {"train": 4, "val": 2, "test": 2}
    for name in split.SPLITS:
        done = manifest.read(out / name)
        assert (done.command, done.config["split"], list(done.inputs)) == (
            "pipelines.build",
            name,
            ["../../a/manifest.json"],
        )
        assert manifest.verify(out / name) == ()
        for clip_id in ids(out)[name]:
            assert layers.jpegs(out / name, clip_id) == layers.jpegs(source, clip_id)
            assert layers.labels(out / name, clip_id) == layers.labels(source, clip_id)


@pytest.mark.slow
def test_labels_of_people_win_and_pictures_come_from_the_pixel_layer(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path
) -> None:
    clips = [clip_of(i) for i in range(4)]
    pixels = set_of("pixels", clips)
    people = set_of("people", [human(clips[2]), human(clips[0])], pixels)
    out = built(tmp_path / "out", pixels, people)
    found = {clip.clip_id: clip for name in split.SPLITS for clip in layers.read(out / name, pictures=False)}
    sources = {clip_id: clip.frames[0].instances[0].source for clip_id, clip in found.items()}
    assert sources == {"clip-000": "human", "clip-001": "rendered", "clip-002": "human", "clip-003": "rendered"}
    assert {clip.frames[1].instances[0].text for clip in found.values()} == {"Kaffee", "Käse"}
    alone = built(tmp_path / "alone", people)
    assert set().union(*ids(alone).values()) == {"clip-000", "clip-002"}


def test_a_second_run_changes_nothing_and_a_lost_shard_is_made_again(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path
) -> None:
    source = set_of("a", [clip_of(i) for i in range(8)])
    out = built(tmp_path / "out", source)
    before = tree(out)
    (out / "train" / "shard-00001.parquet").unlink()
    (out / "splits.lock").unlink()
    built(out, source)
    assert tree(out) == before


@pytest.mark.slow
def test_the_bytes_do_not_depend_on_the_number_of_workers(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    source = set_of("a", [clip_of(i) for i in range(8)])
    one, two = built(tmp_path / "one", source), built(tmp_path / "two", source, workers="2")
    assert tree(one) == tree(two)


@pytest.mark.slow
def test_what_was_test_stays_test_when_the_set_grows(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    first = built(tmp_path / "first", set_of("a", [clip_of(i) for i in range(8)]))
    test = ids(first)["test"]
    looks = [int(clip_id[-3:]) for clip_id in test]
    more = set_of(
        "b", [clip_of(100 + i, look=look) for i, look in enumerate(looks)] + [clip_of(i) for i in range(40, 50)]
    )
    lock = first / "splits.lock"
    second = built(tmp_path / "second", tmp_path / "a", more, settings=replace(THIRDS, seed=1, lock=str(lock)))
    assert ids(second)["test"] >= test | {"clip-100", "clip-101"}
    assert manifest.read(second / "test").config["lock"] == hashlib.sha256(lock.read_bytes()).hexdigest()
    assert split.read_lock(second / "splits.lock").items() >= split.read_lock(lock).items()


@pytest.mark.slow
def test_a_larger_n_extends_each_split(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    source = set_of("a", [clip_of(i) for i in range(9)])
    before = ids(built(tmp_path / "out", source, n=4))
    after = ids(built(tmp_path / "out", source))
    assert all(after[name] >= before[name] for name in split.SPLITS)
    assert sum(map(len, after.values())) == 9


@pytest.mark.slow
def test_a_lock_remembers_clips_that_are_gone_and_fonts_that_were_held_out(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path
) -> None:
    rare = (SourceFile(kind="font", id="rare", sha256="e" * 64, license="OFL-1.1"),)
    settings = replace(THIRDS, held_out_fonts=("rare",))
    first = built(
        tmp_path / "first", set_of("a", [clip_of(0, sources=rare), clip_of(1), clip_of(2)]), settings=settings
    )
    assert "clip-000" in ids(first)["test"]
    other = set_of("b", [clip_of(9, sources=rare), *(clip_of(i) for i in range(10, 16))])
    second = built(tmp_path / "second", other, settings=replace(THIRDS, test=0.0, lock=str(first / "splits.lock")))
    assert ids(second)["test"] == {"clip-009"}
    assert split.read_lock(second / "splits.lock")["clip:clip-000"] == "test"


@pytest.mark.slow
def test_near_duplicates_are_never_parted(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    source = set_of("a", [clip_of(i, look=i // 2) for i in range(8)])
    for seed in range(2):
        found = ids(built(tmp_path / f"out{seed}", source, settings=replace(THIRDS, seed=seed)))
        assert all(found.values())
        for inside in found.values():
            assert all(f"clip-{int(one[-3:]) ^ 1:03d}" in inside for one in inside)


def test_two_clips_of_one_id_are_refused(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    a, b = set_of("a", [clip_of(0)]), set_of("b", [clip_of(0, look=5)])
    with pytest.raises(DataError, match=r"clip clip-000 of .*a and that of .*b have different pictures"):
        built(tmp_path / "out", a, b)


def test_labels_without_pictures_are_refused(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    labels = set_of("labels", [human(clip_of(0))])
    with pytest.raises(DataError, match=r"1 clip without pictures, such as clip-000 of .*labels"):
        built(tmp_path / "out", labels)


def test_an_unlabelled_clip_is_left_out_and_counted(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    clip = clip_of(3)
    blind = replace(clip, frames=tuple(replace(frame, labelled=False, instances=()) for frame in clip.frames))
    out = built(tmp_path / "out", set_of("a", [clip_of(0), clip_of(1), clip_of(2), blind]))
    dropped = [item for name in split.SPLITS for item in stage.notes(out / name).dropped]
    assert dropped == [("clip-003", "no frame is labelled")]
    assert set().union(*ids(out).values()) == {"clip-000", "clip-001", "clip-002"}


def test_an_empty_split_is_a_finished_directory_and_is_said(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        out = built(tmp_path / "out", set_of("a", [clip_of(i, look=0) for i in range(4)]))
    assert manifest.read(out / "test").shards == ()
    assert "test is empty: 1 group of clips" in caplog.text


def test_other_settings_are_refused_where_a_dataset_lies(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    source = set_of("a", [clip_of(i) for i in range(8)])
    out = built(tmp_path / "out", source)
    with pytest.raises(ConfigError, match=r"val was 0\.25 and is now 0\.5"):
        built(out, source, settings=replace(THIRDS, val=0.5))


def test_unknown_fonts_and_wrong_shares_are_one_line(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no clip shows 'comic'; there are lato"):
        built(tmp_path / "out", set_of("a", [clip_of(0)]), settings=replace(THIRDS, held_out_fonts=("comic",)))
    with pytest.raises(ConfigError, match="add up to at most 1"):
        BuildConfig(val=0.7, test=0.7)


def test_the_command_reads_settings_and_keeps_the_first_clips(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    source = set_of("a", [clip_of(i) for i in range(6)])
    (tmp_path / "build.toml").write_text("val = 0.25\ntest = 0.25\n", encoding="utf-8")
    given = ["--in", str(source), "--out", str(tmp_path / "out"), "--n", "4", "--config", str(tmp_path / "build.toml")]
    result = CliRunner().invoke(verb.main, given)
    assert result.exit_code == 0, result.output
    assert set().union(*ids(tmp_path / "out").values()) == {f"clip-{i:03d}" for i in range(4)}
    footer = shards.footer(tmp_path / "out" / "train" / "shard-00000.parquet").meta
    assert str(tmp_path) not in json.dumps(footer)


def test_the_card_counts_the_splits_and_says_how_to_score_baselines(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path
) -> None:
    source = set_of("source", [clip_of(i) for i in range(8)])
    dataset.build([str(source)], BuildConfig(val=0.25, test=0.25), tmp_path / "out", None, "1")
    text = (tmp_path / "out" / "CARD.md").read_text(encoding="utf-8")
    for name, n in (("train", 4), ("val", 2), ("test", 2)):
        assert f"| {name} | {n} | {4 * n} | {n} | 0 |" in text
    assert "python -m benchmarks.baselines --in DATASET/test\n" in text
    assert str(tmp_path) not in text


def test_settings_in_the_document_load(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "dataset-building.md").read_text(encoding="utf-8")
    build, labels, licences = (block.split("```")[0] for block in text.split("```toml\n")[1:])
    (tmp_path / "build.toml").write_text(build, encoding="utf-8")
    (tmp_path / "audit.toml").write_text(licences + labels, encoding="utf-8")
    assert config.load(BuildConfig, tmp_path / "build.toml").held_out_fonts == ("bungee",)
    found = config.load(AuditConfig, tmp_path / "audit.toml")
    assert "LicenseRef-my-lab" in found.licences
    assert found.labels == AuditConfig().labels, "the document shows the defaults"
