from pathlib import Path

import pytest

from pipelines import split
from pipelines.split import Group
from sts.errors import ConfigError
from sts.types import Origin, SourceFile

SHARES = {"train": 0.8, "val": 0.1, "test": 0.1}


def origin(kind: str = "synth", uri: str = "toy", video: str = "", font: str = "") -> Origin:
    sources = [SourceFile(kind="video", id=f"{video}@0", sha256=video, license="CC0-1.0")] if video else []
    sources += [SourceFile(kind="font", id=font, sha256=font * 8, license="OFL-1.1")] if font else []
    return Origin(kind="real" if kind == "real" else "synth", uri=uri, license="CC0-1.0", sources=tuple(sources))


def group(*clips: str, more: tuple[str, ...] = (), kind: str = "synth") -> Group:
    return Group(clips=clips, keys=frozenset({f"clip:{clip}" for clip in clips} | set(more)), kind=kind)


def grouped(keys: dict[str, frozenset[str]], *near: tuple[str, str]) -> list[tuple[str, ...]]:
    return [one.clips for one in split.groups(keys, (), near)]


def test_windows_of_one_video_belong_together_and_engines_do_not() -> None:
    keys = {name: split.keys(name, origin(video=video), name) for name, video in (("a", "v"), ("b", "w"), ("c", "v"))}
    assert grouped(keys) == [("a", "c"), ("b",)]


def test_clips_cut_from_one_real_video_belong_together() -> None:
    keys = {name: split.keys(name, origin("real", uri), name) for name, uri in (("a", "x.mp4"), ("b", "x.mp4"))}
    assert grouped(keys) == [("a", "b")]


def test_a_clip_used_as_a_background_belongs_to_what_was_made_of_it() -> None:
    keys = {
        "real": split.keys("real", origin("real", "x.mp4"), "pixels"),
        "synth": split.keys("synth", origin(video="pixels"), "others"),
    }
    assert grouped(keys) == [("real", "synth")]


def test_groups_are_connected_through_third_clips() -> None:
    keys = {name: split.keys(name, origin(video=video), name) for name, video in (("a", "v"), ("b", "v"), ("c", "w"))}
    assert grouped(keys, ("b", "c")) == [("a", "b", "c")]


def test_shares_are_kept_as_well_as_groups_allow_for_both_kinds() -> None:
    made = [group(f"{kind}{i:02d}", kind=kind) for kind in ("real", "synth") for i in range(20)]
    places = split.assign(made, SHARES, {}, 0)
    for kind in ("real", "synth"):
        mine = [places[one.name] for one in made if one.kind == kind]
        assert [mine.count(name) for name in split.SPLITS] == [16, 2, 2]
    assert split.assign(made, SHARES, {}, 1) != places
    assert split.assign(made[::-1], SHARES, {}, 0) == places


def test_a_share_of_nothing_gets_nothing() -> None:
    made = [group(*(f"{i}{j}" for j in range(i + 1))) for i in range(6)]
    assert "val" not in split.assign(made, {"train": 0.7, "val": 0.0, "test": 0.3}, {}, 0).values()


def test_what_was_test_stays_test_with_all_that_is_bound_to_it() -> None:
    made = [group("a"), group("b", "c", more=("video:v",)), group("d"), group("e")]
    lock = {"video:v": "test", "clip:c": "train", "clip:d": "val", "clip:gone": "test"}
    places = split.assign(made, SHARES, lock, 0)
    assert (places["clip:b"], places["clip:d"]) == ("test", "val")


def test_a_held_out_font_belongs_to_test() -> None:
    keys = split.keys("a", origin(font="x"), "a", {"x" * 8})
    (made,) = split.groups({"a": keys}, (), ())
    assert split.assign([made], SHARES, {}, 0) == {made.name: "test"}
    assert split.keys("a", origin(font="y"), "a", {"x" * 8}) == {"clip:a", "video:a"}


def test_a_lock_is_read_as_it_was_written(tmp_path: Path) -> None:
    lock = {"clip:ä": "test", "clip:a": "test", "video:v": "train"}
    split.write_lock(tmp_path / "splits.lock", lock)
    assert split.read_lock(tmp_path / "splits.lock") == lock
    assert (tmp_path / "splits.lock").read_text(encoding="utf-8").index("clip:a") > 0


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"train": []}', '{"train": ["a"], "val": [], "test": ["a"]}', '{"train": 1, "val": 2, "test": 3}'],
)
def test_a_damaged_lock_is_one_line(text: str, tmp_path: Path) -> None:
    (tmp_path / "splits.lock").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"splits\.lock"):
        split.read_lock(tmp_path / "splits.lock")
