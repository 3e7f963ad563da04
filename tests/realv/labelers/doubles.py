"""Finders and a segmenter for one word, by import path."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from realv.words import Picture, Word
from sts import masks
from sts.protocols import Prompt, Segment
from tests.realv.labelers.drawn import word

PICTURE, STROKES, POLYGON = word("Bakery", (20, 25, 30), (225, 215, 190))


class Finder:
    """Finds the word that was drawn."""

    def find(self, picture: Picture) -> tuple[Word, ...]:
        return (Word(polygon=POLYGON, score=0.9, text="Bakery", read=0.9),)


class Lit(Finder):
    """Is also a RegionMap, on which nothing is lit."""

    seen: ClassVar[int] = 0

    def regions(self, picture: Picture) -> np.ndarray:
        Lit.seen += 1
        return np.zeros(picture.shape[:2], np.float32)


class Nothing:
    """Finds nothing."""

    def find(self, picture: Picture) -> tuple[Word, ...]:
        return ()


@dataclass
class Asked:
    """Keeps what it is asked; all of the box is stroke, or where points forbid it nothing."""

    calls: ClassVar[list[list[Prompt]]] = []
    fooled: bool = False

    def segment(self, video: np.ndarray, prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        Asked.calls.append(list(prompts))
        assert prompts
        yield tuple(self._answer(video[0].shape, one) for one in prompts)

    def _answer(self, shape: tuple[int, ...], prompt: Prompt) -> Segment:
        pixels = STROKES.copy() if not (self.fooled and prompt.points) else np.ones(shape[:2], np.bool_)
        inside = np.zeros_like(pixels)
        left, top, right, bottom = (round(value) for value in prompt.box or (0, 0, 0, 0))
        inside[top:bottom, left:right] = True
        return Segment(track_id=prompt.track_id, mask=masks.encode(pixels & inside), score=0.8)
