"""What a plug-in must look like. Structural types: write a class in its own file and name it by its import path."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import UInt8

from sts.types import Clip, Mask, Point

RngFor = Callable[[str], np.random.Generator]
"""One generator a decision: rng_for("font")"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A hint to a segmenter on one frame."""

    track_id: int
    frame: int
    box: tuple[float, float, float, float] | None = None
    """xyxy, px"""
    points: tuple[Point, ...] = ()
    positive: tuple[bool, ...] = ()
    """One a point"""
    mask: Mask | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segmenter's answer for one track on one frame."""

    track_id: int
    mask: Mask
    score: float
    """Confidence in [0, 1]"""


@runtime_checkable
class Engine(Protocol):
    """Makes a synthetic clip."""

    def sample(self, rng_for: RngFor) -> Any:
        """Draw every random choice, as a frozen dataclass of JSON values. RenderError: try the next attempt."""

    def render(self, spec: Any, clip_id: str) -> Clip:
        """Draw the clip; no random choice is made here."""


@runtime_checkable
class Reader(Protocol):
    """Cuts a source video into clips without labels."""

    def clips(self, path: Path) -> Iterator[Clip]:
        """Clips in order of time."""


@runtime_checkable
class Labeler(Protocol):
    """Adds text instances to a clip."""

    def label(self, clip: Clip) -> Clip:
        """The same clip with its frames labelled."""


@runtime_checkable
class Segmenter(Protocol):
    """Turns prompts into masks on every frame; without prompts it finds text itself."""

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame, as it goes."""


@runtime_checkable
class Exporter(Protocol):
    """Writes clips in somebody else's format; its docstring goes on the card: which files, and what is lost."""

    def export(self, clips: Iterable[tuple[Clip, tuple[bytes, ...]]], out: Path) -> None:
        """Write below `out`, clip by clip; the stored pictures, one a frame, are copied as they are."""


@runtime_checkable
class Metric(Protocol):
    """A score that can be computed shard by shard."""

    def update(self, truth: Clip, prediction: Clip) -> None:
        """Count one clip."""

    def merge(self, other: Any) -> None:
        """Add what another instance counted."""

    def compute(self) -> Mapping[str, float]:
        """Scores by name, as fractions."""
