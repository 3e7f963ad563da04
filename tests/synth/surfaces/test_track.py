"""Following a surface: exact where the scene stands still, precise where it moves, refused where nothing is seen."""

import cv2
import numpy as np
import pytest
from jaxtyping import Float64, UInt8

from sts.errors import RenderError
from synth.surfaces.models import apply, climb, fit, through
from synth.surfaces.smooth import smooth
from synth.surfaces.track import follow

QUAD = np.array([[160.0, 110.0], [260.0, 110.0], [260.0, 140.0], [160.0, 140.0]])
SIZE = 420, 250


def wall(height: int, width: int) -> UInt8[np.ndarray, "h w"]:
    rng = np.random.default_rng(3)
    rough = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), 2.5)
    return np.clip(128 + 35 * rough / rough.std(), 0, 255).astype(np.uint8)


def seen(matrix: Float64[np.ndarray, "3 3"]) -> UInt8[np.ndarray, "h w"]:
    """The wall filmed; pixel centres at +0.5."""
    centre = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    margin = np.array([[1, 0, 100], [0, 1, 100], [0, 0, 1.0]])
    whole = np.linalg.inv(centre) @ matrix @ np.linalg.inv(margin) @ centre
    return cv2.warpPerspective(wall(450, 620), whole, SIZE, flags=cv2.INTER_CUBIC)


def path(n: int) -> Float64[np.ndarray, "t 3 3"]:
    """Pan, turn, zoom and tilt, smoothly, the identity in the middle."""
    matrices = []
    for t in np.arange(n) - n // 2:
        angle, zoom = 0.006 * t, 1 + 0.008 * t
        matrix = np.array([[zoom, -angle, 2.3 * t], [angle, zoom, 1.1 * t], [1e-5 * t, -2e-5 * t, 1]])
        matrices.append(matrix)
    return np.stack(matrices)


def corner_error(found: Float64[np.ndarray, "t 3 3"], truth: Float64[np.ndarray, "t 3 3"]) -> float:
    gaps = [apply(a, QUAD) - apply(b, QUAD) for a, b in zip(found, truth, strict=True)]
    return float(np.linalg.norm(gaps, axis=2).max())


def test_a_moving_wall_is_followed_to_a_twentieth_of_a_pixel() -> None:
    truth = path(11)
    track = follow(np.stack([seen(m) for m in truth]), 5, QUAD)
    assert corner_error(track.to_frame, truth) < 0.05
    assert (track.to_frame[5] == np.eye(3)).all()
    assert track.inliers.min() > 0.7 and track.spread.min() > 0.9 and track.agree.min() > 0.95
    np.testing.assert_allclose(track.scale[[0, 5, 10]], [0.96, 1.0, 1.04], atol=0.01)


def test_a_scene_that_stands_still_gives_exact_identities_in_spite_of_noise_and_a_passer_by() -> None:
    rng = np.random.default_rng(0)
    frames = np.stack([seen(np.eye(3)) + rng.normal(0, 4, SIZE[::-1]) for _ in range(9)])
    for t, frame in enumerate(frames):
        frame[:, 40 * t : 40 * t + 60] = wall(*SIZE[::-1])[:, :60]
    track = follow(np.clip(frames, 0, 255).astype(np.uint8), 4, QUAD)
    assert (track.to_frame == np.eye(3)).all()
    assert (track.scale == 1).all()
    assert track.agree[4] < 0.9 < track.agree[0]


def test_a_small_drift_of_the_camera_is_not_taken_for_standing_still() -> None:
    truth = np.stack([through(QUAD, QUAD + np.array([0.15 * t, 0.0])) for t in range(-5, 6)])
    track = follow(np.stack([seen(m) for m in truth]), 5, QUAD)
    assert corner_error(track.to_frame, truth) < 0.1


def test_a_sign_that_moves_before_a_still_background_takes_the_text_along() -> None:
    sign = wall(60, 130)[::-1, ::-1]
    truth, frames = [], []
    for t in range(-4, 5):
        frame = seen(np.eye(3))
        frame[95:155, 145 + 3 * t : 275 + 3 * t] = sign
        frames.append(frame)
        truth.append(through(QUAD, QUAD + np.array([3.0 * t, 0.0])))
    track = follow(np.stack(frames), 4, QUAD)
    assert corner_error(track.to_frame, np.stack(truth)) < 0.3


