"""Figures of frames: how sharp they are, how much text they show, which repeat, what they look like."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from jaxtyping import UInt8

from realv.words import WordFinder
from sts import jpeg, phash

Picture = UInt8[np.ndarray, "h w 3"]
Grey = UInt8[np.ndarray, "h w"]

SIDE = 960
"""px, longer side at which sharpness is measured"""
CELLS = (48, 27)
"""Of a thumbnail, across and down"""
STILL = 2.0
"""Grey levels of a cell of a thumbnail by which a frame that repeats another may differ: noise of codecs"""


@dataclass(frozen=True, slots=True)
class Look:
    """What is kept of a frame besides its JPEG."""

    sharpness: float
    """Variance of the Laplacian over variance of the grey levels"""
    hash: int
    """phash"""
    thumbnail: Grey


def look(picture: Picture) -> Look:
    """Of any size."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    scale = min(SIDE / max(grey.shape), 1.0)
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    edges = cv2.Laplacian(small, cv2.CV_32F)
    thumbnail = np.asarray(cv2.resize(small, CELLS, interpolation=cv2.INTER_AREA), np.uint8)
    sharpness = float(edges.var()) / (float(small.var()) + 1.0)
    return Look(sharpness=round(sharpness, 5), hash=phash.of(thumbnail), thumbnail=thumbnail)


def apart(a: Grey, b: Grey) -> float:
    """Grey levels by which two thumbnails differ where they differ most, so that a caption that changes is seen."""
    return float(np.abs(a.astype(np.int16) - b).max())


def repeated(looks: Sequence[Look]) -> list[int]:
    """Places of frames that show the same as the one before."""
    return [i + 1 for i, (a, b) in enumerate(pairwise(looks)) if apart(a.thumbnail, b.thumbnail) <= STILL]


def text(jpegs: Sequence[bytes], finder: WordFinder, every: int) -> float:
    """Sum of the scores of the words in a frame: mean over every few frames from the first."""
    scores = [sum(word.score for word in finder.find(jpeg.decode(data, "a frame"))) for data in jpegs[:: max(every, 1)]]
    return round(float(np.mean(scores)), 4)
