"""Regions that a person drew anew become tracks: in the editor, a region is on one frame."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from jaxtyping import Float64

from annotate import tracks
from sts.geometry import Polygon
from sts.overlap import Table, assigned, ious
from sts.types import Clip, Level, TextInstance

LEVELS: tuple[Level, ...] = ("paragraph", "line", "word", "text")
GAP = 5
"""Frames from one region of a track to the next, at most"""
LEAST = 0.25
"""Likeness from which on a region continues a track; a transcript that is the same counts for half of it"""
FADE = 0.1
"""Share of likeness that each missing frame takes"""

Seen = Mapping[int, TextInstance]
"""Frame index to instance of one track"""
Point = Float64[np.ndarray, "2"]
"""(x, y), px"""


def linked(clip: Clip, known: Collection[int]) -> Clip:
    """The clip with one id for each text; tracks that are not known are new regions, of one frame each.

    From frame to frame new regions continue one to one (Hungarian) what was seen up to GAP frames before, in the same
    place or near with the same transcript, never with another one. Then the same goes backwards, so that they also
    lead up to what was seen first after them. A new region without a transcript has that of its track.
    """
    seen = {track: ones for track, ones in tracks.by_id(clip).items() if all(one.polygon for one in ones.values())}
    if seen.keys() <= {*known}:
        return clip
    ids: dict[int, int] = {}
    texts: dict[int, str | None] = {}
    for level in LEVELS:
        made = _Tracks({track: ones for track, ones in seen.items() if _level(ones) == level}, known).link()
        ids |= {one.track_id: track for track, ones in made.items() for one in ones.values()}
        texts |= {track: tracks.usual(one.text for _, one in sorted(ones.items())) for track, ones in made.items()}

    def told(one: TextInstance) -> TextInstance:
        new = one.text is None and one.track_id in ids and one.track_id not in known
        return replace(one, text=texts[ids[one.track_id]]) if new else one

    frames = (replace(frame, instances=tuple(map(told, frame.instances))) for frame in clip.frames)
    return tracks.renamed(replace(clip, frames=tuple(frames)), ids)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """A track, and where it may be on a frame that lacks it."""

    track: int
    missing: int
    """Frames since it was seen"""
    polygons: tuple[Polygon, ...]
    """Where it was last seen, where its own motion led it, and where the motion of the other text did"""


@dataclass(slots=True)
class _Tracks:
    """Tracks of one level, which grow as new regions join them."""

    seen: dict[int, Seen]
    known: Collection[int]
    on: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """Frame index to the tracks that are there"""

    def link(self) -> Mapping[int, Seen]:
        """Tracks, with the new regions that joined them."""
        for track, ones in self.seen.items():
            for frame in ones:
                self.on[frame].add(track)
        for way in (1, -1):
            for frame in sorted(self.on)[::way]:
                self._join(frame, way)
        return self.seen

    def _join(self, frame: int, way: int) -> None:
        """New tracks whose end is on a frame join those that were seen shortly before, as time goes that way."""
        end = min if way > 0 else max
        new = [track for track in sorted(self.on[frame]) if track not in self.known and end(self.seen[track]) == frame]
        places = self._places(frame, way) if new else []
        for i, j in assigned(self._likeness(places, new, frame), LEAST).items():
            joined = self.seen.pop(new[j])
            self.seen[places[i].track] = {**self.seen[places[i].track], **joined}
            for index in joined:
                self.on[index] = self.on[index] - {new[j]} | {places[i].track}

    def _places(self, frame: int, way: int) -> list[_Place]:
        """What was seen shortly before and is not on the frame."""
        found, there = [], {*self.on[frame]}
        for missing, last in enumerate(range(frame - way, frame - way * (GAP + 1), -way)):
            recent = sorted(self.on.get(last, set()) - there)
            there |= {*recent}
            both = [self.seen[track] for track in self.on.get(last, set()) & self.on[frame]]
            drift = [np.median([_middle(ones[frame]) - _middle(ones[last]) for ones in both], axis=0)] if both else []
            for track in recent:
                steps = [np.zeros(2), *self._own(track, last, way, missing + 1), *drift]
                polygon = np.asarray(self.seen[track][last].polygon)
                polygons = tuple(tuple(map(tuple, (polygon + step).tolist())) for step in steps)
                found.append(_Place(track=track, missing=missing, polygons=polygons))
        return found

    def _own(self, track: int, last: int, way: int, n: int) -> list[Point]:
        """How far its last motion leads a track in n frames; none where it was seen once."""
        ones = self.seen[track]
        for before in range(last - way, last - way * (GAP + 1), -way):
            if before in ones:
                return [(_middle(ones[last]) - _middle(ones[before])) / abs(last - before) * n]
        return []

    def _likeness(self, places: Sequence[_Place], new: Sequence[int], frame: int) -> Table:
        """How likely each new region is what is expected in each place."""
        table = np.zeros((len(places), len(new)))
        regions = [self.seen[track][frame].polygon for track in new]
        expected = [polygon for place in places for polygon in place.polygons]
        firsts = np.cumsum([0, *(len(place.polygons) for place in places)])[:-1]
        overlaps, distances = ious(expected, regions), _distances(expected, regions)
        for i, (place, first) in enumerate(zip(places, firsts, strict=True)):
            own = slice(first, first + len(place.polygons))
            for j, track in enumerate(new):
                overlap, distance = float(overlaps[own, j].max()), float(distances[own, j].min())
                alike = _alike(overlap, distance, self.seen[place.track], self.seen[track])
                table[i, j] = alike * (1 - FADE * place.missing)
        return table


def _alike(overlap: float, distance: float, ones: Seen, new: Seen) -> float:
    """Overlap, at least half for a transcript that is the same and near; 0 for what cannot be one track.

    The distance is in lengths of the text.
    """
    if not overlap and distance >= 1:
        return 0.0
    together = [*ones.values(), *new.values()]
    if not ones.keys().isdisjoint(new) or (together[0].level == "text" and len({one.ignore for one in together}) > 1):
        return 0.0
    said, read = ({one.text.casefold() for one in some.values() if one.text} for some in (ones, new))
    if not (said and read):
        return overlap
    near = max(overlap, 1 - distance)
    return (1 + near) / 2 if said & read else 0.0


def _distances(expected: Sequence[Polygon], regions: Sequence[Polygon]) -> Table:
    """From each place to the centre of each region, in lengths of the text."""
    there, here = (np.array([np.mean(one, axis=0) for one in some]).reshape(-1, 1, 2) for some in (expected, regions))
    lengths = np.array([np.hypot(*np.ptp(np.asarray(one), axis=0)) for one in regions])
    away = np.linalg.norm(there - here.swapaxes(0, 1), axis=2)
    return np.divide(away, lengths, out=np.full_like(away, np.inf), where=lengths > 0)


def _level(ones: Seen) -> Level:
    return next(iter(ones.values())).level


def _middle(one: TextInstance) -> Point:
    return np.asarray(np.mean(one.polygon, axis=0), np.float64)
