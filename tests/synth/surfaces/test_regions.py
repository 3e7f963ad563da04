"""Rectangles keep off what moves and off the edges between surfaces; the camera is told from what moves in front."""

import cv2
import numpy as np
import pytest

from synth.surfaces import camera, layers, pose, regions

SIZE = (384, 216)
FRAMES = 21
KEY = 10
ALL = slice(0, FRAMES)


def ground(seed: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    rng = np.random.default_rng(seed)
    fine = cv2.GaussianBlur(rng.normal(0, 40, (size[1], size[0], 1)), (0, 0), 1.5)
    coarse = cv2.GaussianBlur(rng.normal(0, 300, (size[1], size[0], 1)), (0, 0), 12)
    return np.clip(130 + (fine + coarse)[..., None] * np.array([1.0, 0.9, 0.8]), 0, 255).astype(np.uint8)


def passing(base: np.ndarray, speed: float = 12.0, height: int = 70) -> np.ndarray:
    """A patterned object drives through the middle."""
    car = np.kron(np.random.default_rng(9).integers(0, 255, (height // 10, 8, 3)), np.ones((10, 10, 1))).astype(
        np.uint8
    )
    frames = []
    for time in range(FRAMES):
        frame, left = base.copy(), int(time * speed - 40)
        low, high = max(left, 0), min(left + 80, SIZE[0])
        if high > low:
            frame[80 : 80 + height, low:high] = car[:, low - left : high - left]
        frames.append(frame)
    return np.stack(frames)


def noisy(video: np.ndarray) -> np.ndarray:
    noise = np.random.default_rng(4).normal(0, 1.5, video.shape)
    return np.clip(video + noise, 0, 255).astype(np.uint8)


def panning(seed: int) -> np.ndarray:
    wide = ground(seed, (SIZE[0] + 90, SIZE[1]))
    return np.stack([wide[:, 4 * t : 4 * t + SIZE[0]] for t in range(FRAMES)])


def grey(video: np.ndarray) -> np.ndarray:
    return np.stack([cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in video])


def test_a_standing_camera_is_exactly_still_although_something_passes() -> None:
    found = camera.estimate(grey(noisy(passing(ground(0)))), KEY)
    assert found.static
    assert np.array_equal(found.to_frame, np.tile(np.eye(3), (FRAMES, 1, 1)))


def test_a_pan_is_found_to_a_tenth_of_a_pixel() -> None:
    found = camera.estimate(grey(noisy(panning(1))), KEY)
    assert not found.static
    corners = np.array([[[0.0, 0.0], [384.0, 0.0], [384.0, 216.0], [0.0, 216.0]]])
    for time, matrix in enumerate(found.to_frame):
        there = cv2.perspectiveTransform(corners, matrix) - corners
        assert np.abs(there - [4.0 * (KEY - time), 0.0]).max() < 0.3


def test_rectangles_keep_off_an_object_that_stays_most_of_the_time() -> None:
    base = ground(2)
    video = np.stack([base] * FRAMES)
    still = np.full((90, 120, 3), (190, 60, 60), np.uint8)
    for time in range(FRAMES):
        left = 120 if time < 13 else 120 + 20 * (time - 12)
        video[time, 60:150, left : min(left + 120, 384)] = still[:, : max(0, 384 - left)]
    found = regions.candidates(layers.look(noisy(video), KEY, ALL), 6)
    assert found
    assert not any(_overlap(candidate, (120, 60, 240, 150)) for candidate in found)


def test_rectangles_do_not_span_two_surfaces() -> None:
    video = np.stack([np.concatenate([ground(3)[:, :200], ground(3)[:, 200:] // 3], axis=1)] * FRAMES)
    found = regions.candidates(layers.look(noisy(video), KEY, ALL), 6)
    assert found
    assert all(c.left + c.width <= 202 or c.left >= 198 for c in found)


def test_rectangles_do_not_overlap_and_have_the_shape_of_text() -> None:
    found = regions.candidates(layers.look(noisy(np.stack([ground(5)] * FRAMES)), KEY, ALL), 6)
    assert len(found) == 6
    for i, one in enumerate(found):
        assert 0.35 < one.width / one.height < 8.5
        for other in found[:i]:
            assert not _overlap(one, other.box(1.0))


def test_an_own_motion_of_a_few_pixels_excludes() -> None:
    base = ground(6)
    video = np.stack([base] * FRAMES)
    patch = ground(7)[:100, :150]
    for time in range(FRAMES):
        shift = round(6 * np.sin(time / 3))
        video[time, 50:150, 100 + shift : 250 + shift] = patch
    found = regions.candidates(layers.look(noisy(video), KEY, ALL), 6)
    assert not any(_overlap(candidate, (110, 60, 240, 140)) for candidate in found)


def blue_above_grass() -> np.ndarray:
    picture = ground(8)
    picture[:, :, 2] //= 2
    picture[:90] = np.linspace((80, 130, 215), (150, 190, 225), 90).astype(np.uint8)[:, None]
    return picture


def test_rectangles_keep_off_the_sky() -> None:
    found = regions.candidates(layers.look(noisy(np.stack([blue_above_grass()] * FRAMES)), KEY, ALL), 6)
    assert found
    assert all(candidate.top >= 86 for candidate in found)


def test_what_runs_out_at_the_foot_of_the_picture_and_ends_above_is_ground() -> None:
    view = ground(3)
    view[:100] //= 3
    view[130:170, 180:220] = (200, 40, 40)
    scene = layers.look(noisy(np.stack([view] * FRAMES)), KEY, ALL)
    assert regions.on_ground(scene, _place(40, 120))
    assert regions.on_ground(scene, _place(150, 105))
    assert not regions.on_ground(scene, _place(40, 30))


def test_a_wall_that_fills_the_picture_is_not_ground() -> None:
    scene = layers.look(noisy(np.stack([ground(3)] * FRAMES)), KEY, ALL)
    assert not any(regions.on_ground(scene, place) for place in regions.candidates(scene, 4))


def test_lines_that_meet_tilt_the_rectangle_and_keep_it_in_its_box() -> None:
    picture = np.full((720, 1280), 200, np.uint8)
    for x in range(-600, 1900, 100):
        cv2.line(picture, (x, 720), (640 + (x - 640) // 3, 300), 60, 2, cv2.LINE_AA)
    box = (450.0, 420.0, 830.0, 640.0)
    found = pose.lay(box, pose.segments(picture, 40.0), (1280, 720))
    corners = np.array([[0.0, 0.0], [found.width, 0.0], [found.width, found.height], [0.0, found.height]])
    quad = cv2.perspectiveTransform(corners[None], found.to_key)[0]
    assert found.tilted
    assert quad[:, 0].min() >= 449
    assert quad[:, 0].max() <= 831
    assert quad[1, 0] - quad[0, 0] < 0.9 * (quad[2, 0] - quad[3, 0])


def test_without_lines_the_rectangle_is_upright() -> None:
    found = pose.lay((100.0, 50.0, 400.0, 150.0), np.empty((0, 4)), (1280, 720))
    assert not found.tilted
    assert (found.width, found.height) == pytest.approx((300, 100))
    assert found.to_key == pytest.approx(np.array([[1, 0, 100], [0, 1, 50], [0, 0, 1]]))


def _place(left: int, top: int) -> regions.Candidate:
    return regions.Candidate(left=left, top=top, width=90, height=20, score=1.0)


def _overlap(candidate: regions.Candidate, box: tuple[float, float, float, float]) -> bool:
    left, top, right, bottom = candidate.box(1.0)
    return left < box[2] and box[0] < right and top < box[3] and box[1] < bottom
