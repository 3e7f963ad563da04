"""Which frame the annotator is asked to correct next. Nothing here is trained, so no clip can be ranked by itself."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

FADE = 0.9
"""Share of a correction that still helps one frame further on"""
VISIT = 2.0
"""s, to look at a frame and to approve it"""
PACE = 30.0
"""px of mistakes that are mended in a second"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Choice:
    """What is known when a frame is to be chosen."""

    open: tuple[int, ...]
    """Frames that nobody approved, one at least, in order of time"""
    keys: tuple[int, ...]
    """Frames that were corrected"""
    wrong: Float64[np.ndarray, " n_frames"]
    """px of mistakes that are expected on each frame of the clip"""
    rng: np.random.Generator


Ranking = Callable[[Choice], int]


def by_gain(choice: Choice) -> int:
    """The frame that mends most px of open frames a second, if a correction fades with the distance."""
    frames = np.array(choice.open)
    helps = FADE ** np.abs(frames[:, None] - frames)
    gain = helps @ choice.wrong[frames]
    return int(frames[np.argmax(gain / (VISIT + choice.wrong[frames] / PACE))])


def uniform(choice: Choice) -> int:
    """The open frame that is farthest from all corrected ones and from the ends; the first is in the middle."""
    ends = (-1, len(choice.wrong), *choice.keys)
    return max(choice.open, key=lambda frame: min(abs(frame - end) for end in ends))


def chance(choice: Choice) -> int:
    """Any open frame."""
    return int(choice.rng.choice(choice.open))
