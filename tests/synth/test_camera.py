"""A virtual camera moves picture, points and occlusion by the same map."""

from zlib import crc32

import numpy as np

from synth.camera import homographies, sample_camera, seen, seen_surface
from synth.surfaces.surface import Patch, Surface, from_homographies

HEIGHT, WIDTH, FRAMES = 90, 160, 8


def camera(seed: int) -> np.ndarray:
    spec = sample_camera(lambda name: np.random.default_rng([seed, crc32(name.encode())]))
    return homographies(spec, FRAMES, HEIGHT, WIDTH)


def seen_video(video: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    out = np.empty_like(video)
    for picture, matrix, place in zip(video, matrices, out, strict=True):
        seen(picture, matrix, place)
    return out


def test_the_picture_always_covers_the_frame() -> None:
    corners = np.array([(0, 0, 1), (WIDTH, 0, 1), (WIDTH, HEIGHT, 1), (0, HEIGHT, 1.0)])
    for seed in range(40):
        for matrix in camera(seed):
            base = corners @ np.linalg.inv(matrix).T
            base = base[:, :2] / base[:, 2:]
            assert (base > -1e-6).all() and (base < (WIDTH + 1e-6, HEIGHT + 1e-6)).all(), seed


def test_a_dot_in_the_picture_and_its_point_stay_together() -> None:
    video = np.zeros((FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    video[:, 40:44, 70:74] = 255
    matrices = camera(3)
    surface = Surface(
        width=float(WIDTH),
        height=float(HEIGHT),
        colour=(0, 0, 0),
        to_frame=from_homographies(np.repeat(np.eye(3)[None], FRAMES, 0)),
    )
    points = np.array([(72.0, 42.0)])
    for index, picture in enumerate(seen_video(video, matrices)):
        weights = picture[:, :, 0].astype(float)
        rows, columns = np.mgrid[:HEIGHT, :WIDTH] + 0.5
        centre = np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()
        seen = seen_surface(surface, matrices, HEIGHT, WIDTH).project(points, index)[0]
        assert np.abs(centre - seen).max() < 0.15


def test_occlusion_moves_with_the_picture() -> None:
    pixels = np.full((20, 30), 255, np.uint8)
    surface = Surface(
        width=float(WIDTH),
        height=float(HEIGHT),
        colour=(0, 0, 0),
        to_frame=from_homographies(np.repeat(np.eye(3)[None], FRAMES, 0)),
        occlusion=tuple(Patch(left=60, top=30, pixels=pixels) for _ in range(FRAMES)),
    )
    video = np.zeros((FRAMES, HEIGHT, WIDTH, 3), np.uint8)
    video[:, 30:50, 60:90] = 255
    matrices = camera(5)
    moved = seen_surface(surface, matrices, HEIGHT, WIDTH)
    for picture, patch in zip(seen_video(video, matrices), moved.occlusion, strict=True):
        assert patch is not None
        ph, pw = patch.pixels.shape
        inside = picture[patch.top : patch.top + ph, patch.left : patch.left + pw, 0]
        assert np.abs(inside.astype(int) - patch.pixels).max() <= 8, "more than OpenCV's grid of 1/32 px"
        assert int(picture[:, :, 0].sum()) - int(inside.sum()) < 255 * 4
