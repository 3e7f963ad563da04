"""Clip windows as tasks of Label Studio, and annotations as frames again.

A task is a window of a clip, one page a frame. What it is called and cut from stands in flat `data` keys, which the
server can search; pictures are URLs, labels are predictions.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotate import instances, interface, parts, regions, sheets
from annotate.interface import Masks
from annotate.regions import Page
from sts.errors import DataError
from sts.types import Clip, Frame, Mask

Task = dict[str, Any]
"""As JSON"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Consecutive frames of a clip: what one person works on at a time."""

    clip_id: str
    first: int
    """Index of its first frame"""
    last: int
    """Index of its last frame"""

    @property
    def uid(self) -> str:
        """Its name in the project, the same every time."""
        return f"{self.clip_id}:{self.first:06d}-{self.last:06d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prelabel:
    """What one labeler says of a clip."""

    model_version: str
    """Labeler and round"""
    clip: Clip
    priority: float | None = None
    """Windows with a high one are worth looking at first"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person says of a window."""

    frames: tuple[Frame, ...]
    """With indices and times of the clip"""
    quality: str | None
    """`accept`, `needs_work` or `reject`"""
    issues: tuple[str, ...]
    dropped: dict[str, int]
    """What came back or was there before and is not in the frames, by kind"""


def task(
    window: Window, urls: Sequence[str], prelabels: Sequence[Prelabel], batch: str, masks: Masks = "bitmasklabels"
) -> Task:
    """The task of a window whose frames are served at `urls`; `batch` names the push that it is part of."""
    predictions = [_prediction(window, prelabel, masks) for prelabel in prelabels]
    data = {"uid": window.uid, "frames": list(urls), "clip_id": window.clip_id}
    place = {"first": window.first, "last": window.last}
    sha = hashlib.sha256(json.dumps([data, predictions], sort_keys=True).encode()).hexdigest()
    return {"data": {**data, **place, "batch": batch, "sha": sha}, "predictions": predictions}


def window(data: Mapping[str, Any]) -> Window:
    """The window of a task's `data`. DataError if it is none of ours."""
    clip_id, first, last = (data.get(key) for key in ("clip_id", "first", "last"))
    if isinstance(clip_id, str) and isinstance(first, int) and isinstance(last, int):
        found = Window(clip_id=clip_id, first=first, last=last)
        if data.get("uid") == found.uid and 0 <= first <= last:
            return found
    raise DataError(
        f"a task with the uid {data.get('uid')!r} is no window of a clip: it was not pushed by annotate.push"
    )


def answer(result: Sequence[Any], window: Window, prelabel: Clip, fresh: Iterator[int]) -> Answer:
    """The `result` of a submitted annotation of a window, as frames of the clip that it was pushed with.

    New tracks take their ids from `fresh`, so that no two windows share one. DataError names window and region.
    """
    pages = _pages(window, prelabel)
    dropped: Counter[str] = Counter()
    frames = []
    try:
        found = parts.take_apart(result, pages, _sent(pages, prelabel))
        quality = _choice(found.choices.get(interface.QUALITY, []))
        for page, outlines, strokes in zip(pages, found.outlines, found.strokes, strict=True):
            before = prelabel.frames[page.frame]
            frame, ended = instances.merge(before, outlines, sheets.parted(before, outlines, strokes), fresh)
            frames.append(frame)
            dropped += ended
    except DataError as error:
        raise DataError(f"window {window.uid}: {error}") from error
    issues = tuple(found.choices.get(interface.ISSUES, []))
    return Answer(frames=tuple(frames), quality=quality, issues=issues, dropped=dict(found.dropped + dropped))


def _sent(pages: Sequence[Page], prelabel: Clip) -> dict[str, Mask]:
    """Masks of the regions of a prediction."""
    return {
        regions.strokes_id(one.track_id, page.frame): one.mask
        for page in pages
        for one in sheets.joined(prelabel.frames[page.frame].instances)
        if one.mask is not None
    }


def _prediction(window: Window, prelabel: Prelabel, masks: Masks) -> dict[str, Any]:
    clip = prelabel.clip
    result = [
        region
        for page in _pages(window, clip)
        for region in regions.write(sheets.joined(clip.frames[page.frame].instances), page, masks)
    ]
    score = {} if prelabel.priority is None else {"score": prelabel.priority}
    return {"model_version": prelabel.model_version, **score, "result": result}


def _pages(window: Window, clip: Clip) -> list[Page]:
    if not (clip.clip_id == window.clip_id and 0 <= window.first <= window.last < len(clip.frames)):
        raise DataError(f"window {window.uid} is no part of clip {clip.clip_id} with {len(clip.frames)} frames")
    return [
        Page(item=i, frame=i + window.first, height=clip.height, width=clip.width)
        for i in range(window.last - window.first + 1)
    ]


def _choice(chosen: Sequence[str]) -> str | None:
    if len(chosen) > 1 or not {*chosen} <= {*interface.QUALITIES}:
        raise DataError(f"quality is {list(chosen)} instead of one of {', '.join(interface.QUALITIES)}")
    return chosen[0] if chosen else None
