"""Where the rules of quality begin to speak."""

from dataclasses import dataclass

from sts.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLimits:
    """Limits of doubt about labels; shares are fractions."""

    near_px: float = 3.0
    """How far strokes may lie outside their word"""
    stray: float = 0.005
    """Share of strokes that may lie farther out"""
    least_ink: float = 0.03
    most_ink: float = 0.90
    """Shares of a word's area that strokes usually take"""
    same_word: float = 0.8
    """IoU from which on two words of a frame are one drawn twice"""
    most_ignored: float = 0.3
    """Share of the words of a window"""
    speck_px: int = 4
    """A connected piece of strokes that people or models drew is a speck below this area"""
    narrowest: float = 0.1
    widest: float = 4.0
    """Length of a word over its height, a character"""
    drop: float = 0.3
    """IoU with both neighbours that strokes may lack against the IoU of the neighbours with each other"""
    still: float = 4.0
    """Grey levels, mean: a picture has not changed around a word up to this"""
    moved_px: float = 1.0
    """Least motion of the picture under strokes that do not move"""

    def __post_init__(self) -> None:
        """ConfigError for a value below 0."""
        for name in self.__dataclass_fields__:
            if not getattr(self, name) >= 0:
                raise ConfigError(f"limits: {name} = {getattr(self, name)}: give a number from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits(LabelLimits):
    """The same, and limits of doubt about what a person did."""

    hurry_s: float = 2.0
    hurry_share: float = 0.05
    """More of a window's strokes than this cannot be edited in less time"""
