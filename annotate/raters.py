"""What several people drew on the frames of one window, made comparable."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Bool

from sts import masks, scored
from sts.errors import DataError
from sts.types import Clip, Frame, TextInstance

Pixels = Bool[np.ndarray, "h w"]


def cut(clip: Clip, first: int, last: int, name: str) -> Clip:
    """The frames from first to last, inclusive, as a clip of that name whose frames count from 0.

    DataError for frames that the clip lacks.
    """
    chosen = [frame for frame in clip.frames if first <= frame.index <= last]
    if len(chosen) != last - first + 1:
        raise DataError(
            f"clip {clip.clip_id} has {len(chosen)} of the frames {first} to {last} of a window: pull again"
        )
    frames = tuple(replace(frame, index=i) for i, frame in enumerate(chosen))
    return replace(clip, clip_id=name, frames=frames, video=None)


def comparable(clips: Sequence[Clip], judges: Sequence[Clip]) -> tuple[Clip, ...]:
    """The clips with one `text` a frame: all strokes that count, where no judge ignores.

    A frame is labelled where all clips and judges are. DataError for clips of different sizes or lengths.
    """
    sizes = sorted({(one.width, one.height, len(one.frames)) for one in (*clips, *judges)})
    if len(sizes) != 1:
        told = " and ".join(f"{width}x{height} px with {n} frames" for width, height, n in sizes)
        raise DataError(f"clip {clips[0].clip_id} is {told}: layers of the same clips are compared")
    frames = [_frames(clips, judges, i) for i in range(len(clips[0].frames))]
    return tuple(replace(clip, frames=tuple(row[i] for row in frames)) for i, clip in enumerate(clips))


def _frames(clips: Sequence[Clip], judges: Sequence[Clip], i: int) -> tuple[Frame, ...]:
    height, width = clips[0].height, clips[0].width
    if not all(one.frames[i].labelled for one in (*clips, *judges)):
        return tuple(replace(one.frames[i], labelled=False, instances=()) for one in clips)
    skipped = np.zeros((height, width), np.bool_)
    for judge in judges:
        region = scored.skipped(judge.frames[i].instances, height, width)
        if region is not None:
            skipped |= region
    return tuple(_flat(clip.frames[i], skipped) for clip in clips)


def _flat(frame: Frame, skipped: Pixels) -> Frame:
    mask = scored.united(frame.instances, *skipped.shape)
    if skipped.any():
        mask = masks.encode(masks.decode(mask) & ~skipped)
    text = TextInstance(track_id=0, level="text", polygon=(), source="human", mask=mask)
    return replace(frame, instances=(text,) if masks.area(mask) else ())
