"""Which tracks of several people are the same text, and what they say of it together."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from sts import checks, masks
from sts.overlap import Table, assigned
from sts.types import Clip, TextInstance

LEAST = 0.5
"""Mean IoU from which on two tracks are the same text"""

Track = Mapping[int, TextInstance]
"""Frame index to instance"""
V = TypeVar("V", int, str)


@dataclass(slots=True)
class _Pool:
    """The texts found so far."""

    tracks: dict[int, dict[int, TextInstance]]
    labelled: set[int]
    """Frames on which somebody looked"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a track keeps through the clip, by vote of people."""

    text: str | None
    script: str | None
    parent_id: int | None


def unified(clips: Sequence[Clip]) -> tuple[Clip, ...]:
    """The clips with the same id for the same text, whoever drew it.

    Tracks of one level are matched one to one, the largest sum of mean IoU first (Hungarian). A track that nobody else
    has keeps its id, unless another text has it.
    """
    pool = _Pool(by_id(clips[0]), _labelled(clips[0]))
    taken = {one.track_id for clip in clips for frame in clip.frames for one in frame.instances}
    made = [clips[0]]
    for clip in clips[1:]:
        ids = _ids(pool, clip, taken)
        made.append(renamed(clip, ids))
        pool.labelled |= _labelled(clip)
        for track, found in by_id(made[-1]).items():
            pool.tracks[track] = {**found, **pool.tracks.get(track, {})}
    return tuple(made)


def said(clips: Sequence[Clip]) -> dict[int, Said]:
    """Votes on each track of clips with the same ids; each person has one, for what they say most often."""
    voices = [by_id(clip) for clip in clips]
    ids = sorted({track for tracks in voices for track in tracks})
    found = {}
    for track in ids:
        own = [tracks[track].values() for tracks in voices if track in tracks]
        text, script = (
            vote([usual(getattr(one, name) for one in ones) for ones in own]) for name in ("text", "script")
        )
        parent = vote([usual(one.parent_id for one in ones) for ones in own])
        found[track] = Said(text=text, script=script, parent_id=parent)
    return found


def vote(values: Sequence[V | None]) -> V | None:
    """What more than half of those who say something say; None where there is no such thing."""
    given = [value for value in values if value is not None]
    first = Counter(given).most_common(1)
    return first[0][0] if first and 2 * first[0][1] > len(given) else None


def usual(values: Iterable[V | None]) -> V | None:
    """The most frequent, the first of equals."""
    given = Counter(value for value in values if value is not None)
    return given.most_common(1)[0][0] if given else None


def by_id(clip: Clip) -> dict[int, dict[int, TextInstance]]:
    """Instances by track and frame."""
    tracks: dict[int, dict[int, TextInstance]] = {}
    for frame in clip.frames:
        for one in frame.instances:
            tracks.setdefault(one.track_id, {})[frame.index] = one
    return tracks


def renamed(clip: Clip, ids: Mapping[int, int]) -> Clip:
    """The clip with other track ids, also of parents; those that are not named stay."""

    def rename(one: TextInstance) -> TextInstance:
        parent = ids.get(one.parent_id, one.parent_id) if one.parent_id is not None else None
        return replace(one, track_id=ids.get(one.track_id, one.track_id), parent_id=parent)

    frames = (replace(frame, instances=tuple(map(rename, frame.instances))) for frame in clip.frames)
    return replace(clip, frames=tuple(frames))


def _ids(pool: _Pool, clip: Clip, taken: set[int]) -> dict[int, int]:
    """New id of each track of a clip."""
    tracks, common = by_id(clip), pool.labelled & _labelled(clip)
    ids = _matched(pool.tracks, tracks, common)
    for track in sorted(tracks.keys() - ids.keys()):
        free = track not in pool.tracks or _continues(pool.tracks[track], tracks[track], common)
        ids[track] = track if free and track not in ids.values() else max(taken) + 1
        taken.add(ids[track])
    return ids


def _continues(there: Track, here: Track, common: set[int]) -> bool:
    """Whether two tracks of one id, which nobody could compare, come from one pre-label."""
    known = all(any(one.effort != "drawn" for one in track.values()) for track in (there, here))
    return known and not (there.keys() | here.keys()) & common


def _matched(pool: Mapping[int, Track], tracks: Mapping[int, Track], common: set[int]) -> dict[int, int]:
    """Id in the pool of each track that is there."""
    ours, theirs = sorted(pool), sorted(tracks)
    table: Table = np.zeros((len(ours), len(theirs)))
    for i, a in enumerate(ours):
        for j, b in enumerate(theirs):
            table[i, j] = _likeness(pool[a], tracks[b], common)
    return {theirs[j]: ours[i] for i, j in assigned(table, LEAST).items()}


def _likeness(a: Track, b: Track, common: set[int]) -> float:
    """Mean IoU over the frames that both people labelled and on which either track is; 0 for different levels."""
    either = (a.keys() | b.keys()) & common
    both = a.keys() & b.keys() & common
    if not both or next(iter(a.values())).level != next(iter(b.values())).level:
        return 0.0
    return sum(_iou(a[frame], b[frame]) for frame in both) / len(either)


def _iou(a: TextInstance, b: TextInstance) -> float:
    """Of the polygons, of the strokes where there is none."""
    if min(len(a.polygon), len(b.polygon)) < 3 and a.mask is not None and b.mask is not None:
        return masks.iou(a.mask, b.mask)
    return checks.polygon_iou(a.polygon, b.polygon)


def _labelled(clip: Clip) -> set[int]:
    return {frame.index for frame in clip.frames if frame.labelled}