def test_what_is_masked_has_no_say() -> None:
    truth = path(9)
    frames, masks = np.stack([seen(m) for m in truth]), np.zeros((9, *SIZE[::-1]), np.uint8)
    frames[:, 60:190, 150:215] = wall(130, 65)
    masks[:, 56:194, 146:219] = 255
    track = follow(frames, 4, QUAD, masks=masks)
    assert corner_error(track.to_frame, truth) < 0.1
    assert track.agree.min() > 0.9
    assert follow(frames, 4, QUAD).agree.min() < 0.7


def test_the_light_may_change() -> None:
    truth = path(9)
    frames = np.stack([np.clip(seen(m) * (1 + 0.04 * t), 0, 255).astype(np.uint8) for t, m in enumerate(truth)])
    assert corner_error(follow(frames, 4, QUAD).to_frame, truth) < 0.06


def test_the_same_frames_give_the_same_bytes_for_any_number_of_threads() -> None:
    frames, threads = np.stack([seen(m) for m in path(7)]), cv2.getNumThreads()
    tracks = []
    for n in (1, 2, 4):
        cv2.setNumThreads(n)
        tracks.append(follow(frames, 3, QUAD).to_frame.tobytes())
    cv2.setNumThreads(threads)
    assert len(set(tracks)) == 1


def test_an_empty_wall_is_refused() -> None:
    with pytest.raises(RenderError, match="nothing to follow"):
        follow(np.full((5, *SIZE[::-1]), 90, np.uint8), 2, QUAD)


def test_a_cut_is_refused() -> None:
    frames = np.stack([seen(m) for m in path(12)])
    frames[8:] = np.random.default_rng(1).integers(0, 255, frames[8:].shape, dtype=np.uint8)
    with pytest.raises(RenderError, match="lost at frame"):
        follow(frames, 4, QUAD)


def test_the_ladder_is_climbed_no_higher_than_the_points_show() -> None:
    rng = np.random.default_rng(2)
    source = rng.uniform(0, 300, (60, 2))
    noise = rng.normal(0, 0.1, source.shape)
    turn = np.array([[1.01, -0.02, 3], [0.02, 1.01, 1], [0, 0, 1.0]])
    tilt = turn + np.array([[0, 0, 0], [0, 0, 0], [1e-4, 5e-5, 0]])
    shear = turn + np.array([[0, 0.03, 0], [0, 0, 0], [0, 0, 0.0]])
    for name, matrix in {"identity": np.eye(3), "similarity": turn, "affine": shear, "homography": tilt}.items():
        model, found = climb(source, apply(matrix, source) + noise)
        assert model == name
        np.testing.assert_allclose(apply(found, QUAD), apply(matrix, QUAD), atol=0.15)


def test_each_motion_is_found_exactly_from_exact_points() -> None:
    source = np.random.default_rng(4).uniform(0, 100, (12, 2))
    matrix = np.array([[1.1, -0.2, 5], [0.2, 1.1, -3], [0, 0, 1.0]])
    np.testing.assert_allclose(fit("similarity", source, apply(matrix, source)), matrix, atol=1e-9)
    np.testing.assert_allclose(fit("affine", source, apply(matrix, source)), matrix, atol=1e-9)


def test_smoothing_takes_noise_away_and_leaves_a_clean_path_alone() -> None:
    time = np.linspace(0, 1, 31)
    clean = np.stack([np.sin(6 * time) * 40, np.cos(4 * time) * 20], axis=1)[:, None].repeat(4, axis=1)
    noisy = clean + np.random.default_rng(5).normal(0, 0.2, clean.shape)
    assert np.abs(smooth(clean) - clean).max() < 0.01
    before, after = (np.abs(np.diff(path - clean, 2, axis=0)).mean() for path in (noisy, smooth(noisy)))
    assert after < 0.3 * before
