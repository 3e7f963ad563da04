"""The tracking suite: its truth is right, its scores are what they say, and our tracker meets the bars."""

import numpy as np
import pytest

from benchmarks.tracking_suite import TEXTURES, Case, case, corners, run, score
from benchmarks.tracking_world import Hardship, camera, texture, through_h264


def shot(n: int) -> Case:
    box = np.array([[0.0, 0.0], [30.0, 0.0], [30.0, 8.0], [0.0, 8.0]])
    frames = np.zeros((n, 4, 4), np.uint8)
    return Case(name="made", frames=frames, key=n // 2, box=box, to_frame=np.tile(np.eye(3), (n, 1, 1)))


def test_a_constant_offset_is_error_and_not_jitter() -> None:
    truth = shot(5)
    found = truth.to_frame.copy()
    found[:, 0, 2] += 3
    found[:, 1, 2] += 4
    row = score(truth, found)
    assert (row.mean, row.worst, row.first, row.last, row.jitter) == (5, 5, 5, 5, 0)


def test_shaking_is_the_second_difference_of_the_error() -> None:
    truth = shot(5)
    found = truth.to_frame.copy()
    found[2, 0, 2] = 1.0
    row = score(truth, found)
    assert row.worst == 1 and row.mean == pytest.approx(0.2) and row.first == row.last == 0
    assert row.jitter == pytest.approx((1 + 2 + 1) / 3)


def test_the_film_shows_the_truth() -> None:
    """A corner of the box in the key frame and in another frame show the same piece of wall."""
    made = case("gravel", frames=3, hardship=Hardship(crf=0))
    for corner, moved in zip(made.box, corners(made.to_frame, made.box)[0], strict=True):
        key, other = (
            made.frames[t][int(y) - 8 : int(y) + 8, int(x) - 8 : int(x) + 8].astype(float).ravel()
            for t, (x, y) in ((made.key, corner), (0, np.rint(moved)))
        )
        assert np.corrcoef(key, other)[0, 1] > 0.85


def test_the_suite_is_frozen() -> None:
    path = camera(0, 1280, 720, 31)
    assert (path[15] == np.eye(3)).all()
    np.testing.assert_allclose(path[0, :2, 2], [238.7209857, -72.1987595], atol=1e-6)
    assert int(texture("plaster", 2).astype(np.int64).sum()) == 1428478394


def test_the_codec_keeps_number_and_size_of_frames() -> None:
    frames = np.random.default_rng(0).integers(0, 255, (4, 32, 48), dtype=np.uint8)
    assert through_h264(frames, 20).shape == frames.shape


def test_ours_is_steadier_than_flowtext_on_a_short_clip() -> None:
    ours, flowtext = run(textures=("plaster",), frames=7)
    assert ours.mean < 0.15 and ours.worst < 0.5
    assert ours.jitter < 0.5 * flowtext.jitter


@pytest.mark.slow
def test_ours_meets_the_bars_on_the_worst_texture() -> None:
    rows = run({"ours": "synth.surfaces.track:follow"})
    assert len(rows) == len(TEXTURES)
    assert max(row.mean for row in rows) <= 0.10
    assert max(row.jitter for row in rows) <= 0.05
    assert max(row.worst for row in rows) <= 0.5


@pytest.mark.slow
@pytest.mark.parametrize("hardship", ["blur", "light", "noise", "card"])
def test_hardship_does_not_throw_it_off(hardship: str) -> None:
    rows = run({"ours": "synth.surfaces.track:follow"}, hardship=hardship)
    assert max(row.mean for row in rows) <= 0.25
    assert max(row.worst for row in rows) <= 0.5
