"""How the whole picture moves: a homography from the key frame to each frame, or that the camera stands still."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8

Stack = UInt8[np.ndarray, "t h w"]
Size = tuple[int, int]
"""Width and height, px"""

CELLS = (8, 5)
"""Features are drawn evenly from this many columns and rows, so that one textured object cannot outvote the scene"""
STILL_PX = 0.25
"""A feature that moves less stands still"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Camera:
    """Motion of the background against the key frame."""

    to_frame: Float64[np.ndarray, "t 3 3"]
    """Key-frame px to frame px"""
    trust: Float64[np.ndarray, " t"]
    """Share of the picture's cells that hold features and follow the motion; 0 where it is not known"""
    static: bool
    """The camera stands still in all trusted frames; `to_frame` is exactly the identity"""


def estimate(frames: Stack, key: int) -> Camera:
    """Register every frame directly with the key frame, walking outwards from it."""
    picture = [_even(frame) for frame in frames]
    points = _features(picture[key])
    matrices = np.tile(np.eye(3), (len(frames), 1, 1))
    trust, still = np.zeros(len(frames)), np.ones(len(frames), dtype=bool)
    trust[key] = 1.0
    for order in (range(key + 1, len(frames)), range(key - 1, -1, -1)):
        guess = np.eye(3)
        for time in order:
            fit = _register(picture[key], picture[time], points, guess)
            if fit is None:
                break
            matrices[time], trust[time], still[time] = fit
            guess = matrices[time]
    known = trust > 0
    static = bool(still[known].mean() >= 0.7)
    if static:
        matrices[:] = np.eye(3)
    return Camera(to_frame=from_centres(matrices), trust=trust, static=static)


def scaled(camera: Camera, factor: float) -> Camera:
    """The same motion in a picture `factor` times as large."""
    up, down = np.diag([factor, factor, 1.0]), np.diag([1 / factor, 1 / factor, 1.0])
    return Camera(to_frame=up @ camera.to_frame @ down, trust=camera.trust, static=camera.static)


def from_centres(matrices: Float64[np.ndarray, "*t 3 3"]) -> Float64[np.ndarray, "*t 3 3"]:
    """Homographies between OpenCV's pixels (a centre is a whole number) in our convention (a centre is at +0.5)."""
    return _shift(0.5) @ matrices @ _shift(-0.5)


def to_centres(matrices: Float64[np.ndarray, "*t 3 3"]) -> Float64[np.ndarray, "*t 3 3"]:
    """Homographies in our convention as OpenCV wants them."""
    return _shift(-0.5) @ matrices @ _shift(0.5)


def _shift(offset: float) -> Float64[np.ndarray, "3 3"]:
    return np.array([[1.0, 0.0, offset], [0.0, 1.0, offset], [0.0, 0.0, 1.0]])


def _even(frame: UInt8[np.ndarray, "h w"]) -> UInt8[np.ndarray, "h w"]:
    """Local contrast made equal, so that faint texture counts like strong texture."""
    image = frame.astype(np.float32)
    mean = cv2.blur(image, (31, 31))
    deviation = np.sqrt(np.maximum(cv2.blur(image * image, (31, 31)) - mean * mean, 0))
    return np.clip(128 + 40 * (image - mean) / (deviation + 3), 0, 255).astype(np.uint8)


def _features(picture: UInt8[np.ndarray, "h w"]) -> Float64[np.ndarray, "n 2"]:
    """Corners, as many in each cell of the picture."""
    height, width = picture.shape
    found = []
    for row in range(CELLS[1]):
        for column in range(CELLS[0]):
            left, right = column * width // CELLS[0], (column + 1) * width // CELLS[0]
            top, bottom = row * height // CELLS[1], (row + 1) * height // CELLS[1]
            corners = cv2.goodFeaturesToTrack(picture[top:bottom, left:right], 10, 0.02, 6)
            if corners is not None:
                found.append(corners[:, 0].astype(np.float64) + np.array([left, top]))
    return np.concatenate(found) if found else np.empty((0, 2))


