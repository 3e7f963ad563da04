"""The nouns of the toolkit.

Conventions, everywhere: video is (t, h, w, 3) RGB uint8; a mask is (h, w) bool. Points are (x, y) in pixels, x right,
y down; (0, 0) is the outer corner of the first pixel, so pixel centres are at +0.5. Time is seconds from the first
frame; a frame index counts from 0. `track_id` names one text instance in all the frames of one clip. Boxes are xyxy.
What can be derived is not stored: visibility is area(mask) / area(amodal_mask), a box is geometry.box(polygon).
"""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
from jaxtyping import UInt8

Level = Literal["char", "word", "line", "paragraph", "text"]
Source = Literal["rendered", "predicted", "human"]
Effort = Literal["kept", "changed", "drawn"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """A binary mask as run lengths by column, background first: what COCO calls uncompressed RLE."""

    height: int
    """px"""
    width: int
    """px"""
    counts: tuple[int, ...]
    """Lengths of the runs in column-major order; they add up to height * width"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextInstance:
    """One piece of text in one frame."""

    track_id: int
    """Names the same text in every frame of its clip"""
    level: Level
    """`text` is strokes that are not cut into words"""
    polygon: tuple[Point, ...]
    """px, clockwise from the top-left corner of the upright text; all of it, also where hidden or out of frame"""
    source: Source
    parent_id: int | None = None
    """track_id of the enclosing word, line or paragraph"""
    mask: Mask | None = None
    """Visible strokes (fill) without effects; on words, else on `text`"""
    effect_mask: Mask | None = None
    """Visible outline, extrusion, shadow and glow outside the fill; never scored as text"""
    amodal_mask: Mask | None = None
    """Strokes as if nothing hid them, within the frame"""
    text: str | None = None
    """Transcription: NFC, logical order"""
    script: str | None = None
    """ISO 15924, such as Latn"""
    legible: bool = True
    ignore: bool = False
    """Metrics skip it"""
    score: float | None = None
    """Confidence in [0, 1]"""
    effort: Effort | None = None
    """What a person did to the pre-label"""
    font: str | None = None
    """id in Origin.sources"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture's time and text."""

    index: int
    time_s: float
    """Seconds from the first frame of the clip"""
    labelled: bool = True
    """Somebody or something looked for text here; training and metrics skip False"""
    instances: tuple[TextInstance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """Something a clip was made from."""

    kind: str
    """`video`, `model`, `font` or `corpus`"""
    id: str
    sha256: str
    license: str
    """SPDX identifier, or `LicenseRef-unstated`"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a clip comes from and on which terms."""

    kind: Literal["synth", "real"]
    uri: str
    """Import path of the engine, or file or URL of the source video"""
    license: str
    """SPDX identifier of the clip as a whole"""
    sources: tuple[SourceFile, ...] = ()
    spec: str | None = None
    """JSON of every random choice with seed and attempt"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A short continuous part of a video, or one synthetic video; an image is a clip of one frame at 1 fps."""

    clip_id: str
    """Unique in the project, such as synth-0-000123"""
    fps: Fraction
    """Frames per second, nominal; the truth is Frame.time_s"""
    height: int
    """px"""
    width: int
    """px"""
    frames: tuple[Frame, ...]
    origin: Origin
    video: UInt8[np.ndarray, "t h w 3"] | None = field(default=None, compare=False, repr=False)
    """None where only labels were read"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardInfo:
    """One line of a manifest."""

    path: str
    """Relative to the manifest"""
    clips: int
    frames: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a finished directory holds and how it was made."""

    command: str
    config: dict[str, object]
    """Every setting, resolved"""
    shards: tuple[ShardInfo, ...]
    inputs: dict[str, str] = field(default_factory=dict)
    """Path of each input manifest to its SHA-256"""
    dropped: dict[str, int] = field(default_factory=dict)
    """Reason to count"""
    schema: int = 1
