"""Words to lines to paragraphs, from where they lie through the whole clip."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import numpy as np
from jaxtyping import Float64
from scipy.sparse.csgraph import connected_components

from realv.reading import follows, joined, leftwards, run, stacked
from realv.strip import Strip
from sts import geometry
from sts.overlap import assigned
from sts.types import Clip, Frame, TextInstance

Strips = Mapping[int, Strip]
"""Number of a track or line to where it lies in one frame"""
Table = Float64[np.ndarray, "n n"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """Labeler: sets the line of every word and the paragraph of every line, the same ones in all frames.

    Pairs are judged in every frame that shows both and by the mean of these, so that a frame in which two signs seem to
    touch joins nothing. A word goes on in at most one other: near its end, in its direction, as high. Lines that lie
    below each other, parallel and as high, are a paragraph. Lines and paragraphs that were there before are replaced.
    """

    line: float = 0.3
    """Least mean likeness of two words that follow each other, in [0, 1]"""
    paragraph: float = 0.3
    """Of two lines that lie below each other"""

    def label(self, clip: Clip) -> Clip:
        """Words get `parent_id`; lines and paragraphs are added to the frames that show one of their words."""
        words = [{i.track_id: i for i in frame.instances if i.level == "word"} for frame in clip.frames]
        strips = [_strips(found.values()) for found in words]
        lines = _chains(strips, self.line)
        flows = [_lines(found, lines) for found in strips]
        groups = _groups(flows, len(lines), self.paragraph)
        first = max((i.track_id for frame in clip.frames for i in frame.instances), default=0) + 1
        draw = _Drawing(lines, groups, _texts(words, lines), first)
        return replace(clip, frames=tuple(draw.frame(*one) for one in zip(clip.frames, strips, flows, strict=True)))


def _strips(words: Iterable[TextInstance]) -> dict[int, Strip]:
    found = {word.track_id: run(word.polygon, word.text) for word in words}
    return {track: one for track, one in found.items() if one is not None}


def _chains(frames: Sequence[Strips], least: float) -> list[tuple[int, ...]]:
    """Tracks of each line in the order of their strips; every track is in one line."""
    tracks = sorted({track for strips in frames for track in strips})
    likeness = _mean(frames, tracks, follows, ordered=True)
    after = assigned(likeness, least)
    chains, left = [], set(range(len(tracks)))
    for head in [*sorted(left - set(after.values())), *sorted(after)]:
        chain, now = [], head
        while now in left:
            left.remove(now)
            chain.append(tracks[now])
            now = after.get(now, -1)
        if chain:
            chains.append(tuple(chain))
    return chains


def _lines(strips: Strips, lines: Sequence[tuple[int, ...]]) -> dict[int, Strip]:
    """Strips of the lines of one frame, by the number of the line."""
    parts = {n: [strips[track] for track in line if track in strips] for n, line in enumerate(lines)}
    return {n: joined(part) for n, part in parts.items() if part}


def _texts(frames: Sequence[Mapping[int, TextInstance]], lines: Sequence[tuple[int, ...]]) -> list[str | None]:
    """What each line says, the same on all frames, also on those that lack some of its words."""
    read = {track: word.text for words in frames for track, word in words.items() if word.text}
    parts = [[read[track] for track in line if track in read] for line in lines]
    return [" ".join(part[::-1] if leftwards("".join(part)) else part) or None for part in parts]


def _groups(frames: Sequence[Strips], n_lines: int, least: float) -> list[int]:
    """Number of the paragraph of each line."""
    likeness = _mean(frames, list(range(n_lines)), stacked, ordered=False)
    return connected_components(likeness >= least, directed=False)[1].tolist() if n_lines else []


def _mean(
    frames: Sequence[Strips], names: Sequence[int], judge: Callable[[Strip, Strip], float], *, ordered: bool
) -> Table:
    """Mean verdict on each pair, over the frames that show both; 0 for those that no frame shows."""
    place = {name: i for i, name in enumerate(names)}
    total, count = (np.zeros((len(names), len(names))) for _ in range(2))
    for strips in frames:
        for one, two in (permutations if ordered else combinations)(strips, 2):
            total[place[one], place[two]] += judge(strips[one], strips[two])
            count[place[one], place[two]] += 1
    return total / np.maximum(count, 1)


class _Drawing:
    """Instances of lines and paragraphs, with numbers that follow those of the words."""

    def __init__(
        self, lines: Sequence[tuple[int, ...]], groups: Sequence[int], texts: Sequence[str | None], first: int
    ) -> None:
        self._texts = texts
        self._line = {track: n for n, line in enumerate(lines) for track in line}
        self._line_id = [first + n for n in range(len(lines))]
        self._group_id = [first + len(lines) + group for group in groups]

    def frame(self, frame: Frame, strips: Strips, flows: Strips) -> Frame:
        """The frame with its hierarchy."""
        kept = [item for item in frame.instances if item.level not in ("line", "paragraph")]
        words = [self._child(item) for item in kept]
        inside = {n: [w for w in words if w.level == "word" and self._line.get(w.track_id) == n] for n in flows}
        lines = [self._text_line(n, flow, inside[n]) for n, flow in flows.items()]
        return replace(frame, instances=(*self._paragraphs(lines), *lines, *words))

    def _child(self, item: TextInstance) -> TextInstance:
        if item.level != "word":
            return item
        line = self._line.get(item.track_id)
        return replace(item, parent_id=None if line is None else self._line_id[line])

    def _text_line(self, n: int, flow: Strip, words: Sequence[TextInstance]) -> TextInstance:
        return TextInstance(
            track_id=self._line_id[n],
            parent_id=self._group_id[n],
            level="line",
            polygon=geometry.clockwise(geometry.rounded(geometry.ribbon(flow.top, flow.bottom))),
            source="predicted",
            text=self._texts[n],
            ignore=all(word.ignore for word in words),
            score=_score(words),
        )

    def _paragraphs(self, lines: Sequence[TextInstance]) -> list[TextInstance]:
        parts: dict[int, list[TextInstance]] = defaultdict(list)
        for line in lines:
            assert line.parent_id is not None
            parts[line.parent_id].append(line)
        return [
            TextInstance(
                track_id=track,
                level="paragraph",
                polygon=geometry.rounded(geometry.hull([point for line in part for point in line.polygon])),
                source="predicted",
                ignore=all(line.ignore for line in part),
                score=_score(part),
            )
            for track, part in sorted(parts.items())
        ]


def _score(parts: Sequence[TextInstance]) -> float | None:
    """Mean confidence; None where no part has one."""
    scores = [part.score for part in parts if part.score is not None]
    return sum(scores) / len(scores) if scores else None
