"""Rounds take the urgent clips first, some by chance, each clip once; and nothing of the frozen set."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines import round_plan
from pipelines.round_plan import RoundsConfig
from sts import config, layers
from sts.errors import ConfigError, DataError
from sts.types import SourceFile
from tests.model import small_set

IDS = [f"clip-{i}" for i in range(16)]


def test_a_round_has_the_clips_that_bring_all_rounds_to_its_share_and_no_clip_comes_twice() -> None:
    found = round_plan.portions(IDS, RoundsConfig())
    assert [len(one) for one in found] == [1, 1, 2, 4]
    assert len({clip_id for one in found for clip_id in one}) == 8


def test_rounds_that_are_added_leave_the_first_ones_as_they_are() -> None:
    short, long = (round_plan.portions(IDS, RoundsConfig(shares=shares)) for shares in ((0.25,), (0.25, 1.0)))
    assert long[0] == short[0]
    assert sorted(clip_id for one in long for clip_id in one) == sorted(IDS)


def test_the_order_by_chance_is_that_of_the_seed() -> None:
    one, same, other = (round_plan.order(IDS, {}, RoundsConfig(seed=seed)) for seed in (0, 0, 1))
    assert one == same != other
    assert sorted(one) == sorted(IDS)


def test_urgent_clips_come_first_but_for_a_share_by_chance() -> None:
    urgent = {clip_id: i / 16 for i, clip_id in enumerate(IDS)}
    assert round_plan.order(IDS, urgent, RoundsConfig(random=0.0)) == IDS[::-1]
    mixed = round_plan.order(IDS, urgent, RoundsConfig(random=0.3))
    assert mixed != IDS[::-1]
    assert sorted(mixed) == sorted(IDS)
    assert round_plan.order(IDS, urgent, RoundsConfig(random=1.0)) == round_plan.order(
        IDS, {}, RoundsConfig(random=1.0)
    )


def test_how_urgent_a_clip_is_is_the_mean_of_its_frames(tmp_path: Path) -> None:
    rows = [
        {"clip_id": name, "frame": i, "priority": p} for name, i, p in (("a", 0, 0.5), ("a", 1, 0.0), ("b", 0, 1.0))
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "review.parquet")
    assert round_plan.priorities(tmp_path) == {"a": 0.25, "b": 1.0}


def test_a_table_without_priorities_is_named(tmp_path: Path) -> None:
    pq.write_table(pa.table({"clip_id": ["a"]}), tmp_path / "review.parquet")
    with pytest.raises(DataError, match="says of no clip how urgent it is"):
        round_plan.priorities(tmp_path)


def test_chosen_clips_have_their_pictures_and_nothing_of_what_is_known(tmp_path: Path) -> None:
    pool = small_set.write(tmp_path / "pool", [small_set.clip(i) for i in range(3)])
    round_plan.choose(str(pool), ["clip-2", "clip-0"], tmp_path / "out")
    chosen = list(layers.read(tmp_path / "out"))
    assert [clip.clip_id for clip in chosen] == ["clip-2", "clip-0"]
    for clip in chosen:
        given = layers.jpegs(pool, clip.clip_id)
        assert layers.jpegs(tmp_path / "out", clip.clip_id) == given
        assert not any(frame.labelled or frame.instances for frame in clip.frames)


def noisy(number: int, video: str) -> Any:
    """A clip that looks like no other, cut from a source video."""
    made = small_set.clip(number, n_frames=2)
    noise = np.random.default_rng(number).integers(0, 255, (2, 9, 12, 3), np.uint8)
    blocks = noise.repeat(-(-made.height // 9), axis=1).repeat(-(-made.width // 12), axis=2)
    source = SourceFile(kind="video", id=video, sha256=video * 8, license="CC0-1.0")
    return replace(made, video=blocks[:, : made.height, : made.width], origin=replace(made.origin, sources=(source,)))


def test_clips_of_other_videos_are_apart(tmp_path: Path) -> None:
    frozen = small_set.write(tmp_path / "frozen", [noisy(0, "aaaaaaaa")])
    others = small_set.write(tmp_path / "others", [noisy(1, "bbbbbbbb"), noisy(2, "bbbbbbbb")])
    round_plan.check_apart(str(frozen), str(others), "1")


@pytest.mark.parametrize(
    ("clip", "said"),
    [
        (noisy(0, "aaaaaaaa"), "its id occurs in"),
        (noisy(3, "aaaaaaaa"), "shares video:aaaaaaaa"),
        (replace(noisy(0, "cccccccc"), clip_id="copy"), "clip"),
    ],
    ids=["itself", "its source", "its pictures"],
)
def test_what_the_frozen_set_knows_is_an_error(tmp_path: Path, clip: Any, said: str) -> None:
    frozen = small_set.write(tmp_path / "frozen", [noisy(0, "aaaaaaaa")])
    others = small_set.write(tmp_path / "others", [noisy(1, "bbbbbbbb"), clip])
    with pytest.raises(DataError, match="is not apart from the frozen") as told:
        round_plan.check_apart(str(frozen), str(others), "1")
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"shares": (0.5, 0.25)}, r"shares = \(0.5, 0.25\)"),
        ({"shares": (0.5, 1.5)}, "shares"),
        ({"shares": ()}, "shares"),
        ({"shares": (0.5, 1.0), "steps": (9,)}, r"steps = \(9,\): give one number for each of the 2 shares"),
        ({"random": 2.0}, "random = 2.0"),
        ({"strategy": "guess"}, "strategies = guess"),
        ({"push": {"windows": 3}}, "push: unknown key windows"),
    ],
)
def test_settings_that_cannot_be_meant_are_one_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        config.from_dict(RoundsConfig, changes)


def test_a_round_has_its_own_steps_where_they_are_given() -> None:
    train = {"steps": 5, "batch": 2}
    given = RoundsConfig(shares=(0.5, 1.0), steps=(7, 9), train=train)
    assert [given.trained(number) for number in range(2)] == [{"steps": 7, "batch": 2}, {"steps": 9, "batch": 2}]
    assert RoundsConfig(train=train).trained(1) == train


def test_a_round_without_a_clip_is_one_line() -> None:
    with pytest.raises(ConfigError, match="leave a round without a clip"):
        round_plan.portions(IDS[:3], RoundsConfig())
