"""How the pictures of a clip move: dense flow between any two frames, traced from neighbour to neighbour."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, UInt8
from scipy.ndimage import map_coordinates

from sts import geometry
from sts.geometry import Polygon

Video = UInt8[np.ndarray, "t h w 3"]
Grey = UInt8[np.ndarray, "h w"]
Field = Float32[np.ndarray, "h w 2"]
"""Displacement (x, y) of each pixel, px"""
Points = Float64[np.ndarray, "n 2"]
"""(x, y) px; (0, 0) is the outer corner of the first pixel"""
Matrix = Float64[np.ndarray, "3 3"]

SIDE = 640
"""px, longest side of the pictures that flow is looked for in"""
GRID = 24
"""Points across that show how a whole picture or a piece of it moves"""
ALIKE = 0.4
"""Least correlation of a picture with the one before, moved along the flow, in one shot"""
FLAT = 4.0
"""Grey levels of deviation below which a picture shows nothing to correlate"""


class Motion:
    """Flow between the frames of one clip: DIS (Kroeger et al., ECCV 2016) between neighbours, traced point by point.

    A mask is carried over many frames in one warp along the traced flow and never from frame to frame: sixteen warps
    of 0.37 px leave an IoU of 0.2, one leaves 0.99.
    """

    def __init__(self, video: Video) -> None:
        self.video = video
        self.scale = min(SIDE / max(video.shape[1:3]), 1.0)
        self.grey = lru_cache(maxsize=64)(partial(_grey, video, self.scale))
        self.neighbour = lru_cache(maxsize=96)(partial(_neighbour, self.grey))
        self.traced = lru_cache(maxsize=32)(partial(_traced, self.grey, self.neighbour))
        self._pan = lru_cache(maxsize=96)(partial(_pan, self.neighbour, self.scale))

    def moved(self, at: int, to: int, points: Points) -> Points:
        """Where points of frame `at` are in frame `to`, as far as the flow knows."""
        return points + _sampled(self.traced(at, to), points * self.scale) / self.scale

    def field(self, at: int, to: int) -> Field:
        """Displacement of every pixel of frame `at` to where it is in frame `to`."""
        height, width = self.video.shape[1:3]
        return np.asarray(cv2.resize(self.traced(at, to), (width, height)) / np.float32(self.scale), np.float32)

    def returns(self, at: int, to: int, points: Points) -> Bool[np.ndarray, " n"]:
        """Which points of frame `at` come back within a pixel from where they are in frame `to`."""
        back = self.moved(to, at, self.moved(at, to, points))
        near: Bool[np.ndarray, " n"] = np.hypot(*(back - points).T) <= 1.0
        return near

    def camera(self, at: int, to: int) -> Matrix:
        """What most of the picture follows from one frame to another: the similarities between neighbours, in turn."""
        step = 1 if to > at else -1
        matrix: Matrix = np.eye(3)
        for frame in range(at, to, step):
            matrix = self._pan(frame, frame + step) @ matrix
        return matrix

    def piece(self, at: int, to: int, polygon: Polygon) -> Matrix:
        """The similarity that a piece of the picture follows from one frame to another."""
        points = _grid(geometry.box(polygon))
        inside = points[geometry.contains(polygon, points)] if geometry.area(polygon) else points
        inside = inside if len(inside) > 3 else points
        return _similarity(inside, self.moved(at, to, inside))

    @cached_property
    def shots(self) -> tuple[int, ...]:
        """The number of the shot of each frame, from 0: nothing is carried over a cut."""
        cuts = [0, *(self._cut(i) for i in range(1, len(self.video)))]
        return tuple(np.cumsum(cuts).tolist())

    def _cut(self, frame: int) -> bool:
        """Whether nothing of the frame before can be found again."""
        before, now = self.grey(frame - 1), self.grey(frame)
        if min(before.std(), now.std()) < FLAT:
            return False
        place = pixels(now.shape) + self.neighbour(frame, frame - 1)
        warped = cv2.remap(before, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return float(np.corrcoef(np.asarray(warped, np.float64).ravel(), now.ravel())[0, 1]) < ALIKE


def of(video: Video) -> Motion:
    """The motion of a clip's video; the last one is kept, for the next step of the same clip."""
    return _known(_Same(video))


