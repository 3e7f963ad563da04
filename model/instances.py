"""Cuts the strokes of a frame into pieces of text, about words, and follows each piece through time."""

from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Bool, Float32, Float64, Int32

from sts import geometry, masks
from sts.errors import ConfigError
from sts.geometry import Box, Polygon
from sts.protocols import Segment
from sts.types import Mask

Strokes = Bool[np.ndarray, "h w"]
Confidence = Float32[np.ndarray, "h w"]
Move = tuple[float, float]
"""px a frame, right and down"""
Labels = Int32[np.ndarray, "h w"]
"""Number of the piece at each pixel, from 1; 0 is background"""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceConfig:
    """What is one piece of text, and when it is the same as before."""

    reach: float = 0.65
    """Letters that touch when each grows by this many of its own stroke widths are one piece"""
    min_area: int = 16
    """px of strokes; smaller pieces are left out"""
    overlap: float = 0.1
    """Least IoU of a piece's box and the place where its track should be"""
    gap: int = 5
    """Most frames in which a track may be missing before it ends"""

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant."""
        if self.reach < 0 or self.min_area < 1 or not 0 < self.overlap <= 1 or self.gap < 0:
            raise ConfigError(
                f"reach = {self.reach}, min_area = {self.min_area}, overlap = {self.overlap}, gap = {self.gap}: "
                "give a reach and a gap of 0 or more, an area of 1 or more and an overlap in (0, 1]"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Strokes that belong together in one frame."""

    mask: Mask
    box: Box
    score: float
    """Mean confidence of its strokes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """Where a piece was seen last and where it was going."""

    track_id: int
    frame: int
    box: Box
    speed: Move | None = None
    """Of the box's centre; None for a track that was seen once"""


class Tracker:
    """Gives the pieces of one clip's frames, in order, ids that last. It keeps the tracks of the last few frames."""

    def __init__(self, config: InstanceConfig) -> None:
        self.config = config
        self.tracks: list[Track] = []
        self._frame = 0
        self._next = 1

    def step(self, strokes: Strokes, confidence: Confidence) -> tuple[Segment, ...]:
        """The pieces of the next frame. Each takes the track that should be there by now, or starts one.

        A track goes on as it went; one that was seen once goes as most others do, for then the camera moves.
        """
        found = pieces(strokes, confidence, self.config)
        pairs = zip(found, self.follow([piece.box for piece in found]), strict=True)
        return tuple(Segment(track_id=track, mask=one.mask, score=one.score) for one, track in pairs)

    def follow(self, boxes: list[Box]) -> list[int]:
        """Track of each box of the next frame."""
        before = self._matches(boxes)
        seen = [self._track(box, before.get(i)) for i, box in enumerate(boxes)]
        taken = {track.track_id for track in seen}
        waiting = (track for track in self.tracks if track.track_id not in taken)
        self.tracks = seen + [track for track in waiting if self._frame - track.frame <= self.config.gap]
        self._frame += 1
        return [track.track_id for track in seen]

    def _track(self, box: Box, before: Track | None) -> Track:
        if before is None:
            self._next += 1
            return Track(track_id=self._next - 1, frame=self._frame, box=box)
        (x, y), (was_x, was_y), frames = _centre(box), _centre(before.box), self._frame - before.frame
        speed = ((x - was_x) / frames, (y - was_y) / frames)
        return Track(track_id=before.track_id, frame=self._frame, box=box, speed=speed)

    def _matches(self, boxes: list[Box]) -> dict[int, Track]:
        """Piece to its track, the largest overlaps first."""
        if not boxes or not self.tracks:
            return {}
        overlaps = box_ious(self._expected(), boxes)
        found: dict[int, Track] = {}
        taken: set[int] = set()
        for place in np.argsort(-overlaps, axis=None, kind="stable").tolist():
            track, piece = divmod(place, len(boxes))
            if overlaps[track, piece] < self.config.overlap:
                break
            if track not in taken and piece not in found:
                found[piece] = self.tracks[track]
                taken.add(track)
        return found

    def _expected(self) -> list[Box]:
        """Where the tracks should be in this frame."""
        speeds = [track.speed for track in self.tracks if track.speed and track.frame == self._frame - 1]
        common = np.median(speeds, axis=0) if speeds else np.zeros(2)
        return [_moved(track, track.speed or tuple(common.tolist()), self._frame) for track in self.tracks]


