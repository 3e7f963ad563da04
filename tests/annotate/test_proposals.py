from dataclasses import replace
from pathlib import Path

import pytest

from annotate import proposals
from annotate.proposals import Planned, Proposals
from sts import files, layers, manifest, stage
from sts.errors import ConfigError, DataError
from sts.stage import Notes, Stage
from sts.types import Clip
from tests.model import small_set


def layer(root: Path, clips: list[Clip], facts: list[dict[str, object]] | None = None) -> Path:
    """A layer of pre-labels with pictures, whose command says how urgent frames are."""

    def one(_: int, notes: Notes) -> list[Clip]:
        notes.facts += facts or []
        return clips

    stage.make(Stage(command="toy.label", config={"labeler": {"class": "toy.labelers:Toy"}}, out=root), one, [0])
    return root


def test_a_layer_is_named_after_its_labeler_and_its_manifest(tmp_path: Path) -> None:
    place = layer(tmp_path / "a", [small_set.clip(0)])
    assert proposals.version(place) == f"Toy@{files.sha256(place / manifest.NAME)[:8]}"
    plain = small_set.write(tmp_path / "b", [small_set.clip(0)])
    assert proposals.version(plain) == f"test@{files.sha256(plain / manifest.NAME)[:8]}"


def test_a_layer_is_kept_as_it_was_pushed_whatever_becomes_of_its_directory(tmp_path: Path) -> None:
    pixels = small_set.write(tmp_path / "pixels", [small_set.clip(0)])
    bare = [replace(small_set.clip(0), video=None)]
    stage.make(Stage(command="toy", config={"a": 1}, out=tmp_path / "a", inputs=(pixels,)), lambda *_: bare, [0])
    kept = proposals.keep(tmp_path / "a", tmp_path / "push" / "x")
    for path in (tmp_path / "a").iterdir():
        path.unlink()
    changed = [replace(clip, frames=clip.frames[:3]) for clip in bare]
    stage.make(Stage(command="toy", config={"a": 2}, out=tmp_path / "a", inputs=(pixels,)), lambda *_: changed, [0])
    assert manifest.verify(kept) == ()
    assert [len(clip.frames) for clip in layers.read(kept)] == [10]
    assert layers.jpegs(kept, "clip-0") == layers.jpegs(pixels, "clip-0")
    assert proposals.keep(tmp_path / "a", tmp_path / "push" / "x") == kept
    assert len(next(layers.read(kept)).frames) == 10


def test_a_layer_that_is_not_as_its_manifest_says_is_refused(tmp_path: Path) -> None:
    place = layer(tmp_path / "a", [small_set.clip(0)])
    other = layer(tmp_path / "b", [small_set.clip(1)])
    (place / "shard-00000.parquet").write_bytes((other / "shard-00000.parquet").read_bytes())
    with pytest.raises(DataError, match=r"shard-00000\.parquet is not as its manifest says"):
        proposals.keep(place, tmp_path / "push")
    assert proposals.kept(tmp_path) == {"a": place, "b": other}


def test_the_same_layer_twice_is_refused(tmp_path: Path) -> None:
    place = layer(tmp_path / "a", [small_set.clip(0)])
    with pytest.raises(ConfigError, match="give --in DIR, or several different ones"):
        Proposals([place, place], None, tmp_path / "push")


def test_urgent_windows_have_the_mean_priority_of_their_frames(tmp_path: Path) -> None:
    facts: list[dict[str, object]] = [{"clip_id": "clip-0", "frame": i, "priority": i / 10} for i in range(10)]
    shown = Proposals([layer(tmp_path / "a", [small_set.clip(0)], facts)], None, tmp_path / "push")
    (clip,) = shown.clips(None)
    assert shown.priority(clip, 0, 3) == 0.15
    assert shown.priority(clip, 8, 9) == 0.85
    plain = Proposals([layer(tmp_path / "b", [small_set.clip(1)])], None, tmp_path / "other")
    assert plain.priority(plain.clips(None)[0], 0, 3) is None


