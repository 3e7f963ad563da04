"""Our cases as arrays, the form in which evaluators of masks take them."""

from typing import Any

import numpy as np
from jaxtyping import Bool

from benchmarks.metrics.frames import Pixels
from sts import masks, scored
from sts.types import Clip, Frame, Mask

Stack = Bool[np.ndarray, "t h w"]


def unions(truth: Clip, prediction: Clip) -> tuple[Stack, Stack]:
    """Strokes of each frame; the ignore regions of the truth are cleared in the prediction, as Hi-SAM clears them."""
    strokes, guesses = _stack(truth), _stack(prediction)
    return strokes, guesses & ~ignored(truth)


def tracks(clip: Clip) -> dict[int, Stack]:
    """Strokes of each track of a clip."""
    found: dict[int, Stack] = {}
    for i, frame in enumerate(clip.frames):
        for one in scored.bearers(frame):
            if one.mask is not None and not one.ignore:
                found.setdefault(one.track_id, np.zeros((len(clip.frames), clip.height, clip.width), np.bool_))
                found[one.track_id][i] |= masks.decode(one.mask)
    return found


def ignored(truth: Clip) -> Stack:
    """What is not scored."""
    return np.stack([_ignored(frame, truth) for frame in truth.frames])


def encoded(mask: Mask) -> dict[str, Any]:
    """As pycocotools takes masks."""
    from pycocotools import mask as coco

    size = [mask.height, mask.width]
    found: dict[str, Any] = coco.frPyObjects({"size": size, "counts": list(mask.counts)}, *size)
    return found


def _ignored(frame: Frame, clip: Clip) -> Pixels:
    region = scored.ignore_region(frame, clip.height, clip.width)
    return np.zeros((clip.height, clip.width), np.bool_) if region is None else region


def _stack(clip: Clip) -> Stack:
    return np.stack([masks.decode(scored.strokes(frame, clip.height, clip.width)) for frame in clip.frames])
