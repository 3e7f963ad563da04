"""Finds where one shot ends and the next begins.

Two frames belong to different shots when both their colours and what stands where differ: the product of the distance
of their colour histograms (a pan or a moving object changes little) and of what is unlike at the best shift (a flash
or a change of light changes little). A cut must part all of the few frames before it from all of the few after it, so
that a flash between two like frames is none, and by more than frames differ there anyway, so that fast motion is none.
Dissolves are not found.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import TypeVar

import cv2
import numpy as np
from jaxtyping import Complex64, Float32, UInt8

Picture = UInt8[np.ndarray, "h w 3"]

SIZE = (64, 36)
"""px, width and height of what is compared"""
BINS = (8, 4, 4)
"""Of lightness and the two colours"""
AROUND = 3
"""Frames on each side of a cut"""
ABOVE = 2.0
"""Times the difference of neighbouring frames on both sides, which a cut must exceed"""


@dataclass(frozen=True, slots=True)
class View:
    """What frames are compared by."""

    colours: Float32[np.ndarray, " bins"]
    """Square roots of the shares"""
    waves: Complex64[np.ndarray, "h w"]
    """Spectrum of the grey levels, of length 1"""


T = TypeVar("T")


def view(picture: Picture) -> View:
    """Of any size."""
    small = cv2.resize(picture, SIZE, interpolation=cv2.INTER_AREA)
    lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
    counts = cv2.calcHist([lab], [0, 1, 2], None, list(BINS), [0, 256, 64, 192, 64, 192])
    grey = lab[..., 0].astype(np.float32) - float(lab[..., 0].mean())
    waves = np.fft.rfft2(grey * _window()).astype(np.complex64)
    grain = np.fft.irfft2(waves, SIZE[::-1])
    length = max(float(np.sqrt((grain**2).sum())), 1.0)
    shares = counts.ravel() / max(float(counts.sum()), 1.0)
    return View(np.sqrt(shares).astype(np.float32), (waves / length).astype(np.complex64))


def difference(a: View, b: View) -> float:
    """0 for the same frame to 1 for nothing in common."""
    colours = np.sqrt(max(1 - float(a.colours @ b.colours), 0.0))
    likeness = float(np.fft.irfft2(a.waves * np.conj(b.waves), SIZE[::-1]).max())
    return float(colours * (1 - min(max(likeness, 0.0), 1.0)))


def parted(frames: Iterable[tuple[T, View]], least: float) -> Iterator[tuple[T, bool]]:
    """Each frame, and whether a new shot begins with it; looks a few frames ahead."""
    waiting, before = iter(frames), deque[View](maxlen=AROUND)
    ahead = deque(islice(waiting, AROUND))
    while ahead:
        after = [seen for _, seen in ahead]
        one, seen = ahead.popleft()
        ahead.extend(islice(waiting, 1))
        yield one, bool(before) and _apart(before, after, least)
        before.append(seen)


def _apart(before: Sequence[View], after: Sequence[View], least: float) -> bool:
    if not all(difference(a, b) >= least for a, b in product(reversed(before), after)):
        return False
    within = [difference(a, b) for side in (before, after) for a, b in pairwise(side)]
    return not within or difference(before[-1], after[0]) >= ABOVE * float(np.median(within))


def _window() -> Float32[np.ndarray, "h w"]:
    """Fades the border out, so that what enters there counts less."""
    return np.outer(np.hanning(SIZE[1] + 2)[1:-1], np.hanning(SIZE[0] + 2)[1:-1]).astype(np.float32) ** 0.5
