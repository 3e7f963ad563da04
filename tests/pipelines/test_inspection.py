"""Audits of whole sets, sound ones and such as are damaged in one place."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pipelines import audit as verb
from pipelines import dataset, inspection, split
from pipelines.dataset import BuildConfig
from pipelines.limits import AuditConfig
from sts import jpeg, layers, manifest, preview, shards
from sts.errors import DataError
from sts.types import Clip, Manifest, SourceFile

ClipOf = Callable[..., Clip]
SetOf = Callable[..., Path]


def told(folder: Path, **settings: Any) -> list[tuple[str, str, bool]]:
    """Clip or else shard, rule, and whether it must be mended."""
    found = inspection.inspect(str(folder), replace(AuditConfig(), **settings), "1")
    return [(one.clip or one.shard, one.finding.rule, one.finding.severe) for one in found.places]


def rewritten(folder: Path, change: Callable[[Clip], Clip]) -> None:
    """Change clips and leave everything else in order: shards, their footers, hashes, the manifest."""
    done = manifest.read(folder)
    infos = []
    for info in done.shards:
        path = folder / info.path
        kept = [(change(clip), layers.jpegs(folder, clip.clip_id)) for clip in shards.read(path, pictures=False)]
        infos.append(shards.write(path, kept, meta=shards.footer(path).meta))
    manifest.write(folder, replace(done, shards=tuple(infos)))


def only(clip_id: str, change: Callable[[Clip], Clip]) -> Callable[[Clip], Clip]:
    return lambda clip: change(clip) if clip.clip_id == clip_id else clip


def flipped(path: Path, place: int) -> None:
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    path.write_bytes(data)


@pytest.fixture
def plain(set_of: SetOf, clip_of: ClipOf) -> Path:
    return set_of("plain", [clip_of(i) for i in range(4)])


@pytest.fixture
def split_set(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> Path:
    source = set_of("source", [clip_of(i) for i in range(8)])
    dataset.build([str(source)], BuildConfig(val=0.25, test=0.25), tmp_path / "split", None, "1")
    return tmp_path / "split"


def test_sound_sets_have_no_findings(plain: Path, split_set: Path) -> None:
    assert told(plain) == []
    assert told(split_set) == []


def test_one_flipped_byte_names_clip_and_rule(plain: Path) -> None:
    path = plain / "shard-00001.parquet"
    flipped(path, path.stat().st_size // 2)
    found = told(plain)
    assert ("shard-00001.parquet", "shard-sha256", True) in found
    damaged = [clip for clip, rule, _ in found if rule == "clip-damaged"]
    assert len(damaged) == 1 and damaged[0] in ("clip-002", "clip-003")


def test_a_damaged_shard_is_one_line_that_does_not_send_to_the_audit(plain: Path) -> None:
    torn, flipped_one = plain / "shard-00000.parquet", plain / "shard-00001.parquet"
    torn.write_bytes(torn.read_bytes()[:-9])
    flipped(flipped_one, flipped_one.stat().st_size // 2)
    places = {place.finding.rule: str(place) for place in inspection.inspect(str(plain), AuditConfig(), "1").places}
    assert places["shard-damaged"].startswith(f"{torn}: shard-damaged: {torn} is damaged (")
    assert places["shard-damaged"].endswith("): run its command again")
    assert f"clip-damaged: {flipped_one} is damaged (" in places["clip-damaged"]
    assert places["shard-sha256"].endswith("(SHA-256): delete it and run its command again")
    assert not any("pipelines.audit" in told or "\n" in told for told in places.values())


@pytest.mark.parametrize("place", [0.1, 0.3, 0.7, 0.9, 0.995])
def test_a_flipped_byte_anywhere_is_found(place: float, plain: Path) -> None:
    path = plain / "shard-00000.parquet"
    flipped(path, int(path.stat().st_size * place))
    assert any(rule in ("shard-sha256", "shard-damaged") for _, rule, _ in told(plain))


def test_a_torn_shard_and_a_missing_and_an_unlisted_one_are_named(plain: Path) -> None:
    path = plain / "shard-00000.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    (plain / "shard-00001.parquet").rename(plain / "shard-00007.parquet")
    assert set(told(plain)) == {
        ("shard-00000.parquet", "shard-damaged", True),
        ("shard-00001.parquet", "shard-damaged", True),
        ("shard-00007.parquet", "shard-unlisted", True),
    }


@pytest.mark.parametrize(("track", "rule"), [(1, "track-switch"), (2, "parent-missing")])
def test_one_changed_id_names_clip_and_rule(track: int, rule: str, plain: Path) -> None:
    def renamed(clip: Clip) -> Clip:
        frame = clip.frames[2]
        instances = [replace(one, track_id=77) if one.track_id == track else one for one in frame.instances]
        return replace(clip, frames=(*clip.frames[:2], replace(frame, instances=tuple(instances)), *clip.frames[3:]))

    rewritten(plain, only("clip-002", renamed))
    found = told(plain)
    assert {clip for clip, _, _ in found} == {"clip-002"}
    assert ("clip-002", rule, True) in found


def test_strokes_that_jump_on_one_frame_name_clip_and_rule(plain: Path) -> None:
    def jumped(clip: Clip) -> Clip:
        still, other = (clip.frames[i].instances[1].mask for i in (0, 2))
        frames = []
        for i, frame in enumerate(clip.frames):
            line, word = frame.instances
            frames.append(replace(frame, instances=(line, replace(word, mask=other if i == 1 else still))))
        return replace(clip, frames=tuple(frames))

    rewritten(plain, only("clip-002", jumped))
    assert told(plain) == [("clip-002", "mask-jump", True)]


def test_one_blank_licence_names_clip_and_rule(plain: Path) -> None:
    rewritten(plain, only("clip-001", lambda clip: replace(clip, origin=replace(clip.origin, license=""))))
    assert told(plain) == [("clip-001", "licence", True)]


def test_settings_say_which_licences_are_allowed(plain: Path) -> None:
    assert {rule for _, rule, _ in told(plain, licences=("CC0-1.0",))} == {"licence"}


def test_another_command_in_the_manifest_and_a_changed_input_are_named(plain: Path, split_set: Path) -> None:
    done = manifest.read(plain)
    manifest.write(plain, replace(done, command="other"))
    assert ("shard-00000.parquet", "shard-lineage", True) in told(plain)
    source = split_set.parent / "source"
    manifest.write(source, replace(manifest.read(source), command="other"))
    assert {rule for _, rule, _ in told(split_set)} == {"input-changed"}
    (source / "manifest.json").unlink()
    assert {(rule, severe) for _, rule, severe in told(split_set)} == {("input-gone", False)}


def test_counts_of_the_manifest_are_checked(plain: Path) -> None:
    def wrong(done: Manifest) -> Manifest:
        return replace(done, shards=(replace(done.shards[0], frames=7), *done.shards[1:]))

    manifest.write(plain, wrong(manifest.read(plain)))
    assert told(plain) == [("shard-00000.parquet", "shard-counts", True)]


def test_pictures_of_a_layer_come_from_its_inputs_or_are_missed(set_of: SetOf, clip_of: ClipOf, plain: Path) -> None:
    labels = set_of("labels", [replace(clip_of(i), video=None) for i in range(2)], plain)
    assert told(labels) == []
    plain.rename(plain.parent / "elsewhere")
    assert {rule for _, rule, _ in told(labels)} == {"clip-damaged", "input-gone"}


def made_split(set_of: SetOf, tmp_path: Path, **parts: Sequence[Clip]) -> Path:
    """A dataset whose splits hold these clips."""
    for name in split.SPLITS:
        set_of(f"leaky/{name}", parts.get(name, ()))
    return tmp_path / "leaky"


def test_near_duplicates_across_splits_are_a_leak_and_in_one_split_a_doubt(
    set_of: SetOf, clip_of: ClipOf, tmp_path: Path
) -> None:
    clips = {"train": [clip_of(0), clip_of(1), clip_of(2, look=1)], "test": [clip_of(3, look=0)]}
    found = told(made_split(set_of, tmp_path, **clips))
    assert ("clip-000", "leak-duplicate", True) in found
    assert ("clip-001", "duplicate", False) in found


def test_a_common_source_video_is_a_leak(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    video = (*clip_of().origin.sources, SourceFile(kind="video", id="x@0", sha256="d" * 64, license="CC0-1.0"))
    clips = {"train": [clip_of(0), clip_of(1, sources=video)], "val": [clip_of(2, sources=video)]}
    assert told(made_split(set_of, tmp_path, **clips)) == [("clip-001", "leak-source", True)]


def test_a_clip_in_two_splits_is_named(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    found = told(made_split(set_of, tmp_path, train=[clip_of(0)], test=[clip_of(0), clip_of(1)]))
    assert ("clip-000", "clip-twice", True) in found


def test_a_held_out_font_outside_test_is_a_leak(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    folder = made_split(set_of, tmp_path, train=[clip_of(0)], test=[clip_of(1)])
    assert told(folder) == []
    done = manifest.read(folder / "test")
    manifest.write(folder / "test", replace(done, config={"held_out_fonts": ["lato"]}))
    assert ("clip-000", "leak-font", True) in told(folder)


def test_proposals_that_people_left_are_doubted_in_test_alone(set_of: SetOf, clip_of: ClipOf, tmp_path: Path) -> None:
    def left(clip: Clip) -> Clip:
        frames = (replace(f, instances=tuple(replace(i, effort="kept") for i in f.instances)) for f in clip.frames)
        return replace(clip, frames=tuple(frames))

    folder = made_split(set_of, tmp_path, train=[left(clip_of(0))], test=[left(clip_of(1)), clip_of(2)])
    assert told(folder) == [("clip-001", "label-anchored", False)]


def test_a_split_that_the_lock_forbids_is_named(split_set: Path) -> None:
    lock = split.read_lock(split_set / "splits.lock")
    train = next(layers.read(split_set / "train", pictures=False)).clip_id
    split.write_lock(split_set / "splits.lock", {**lock, f"clip:{train}": "test"})
    assert told(split_set) == [(train, "leak-lock", True)]


def test_the_command_prints_a_table_writes_both_files_and_fails(plain: Path, tmp_path: Path) -> None:
    rewritten(plain, only("clip-001", lambda clip: replace(clip, origin=replace(clip.origin, license=""))))
    result = CliRunner().invoke(verb.main, ["--in", str(plain), "--out", str(tmp_path / "audit")])
    assert result.exit_code == 1
    assert "clip-001: licence: the clip has no licence" in result.output.splitlines()[-1]
    assert "4 clips audited, 1 finding to mend, 0 worth a look" in result.output
    page = (tmp_path / "audit" / "AUDIT.md").read_text(encoding="utf-8")
    assert "- clip-001: licence: the clip has no licence" in page
    (one,) = json.loads((tmp_path / "audit" / "audit.json").read_text(encoding="utf-8"))
    assert (one["places"][0]["clip"], one["places"][0]["finding"]["rule"]) == ("clip-001", "licence")


def test_the_command_lists_as_many_nearest_pairs_as_asked(split_set: Path, tmp_path: Path) -> None:
    given = ["--in", str(split_set), "--out", str(tmp_path / "audit"), "--n", "3"]
    result = CliRunner().invoke(verb.main, given)
    assert result.exit_code == 0, result.output
    (one,) = json.loads((tmp_path / "audit" / "audit.json").read_text(encoding="utf-8"))
    assert len(one["nearest"]) == 3
    picture = jpeg.decode((tmp_path / "audit" / "pairs.jpg").read_bytes(), "pairs.jpg")
    assert picture.shape == (2 * (213 + preview.CAPTION), 4 * 320, 3)
    assert "](pairs.jpg)" in (tmp_path / "audit" / "AUDIT.md").read_text(encoding="utf-8")
    assert one["clips"] == {str(split_set / name): n for name, n in (("train", 4), ("val", 2), ("test", 2))}


def test_what_is_no_set_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is no data directory"):
        inspection.audit([str(tmp_path)], AuditConfig(), tmp_path / "audit", "1")


def test_every_rule_stands_in_the_document() -> None:
    root = Path(__file__).parents[2]
    sources = "".join(
        path.read_text(encoding="utf-8") for path in [root / "sts/checks.py", *root.glob("pipelines/*.py")]
    )
    rules = set(re.findall(r'rule="([a-z-]+)"|_(?:whole|place)\([^"]*?"([a-z-]+)"', sources))
    text = (root / "docs" / "dataset-building.md").read_text(encoding="utf-8")
    assert {name for pair in rules for name in pair if name and f"`{name}`" not in text} == set()
    assert len(rules) > 30
