"""Which frames a person should look at first: where labelers disagree, strokes flicker, or nobody is sure."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from jaxtyping import Bool

from realv import motion as motions
from realv.agreement import tolerant_iou
from realv.motion import Motion, pixels
from sts import masks
from sts.types import Clip, Frame

REVIEW = "review.parquet"
"""A row a frame, beside the shards: clip_id, frame, labelled, words, priority, doubt, disagreement, unsteadiness"""

Pixels = Bool[np.ndarray, "h w"]


def rows(clip: Clip, disagreements: Sequence[float]) -> list[dict[str, Any]]:
    """A row a frame of a clip with its video; all figures in [0, 1].

    doubt is 1 - the mean score of its words; disagreement 1 - the mean agreement of labelers, 0 of one alone;
    unsteadiness 1 - tolerant IoU of the strokes with those of the labelled frame before, moved along the flow, 0 across
    a cut. priority is 1 - (1 - doubt)(1 - disagreement)(1 - unsteadiness); a frame nobody looked at has 1.
    """
    assert clip.video is not None
    steady = _unsteadiness(clip, motions.of(clip.video))
    found = zip(clip.frames, disagreements, steady, strict=True)
    return [_row(clip.clip_id, frame, apart, flicker) for frame, apart, flicker in found]


def _row(clip_id: str, frame: Frame, disagreement: float, unsteadiness: float) -> dict[str, Any]:
    words = [item for item in frame.instances if item.level in ("word", "text")]
    scores = [item.score for item in words if item.score is not None]
    doubt = 1 - sum(scores) / len(scores) if scores else 0.0
    sure = (1 - doubt) * (1 - disagreement) * (1 - unsteadiness)
    return {
        "clip_id": clip_id,
        "frame": frame.index,
        "labelled": frame.labelled,
        "words": len(words),
        "priority": round(1 - sure if frame.labelled else 1.0, 4),
        "doubt": round(doubt, 4),
        "disagreement": round(disagreement, 4),
        "unsteadiness": round(unsteadiness, 4),
    }


def _unsteadiness(clip: Clip, motion: Motion) -> list[float]:
    """Of each frame."""
    result, before = [], None
    for frame in clip.frames:
        strokes = _strokes(frame, clip.height, clip.width) if frame.labelled else None
        there = before is not None and strokes is not None and motion.shots[before[0]] == motion.shots[frame.index]
        result.append(_flicker(before, (frame.index, strokes), motion) if there else 0.0)
        before = before if strokes is None else (frame.index, strokes)
    return result


def _flicker(before: Any, now: Any, motion: Motion) -> float:
    (at, old), (to, new) = before, now
    return 1 - tolerant_iou(_warped(old, motion, to, at), new)


def _warped(mask: Pixels, motion: Motion, to: int, at: int) -> Pixels:
    """The mask of frame `at` on frame `to`, in one warp."""
    x, y = np.moveaxis(motion.field(to, at) + pixels(mask.shape), -1, 0)
    return np.asarray(cv2.remap(mask.astype(np.float32), x, y, cv2.INTER_LINEAR)) >= 0.5


def _strokes(frame: Frame, height: int, width: int) -> Pixels:
    drawn = [item.mask for item in frame.instances if item.mask is not None]
    return masks.decode(masks.union([masks.empty(height, width), *drawn]))
