"""The rules that the labels of every clip keep, whoever made them."""

import math
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, pairwise
from typing import get_args

import numpy as np
import shapely
from jaxtyping import Shaped

from sts import geometry, masks
from sts.types import Clip, Effort, Frame, Level, Source, TextInstance
from sts.wording import counted

RANKS = {"char": 0, "word": 1, "line": 2, "paragraph": 3}
"""What encloses what: a parent ranks above its children; `text` has neither"""
LEAST_INSIDE = 0.9
"""Share of a polygon that lies in its parent's"""
SAME_PLACE = 0.5
"""IoU of two polygons in neighbouring frames from which on they are one piece of text"""
VOCABULARY = {
    "level": {*get_args(Level)},
    "source": {*get_args(Source)},
    "effort": {*get_args(Effort), None},
}
LASTING = ("level", "text", "script", "font", "parent_id")
"""What a track keeps through the clip, wherever it is given"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A rule that a clip breaks, once."""

    rule: str
    """`track-changes`"""
    what: str
    """With the value that is wrong"""
    frame: int | None = None
    track: int | None = None
    severe: bool = True
    """False: worth a look, may be right"""

    def __str__(self) -> str:
        place = [
            f"{name} {value}" for name, value in (("frame", self.frame), ("track", self.track)) if value is not None
        ]
        return ": ".join([*place, self.what])


Findings = Iterator[Finding]
Shapes = Shaped[np.ndarray, " n"]
"""Of shapely, by dtype object"""


def findings(clip: Clip) -> Findings:
    """Rules on labels alone; none of them needs pictures."""
    yield from _times(clip)
    yield from _tracks(clip)
    yield from _switches(clip)
    for frame in clip.frames:
        for rule in (_parents, _polygons, _masks, _texts, _flags):
            yield from (replace(one, frame=frame.index) for one in rule(frame))


def polygon_iou(a: geometry.Polygon, b: geometry.Polygon) -> float:
    """Intersection over union of two polygons; 0 where both are flat, or one has no 3 finite points."""
    if not (_proper(a) and _proper(b)):
        return 0.0
    one, other = (shapely.make_valid(shapely.polygons(polygon)) for polygon in (a, b))
    together = shapely.union(one, other).area
    return float(shapely.intersection(one, other).area / together) if together else 0.0


def shapes(polygons: Sequence[geometry.Polygon]) -> Shapes:
    """Shapely's polygons, made in one go; each has at least 3 finite points."""
    if not polygons:
        return np.empty(0, np.object_)
    of = np.repeat(np.arange(len(polygons)), [len(polygon) for polygon in polygons])
    rings = shapely.linearrings(np.array([*chain.from_iterable(polygons)], np.float64), indices=of)
    return np.asarray(shapely.polygons(rings))


def _proper(polygon: geometry.Polygon) -> bool:
    return len(polygon) >= 3 and all(math.isfinite(value) for point in polygon for value in point)


def _times(clip: Clip) -> Findings:
    if [frame.index for frame in clip.frames] != list(range(len(clip.frames))):
        yield Finding(rule="frame-order", what="frames are not numbered 0, 1, 2, ...")
    if clip.fps <= 0:
        yield Finding(rule="frame-rate", what=f"{clip.fps} frames per second")
    for earlier, later in pairwise(clip.frames):
        if not earlier.time_s < later.time_s < math.inf:
            text = f"time {later.time_s:g} s does not grow; the frame before is at {earlier.time_s:g} s"
            yield Finding(rule="frame-time", frame=later.index, what=text)
    for frame in clip.frames:
        if frame.instances and not frame.labelled:
            text = f"{counted(len(frame.instances), 'instance')} on a frame that counts as not labelled"
            yield Finding(rule="frame-labelled", frame=frame.index, what=text)


def _tracks(clip: Clip) -> Findings:
    """An id occurs once a frame and stands for the same text in all of them."""
    seen: dict[int, dict[str, set[object]]] = defaultdict(lambda: defaultdict(set))
    for frame in clip.frames:
        ids = [one.track_id for one in frame.instances]
        for track in sorted({track for track in ids if ids.count(track) > 1}):
            yield Finding(rule="track-twice", frame=frame.index, track=track, what="a track id occurs twice")
        for one in frame.instances:
            for name in LASTING:
                seen[one.track_id][name] |= {getattr(one, name)} - {None}
    for track, values in seen.items():
        for name in (name for name in LASTING if len(values[name]) > 1):
            given = " and ".join(sorted(map(repr, values[name])))
            yield Finding(rule="track-changes", track=track, what=f"changes its {name.removesuffix('_id')}: {given}")


