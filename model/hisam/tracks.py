"""Words, lines and paragraphs of the frames of a clip as text instances, with numbers that last."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

import cv2
import numpy as np
from jaxtyping import Bool

from model.hisam.amg import FoundLine
from model.instances import InstanceConfig, Tracker
from sts import geometry, masks
from sts.geometry import Polygon
from sts.types import Clip, Level, TextInstance

LEVELS: tuple[Level, ...] = ("word", "line", "paragraph")
Strokes = Bool[np.ndarray, "h w"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFrame:
    """What a net finds on one frame."""

    strokes: Strokes
    lines: Sequence[FoundLine]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word on one frame, with the tracks it belongs to there."""

    polygon: Polygon
    score: float
    tracks: tuple[int, int, int]
    """Of word, line and paragraph"""


def labelled(clip: Clip, found: Sequence[FoundFrame], config: InstanceConfig) -> Clip:
    """The clip with what was found on each of its frames in place of its own instances.

    A word keeps the line, and a line the paragraph, that it has on most frames; lines and paragraphs are the convex
    hulls of their words. The strokes of a word are those within its polygon; others are left out.
    """
    words = _words(found, config)
    line_of, paragraph_of = (_usual(words, child) for child in (0, 1))
    frames = tuple(
        replace(frame, labelled=True, instances=tuple(_instances(one.strokes, some, line_of, paragraph_of)))
        for frame, one, some in zip(clip.frames, found, words, strict=True)
    )
    return replace(clip, frames=frames)


def _words(found: Sequence[FoundFrame], config: InstanceConfig) -> list[list[Word]]:
    """Words by frame; each level is followed by itself."""
    trackers = [Tracker(config) for _ in LEVELS]
    made = []
    for frame in found:
        rows = [(word, i, line) for i, line in enumerate(frame.lines) for word in line.words]
        members = [range(len(rows)), [i for _, i, _ in rows], [line.paragraph for *_, line in rows]]
        polygons = [word for word, *_ in rows]
        ids = [_follow(tracker, polygons, of) for tracker, of in zip(trackers, members, strict=True)]
        tracks = [(3 * word, 3 * line + 1, 3 * above + 2) for word, line, above in zip(*ids, strict=True)]
        made.append(
            [Word(polygon=word, score=line.score, tracks=of) for (word, _, line), of in zip(rows, tracks, strict=True)]
        )
    return made


def _follow(tracker: Tracker, polygons: Sequence[Polygon], group_of: Sequence[int]) -> list[int]:
    """Track of the group of each polygon."""
    groups: dict[int, list[Polygon]] = defaultdict(list)
    for polygon, group in zip(polygons, group_of, strict=True):
        groups[group].append(polygon)
    boxes = [geometry.box(tuple(chain.from_iterable(some))) for some in groups.values()]
    tracks = dict(zip(groups, tracker.follow(boxes), strict=True))
    return [tracks[group] for group in group_of]


def _usual(words: Sequence[Sequence[Word]], child: int) -> dict[int, int]:
    """The track one level up that a track of a level belongs to most often."""
    votes: dict[int, Counter[int]] = defaultdict(Counter)
    for word in chain.from_iterable(words):
        votes[word.tracks[child]][word.tracks[child + 1]] += 1
    return {track: some.most_common(1)[0][0] for track, some in votes.items()}


def _instances(
    strokes: Strokes, words: Sequence[Word], line_of: dict[int, int], paragraph_of: dict[int, int]
) -> list[TextInstance]:
    """Of one frame: paragraphs, lines, words."""
    lines: dict[int, list[Word]] = defaultdict(list)
    paragraphs: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        line = line_of[word.tracks[0]]
        lines[line].append(word)
        paragraphs[paragraph_of[line]].append(word)
    free = strokes.copy()
    return [
        *(_around(track, "paragraph", some, None) for track, some in paragraphs.items()),
        *(_around(track, "line", some, paragraph_of[track]) for track, some in lines.items()),
        *(_word(word, line_of[word.tracks[0]], free) for word in words),
    ]


def _around(track: int, level: Level, words: Sequence[Word], parent: int | None) -> TextInstance:
    return TextInstance(
        track_id=track,
        level=level,
        polygon=geometry.rounded(geometry.hull([point for word in words for point in word.polygon])),
        source="predicted",
        parent_id=parent,
        score=max(word.score for word in words),
    )


def _word(word: Word, line: int, free: Strokes) -> TextInstance:
    """The word with the strokes in it that no word before it took."""
    inside = np.zeros(free.shape, np.uint8)
    cv2.fillPoly(inside, [np.round(np.array(word.polygon) - 0.5).astype(np.int32)], 1)
    own = free & (inside > 0)
    free &= ~own
    return TextInstance(
        track_id=word.tracks[0],
        level="word",
        polygon=word.polygon,
        source="predicted",
        parent_id=line,
        mask=masks.encode(own),
        score=word.score,
    )