def test_honeypots_stand_among_the_others_and_have_a_priority_where_these_have(tmp_path: Path) -> None:
    facts: list[dict[str, object]] = [{"clip_id": f"clip-{i}", "frame": 0, "priority": 0.5} for i in range(8)]
    source = layer(tmp_path / "a", [small_set.clip(i, n_frames=1) for i in range(8)], facts)
    hidden = layer(tmp_path / "h", [small_set.clip(i, n_frames=1) for i in (20, 21)])
    shown = Proposals([source], hidden, tmp_path / "push")
    planned = shown.clips(None)
    assert [i for i, clip in enumerate(planned) if clip.hidden] == [2, 7]
    assert len(planned) == 10
    assert {shown.priority(clip, 0, 0) for clip in planned} == {0.5}
    assert [clip.clip_id for clip in shown.clips(1)] == ["clip-20", "clip-0", "clip-21"]


def test_the_truth_of_a_honeypot_is_hidden_and_its_pre_label_is_not(tmp_path: Path) -> None:
    truth = small_set.clip(5)
    frames = tuple(
        replace(frame, instances=(*frame.instances, replace(frame.instances[0], track_id=77, source="predicted")))
        for frame in truth.frames
    )
    shown = Proposals(
        [layer(tmp_path / "a", [small_set.clip(0)])],
        layer(tmp_path / "h", [replace(truth, frames=frames)]),
        tmp_path / "push",
    )
    (hidden,) = [clip for clip in shown.clips(None) if clip.hidden]
    (prelabel,) = shown.of(hidden)
    assert {one.track_id for frame in prelabel.clip.frames for one in frame.instances} == {77}
    assert prelabel.model_version == shown.shown


def test_a_clip_that_is_also_a_honeypot_is_refused(tmp_path: Path) -> None:
    source = layer(tmp_path / "a", [small_set.clip(0)])
    shown = Proposals([source], layer(tmp_path / "h", [small_set.clip(0)]), tmp_path / "push")
    with pytest.raises(DataError, match=r".*a and .*h: clip clip-0 is there twice"):
        shown.clips(None)


def test_a_clip_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    shown = Proposals([layer(tmp_path / "a", [small_set.clip(0), small_set.clip(0)])], None, tmp_path / "push")
    with pytest.raises(DataError, match=r"/a: clip clip-0 is there twice"):
        shown.clips(None)


def test_other_honeypots_come_with_other_pre_labels(tmp_path: Path) -> None:
    source = layer(tmp_path / "a", [small_set.clip(0)])
    Proposals([source], layer(tmp_path / "h", [small_set.clip(1)]), tmp_path / "push")
    with pytest.raises(ConfigError, match=r"honeypots = .*g is not what was pushed with Toy@"):
        Proposals([source], layer(tmp_path / "g", [small_set.clip(2)]), tmp_path / "push")


def test_layers_of_other_clips_of_the_same_name_are_refused(tmp_path: Path) -> None:
    sources = [layer(tmp_path / "a", [small_set.clip(0)]), layer(tmp_path / "b", [small_set.clip(0, n_frames=9)])]
    shown = Proposals(sources, None, tmp_path / "push")
    with pytest.raises(DataError, match=r"clip clip-0 is 80x48 px with 10 frames and 80x48 px with 9 frames"):
        shown.of(Planned(clip_id="clip-0", n_frames=10, hidden=False))


def test_a_labeler_that_lacks_a_clip_says_nothing_of_it(tmp_path: Path) -> None:
    sources = [
        layer(tmp_path / "a", [small_set.clip(0), small_set.clip(1)]),
        layer(tmp_path / "b", [small_set.clip(1)]),
    ]
    shown = Proposals(sources, None, tmp_path / "push")
    assert [len(shown.of(clip)) for clip in shown.clips(None)] == [1, 2]
