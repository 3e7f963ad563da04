"""Time left: said when it can be told, from the shards that look like those to come."""

import gc
import itertools
import logging
import weakref
from dataclasses import dataclass
from functools import partial

import pytest

from sts.run import map_shards, settle, time_left


@dataclass(frozen=True)
class Shard:
    path: str
    clips: int = 1


def test_nothing_is_said_before_two_shards_for_each_worker() -> None:
    assert time_left([30.0], 10, 1) is None
    assert time_left([30.0, 31.0, 60.0], 10, 2) is None
    assert time_left([30.0, 31.0, 60.0, 61.0], 10, 2) is not None


def test_the_first_shard_of_each_worker_does_not_count() -> None:
    """224 s for the first two shards of 16 clips, which analyse the backgrounds, then one every 16 s."""
    assert time_left([208.0, 224.0, 240.0, 256.0], 12, 2) == pytest.approx(8 * 16)


def test_work_that_gets_faster_is_judged_by_its_later_half() -> None:
    seconds = [10.0] * 8 + [2.0] * 8
    assert time_left(list(itertools.accumulate(seconds)), 26, 1) == pytest.approx(20.0)


def test_nothing_is_left_of_a_finished_run() -> None:
    assert time_left([1.0, 2.0, 3.0], 3, 1) == 0


def test_the_log_names_the_time_left_from_the_second_shard_on(caplog: pytest.LogCaptureFixture) -> None:
    tasks = {index: partial(Shard, f"shard-{index}") for index in range(3)}
    with caplog.at_level(logging.INFO, logger="sts.run"):
        map_shards(tasks)
    first, *others = caplog.messages
    assert first.startswith("shard-0: 1 clip; 1 of 3 shards, ") and "left" not in first
    assert all(line.endswith(" s left") for line in others)


def test_garbage_that_lived_in_an_earlier_shard_is_found() -> None:
    """What is frozen is never collected, so only the first shard freezes, and only what was there before it."""

    class Node:
        other: "Node"

    settle()
    first = Node()
    first.other = Node()
    first.other.other = first
    alive = weakref.ref(first)
    settle()
    assert gc.get_freeze_count() > 0
    del first
    settle()
    assert alive() is None