@dataclass(frozen=True, slots=True, eq=False)
class _Same:
    """A video that equals itself only."""

    video: Video

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.video is self.video

    def __hash__(self) -> int:
        return id(self.video)


@lru_cache(maxsize=1)
def _known(same: _Same) -> Motion:
    return Motion(same.video)


def pixels(shape: tuple[int, ...]) -> Field:
    """The index (column, row) of each pixel, as OpenCV counts: 0 is the middle of the first."""
    rows, columns = np.indices(shape[:2], np.float32)
    return np.stack([columns, rows], axis=-1)


def transformed(points: Points, matrix: Matrix) -> Points:
    """Points through a homography."""
    whole = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ matrix.T
    result: Points = whole[:, :2] / whole[:, 2:]
    return result


def shifted(polygon: Polygon, matrix: Matrix) -> Polygon:
    """A polygon through a homography."""
    return geometry.rounded(transformed(np.asarray(polygon, np.float64), matrix))


def _traced(grey: Callable[[int], Grey], neighbour: Callable[[int, int], Field], at: int, to: int) -> Field:
    """On the small grid of `at`: each pixel followed from neighbour to neighbour, then looked for from there."""
    place = start = pixels(grey(at).shape)
    step = 1 if to > at else -1
    for frame in range(at, to, step):
        flow = neighbour(frame, frame + step)
        place = place + cv2.remap(flow, place[..., 0], place[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    traced = np.asarray(place - start, np.float32)
    return traced if abs(to - at) < 2 else _search(grey(at), grey(to), traced)


def _neighbour(grey: Callable[[int], Grey], at: int, to: int) -> Field:
    first, second = grey(at), grey(to)
    return _search(first, second, np.zeros((*first.shape, 2), np.float32))


def _pan(neighbour: Callable[[int, int], Field], scale: float, at: int, to: int) -> Matrix:
    """The similarity that most of the picture follows between neighbours."""
    flow = neighbour(at, to)
    points = _grid((0.0, 0.0, float(flow.shape[1]), float(flow.shape[0])))
    return _similarity(points / scale, (points + _sampled(flow, points)) / scale)


def _similarity(points: Points, target: Points) -> Matrix:
    found: Any = cv2.estimateAffinePartial2D(points, target, ransacReprojThreshold=1.5)[0]
    if found is None:
        found = np.concatenate([np.eye(2), (target - points).mean(axis=0)[:, None]], axis=1)
    return np.vstack([found, [0.0, 0.0, 1.0]])


def _search(first: Grey, second: Grey, start: Field) -> Field:
    """Flow found from a first guess."""
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    return np.asarray(search.calc(first, second, start), np.float32)


def _grey(video: Video, scale: float, frame: int) -> Grey:
    """Small and grey."""
    grey = cv2.cvtColor(video[frame], cv2.COLOR_RGB2GRAY)
    size = [max(round(side * scale), 16) for side in grey.shape[::-1]]
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _sampled(field: Field, points: Points) -> Points:
    """The field at points, linear between the middles of pixels."""
    rows, columns = points[:, 1] - 0.5, points[:, 0] - 0.5
    parts = [map_coordinates(field[..., i], [rows, columns], np.float64, order=1, mode="nearest") for i in (0, 1)]
    return np.stack(parts, axis=1)


def _grid(box: geometry.Box) -> Points:
    """Points in rows and columns over a box."""
    left, top, right, bottom = box
    across, down = (np.linspace(a, b, 2 * GRID + 1)[1::2] for a, b in ((left, right), (top, bottom)))
    return np.stack(np.meshgrid(across, down), axis=-1).reshape(-1, 2)
