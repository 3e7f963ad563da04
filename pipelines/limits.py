"""Settings of `pipelines.audit`: what a clip may be under, and from where on labels are doubtful."""

from dataclasses import dataclass, field

from pipelines.duplicates import DuplicateConfig
from sts.errors import ConfigError


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLimits:
    """Where rules that compare frames, and strokes with the picture, begin to speak."""

    frame_gap: float = 0.5
    """Share of 1 / fps by which the time between two frames may be off"""
    speck_px: int = 4
    """A connected piece of strokes that people or models drew is a speck below this area"""
    drop: float = 0.3
    """IoU with both neighbours that strokes may lack against the IoU of the neighbours with each other"""
    still: float = 4.0
    """Grey levels, mean: a picture has not changed around a word up to this"""
    moved_px: float = 1.0
    """Least motion of the picture under strokes that do not move"""

    def __post_init__(self) -> None:
        """ConfigError for a value below 0."""
        for name in ("frame_gap", "speck_px", "drop", "still", "moved_px"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"labels: {name} = {getattr(self, name)}: give a number from 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditConfig:
    """Settings of `pipelines.audit`."""

    licences: tuple[str, ...] = (
        "0BSD",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC-BY-3.0",
        "CC-BY-4.0",
        "CC-BY-SA-4.0",
        "CC0-1.0",
        "MIT",
        "OFL-1.1",
        "PDDL-1.0",
        "Unlicense",
    )
    """SPDX or LicenseRef identifiers that a clip and its sources may be under"""
    nearest: int = 20
    """Pairs of clips of different splits that are listed, the most alike first"""
    labels: LabelLimits = field(default_factory=LabelLimits)
    duplicates: DuplicateConfig = field(default_factory=DuplicateConfig)
