"""Turns what was found frame by frame into tracks, with the whole clip in view."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher

import numpy as np

from realv import motion as motions
from realv.motion import Motion, shifted
from sts.geometry import Polygon
from sts.overlap import Table, assigned, ious
from sts.types import Clip, Frame, Level, TextInstance

LEVELS: tuple[Level, ...] = ("paragraph", "line", "word", "text", "char")
"""Linked one by one; parents first"""
RECENT = 5
"""Sightings that tell the velocity of a track"""


@dataclass(slots=True)
class Track:
    """One text on some frames."""

    seen: list[tuple[int, TextInstance]] = field(default_factory=list)
    """Frame and instance, in order of time"""

    @property
    def first(self) -> int:
        """Frame of the first sighting."""
        return self.seen[0][0]

    @property
    def last(self) -> int:
        """Frame of the last sighting."""
        return self.seen[-1][0]

    @property
    def text(self) -> str | None:
        """What most frames read, weighted by their score."""
        votes: defaultdict[str, float] = defaultdict(float)
        for _, item in self.seen:
            if item.text is not None:
                votes[item.text] += 1.0 if item.score is None else item.score
        return max(sorted(votes), key=votes.__getitem__) if votes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Labeler: gives every text one number through the clip, and the transcript that its frames vote for.

    Polygons of neighbouring labelled frames are assigned one to one (Hungarian) by their IoU after one is moved along
    the flow, and by how alike they are read. Then ends of tracks are assigned to later beginnings, across gaps, by
    where the camera and the track's own velocity let them expect the text. Nothing is linked across a cut.
    """

    gap: int = 30
    """Frames, longest time without a sighting"""
    overlap: float = 0.25
    """Least likeness of two sightings, in [0, 1]"""
    reading: float = 0.3
    """Weight of the transcripts beside the overlap, where both are read"""
    shortest: int = 1
    """Labelled frames; a track seen on fewer is left out, in a clip that has as many"""

    def label(self, clip: Clip) -> Clip:
        """The same instances with track ids from 1, in order of appearance, and parents that follow them."""
        assert clip.video is not None
        motion = motions.of(clip.video)
        frames = [frame for frame in clip.frames if frame.labelled]
        least = min(self.shortest, len(frames))
        found: dict[Level, list[Track]] = {}
        for level in LEVELS:
            tracks = self._stitched(self._followed(frames, level, motion), motion)
            found[level] = [track for track in tracks if len(track.seen) >= least]
        return _numbered(clip, found)

    def _followed(self, frames: Sequence[Frame], level: Level, motion: Motion) -> list[Track]:
        """Tracks without gaps."""
        tracks: list[Track] = []
        active: list[Track] = []
        for frame in frames:
            items = [item for item in frame.instances if item.level == level]
            here = [track for track in active if motion.shots[track.last] == motion.shots[frame.index]]
            last = [track.seen[-1] for track in here]
            rows = [(shifted(one.polygon, motion.piece(at, frame.index, one.polygon)), one.text) for at, one in last]
            pairs = assigned(self._alike(rows, [(item.polygon, item.text) for item in items]), self.overlap)
            owners = {column: here[row] for row, column in pairs.items()}
            active = [owners.get(i, Track()) for i in range(len(items))]
            for track, item in zip(active, items, strict=True):
                if not track.seen:
                    tracks.append(track)
                track.seen.append((frame.index, item))
        return tracks

    def _stitched(self, tracks: list[Track], motion: Motion) -> list[Track]:
        """Tracks joined over gaps."""
        likeness = np.zeros((len(tracks), len(tracks)))
        texts = [track.text for track in tracks]
        for i, early in enumerate(tracks):
            for j, late in enumerate(tracks):
                if 0 < late.first - early.last <= self.gap and motion.shots[early.last] == motion.shots[late.first]:
                    likeness[i, j] = self._continues((early, texts[i]), (late, texts[j]), motion)
        follows = assigned(likeness, self.overlap)
        heads = sorted(set(range(len(tracks))) - set(follows.values()))
        return [_chain(tracks, follows, head) for head in heads]

    def _continues(self, early: tuple[Track, str | None], late: tuple[Track, str | None], motion: Motion) -> float:
        """How like the beginning of a track is to what the end of another lets expect, by its best guess."""
        at, to = early[0].last, late[0].first
        polygon = early[0].seen[-1][1].polygon
        guesses = [shifted(polygon, motion.camera(at, to)), _drifted(early[0], to)]
        there = [(late[0].seen[0][1].polygon, late[1])]
        return float(self._alike([(guess, early[1]) for guess in guesses], there).max())

    def _alike(
        self, rows: Sequence[tuple[Polygon, str | None]], columns: Sequence[tuple[Polygon, str | None]]
    ) -> Table:
        """Likeness of polygons with transcripts, 0 where they do not touch."""
        iou = ious([polygon for polygon, _ in rows], [polygon for polygon, _ in columns])
        for i, j in zip(*np.nonzero(iou), strict=True):
            one, two = rows[i][1], columns[j][1]
            if one is not None and two is not None:
                read = SequenceMatcher(None, one.casefold(), two.casefold(), autojunk=False).ratio()
                iou[i, j] = (1 - self.reading) * iou[i, j] + self.reading * read
        return iou


def _drifted(track: Track, to: int) -> Polygon:
    """Where the last polygon goes with the velocity of the last sightings."""
    (start, old), (end, new) = track.seen[-min(RECENT, len(track.seen))], track.seen[-1]
    before, now = (np.asarray(item.polygon).mean(axis=0) for item in (old, new))
    step = (now - before) / max(end - start, 1) * (to - end)
    return tuple((x + step[0], y + step[1]) for x, y in new.polygon)


def _chain(tracks: Sequence[Track], follows: dict[int, int], head: int) -> Track:
    seen = list(tracks[head].seen)
    while head in follows:
        head = follows[head]
        seen += tracks[head].seen
    return Track(seen)


def _numbered(clip: Clip, found: dict[Level, list[Track]]) -> Clip:
    """The clip with the tracks' numbers, transcripts and parents."""
    ordered = sorted((track for tracks in found.values() for track in tracks), key=_appearance)
    number = {(frame, item.track_id): n for n, track in enumerate(ordered, 1) for frame, item in track.seen}
    instances: dict[int, list[TextInstance]] = defaultdict(list)
    for n, track in enumerate(ordered, 1):
        parent, text = _parent(track, number), track.text
        for frame, item in track.seen:
            read = item.text if item.source == "human" else text
            instances[frame].append(replace(item, track_id=n, parent_id=parent, text=read))
    return replace(
        clip, frames=tuple(replace(frame, instances=tuple(instances.get(frame.index, ()))) for frame in clip.frames)
    )


def _appearance(track: Track) -> tuple[int, float, float]:
    """By frame, then from top to bottom and left to right."""
    x, y = track.seen[0][1].polygon[0] if track.seen[0][1].polygon else (0.0, 0.0)
    return track.first, y, x


def _parent(track: Track, number: dict[tuple[int, int], int]) -> int | None:
    """The number of the parent that most frames name."""
    named = [number.get((frame, item.parent_id)) for frame, item in track.seen if item.parent_id is not None]
    votes = Counter(parent for parent in named if parent is not None)
    return max(sorted(votes), key=votes.__getitem__) if votes else None
