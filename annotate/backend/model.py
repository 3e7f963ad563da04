"""The segmenter behind the backend: it loads while the server answers already, and sees one video at a time."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import RLock
from typing import Any

import numpy as np
from jaxtyping import UInt8

from annotate.backend.cache import Cache
from annotate.backend.frames import Shown
from annotate.backend.settings import Previous
from sts import masks, plugins
from sts.errors import PluginError
from sts.geometry import Box
from sts.protocols import Prompt, Segment, Segmenter
from sts.types import Mask, Point

Video = UInt8[np.ndarray, "t h w 3"]
Answers = list[tuple[Segment, ...]]

TRACK = 1
"""Of the one thing that clicks mean"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a person shows of one thing: a place, clicks, or both."""

    box: Box | None
    """px"""
    points: tuple[Point, ...]
    """px, oldest first"""
    positive: tuple[bool, ...]


class Model:
    """A segmenter with a memory of what it answered. Any thread may ask."""

    def __init__(self, table: Mapping[str, Any], version: str, previous: Previous, cache: Cache) -> None:
        """Begins to load the segmenter that `table` names."""
        self.version = version
        self._previous, self._cache, self._lock = previous, cache, RLock()
        loader = ThreadPoolExecutor(1, "segmenter")
        self._loading = loader.submit(plugins.from_table, table, Segmenter)
        loader.shutdown(wait=False)

    def when_it_fails(self, act: Callable[[], None]) -> None:
        """Call something if the segmenter cannot be loaded."""

        def look(loading: Future[Segmenter]) -> None:
            if loading.exception():
                act()

        self._loading.add_done_callback(look)

    def check(self) -> None:
        """Raise what went wrong with loading, if it did."""
        if self._loading.done():
            self._loading.result()

    def segment(self, video: Video, prompts: Sequence[Prompt]) -> Answers:
        """One answer a frame; waits for the weights, and for others that ask. PluginError for a frame too few."""
        segmenter = self._loading.result()
        with self._lock:
            found = list(segmenter.segment(video, prompts))
        if len(found) != len(video):
            raise PluginError(f"{self.version} answers {len(found)} frames of {len(video)}")
        return found

    def answer(self, shown: Shown, meant: Meant) -> Segment:
        """The strokes that are meant: each click corrects the answer to those before it, as `previous` says."""
        with self._lock:
            return self._corrected(shown, meant)

    def _corrected(self, shown: Shown, meant: Meant) -> Segment:
        first = next((n for n, on in enumerate(meant.positive, 1) if on), 0)
        last = len(meant.points)
        before: Mask | None = None
        for n in range(first if self._previous != "none" else last, last):
            before = self._step(shown, meant, n, before).mask
        return self._step(shown, meant, last, before)

    def _step(self, shown: Shown, meant: Meant, n: int, before: Mask | None) -> Segment:
        """The answer to the first n clicks, from the cache where it is there."""
        prompt = Prompt(track_id=TRACK, frame=0, box=meant.box, points=meant.points[:n], positive=meant.positive[:n])
        key = ("answer", shown.sha256, self.version, prompt, before)
        return self._cache.get(key, lambda: self._asked(shown, prompt, before), _bytes)

    def _asked(self, shown: Shown, prompt: Prompt, before: Mask | None) -> Segment:
        if before is None or not masks.area(before):
            answers = self.segment(shown.picture[None], [prompt])
        elif self._previous == "mask":
            answers = self.segment(shown.picture[None], [replace(prompt, mask=before)])
        else:
            shown_before = Prompt(track_id=TRACK, frame=0, mask=before)
            answers = self.segment(np.stack([shown.picture] * 2), [shown_before, replace(prompt, frame=1)])
        own = [segment for segment in answers[-1] if segment.track_id == TRACK]
        if not own:
            return Segment(track_id=TRACK, mask=masks.empty(*shown.picture.shape[:2]), score=0.0)
        return own[0]


def _bytes(segment: Segment) -> int:
    """About what a segment takes in memory."""
    return 1000 + 40 * len(segment.mask.counts)
