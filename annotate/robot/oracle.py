"""A simulated annotator: it alone knows the truth, and answers only with what it does to a frame and with scores."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Protocol, runtime_checkable
from zlib import crc32

from annotate.robot import score
from annotate.robot.score import Counts, Pixels
from annotate.robot.visit import Deed, RobotConfig, Visit
from sts import geometry, scored
from sts.errors import DataError
from sts.geometry import Box
from sts.types import Clip


@runtime_checkable
class Annotator(Protocol):
    """All that a strategy may ask of whoever knows the truth."""

    def sees_text(self, frame: int) -> bool:
        """Whether there is text on a frame."""

    def approves(self, frame: int, drawn: Pixels) -> bool:
        """Whether it would leave the mask of a frame as it is."""

    def correct(self, frame: int, drawn: Pixels, regions: Sequence[Pixels], *, careful: bool) -> Iterator[Deed]:
        """What it does until it is content; `regions` are parts of the mask that one click deletes."""

    def boxes(self, frame: int) -> tuple[Box, ...]:
        """A box round each word."""

    def words(self, frame: int) -> dict[int, str]:
        """What it reads, by track."""

    def score(self, frame: int, drawn: Pixels) -> Counts:
        """How good the mask of a frame is."""


class Oracle:
    """Annotator: sees the picture as the truth has it, and paints with an unsteady hand."""

    def __init__(self, truth: Clip, robot: RobotConfig, seed: int) -> None:
        """DataError for a frame whose text is not known."""
        for frame in truth.frames:
            if not frame.labelled:
                raise DataError(f"frame {frame.index} of clip {truth.clip_id} has no truth: give clips with all labels")
        self._clip, self._robot = truth, robot
        self._seed = (seed, crc32(truth.clip_id.encode()))
        self._seen = lru_cache(maxsize=64)(self._look)

    def sees_text(self, frame: int) -> bool:
        """Strokes that count."""
        return bool(self._seen(frame)[0].any())

    def approves(self, frame: int, drawn: Pixels) -> bool:
        """Good enough, or nothing wrong that it notices."""
        return self._visit(frame, drawn).is_fine()

    def correct(self, frame: int, drawn: Pixels, regions: Sequence[Pixels], *, careful: bool) -> Iterator[Deed]:
        """Deletes what is wrong as a whole, then paints and erases."""
        visit = self._visit(frame, drawn)
        yield from visit.delete(regions)
        yield from visit.mend(self._robot.careful if careful else self._robot.content)

    def boxes(self, frame: int) -> tuple[Box, ...]:
        """Of what shows strokes that count, within the frame."""
        items = [item for item in scored.bearers(self._clip.frames[frame]) if item.mask and not item.ignore]
        inside = [geometry.clip(item.polygon, self._clip.height, self._clip.width) for item in items]
        return tuple(geometry.box(polygon) for polygon in inside if polygon)

    def words(self, frame: int) -> dict[int, str]:
        """Transcripts of what counts."""
        return score.legible(self._clip.frames[frame])

    def score(self, frame: int, drawn: Pixels) -> Counts:
        """Without what is ignored."""
        truth, ignored = self._seen(frame)
        return score.counts(truth, drawn & ~ignored)

    def _look(self, frame: int) -> tuple[Pixels, Pixels]:
        """Strokes that count, and what is ignored."""
        seen, size = self._clip.frames[frame], (self._clip.height, self._clip.width)
        return score.strokes(seen, *size), score.ignored(seen, *size)

    def _visit(self, frame: int, drawn: Pixels) -> Visit:
        return Visit(*self._seen(frame), drawn, frame, self._robot, self._seed)
