"""One look of the simulated annotator at one frame: which mistakes it sees, and how it mends them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Int64

from annotate.robot import score, strokes
from annotate.robot.actions import Action, Kind
from annotate.robot.score import Counts, Pixels
from sts.errors import ConfigError

Box = tuple[int, int, int, int]
"""xyxy, whole px"""
REACH = 2
"""px beyond a change at which mistakes may change"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotConfig:
    """How the simulated annotator works; all of it assumed."""

    jitter_px: float = 0.5
    """px, standard deviation of the hand: nearly always within 1 px"""
    small: int = 12
    """px; mistakes smaller than this may be overlooked"""
    overlooked: float = 0.3
    """Share of the small mistakes that are"""
    content: float = 0.98
    """Tolerant F-score at which it stops to mend a frame"""
    careful: float = 0.99
    """The same on a frame that is going to be carried to others"""
    approves: float = 0.974
    """Tolerant F-score at which it leaves a frame as it is: a tolerant fgIoU of 0.95"""
    tries: int = 3
    """Strokes at the same place before it leaves that as it is"""
    wrong: float = 0.8
    """Share of a region without text that makes it delete the region as a whole"""

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant."""
        shares = {name: getattr(self, name) for name in ("overlooked", "content", "careful", "approves", "wrong")}
        for name, value in shares.items():
            if not 0 <= value <= 1:
                raise ConfigError(f"robot.{name} = {value}: give a share, 0 to 1")
        if self.jitter_px < 0 or self.tries < 1:
            raise ConfigError(
                f"robot.jitter_px = {self.jitter_px}, robot.tries = {self.tries}: give 0 px and 1 or more"
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Deed:
    """What was done to a frame."""

    action: Action
    drawn: Pixels
    """The mask from then on; the next deed changes it"""
    counts: Counts
    """How good it is"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Blob:
    """A connected mistake."""

    area: int
    """px"""
    left: int
    top: int
    pixels: Pixels
    """In its box"""
    missing: bool
    """Text that is not in the mask; else the mask has what is no text"""

    @property
    def box(self) -> Box:
        """Where it lies."""
        return self.left, self.top, self.left + self.pixels.shape[1], self.top + self.pixels.shape[0]


