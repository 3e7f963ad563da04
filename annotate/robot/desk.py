"""Where a strategy works on one clip: the masks as they are now, and an annotator whose every action is noted down."""

from collections.abc import Mapping, Sequence

import numpy as np

from annotate.robot import pieces
from annotate.robot.actions import KINDS, Action, Kind, Trace
from annotate.robot.oracle import Annotator
from annotate.robot.pieces import Region
from annotate.robot.score import Counts, Pixels
from sts import masks, scored
from sts.types import Clip


class Desk:
    """What a strategy sees and does. The truth stays with the annotator."""

    def __init__(self, prelabels: Clip, annotator: Annotator, *, empty: bool = False) -> None:
        """Begin with pre-labels, or with empty masks."""
        self.clip, self._annotator = prelabels, annotator
        self.n_frames, self._size = len(prelabels.frames), (prelabels.height, prelabels.width)
        self.prelabels = [pieces.regions(() if empty else scored.bearers(frame)) for frame in prelabels.frames]
        self.regions: list[tuple[Region, ...]] = list(self.prelabels)
        self.open = set(range(self.n_frames))
        """Frames that no person has approved yet; the masks of the others never change"""
        self.keys: list[int] = []
        """Frames that were corrected"""
        self._counts = np.stack([annotator.score(i, self.drawn(i)) for i in range(self.n_frames)])
        self._start = self._counts.sum(axis=0)
        self._noted: list[tuple[Action, Counts]] = []

    def drawn(self, frame: int) -> Pixels:
        """The mask of a frame now."""
        return pieces.union(self.regions[frame], *self._size)

    def prelabel(self, frame: int) -> Pixels:
        """The mask of a frame at the beginning."""
        return pieces.union(self.prelabels[frame], *self._size)

    def examine(self) -> None:
        """The annotator plays the clip, and approves each open frame that it finds right."""
        self._note("examine", 0, float(self.n_frames))
        for frame in sorted(self.open):
            if self._annotator.approves(frame, self.drawn(frame)):
                self.approve(frame)

    def approve(self, frame: int) -> None:
        """The annotator is done with a frame."""
        self._note("accept", frame)
        self.open.discard(frame)

    def correct(self, frame: int, *, careful: bool = False) -> None:
        """The annotator looks at a frame, mends it where it is wrong, and approves it."""
        drawn, before = self.drawn(frame), self.regions[frame]
        if not drawn.any() and not self._annotator.sees_text(frame):
            self._note("no_object", frame)
            self.open.discard(frame)
            return
        self._note("look", frame)
        if not self._annotator.approves(frame, drawn):
            for deed in self._annotator.correct(
                frame, drawn, [masks.decode(one.mask) for one in before], careful=careful
            ):
                drawn, self._counts[frame] = deed.drawn, deed.counts
                self._noted.append((deed.action, self._counts.sum(axis=0)))
            self.regions[frame] = pieces.cut(drawn, before, self._unused())
            self.keys.append(frame)
        self.approve(frame)

    def transcribe(self, frame: int, known: set[int]) -> None:
        """The annotator types what it reads, but for the tracks that are known; they are known from now on."""
        words = self._annotator.words(frame)
        self._note("transcript", frame, float(sum(len(text) for track, text in words.items() if track not in known)))
        known.update(words)

    def boxes(self, frame: int) -> tuple[tuple[float, float, float, float], ...]:
        """The annotator drags a box round each word, xyxy."""
        found = self._annotator.boxes(frame)
        for _ in found:
            self._note("box", frame)
        return found

    def put(self, made: Mapping[int, Sequence[Region]]) -> None:
        """A machine sets the masks of frames; those that a person approved stay."""
        for frame in self.open & made.keys():
            self.regions[frame] = tuple(made[frame])
            self._counts[frame] = self._annotator.score(frame, self.drawn(frame))
        self._note("machine", 0)

    def mistakes(self, frame: int) -> Counts:
        """How wrong a frame is: for strategies that are to show what perfect knowledge is worth."""
        return self._annotator.score(frame, self.drawn(frame))

    def trace(self, strategy: str, seed: int) -> Trace:
        """All that was done."""
        actions = [action for action, _ in self._noted]
        return Trace(
            strategy=strategy,
            clip_id=self.clip.clip_id,
            seed=seed,
            n_frames=self.n_frames,
            kinds=np.array([KINDS.index(action.kind) for action in actions], np.int64),
            frames=np.array([action.frame for action in actions], np.int64),
            amounts=np.array([action.amount for action in actions], np.float64),
            start=self._start,
            counts=np.array([after for _, after in self._noted], np.int64).reshape(-1, 3),
        )

    def _note(self, kind: Kind, frame: int, amount: float = 0.0) -> None:
        self._noted.append((Action(kind=kind, frame=frame, amount=amount), self._counts.sum(axis=0)))

    def _unused(self) -> int:
        """A number that no region has."""
        both = [*self.regions, *self.prelabels]
        return max((region.track_id for parts in both for region in parts), default=0) + 1
