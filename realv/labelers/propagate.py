"""Carries the text of key frames to the frames between them, both ways."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from realv import motion as motions
from realv.carry import Carried, Carrier, FlowCarrier, MemoryCarrier
from realv.motion import Motion
from sts import masks, plugins
from sts.protocols import Segmenter
from sts.types import Clip, Frame, Mask, TextInstance

Sightings = dict[int, dict[int, TextInstance]]
"""Track to frame to what was seen of it there"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Propagate:
    """Labeler: fills the frames that nobody labelled, and gaps in tracks, from the nearest sightings on both sides.

    A mask is warped once, from its key frame, never from frame to frame; two key frames are blended by confidence over
    distance before the mask becomes binary. A track that is seen on one side only is carried as long as its frame is
    the nearest one that is labelled. Nothing crosses a cut, strokes behind something in front are left out, and a frame
    on which a person worked keeps exactly what it has. The score is that of the key frame times how alike both look.
    """

    reach: int = 24
    """Frames, farthest from the key frame"""
    segmenter: dict[str, Any] = field(default_factory=dict)
    """Import path and options of a Segmenter that follows masks through its memory; empty for optical flow"""

    def label(self, clip: Clip) -> Clip:
        """Frames near enough to a labelled one are labelled; those of a clip without any stay as they are."""
        assert clip.video is not None
        motion = motions.of(clip.video)
        plan = _Plan(clip, motion.shots, self.reach)
        if not plan.wanted:
            return clip
        carrier = self._carrier(clip, motion)
        frames = tuple(self._filled(frame, plan, carrier) for frame in clip.frames)
        return replace(clip, frames=frames)

    def _carrier(self, clip: Clip, motion: Motion) -> Carrier:
        if not self.segmenter:
            return FlowCarrier(motion)
        return MemoryCarrier(clip, motion, plugins.from_table(self.segmenter, Segmenter))

    def _filled(self, frame: Frame, plan: "_Plan", carrier: Carrier) -> Frame:
        """The frame with the words that are carried to it."""
        if frame.index not in plan.wanted:
            return frame
        parts: dict[int, list[tuple[Carried, TextInstance, int]]] = defaultdict(list)
        for key, items in plan.wanted[frame.index].items():
            for item, carried in zip(items, carrier.carry(key, frame.index, items), strict=True):
                if carried is not None:
                    parts[item.track_id].append((carried, item, abs(key - frame.index)))
        size = plan.size
        made = [word for track in sorted(parts) if (word := _blended(parts[track], *size)) is not None]
        return replace(frame, labelled=True, instances=(*frame.instances, *made))


class _Plan:
    """What is carried from where to where."""

    def __init__(self, clip: Clip, shots: tuple[int, ...], reach: int) -> None:
        self.size = clip.height, clip.width
        self.wanted: dict[int, dict[int, list[TextInstance]]] = {}
        """Frame to key frame to what is carried"""
        self._shots, self._reach = shots, reach
        self._keys = [frame.index for frame in clip.frames if frame.labelled]
        seen = _sightings(clip)
        for frame in clip.frames:
            if any(item.source == "human" for item in frame.instances):
                continue
            sources: dict[int, list[TextInstance]] = defaultdict(list)
            for places in seen.values():
                for key in self._sources(frame, places):
                    if _shows(places[key]):
                        sources[key].append(places[key])
            if sources or (not frame.labelled and self._near(frame.index, self._keys)):
                self.wanted[frame.index] = sources

    def _sources(self, frame: Frame, places: dict[int, TextInstance]) -> Iterator[int]:
        """Key frames from which a track with these sightings is carried to a frame."""
        at = frame.index
        if at in places:
            return
        near = self._near(at, list(places))
        sides = {key > at for key in near}
        if len(sides) == 2 or (near and not frame.labelled and near[0] == self._near(at, self._keys)[0]):
            yield from near

    def _near(self, at: int, keys: list[int]) -> list[int]:
        """The last key before and the first after, in the same shot and within reach, the nearest first."""
        close = [key for key in keys if abs(key - at) <= self._reach and self._shots[key] == self._shots[at]]
        sides = [max((k for k in close if k < at), default=None), min((k for k in close if k > at), default=None)]
        return sorted((key for key in sides if key is not None), key=lambda key: abs(key - at))


def _sightings(clip: Clip) -> Sightings:
    seen: Sightings = defaultdict(dict)
    for frame in clip.frames:
        for item in frame.instances if frame.labelled else ():
            seen[item.track_id][frame.index] = item
    return seen


def _shows(item: TextInstance) -> bool:
    """Whether there is something to carry: strokes that can be seen, or a polygon alone."""
    return item.mask is None or masks.area(item.mask) > 0


def _blended(parts: list[tuple[Carried, TextInstance, int]], height: int, width: int) -> TextInstance | None:
    """One word from what its key frames say; None where none of its strokes shows."""
    parts = sorted(parts, key=lambda part: -part[0].confidence / part[2])
    nearest, item, _ = parts[0]
    sure = max(carried.confidence for carried, _, _ in parts)
    mask = _together(parts, height, width) if item.mask is not None else None
    if mask is not None and not masks.area(mask):
        return None
    return replace(
        item,
        polygon=nearest.polygon,
        mask=mask,
        effect_mask=None,
        amodal_mask=None,
        source="predicted",
        score=sure * (1.0 if item.score is None else item.score),
        effort=None,
    )


def _together(parts: list[tuple[Carried, TextInstance, int]], height: int, width: int) -> Mask:
    """The strokes that the weighted mean of all parts covers by half."""
    left, top = (min(getattr(part, name) for part, _, _ in parts) for name in ("left", "top"))
    right = max(part.left + part.strokes.shape[1] for part, _, _ in parts)
    bottom = max(part.top + part.strokes.shape[0] for part, _, _ in parts)
    covered, known = (np.zeros((bottom - top, right - left), np.float32) for _ in range(2))
    for part, _, distance in parts:
        rows, columns = part.strokes.shape
        place = np.s_[part.top - top : part.top - top + rows, part.left - left : part.left - left + columns]
        weight = part.weight * np.float32(max(part.confidence, 1e-3) / distance)
        covered[place] += weight * part.strokes
        known[place] += weight
    return masks.encode_patch((covered >= 0.5 * known) & (known > 0), left, top, height, width)
