"""A segmenter without weights: strokes are what differs from its surroundings, by Sauvola's local threshold.

It stands in for a network wherever one is not needed: in tests and to try a set-up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
from jaxtyping import Bool, Float32, UInt8

from model.instances import InstanceConfig, Tracker
from sts import masks
from sts.errors import ConfigError, DataError
from sts.protocols import Prompt, Segment

Grey = Float32[np.ndarray, "h w"]
Strokes = Bool[np.ndarray, "h w"]
Area = tuple[int, int, int, int]
"""xyxy, px, inside the frame"""

RANGE = 128.0
"""Grey levels: the largest standard deviation"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """Segmenter: thresholds the whole frame, or the place of each prompt, which stays until its track's next one."""

    window: int = 25
    """px, side of the surroundings"""
    k: float = 0.2
    """Weight of the contrast in the threshold (Sauvola and Pietikäinen 2000)"""
    instances: InstanceConfig = field(default_factory=InstanceConfig)

    def __post_init__(self) -> None:
        """ConfigError for a value that cannot be meant."""
        if self.window < 1 or not 0 < self.k < 1:
            raise ConfigError(f"window = {self.window}, k = {self.k}: give a window of 1 or more and a k in (0, 1)")

    def segment(self, video: UInt8[np.ndarray, "t h w 3"], prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        """One tuple a frame. DataError for a prompt that says no place or names a frame that is not there."""
        places = _places(prompts, video.shape, self.window)
        tracker = Tracker(self.instances)
        for frame, picture in enumerate(video):
            grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32)
            if prompts:
                yield tuple(_segment(grey, _at(places[track], frame), track, self) for track in sorted(places))
            else:
                yield tracker.step(*_strokes(grey, self))


def _segment(grey: Grey, area: Area, track_id: int, settings: Threshold) -> Segment:
    """The strokes inside an area; an empty mask where the area is empty."""
    left, top, right, bottom = area
    if left >= right or top >= bottom:
        return Segment(track_id=track_id, mask=masks.empty(*grey.shape), score=0.0)
    strokes, confidence = _strokes(np.ascontiguousarray(grey[top:bottom, left:right]), settings)
    mask = masks.encode_patch(strokes, left, top, *grey.shape)
    return Segment(track_id=track_id, mask=mask, score=_mean(confidence, strokes))


def _strokes(grey: Grey, settings: Threshold) -> tuple[Strokes, Grey]:
    """What is darker than its surroundings or what is brighter, and by how much, in [0, 1].

    Strokes are the side that differs more: the ground takes most of the surroundings and so is nearer to their mean.
    """
    mean = cv2.blur(grey, (settings.window, settings.window))
    square = cv2.blur(grey * grey, (settings.window, settings.window))
    deviation = np.sqrt(np.maximum(square - mean * mean, 0))
    step = settings.k * (1 - np.minimum(deviation / RANGE, 1))
    dark, bright = grey < mean * (1 - step), 255 - grey < (255 - mean) * (1 - step)
    contrast = np.asarray(np.abs(grey - mean) / 255, np.float32)
    strokes = bright if _mean(contrast, bright) > _mean(contrast, dark) else dark
    return np.asarray(strokes, np.bool_), contrast


def _mean(values: Grey, where: Strokes) -> float:
    """0 for no pixel."""
    return float(values[where].mean()) if where.any() else 0.0


def _places(prompts: Sequence[Prompt], shape: tuple[int, ...], margin: int) -> dict[int, dict[int, Area]]:
    """Area of each prompt by track and frame, for a video of a shape."""
    frames, height, width, _ = shape
    found: dict[int, dict[int, Area]] = {}
    for prompt in sorted(prompts, key=lambda one: one.frame):
        if not 0 <= prompt.frame < frames:
            raise DataError(f"prompt of track {prompt.track_id} is for frame {prompt.frame}; the video has {frames}")
        left, top, right, bottom = _box(prompt, margin)
        area = (max(int(left), 0), max(int(top), 0), min(int(np.ceil(right)), width), min(int(np.ceil(bottom)), height))
        found.setdefault(prompt.track_id, {})[prompt.frame] = area
    return found


def _box(prompt: Prompt, margin: int) -> tuple[float, float, float, float]:
    """Around what the prompt shows; around points by a margin in px."""
    inside = [point for point, positive in zip(prompt.points, prompt.positive, strict=True) if positive]
    around = prompt.box or (masks.box(prompt.mask) if prompt.mask else None)
    if around is None and not inside:
        raise DataError(f"prompt of track {prompt.track_id} on frame {prompt.frame} has no box, mask or positive point")
    if around is not None:
        return around
    across, down = zip(*inside, strict=True)
    return min(across) - margin, min(down) - margin, max(across) + margin, max(down) + margin


def _at(places: dict[int, Area], frame: int) -> Area:
    """The area of the last prompt up to a frame, or else of the first one."""
    earlier = [place for place in places if place <= frame]
    return places[max(earlier) if earlier else min(places)]