def _register(
    key: UInt8[np.ndarray, "h w"],
    frame: UInt8[np.ndarray, "h w"],
    points: Float64[np.ndarray, "n 2"],
    guess: Float64[np.ndarray, "3 3"],
) -> tuple[Float64[np.ndarray, "3 3"], float, bool] | None:
    """Homography, share of the cells that follow it, and whether it is the identity; None if there is too little."""
    if len(points) < 12:
        return None
    start = _project(points, guess)
    moved, good = _flow(key, frame, points, start)
    if np.count_nonzero(good) < 12:
        return None
    size = (key.shape[1], key.shape[0])
    return _simplest(points, moved, good, size)


def _simplest(
    points: Float64[np.ndarray, "n 2"], moved: Float64[np.ndarray, "n 2"], good: Bool[np.ndarray, " n"], size: Size
) -> tuple[Float64[np.ndarray, "3 3"], float, bool] | None:
    """The simplest of identity, similarity, affine and homography that explains nearly as many cells as the best."""
    n_cells = max(_cells(points, size), 1)
    source, target = points[good], moved[good]
    rich, _ = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 0.8)
    if rich is None:
        return None
    best, n_best = rich, _cells(source[_error(source, target, rich) < 1.0], size)
    error = np.hypot(*(target - source).T)
    still = error < STILL_PX
    enough = _cells(source[still], size) >= 0.6 * n_best and _cells(source[error < 1.0], size) >= 0.75 * n_best
    if enough and _drift(target[still] - source[still]) < 0.08:
        return np.eye(3), _cells(source[still], size) / n_cells, True
    for solve in (cv2.estimateAffine2D, cv2.estimateAffinePartial2D):
        affine, _ = solve(source, target, method=cv2.RANSAC, ransacReprojThreshold=0.8)
        matrix = best if affine is None else np.vstack([affine, [0.0, 0.0, 1.0]])
        n_follow = _cells(source[_error(source, target, matrix) < 1.0], size)
        if n_follow >= 0.97 * n_best:
            best, n_best = matrix, max(n_follow, n_best)
    return best, n_best / n_cells, False


def _drift(shift: Float64[np.ndarray, "n 2"]) -> float:
    """px, common motion of features that seem to stand."""
    return float(np.hypot(*np.median(shift, axis=0))) if len(shift) else np.inf


def _error(
    points: Float64[np.ndarray, "n 2"], moved: Float64[np.ndarray, "n 2"], matrix: Float64[np.ndarray, "3 3"]
) -> Float64[np.ndarray, " n"]:
    return np.hypot(*(_project(points, matrix) - moved).T)


def _flow(
    key: UInt8[np.ndarray, "h w"],
    frame: UInt8[np.ndarray, "h w"],
    points: Float64[np.ndarray, "n 2"],
    start: Float64[np.ndarray, "n 2"],
) -> tuple[Float64[np.ndarray, "n 2"], Bool[np.ndarray, " n"]]:
    """Lucas-Kanade there and back; good are the points that return within half a pixel."""
    source = np.ascontiguousarray(points[:, None], np.float32)
    target = np.ascontiguousarray(start[:, None], np.float32)
    moved, seen = _track(key, frame, source, target)
    back, returned = _track(frame, key, moved, source.copy())
    error = (back - source)[:, 0]
    good = seen & returned & (np.hypot(error[:, 0], error[:, 1]) < 0.5)
    return moved[:, 0].astype(np.float64), good


def _track(
    key: UInt8[np.ndarray, "h w"],
    frame: UInt8[np.ndarray, "h w"],
    source: Float32[np.ndarray, "n 1 2"],
    target: Float32[np.ndarray, "n 1 2"],
) -> tuple[Float32[np.ndarray, "n 1 2"], Bool[np.ndarray, " n"]]:
    moved, seen, _ = cv2.calcOpticalFlowPyrLK(
        key, frame, source, target, winSize=(17, 17), maxLevel=3, flags=cv2.OPTFLOW_USE_INITIAL_FLOW
    )
    return np.asarray(moved), np.asarray(seen)[:, 0] > 0


def _project(points: Float64[np.ndarray, "n 2"], matrix: Float64[np.ndarray, "3 3"]) -> Float64[np.ndarray, "n 2"]:
    return cv2.perspectiveTransform(points[:, None], matrix)[:, 0]


def _cells(points: Float64[np.ndarray, "n 2"], size: Size) -> int:
    """Number of cells that hold one of the points."""
    where = np.floor(points * np.array(CELLS) / np.array(size)).astype(int)
    return len(np.unique(where[:, 1] * CELLS[0] + where[:, 0]))
