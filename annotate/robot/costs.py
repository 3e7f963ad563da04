"""What an annotator's actions cost in seconds."""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float64, Int64

from annotate.robot.actions import KINDS, Kind

ASSUMED = ("stroke", "stroke_speed", "accept", "letter")
"""Costs that nobody published: every result is also told at half and at twice these"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds of each action."""

    look: float = 1.0
    """s, to find what to do on a frame (T_loc of SAM 2, section E.1.2)"""
    click: float = 1.5
    """s (SAM 2, E.1.2; EVA-VOS)"""
    examine: float = 30 / 300
    """s a frame, to play a clip in search of mistakes (SAM 2, E.1.2: 30 s for 300 frames)"""
    no_object: float = 3.0
    """s, to say that a frame has no text (EVA-VOS)"""
    box: float = 7.0
    """s, to drag a box round a word (EVA-VOS)"""
    stroke: float = 1.5
    """s, to begin a stroke of the brush or the eraser (assumed)"""
    stroke_speed: float = 1 / 150
    """s a px of the stroke (assumed)"""
    accept: float = 1.0
    """s, to say that a frame is right (assumed)"""
    letter: float = 0.3
    """s a character of a transcript (assumed)"""

    def scaled(self, factor: float) -> "Costs":
        """The same with what is assumed times a factor."""
        return replace(self, **{name: getattr(self, name) * factor for name in ASSUMED})

    def of(self, kind: Kind, amount: float) -> float:
        """Seconds of one action; the amount is in the unit of its kind."""
        once, each = self._prices()[kind]
        return once + each * amount

    def seconds(self, kinds: Int64[np.ndarray, " n"], amounts: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, " n"]:
        """Seconds of many actions; kinds are places in KINDS."""
        prices = np.array([self._prices()[kind] for kind in KINDS])
        return prices[kinds, 0] + prices[kinds, 1] * amounts

    def _prices(self) -> dict[Kind, tuple[float, float]]:
        """Seconds once, and for each unit of the amount."""
        brush = (self.stroke, self.stroke_speed)
        return {
            "look": (self.look, 0.0),
            "click": (self.click, 0.0),
            "examine": (0.0, self.examine),
            "no_object": (self.no_object, 0.0),
            "box": (self.box, 0.0),
            "stroke": brush,
            "erase": brush,
            "accept": (self.accept, 0.0),
            "transcript": (0.0, self.letter),
            "machine": (0.0, 0.0),
        }
