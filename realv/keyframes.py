"""The frames that a labeler looks at: one of every few, the sharpest of those in the middle."""

from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from jaxtyping import UInt8

from sts.errors import PluginError
from sts.protocols import Labeler
from sts.types import Clip

People = Literal["keep", "redraw", "forget"]
"""What becomes of frames that people labelled: they stay; the labeler may use them; it does not see what they say"""


def label(clip: Clip, labeler: Labeler, every: int, people: People = "keep") -> Clip:
    """The clip with labels on its key frames and on those of people that stay; the others are unlabelled.

    PluginError for a labeler that skips frames.
    """
    if people == "forget":
        bare = (replace(frame, labelled=False, instances=()) for frame in clip.frames)
        clip = replace(clip, frames=tuple(bare))
    assert clip.video is not None
    keys = choose(clip.video, every)
    frames = tuple(replace(clip.frames[key], index=i) for i, key in enumerate(keys))
    found = labeler.label(replace(clip, frames=frames, video=clip.video[keys])).frames
    if len(found) != len(keys):
        raise PluginError(f"{type(labeler).__name__} answers {len(found)} frames of the {len(keys)} of {clip.clip_id}")
    answers = {key: replace(frame, index=key) for key, frame in zip(keys, found, strict=True)}
    if people == "keep":
        answers |= {one.index: one for one in clip.frames if any(item.source == "human" for item in one.instances)}
    empty = (replace(frame, labelled=False, instances=()) for frame in clip.frames)
    return replace(clip, frames=tuple(answers.get(frame.index, frame) for frame in empty))


def choose(video: UInt8[np.ndarray, "t h w 3"], every: int) -> list[int]:
    """One frame of each `every`: the sharpest of the middle half of them, so that none is far from its neighbours."""
    keys = []
    for first in range(0, len(video), every):
        n = min(every, len(video) - first)
        middle = range(first + n // 4, first + n - n // 4)
        keys.append(max(middle, key=lambda i: sharpness(video[i])))
    return keys


def sharpness(picture: UInt8[np.ndarray, "h w 3"]) -> float:
    """Variance of the Laplacian of the grey picture (Pech-Pacheco et al., ICPR 2000)."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_32F).var())
