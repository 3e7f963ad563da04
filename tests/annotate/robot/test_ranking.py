"""Frames are asked for where a correction helps most, and by nothing but what a strategy can see."""

from collections.abc import Iterable

import numpy as np

from annotate.robot import ranking
from annotate.robot.ranking import Choice


def choice(wrong: Iterable[float], open_frames: Iterable[int] | None = None, keys: tuple[int, ...] = ()) -> Choice:
    expected = np.array(list(wrong), np.float64)
    frames = range(len(expected)) if open_frames is None else open_frames
    return Choice(open=tuple(frames), keys=keys, wrong=expected, rng=np.random.default_rng(0))


def test_of_frames_that_are_equally_wrong_the_middle_one_helps_most() -> None:
    assert ranking.by_gain(choice([100.0] * 9)) == 4


def test_a_frame_near_many_wrong_ones_comes_first() -> None:
    assert ranking.by_gain(choice([0, 0, 0, 0, 0, 0, 90, 90, 90])) >= 5


def test_of_frames_that_help_as_much_the_quickest_comes_first() -> None:
    """Both ends mend the same, but one of them is much work."""
    near = ranking.FADE
    assert ranking.by_gain(choice([300.0, 0.0, 300.0 * near], (0, 1, 2))) == 1
    assert ranking.by_gain(choice([3000.0, 10.0], (0, 1))) == 1


def test_uniform_key_frames_halve_the_largest_gap() -> None:
    keys: list[int] = []
    for _ in range(3):
        left = [frame for frame in range(15) if frame not in keys]
        keys.append(ranking.uniform(choice([1.0] * 15, left, tuple(keys))))
    assert keys == [7, 3, 11]


def test_only_open_frames_are_asked_for() -> None:
    for rank in (ranking.by_gain, ranking.uniform, ranking.chance):
        assert rank(choice([50.0] * 9, (0, 8), (4,))) in (0, 8)


def test_chance_asks_for_every_frame_sooner_or_later() -> None:
    asked = choice([1.0] * 5)
    assert {ranking.chance(asked) for _ in range(60)} == set(range(5))
