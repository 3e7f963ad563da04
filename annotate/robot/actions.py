"""What an annotator can do, and the record of what one did."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from jaxtyping import Float64, Int64

from annotate.robot.score import Counts

Kind = Literal["look", "click", "examine", "no_object", "box", "stroke", "erase", "accept", "transcript", "machine"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""`machine` is what a labeler or segmenter does meanwhile; it costs nobody's time"""
EDITS: tuple[Kind, ...] = ("click", "box", "stroke", "erase")
"""Actions that change a mask: a frame with one of these is edited"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing done to one frame."""

    kind: Kind
    frame: int
    amount: float = 0.0
    """px of a stroke, frames of an examination, characters of a transcript; 0 of what has one price"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """Everything done to one clip in one run of a strategy, and how good its masks were after each action."""

    strategy: str
    clip_id: str
    seed: int
    n_frames: int
    kinds: Int64[np.ndarray, " n"]
    """Places in KINDS"""
    frames: Int64[np.ndarray, " n"]
    amounts: Float64[np.ndarray, " n"]
    start: Counts
    """Of the whole clip before the first action"""
    counts: Int64[np.ndarray, "n 3"]
    """Of the whole clip after each action"""
