"""Settings of `pipelines.audit`: what a clip may be under, and from where on labels are doubtful."""

from dataclasses import dataclass, field

from annotate.rules.limits import LabelLimits
from pipelines.duplicates import DuplicateConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditLimits(LabelLimits):
    """Where rules begin to speak."""

    frame_gap: float = 0.5
    """Share of 1 / fps by which the time between two frames may be off"""


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
    labels: AuditLimits = field(default_factory=AuditLimits)
    duplicates: DuplicateConfig = field(default_factory=DuplicateConfig)
