"""Words in a picture, found by a detector and read by a recogniser: what pre-labelling starts from."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float32, UInt8

from sts.types import Point

Picture = UInt8[np.ndarray, "h w 3"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word, or a line where the detector does not tell them apart."""

    polygon: tuple[Point, ...]
    """px, clockwise from the top-left corner of the upright text"""
    score: float
    """Confidence in [0, 1] that there is text"""
    text: str | None = None
    """NFC, logical order; None where nobody read it"""
    read: float | None = None
    """Confidence in [0, 1] of the reading"""


@runtime_checkable
class WordFinder(Protocol):
    """Finds words in a picture."""

    def find(self, picture: Picture) -> tuple[Word, ...]:
        """In any order."""


@runtime_checkable
class RegionMap(Protocol):
    """Shows the middle of every character, as CRAFT does."""

    def regions(self, picture: Picture) -> Float32[np.ndarray, "h w"]:
        """Height 0 to 1, on the picture's own grid."""