class Visit:
    """The work on one frame. Only what an action may change is counted again after it."""

    def __init__(
        self, truth: Pixels, ignored: Pixels, drawn: Pixels, frame: int, robot: RobotConfig, seed: tuple[int, int]
    ) -> None:
        self._truth, self._shown, self._drawn = truth, ~ignored, drawn.copy()
        self._frame, self._robot, self._seed = frame, robot, (*seed, frame)
        self._wrong = score.errors(truth, drawn & self._shown)
        self._counts = score.counts(truth, drawn & self._shown)
        self._tried = np.zeros(drawn.shape, np.uint8)

    def is_fine(self) -> bool:
        """Whether the mask may stay as it is, or nothing is wrong that it notices."""
        return self._reaches(self._robot.approves) or not self._mistakes()

    def delete(self, regions: Sequence[Pixels]) -> Iterator[Deed]:
        """A click for each region that is hardly on text."""
        near = cv2.dilate((self._truth | ~self._shown).view(np.uint8), score.SQUARE) > 0
        for region in regions:
            left, top, width, height = cv2.boundingRect(region.view(np.uint8))
            box = (left, top, left + width, top + height)
            wrong, pixels = int((region & ~near).sum()), region[_window(box)]
            if wrong and wrong >= self._robot.wrong * int(pixels.sum()) and self._change(box, pixels, missing=False):
                yield self._deed("click", 0.0)

    def mend(self, goal: float) -> Iterator[Deed]:
        """A stroke for each mistake, the largest first, then for what is left of them, up to a tolerant F-score.

        A stroke that makes the mask worse is undone; its time is spent.
        """
        rng = np.random.default_rng(self._seed)
        while not self._reaches(goal) and (mistakes := self._mistakes()):
            for blob in mistakes:
                window = _window(blob.box)
                left = blob.pixels & self._wrong[window]
                if self._reaches(goal) or (left != blob.pixels).any():
                    continue
                stroke = strokes.along(blob.pixels)
                self._tried[window] += blob.pixels & strokes.painted(stroke, (0, 0, *blob.pixels.shape[::-1]))
                hand = strokes.trembling(stroke.moved(blob.left, blob.top), self._robot.jitter_px, rng)
                box = self._inside(hand.box)
                self._change(box, strokes.painted(hand, box), missing=blob.missing)
                yield self._deed("stroke" if blob.missing else "erase", stroke.length)

    def _reaches(self, goal: float) -> bool:
        return score.tolerant_f(self._counts) >= goal

    def _mistakes(self) -> list[Blob]:
        """What it notices and has not given up, the largest first."""
        wrong = self._wrong & (self._tried < self._robot.tries)
        blobs = [blob for missing in (True, False) for blob in _blobs(wrong & (self._truth == missing), missing)]
        seen = [blob for blob in blobs if blob.area >= self._robot.small or not self._overlooks(blob)]
        return sorted(seen, key=lambda blob: -blob.area)

    def _overlooks(self, blob: Blob) -> bool:
        """The same answer whenever it looks at the same place."""
        luck = np.random.default_rng([*self._seed, blob.left, blob.top]).random()
        return bool(luck < self._robot.overlooked)

    def _change(self, box: Box, brush: Pixels, *, missing: bool) -> bool:
        """Paint or erase; False, and nothing is changed, where that makes it no better."""
        inner, outer = (_window(self._inside(_grown(box, by))) for by in (REACH, REACH + 1))
        truth, shown, before = self._truth[outer], self._shown[outer], self._drawn[outer]
        after, part = before.copy(), _within(_window(box), outer)
        after[part] = before[part] | brush if missing else before[part] & ~brush
        wrong = score.errors(truth, after & shown)
        place = _within(inner, outer)
        change = _tally(truth[place], (after & shown)[place], wrong[place])
        change -= _tally(truth[place], (before & shown)[place], self._wrong[inner])
        if change[2] >= 0:
            return False
        self._drawn[outer], self._wrong[inner] = after, wrong[place]
        self._counts = self._counts + change
        return True

    def _deed(self, kind: Kind, amount: float) -> Deed:
        return Deed(action=Action(kind=kind, frame=self._frame, amount=amount), drawn=self._drawn, counts=self._counts)

    def _inside(self, box: Box) -> Box:
        """The part of a box within the frame, at least one pixel."""
        height, width = self._truth.shape
        left, top = min(max(box[0], 0), width - 1), min(max(box[1], 0), height - 1)
        return left, top, max(min(box[2], width), left + 1), max(min(box[3], height), top + 1)


def _tally(truth: Pixels, drawn: Pixels, wrong: Pixels) -> Int64[np.ndarray, "3"]:
    return np.array([(truth & drawn).sum(), (truth ^ drawn).sum(), wrong.sum()], np.int64)


def _blobs(pixels: Pixels, missing: bool) -> Iterator[Blob]:
    n, labels, stats, _ = cv2.connectedComponentsWithStats(pixels.view(np.uint8), connectivity=8)
    for number in range(1, n):
        left, top, width, height, area = stats[number].tolist()
        own = labels[top : top + height, left : left + width] == number
        yield Blob(area=area, left=left, top=top, pixels=own, missing=missing)


def _window(box: Box) -> tuple[slice, slice]:
    left, top, right, bottom = box
    return slice(top, bottom), slice(left, right)


def _within(window: tuple[slice, slice], around: tuple[slice, slice]) -> tuple[slice, slice]:
    """A window in the coordinates of one around it."""
    rows, columns = (slice(a.start - b.start, a.stop - b.start) for a, b in zip(window, around, strict=True))
    return rows, columns


def _grown(box: Box, by: int) -> Box:
    left, top, right, bottom = box
    return left - by, top - by, right + by, bottom + by
