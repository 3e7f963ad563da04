"""The normal of a known plane comes back from a known camera's motion and from depth; rectangles lie on the plane."""

import cv2
import numpy as np
import pytest

from synth.surfaces import pose, tilt

SIZE = (640, 360)
FOCAL = pose.FOCAL * SIZE[0]
LENS = np.array([[FOCAL, 0, SIZE[0] / 2], [0, FOCAL, SIZE[1] / 2], [0, 0, 1]])
FRAMES, KEY = 21, 10

WALL = ((-0.6, 0.0, -0.8), (300.0, 80.0, 480.0, 180.0))
STEEP = ((0.75, 0.1, -0.65), (120.0, 90.0, 260.0, 170.0))
GROUND = ((0.0, -0.95, -0.31), (200.0, 230.0, 440.0, 340.0))
FRONT = ((0.0, 0.0, -1.0), (250.0, 100.0, 400.0, 180.0))
PLANES = pytest.mark.parametrize(("normal", "box"), [WALL, STEEP, GROUND, FRONT])


def unit(vector: tuple[float, ...]) -> np.ndarray:
    return np.array(vector) / np.linalg.norm(vector)


def filmed(
    normal: np.ndarray, box: pose.Box, way: tuple[float, ...], turn: tuple[float, ...] = (0.0, 0.0, 0.0)
) -> np.ndarray:
    """Homographies of a plane at distance 1 while the camera goes `way` and turns (radians), its corners rounded."""
    corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
    matrices = []
    for time in range(FRAMES):
        share = (time - KEY) / KEY
        rotation = cv2.Rodrigues(share * np.array(turn))[0]
        shift = -rotation @ (share * np.array(way))
        matrix = LENS @ (rotation - np.outer(shift, normal)) @ np.linalg.inv(LENS)
        there = np.round(cv2.perspectiveTransform(corners[None], matrix)[0] * 256) / 256
        matrices.append(cv2.getPerspectiveTransform(corners.astype(np.float32), there.astype(np.float32)))
    return np.stack(matrices)


def degrees(one: np.ndarray, two: np.ndarray) -> float:
    return float(np.degrees(np.arccos(np.clip(one @ two, -1, 1))))


@PLANES
@pytest.mark.parametrize("way", [(0.25, 0.0, 0.0), (0.0, 0.02, 0.3), (-0.15, 0.1, 0.1)])
def test_the_normal_comes_from_the_motion_to_five_degrees(
    normal: tuple[float, ...], box: pose.Box, way: tuple[float, ...]
) -> None:
    found = tilt.normal_from_motion(filmed(unit(normal), box, way, (0.01, -0.02, 0.005)), box, SIZE)
    assert found is not None
    assert degrees(found, unit(normal)) < 5


@PLANES
@pytest.mark.parametrize("turn", [(0.0, 0.0, 0.0), (0.0, 0.15, 0.0), (0.06, 0.0, 0.05)])
def test_a_camera_that_does_not_go_anywhere_tells_no_normal(
    normal: tuple[float, ...], box: pose.Box, turn: tuple[float, ...]
) -> None:
    assert tilt.normal_from_motion(filmed(unit(normal), box, (0.01, 0.0, 0.0), turn), box, SIZE) is None


def test_a_frontal_wall_is_not_tilted_by_the_noise_of_its_track() -> None:
    rng = np.random.default_rng(3)
    box = FRONT[1]
    corners = np.array([[box[0], box[1]], [box[2], box[1]], [box[2], box[3]], [box[0], box[3]]])
    for _ in range(20):
        drift = np.linspace(-1, 1, FRAMES)[:, None, None] * rng.normal(0, 1.0, (4, 2))
        there = (corners + drift + rng.normal(0, 0.1, drift.shape)).astype(np.float32)
        matrices = np.stack([cv2.getPerspectiveTransform(corners.astype(np.float32), quad) for quad in there])
        found = tilt.normal_from_motion(matrices, box, SIZE)
        assert found is None or -found[2] > tilt.FACING


def test_frames_that_contradict_each_other_tell_no_normal() -> None:
    box = WALL[1]
    one, two = (filmed(unit(normal), box, (0.3, 0.0, 0.0)) for normal in (WALL[0], (0.6, 0.0, -0.8)))
    mixed = np.where((np.arange(FRAMES) % 2 == 0)[:, None, None], one, two)
    assert tilt.normal_from_motion(mixed, box, SIZE) is None


def inverse_depth(normal: np.ndarray, noise: float = 0.0) -> np.ndarray:
    """Of the plane in the whole picture, at a scale of its own."""
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    rays = np.stack([(x - SIZE[0] / 2) / FOCAL, (y - SIZE[1] / 2) / FOCAL, np.ones_like(x)], axis=-1)
    near = -7.0 * rays @ normal
    return (near * (1 + noise * np.random.default_rng(0).normal(size=near.shape))).astype(np.float32)


@PLANES
def test_the_normal_comes_from_depth_also_with_something_in_front(normal: tuple[float, ...], box: pose.Box) -> None:
    near = inverse_depth(unit(normal), 0.01)
    near[int(box[1]) : int(box[3]), int(box[0]) + 20 : int(box[0]) + 36] *= 2
    found = tilt.normal_from_inverse_depth(near, box, FOCAL)
    assert found is not None
    assert degrees(found, unit(normal)) < 5


def test_depth_that_is_not_plane_tells_no_normal() -> None:
    near = inverse_depth(unit(FRONT[0]))
    ball = near + np.hypot(*np.meshgrid(np.arange(640) - 325, np.arange(360) - 140)).astype(np.float32) / 10
    assert tilt.normal_from_inverse_depth(ball, FRONT[1], FOCAL) is None
    assert tilt.normal_from_inverse_depth(np.zeros_like(near), FRONT[1], FOCAL) is None


@pytest.mark.parametrize(
    ("normal", "box"),
    [WALL, STEEP, FRONT, ((0.0, -0.9, -0.44), GROUND[1]), ((0.25, -0.85, -0.46), (350.0, 220.0, 560.0, 350.0))],
)
def test_the_rectangle_lies_on_the_plane_and_in_the_box(normal: tuple[float, ...], box: pose.Box) -> None:
    found = pose.tilted(box, unit(normal), SIZE)
    assert found is not None
    assert found.ground == (abs(unit(normal)[1]) > pose.LEVEL)
    corners = np.array([[0.0, 0.0], [found.width, 0.0], [found.width, found.height], [0.0, found.height]])
    quad = cv2.perspectiveTransform(corners[None], found.to_key)[0]
    assert (quad >= np.array(box[:2]) - 0.5).all()
    assert (quad <= np.array(box[2:]) + 0.5).all()
    rays = np.linalg.solve(LENS, np.c_[quad, np.ones(4)].T).T
    points = -rays / (rays @ unit(normal))[:, None]
    right, down = points[1] - points[0], points[3] - points[0]
    assert points[2] - points[3] == pytest.approx(right, abs=1e-6)
    assert right @ down == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(down) / np.linalg.norm(right) == pytest.approx(found.height / found.width)
    if found.ground:
        assert down[2] * unit(normal)[1] > 0
    else:
        assert right[1] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("normal", [(0.0, -1.0, -0.05), (-0.98, 0.0, -0.2), (0.0, 0.0, 1.0)])
def test_a_plane_seen_from_its_edge_or_its_back_carries_nothing(normal: tuple[float, ...]) -> None:
    assert pose.tilted(FRONT[1], unit(normal), SIZE) is None
