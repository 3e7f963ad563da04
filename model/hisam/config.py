"""Settings of Hi-SAM. The defaults are those of the paper's code."""

from dataclasses import dataclass, field
from typing import Literal

from model.losses import FocalConfig
from sts.errors import ConfigError

SizeName = Literal["micro", "tiny", "vit_b", "vit_l", "vit_h"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedConfig:
    """Which parts of SAM learn; its mask decoder and what Hi-SAM adds always do."""

    image_encoder: bool = False
    """Also without this, its adapters learn"""
    prompt_encoder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutConfig:
    """What is learned of words, lines and paragraphs."""

    on: bool = True
    """False is SAM-TS, which finds strokes only"""
    lines: int = 10
    """Most lines of a picture that are learned in a step"""
    points: int = 2
    """Most points a line"""

    def __post_init__(self) -> None:
        """ConfigError for a layout that nothing is learned of."""
        if self.lines < 1 or self.points < 1:
            raise ConfigError(f"layout.lines = {self.lines}, points = {self.points}: give 1 or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class NetConfig:
    """The whole net."""

    size: SizeName = "vit_b"
    image_size: int = 0
    """px, side of the square input, a multiple of 16; 0 is that of the size, to which weights of SAM are bound"""
    tokens: int = 12
    """Prompt tokens that the net makes from its own features"""
    layout: LayoutConfig = field(default_factory=LayoutConfig)
    train: TrainedConfig = field(default_factory=TrainedConfig)
    focal: FocalConfig = field(default_factory=FocalConfig)
    """The loss by pixel of strokes"""

    def __post_init__(self) -> None:
        """ConfigError for an input that cannot be cut into patches, or a net without prompts."""
        if self.image_size % 16 or self.image_size < 0:
            raise ConfigError(f"image_size = {self.image_size}: give a multiple of 16 px, or 0 for that of the size")
        if self.tokens < 1:
            raise ConfigError(f"tokens = {self.tokens}: give 1 or more")
