"""Which frames a sample has, in which order samples come, and how processes share them."""

from pathlib import Path

import numpy as np
import pytest

from model import windows
from sts.errors import DataError
from tests.model import small_set


def frames(labelled: tuple[bool, ...], window: int, stride: int, seed: int = 0) -> list[int]:
    return windows.frames(labelled, window, stride, np.random.default_rng(seed)).tolist()


def test_a_window_has_one_stride_and_lies_within_the_clip() -> None:
    drawn = [frames((True,) * 30, 8, 3, seed) for seed in range(200)]
    assert {stride for one in drawn for stride in np.diff(one).tolist()} == {1, 2, 3}
    assert all(len(set(np.diff(one).tolist())) == 1 for one in drawn)
    assert {one[0] for one in drawn} >= {0, 22}
    assert max(max(one) for one in drawn) == 29


def test_a_stride_that_does_not_fit_is_not_drawn() -> None:
    assert {step for seed in range(50) for step in np.diff(frames((True,) * 15, 8, 3, seed)).tolist()} == {1, 2}


def test_a_clip_shorter_than_the_window_is_played_forth_and_back() -> None:
    assert frames((True,) * 3, 8, 3) == [0, 1, 2, 1, 0, 1, 2, 1]
    assert frames((True,) * 2, 5, 3) == [0, 1, 0, 1, 0]


def test_an_image_is_repeated() -> None:
    assert frames((True,), 4, 3) == [0, 0, 0, 0]
    assert frames((True,), 1, 3) == [0]


def test_every_window_has_a_labelled_frame() -> None:
    labelled = tuple(i == 25 for i in range(40))
    drawn = [frames(labelled, 8, 3, seed) for seed in range(100)]
    assert all(25 in one for one in drawn)
    assert len({tuple(one) for one in drawn}) > 10


def test_windows_without_a_labelled_frame_are_counted(tmp_path: Path) -> None:
    clips = [
        small_set.clip(0),
        small_set.clip(1, labelled=[False] * 10),
        small_set.clip(2, labelled=[True] + [False] * 9),
    ]
    found = windows.index([small_set.write(tmp_path, clips)], window=4, max_stride=1)
    assert [entry.clip_id for entry in found.clips] == ["clip-0", "clip-2"]
    assert found.clip_of == (0, 0, 1, 1)
    assert found.dropped == 7 + 6


def test_a_set_without_labels_is_one_line(tmp_path: Path) -> None:
    small_set.write(tmp_path / "a", [small_set.clip(0, labelled=[False] * 10)])
    with pytest.raises(DataError, match="1 clip and no labelled frame to learn from; give a directory with labels"):
        windows.index([tmp_path / "a"], 8, 3)
    small_set.write(tmp_path / "b", [])
    with pytest.raises(DataError, match="0 clips and no labelled frame"):
        windows.index([tmp_path / "b"], 8, 3)


@pytest.mark.parametrize("buffer", [1, 7, 1000])
def test_a_stream_gives_every_window_once_and_keeps_to_few_shards(buffer: int) -> None:
    shard_of = [f"shard-{i // 10}" for i in range(200)]
    order = windows.streamed(shard_of, buffer, np.random.default_rng(0))
    assert sorted(order.tolist()) == list(range(200))
    if buffer == 1:
        assert len(set((order // 10).tolist()[:20])) == 2
        assert (order // 10).tolist() != sorted((order // 10).tolist())


@pytest.mark.parametrize(("n", "world", "batch"), [(5, 2, 1), (5, 3, 2), (12, 4, 3), (1, 2, 2)])
def test_processes_share_the_samples_without_a_gap_or_a_duplicate(n: int, world: int, batch: int) -> None:
    """Trap 30: all ranks take as many, and what they take together is the row 0, 1, 2, ... whatever n is."""
    n_steps = 4 * n
    taken = [[windows.step_samples(step, batch, rank, world) for rank in range(world)] for step in range(n_steps)]
    assert {len(share) for shares in taken for share in shares} == {batch}
    flat = sorted(number for shares in taken for share in shares for number in share)
    assert flat == list(range(n_steps * world * batch))


def test_five_samples_on_two_processes_are_five() -> None:
    first_epoch = [i % 5 for step in range(3) for rank in range(2) for i in windows.step_samples(step, 1, rank, 2)][:5]
    assert sorted(first_epoch) == [0, 1, 2, 3, 4]


def test_a_step_is_the_same_samples_for_every_number_of_processes() -> None:
    alone = list(windows.step_samples(3, 4, 0, 1))
    shared = [i for rank in range(2) for i in windows.step_samples(3, 2, rank, 2)]
    assert sorted(shared) == alone
