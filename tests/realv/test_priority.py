"""Frames that flicker, divide labelers or have doubtful words come first."""

from dataclasses import replace

import pytest

from realv import priority
from sts.types import Clip
from tests.realv.scene import keep, scene


@pytest.fixture(scope="module")
def wall() -> Clip:
    return scene(5, step=(2.0, 0.5))


def test_strokes_that_move_with_the_picture_are_steady(wall: Clip) -> None:
    assert max(row["unsteadiness"] for row in priority.rows(wall, [0.0] * 5)) < 0.02


def test_strokes_that_stand_still_while_the_picture_moves_are_not(wall: Clip) -> None:
    """A warp in the wrong direction would call these steady no more than the others."""
    stuck = replace(wall, frames=tuple(replace(frame, instances=wall.frames[0].instances) for frame in wall.frames))
    assert min(row["unsteadiness"] for row in priority.rows(stuck, [0.0] * 5)[1:]) > 0.1


def test_a_word_that_flickers_comes_first(wall: Clip) -> None:
    frames = [replace(f, instances=f.instances[:1]) if f.index == 3 else f for f in wall.frames]
    rows = priority.rows(replace(wall, frames=tuple(frames)), [0.0] * 5)
    assert max(rows, key=lambda row: row["priority"])["frame"] in (3, 4)


def test_doubt_and_disagreement_raise_the_priority(wall: Clip) -> None:
    rows = priority.rows(wall, [0.0, 0.5, 0.0, 0.0, 0.0])
    assert rows[0]["doubt"] == pytest.approx(0.1)
    assert rows[0]["priority"] == pytest.approx(0.1)
    assert rows[1]["priority"] == pytest.approx(0.55, abs=0.02)


def test_frames_that_nobody_looked_at_come_first(wall: Clip) -> None:
    rows = priority.rows(keep(wall, {0, 4}), [0.0] * 5)
    assert [row["priority"] for row in rows[1:4]] == [1.0] * 3
    assert rows[4]["unsteadiness"] < 0.05