def _switches(clip: Clip) -> Findings:
    """A text that stays in its place under another id."""
    for before, after in pairwise(frame for frame in clip.frames if frame.labelled):
        old, new = ({one.track_id: one for one in frame.instances} for frame in (before, after))
        lost = [old[track] for track in old.keys() - new.keys() if old[track].text]
        for one in (new[track] for track in new.keys() - old.keys()):
            same = [gone.track_id for gone in lost if _same(gone, one)]
            if same:
                text = f"{one.level} {one.text!r} was track {min(same)} one frame before"
                yield Finding(rule="track-switch", frame=after.index, track=one.track_id, what=text)


def _same(gone: TextInstance, one: TextInstance) -> bool:
    """Whether both are one text: in the same place, or the same character of a word that may move fast."""
    if (gone.level, gone.text) != (one.level, one.text):
        return False
    in_word = one.level == "char" and one.parent_id is not None and one.parent_id == gone.parent_id
    return in_word or polygon_iou(gone.polygon, one.polygon) > SAME_PLACE


def _parents(frame: Frame) -> Findings:
    by_id = {one.track_id: one for one in frame.instances}
    pairs = []
    for one in (one for one in frame.instances if one.parent_id is not None):
        parent = by_id.get(one.parent_id or 0)
        if parent is None:
            text = f"parent {one.parent_id} of the {one.level} is not on this frame"
            yield Finding(rule="parent-missing", track=one.track_id, what=text)
        elif RANKS.get(parent.level, -1) <= RANKS.get(one.level, len(RANKS)):
            text = f"{one.level} has a {parent.level}, track {parent.track_id}, as its parent"
            yield Finding(rule="parent-level", track=one.track_id, what=text)
        elif _proper(one.polygon) and _proper(parent.polygon):
            pairs.append((one, parent))
    for (one, parent), share in zip(pairs, _inside(pairs), strict=True):
        if share < LEAST_INSIDE:
            text = f"{share:.0%} of the {one.level} lie in its {parent.level}, track {parent.track_id}"
            yield Finding(rule="parent-encloses", track=one.track_id, what=f"{text}; {LEAST_INSIDE:.0%} must")


def _inside(pairs: list[tuple[TextInstance, TextInstance]]) -> list[float]:
    """Shares of the first polygons' areas inside the second ones."""
    ours, theirs = (shapely.make_valid(shapes([pair[i].polygon for pair in pairs])) for i in (0, 1))
    common, whole = shapely.area(shapely.intersection(ours, theirs)), shapely.area(ours)
    shares: list[float] = np.divide(common, whole, out=np.ones(len(pairs)), where=whole > 0).tolist()
    return shares


def _polygons(frame: Frame) -> Findings:
    for one in frame.instances:
        if not _proper(one.polygon):
            text = f"{one.level} polygon has no 3 finite points: {one.polygon}"
            yield Finding(rule="polygon-points", track=one.track_id, what=text)
        elif geometry.signed_area(one.polygon) <= 0:
            text = f"{one.level} polygon is not clockwise or is flat: {geometry.signed_area(one.polygon):g} px²"
            yield Finding(rule="polygon-clockwise", track=one.track_id, what=text)


def _masks(frame: Frame) -> Findings:
    fills = [one.mask for one in frame.instances if one.mask is not None]
    strokes = masks.union(fills) if fills else None
    for one in frame.instances:
        if one.mask is not None and one.level not in ("word", "text"):
            yield Finding(rule="mask-level", track=one.track_id, what=f"a {one.level} has strokes; words and text may")
        if one.mask is not None and one.amodal_mask is not None:
            stray = masks.area(one.mask) - masks.intersection_area(one.mask, one.amodal_mask)
            if stray:
                text = f"visible strokes outside the whole strokes: {stray} px"
                yield Finding(rule="mask-amodal", track=one.track_id, what=text)
        if one.effect_mask is not None and strokes is not None:
            both = masks.intersection_area(one.effect_mask, strokes)
            if both:
                yield Finding(rule="mask-effect", track=one.track_id, what=f"effect on a stroke: {both} px")


def _texts(frame: Frame) -> Findings:
    for one in (one for one in frame.instances if one.text is not None):
        text = one.text or ""
        if not text or unicodedata.normalize("NFC", text) != text:
            yield Finding(rule="text-nfc", track=one.track_id, what=f"text {text!r} is empty or not NFC")
        elif any(unicodedata.category(char) == "Cc" and char != "\n" for char in text):
            yield Finding(rule="text-control", track=one.track_id, what=f"text {text!r} has control characters")


def _flags(frame: Frame) -> Findings:
    for one in frame.instances:
        for name in (name for name, known in VOCABULARY.items() if getattr(one, name) not in known):
            yield Finding(rule="vocabulary", track=one.track_id, what=f"{name} {getattr(one, name)!r} is not known")
        if not one.legible and not one.ignore:
            text = f"{one.level} is not legible, yet scored: ignore is false"
            yield Finding(rule="illegible-scored", track=one.track_id, what=text)
        if one.score is not None and not 0 <= one.score <= 1:
            yield Finding(rule="score-range", track=one.track_id, what=f"score {one.score} lies outside 0 to 1")
