"""Several labelers' answers for one clip as one: what they agree on is surer than what only one of them saw."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool

from realv.agreement import tolerant_iou
from sts import masks
from sts.overlap import assigned, ious
from sts.types import Clip, Frame, TextInstance

LEVELS = ("word", "text")
"""Fused; chars, lines and paragraphs follow from the words later"""
OVERLAP = 0.3
"""Least IoU of the polygons of one word"""

Group = list[TextInstance]
"""What several labelers say of one word"""
Size = tuple[int, int]
"""Height and width, px"""


def fuse(clips: Sequence[Clip]) -> tuple[Clip, tuple[float, ...]]:
    """The clip with the words of all labelers, frame by frame, without tracks, and their disagreement on each frame.

    Words are paired one to one by their polygons. The strokes of a word are the pixels that more than half of its
    labelers draw; of two, those of the surer one. Its score is the mean score times the agreement: the mean tolerant
    IoU of all pairs of labelers, with 0 for one that did not see the word. Disagreement is 1 - the mean agreement of
    the words. A frame is labelled if any labeler looked at it.
    """
    size = clips[0].height, clips[0].width
    found = [fused(one, size) for one in zip(*(clip.frames for clip in clips), strict=True)]
    return replace(clips[0], frames=tuple(frame for frame, _ in found)), tuple(apart for _, apart in found)


def fused(frames: Sequence[Frame], size: Size) -> tuple[Frame, float]:
    """One frame from what the labelers that looked at it say, and their disagreement."""
    looked = [frame for frame in frames if frame.labelled]
    groups: list[Group] = []
    for frame in looked:
        _join(groups, [item for item in frame.instances if item.level in LEVELS])
    agreed = [agreement(group, len(looked), size) for group in groups]
    words = [_word(group, sure, size) for group, sure in zip(groups, agreed, strict=True)]
    instances = tuple(replace(word, track_id=n, parent_id=None) for n, word in enumerate(words, 1))
    apart = 1 - sum(agreed) / len(agreed) if agreed else 0.0
    return replace(frames[0], labelled=bool(looked), instances=instances), apart


def agreement(items: Sequence[TextInstance], n_labelers: int, size: Size) -> float:
    """Mean tolerant IoU over all pairs of labelers, 0 for a pair without two answers; 1 for a single labeler."""
    pixels = [_pixels(item, size) for item in items]
    pairs = [tolerant_iou(a, b) for i, a in enumerate(pixels) for b in pixels[:i]]
    return sum(pairs) / max(n_labelers * (n_labelers - 1) // 2, 1) if n_labelers > 1 else 1.0


def _join(groups: list[Group], items: Sequence[TextInstance]) -> None:
    """Add the words of one more labeler to those of the others."""
    likeness = ious([group[0].polygon for group in groups], [item.polygon for item in items])
    owners = {column: groups[row] for row, column in assigned(likeness, OVERLAP).items()}
    for column, item in enumerate(items):
        if column in owners:
            owners[column].append(item)
        else:
            groups.append([item])


def _word(group: Group, agreed: float, size: Size) -> TextInstance:
    items = sorted(group, key=_score, reverse=True)
    best, read = items[0], next((item for item in items if item.text), items[0])
    score = sum(map(_score, items)) / len(items) * agreed
    drawn = _pixels(best, size)
    if len(items) > 2:
        drawn = np.sum([_pixels(item, size) for item in items], axis=0) * 2 > len(items)
    mask = masks.encode(drawn) if any(item.mask is not None for item in items) else None
    return replace(best, mask=mask, text=read.text, script=read.script, score=score)


def _pixels(item: TextInstance, size: Size) -> Bool[np.ndarray, "h w"]:
    return np.zeros(size, np.bool_) if item.mask is None else masks.decode(item.mask)


def _score(item: TextInstance) -> float:
    return 1.0 if item.score is None else item.score
