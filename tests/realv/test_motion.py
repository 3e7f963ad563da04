"""Flow leads forwards and backwards to the right place, over many frames, and sees where a shot ends."""

import numpy as np
import pytest

from realv.motion import Motion, shifted, transformed
from realv.planes import Planes
from tests.realv.scene import STEP, scene

POINTS = np.array([[60.5, 40.25], [100.0, 60.0], [140.0, 90.75]])


@pytest.fixture(scope="module")
def motion() -> Motion:
    video = scene(17).video
    assert video is not None
    return Motion(video)


@pytest.mark.parametrize(("at", "to"), [(0, 16), (16, 0), (8, 9), (5, 5)])
def test_points_are_followed_both_ways_within_half_a_pixel(motion: Motion, at: int, to: int) -> None:
    wanted = POINTS + np.array(STEP) * (to - at)
    assert np.abs(motion.moved(at, to, POINTS) - wanted).max() < 0.5
    assert motion.returns(at, to, POINTS).all()
    assert np.abs(transformed(POINTS, motion.camera(at, to)) - wanted).max() < 2


def test_a_field_is_the_same_motion_for_every_pixel(motion: Motion) -> None:
    field = motion.field(4, 8)
    assert field.shape == (120, 200, 2)
    assert np.abs(field[60, 100] - 4 * np.array(STEP)).max() < 0.3


def test_the_plane_of_a_word_is_exact_over_many_frames(motion: Motion) -> None:
    words = [item.polygon for item in scene(1).frames[0].instances]
    for plane, polygon in zip(Planes(motion).fit(0, 16, words), words, strict=True):
        assert plane is not None
        moved = np.asarray(shifted(polygon, plane)) - np.asarray(polygon)
        assert np.abs(moved - 16 * np.array(STEP)).max() < 0.15


def test_a_flat_picture_has_no_plane_and_no_cut() -> None:
    video = np.full((4, 60, 80, 3), 90, np.uint8)
    motion = Motion(video)
    assert motion.shots == (0, 0, 0, 0)
    assert Planes(motion).fit(0, 3, [((10.0, 10.0), (60.0, 10.0), (60.0, 40.0), (10.0, 40.0))]) == [None]


def test_a_shot_ends_where_the_next_picture_is_another_but_not_at_a_flash(motion: Motion) -> None:
    other = scene(4, seed=9).video
    assert other is not None
    flash = np.minimum(motion.video[4:8].astype(int) * 2, 255).astype(np.uint8)
    video = np.concatenate([motion.video[:4], flash, other[:, ::-1]])
    assert Motion(video).shots == (0,) * 8 + (1,) * 4