def pieces(strokes: Strokes, confidence: Confidence, config: InstanceConfig) -> list[Piece]:
    """Text of one frame from top to bottom; about words, as letters stand closer than words."""
    rows, columns = np.flatnonzero(strokes.any(axis=1)), np.flatnonzero(strokes.any(axis=0))
    if not len(rows):
        return []
    top, left = int(rows[0]), int(columns[0])
    part = np.s_[top : rows[-1] + 1, left : columns[-1] + 1]
    labels, boxes = _joined(np.ascontiguousarray(strokes[part]), config.reach)
    areas = np.bincount(labels.ravel(), minlength=len(boxes))
    scores = np.bincount(labels.ravel(), weights=confidence[part].ravel(), minlength=len(boxes)) / np.maximum(areas, 1)
    found = []
    for number in (np.flatnonzero(areas[1:] >= config.min_area) + 1).tolist():
        x, y, width, height = boxes[number, :4].tolist()
        pixels = labels[y : y + height, x : x + width] == number
        mask = masks.encode_patch(pixels, left + x, top + y, *strokes.shape)
        found.append(Piece(mask=mask, box=_box(mask), score=float(scores[number].clip(0, 1))))
    return found


def rectangle(mask: Mask) -> Polygon:
    """The least rectangle around the strokes of a mask that has some, clockwise from its upper left corner."""
    left, top, right, bottom = map(int, _box(mask))
    y, x = np.nonzero(masks.decode(mask)[top:bottom, left:right])
    corners = [np.stack([x + dx, y + dy], axis=1) for dx in (0, 1) for dy in (0, 1)]
    around = cv2.boxPoints(cv2.minAreaRect(np.concatenate(corners).astype(np.float32)))
    return geometry.rounded(geometry.hull(around.astype(np.float64) + np.array([left, top])))


def box_ious(some: list[Box], others: list[Box]) -> Float64[np.ndarray, "n m"]:
    """Intersection over union of every box of one list with every box of another."""
    a, b = np.array(some)[:, None], np.array(others)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    common = np.maximum(sides, 0).prod(axis=-1)
    return common / ((a[..., 2:] - a[..., :2]).prod(axis=-1) + (b[..., 2:] - b[..., :2]).prod(axis=-1) - common)


def _centre(box: Box) -> tuple[float, float]:
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _moved(track: Track, speed: Move, frame: int) -> Box:
    """The box of a track as it should be in a frame."""
    x, y = (axis * (frame - track.frame) for axis in speed)
    return track.box[0] + x, track.box[1] + y, track.box[2] + x, track.box[3] + y


def _box(mask: Mask) -> Box:
    """Of a mask that has strokes."""
    box = masks.box(mask)
    assert box is not None
    return box


def _joined(strokes: Strokes, reach: float) -> tuple[Labels, Int32[np.ndarray, "n 5"]]:
    """Pieces of the strokes, and a box (x, y, width, height, area) that holds each.

    A pixel is grown into if its nearest letter is within that letter's reach.
    """
    away, letters = cv2.distanceTransformWithLabels(
        np.asarray(~strokes, np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_CCOMP
    )
    grown = away <= (reach * _widths(strokes, letters))[letters]
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(grown.astype(np.uint8), connectivity=8)
    return np.where(strokes, labels, 0).astype(np.int32), np.asarray(boxes, np.int32)


def _widths(strokes: Strokes, letters: Labels) -> Float64[np.ndarray, " n"]:
    """Stroke width of each letter, px: across a bar the distance to its edge is a quarter of its width on average."""
    depth = cv2.distanceTransform(np.pad(strokes, 1).astype(np.uint8), cv2.DIST_L2, 5)[1:-1, 1:-1][strokes]
    inside = letters[strokes]
    return 4 * np.bincount(inside, weights=depth) / np.maximum(np.bincount(inside), 1)
