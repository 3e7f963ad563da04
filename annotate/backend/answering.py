"""Answers a task: pre-labels where it is opened, strokes where a person clicks, a window where one frame is carried."""

import logging
import time
from typing import Any

from annotate import bitmask
from annotate.backend import carrying, known, places, suggestions
from annotate.backend.bodies import Hint, Task
from annotate.backend.frames import Frames, Shown
from annotate.backend.known import Word
from annotate.backend.model import TRACK, Meant, Model
from annotate.backend.prelabels import Prelabels
from sts import geometry, masks
from sts.errors import DataError, StsError
from sts.protocols import Segment
from sts.types import Mask
from sts.wording import counted

log = logging.getLogger(__name__)

Regions = list[dict[str, Any]]


class Answerer:
    """Has all that an answer needs."""

    def __init__(self, frames: Frames, model: Model, prelabels: Prelabels) -> None:
        self._frames, self._model, self._prelabels = frames, model, prelabels
        self.version = model.version

    def answer(self, task: Task, hint: Hint | None) -> dict[str, Any]:
        """The entry of a task in an answer; an empty one, and a line in the log, for what cannot be used."""
        start = time.perf_counter()
        try:
            made = self._prelabels.regions(task.window) if hint is None else self._shown(task, hint)
        except StsError as error:
            log.warning("task %r: no answer: %s", task.name, error)
            made = []
        asked = "opened" if hint is None else f"frame {hint.frame}, {counted(len(hint.points), 'click')}"
        taken = time.perf_counter() - start
        log.info("task %r, %s: %s in %.2f s", task.name, asked, counted(len(made), "region"), taken)
        scores = [one["score"] for one in made if "score" in one]
        score = sum(scores) / len(scores) if scores else 0.0
        return {"result": made, "score": round(score, 4), "model_version": self.version}

    def _shown(self, task: Task, hint: Hint) -> Regions:
        if not (hint.points or hint.box or hint.masks):
            return []
        shown = self._frame(task, hint)
        if hint.masks:
            given = [masks.encode(bitmask.decode(url, hint.height, hint.width)) for url in hint.masks]
            return self._carried(task, hint, given)
        word = _word(task, hint)
        stored = known.mask_at(task.regions, hint.frame, hint.points[-1], _size(hint)) if hint.points else None
        if hint.carry and stored is not None:
            return self._carried(task, hint, [masks.encode(stored & places.shown(hint, word, task.regions))])
        found = self._strokes(task, hint, shown, word)
        if not masks.area(found.mask):
            return []
        if hint.carry:
            return self._carried(task, hint, [found.mask])
        return [suggestions.region(found, hint.frame, word.region_id if word else None)]

    def _frame(self, task: Task, hint: Hint) -> Shown:
        """The picture that is worked on. DataError if it is not the one that the editor shows."""
        if hint.frame >= len(task.frames):
            raise DataError(f"item_index is {hint.frame}; the task has {counted(len(task.frames), 'frame')}")
        shown = self._frames.read(task.frames[hint.frame])
        if shown.picture.shape[:2] != _size(hint):
            height, width = shown.picture.shape[:2]
            raise DataError(
                f"frame {hint.frame} has {width}x{height} px, the editor says {hint.width}x{hint.height}: "
                "an answer would not fit"
            )
        return shown

    def _strokes(self, task: Task, hint: Hint, shown: Shown, word: Word | None) -> Segment:
        """What the segmenter answers, inside the place that is shown and without what is denied."""
        box = hint.box or (geometry.box(word.polygon) if word else None)
        found = self._model.answer(shown, Meant(box=box, points=hint.points, positive=hint.positive))
        place = places.shown(hint, word, task.regions)
        strokes = places.without_denied(masks.decode(found.mask) & place, hint)
        return Segment(track_id=TRACK, mask=masks.encode(strokes), score=found.score)

    def _carried(self, task: Task, hint: Hint, given: list[Mask]) -> Regions:
        """The masks of a frame on all frames of its window, as far as they are seen there."""
        window = [self._frames.read(url) for url in task.frames]
        found = carrying.carried(self._model, window, hint.frame, given)
        return [suggestions.region(one, number) for number, some in enumerate(found) for one in some]


def _word(task: Task, hint: Hint) -> Word | None:
    """The word that the first click on text lies in, where no place is shown otherwise."""
    on = [point for point, positive in zip(hint.points, hint.positive, strict=True) if positive]
    if hint.box:
        return None
    if not on:
        raise DataError("all clicks say what is no text: click on text first")
    return known.word_at(task.regions, hint.frame, on[0], _size(hint))


def _size(hint: Hint) -> tuple[int, int]:
    return hint.height, hint.width
