"""Words, lines and paragraphs keep their numbers through a clip, and keep the rules of every clip."""

import itertools
from collections import defaultdict
from fractions import Fraction

import numpy as np

from model.hisam import tracks
from model.hisam.amg import FoundLine
from model.hisam.tracks import FoundFrame
from model.instances import InstanceConfig
from sts import checks, geometry, masks
from sts.geometry import Polygon
from sts.types import Clip, Frame, Origin, TextInstance

HEIGHT, WIDTH = 80, 160


def box(left: float, top: float, width: float = 30.0, height: float = 12.0) -> Polygon:
    return ((left, top), (left + width, top), (left + width, top + height), (left, top + height))


def frame(i: int, *, split: bool = False) -> FoundFrame:
    """Two lines of a paragraph and one apart, which move to the right; `split`: the second line is seen as its own."""
    x = 5.0 + 2 * i
    lines = [
        FoundLine(words=(box(x, 5.0), box(x + 40, 5.0)), paragraph=0, score=0.9),
        FoundLine(words=(box(x, 22.0),), paragraph=2 if split else 0, score=0.8),
        FoundLine(words=(box(x, 60.0),), paragraph=1, score=0.7),
    ]
    strokes = np.zeros((HEIGHT, WIDTH), np.bool_)
    for line in lines:
        for word in line.words:
            left, top = (int(value) for value in word[0])
            strokes[top + 4 : top + 8, left + 4 : left + 26] = True
    return FoundFrame(strokes=strokes, lines=lines if i % 2 else lines[::-1])


def label(found: list[FoundFrame]) -> Clip:
    frames = tuple(Frame(index=i, time_s=i / 25, labelled=False) for i in range(len(found)))
    origin = Origin(kind="synth", uri="test", license="CC0-1.0")
    clip = Clip(clip_id="clip", fps=Fraction(25), height=HEIGHT, width=WIDTH, frames=frames, origin=origin)
    return tracks.labelled(clip, found, InstanceConfig())


def of(clip: Clip, level: str) -> list[list[TextInstance]]:
    return [[one for one in frame.instances if one.level == level] for frame in clip.frames]


def test_every_level_keeps_its_numbers_while_it_moves() -> None:
    clip = label([frame(i) for i in range(6)])
    assert all(frame.labelled for frame in clip.frames)
    for level, count in (("word", 4), ("line", 3), ("paragraph", 2)):
        for some in of(clip, level):
            assert len(some) == count
            assert {one.track_id for one in some} == {one.track_id for one in of(clip, level)[0]}
    assert [one for one in checks.findings(clip) if one.severe] == []


def test_a_word_knows_its_line_and_a_line_its_paragraph() -> None:
    for frame_ in label([frame(i) for i in range(3)]).frames:
        by_id = {one.track_id: one for one in frame_.instances}
        for one in frame_.instances:
            expected = {"word": "line", "line": "paragraph", "paragraph": None}[one.level]
            assert (by_id[one.parent_id].level if one.parent_id is not None else None) == expected


def test_the_words_of_a_line_and_the_lines_of_a_paragraph_are_its_own_in_whatever_order_they_come() -> None:
    found = frame(1)
    for order in itertools.permutations(range(3)):
        (one,) = label([FoundFrame(strokes=found.strokes, lines=[found.lines[i] for i in order])]).frames
        by_id = {instance.track_id: instance for instance in one.instances}
        paragraphs: dict[int | None, set[float]] = defaultdict(set)
        for word in (instance for instance in one.instances if instance.level == "word"):
            line = by_id[word.parent_id or 0]
            assert geometry.box(line.polygon)[1::2] == geometry.box(word.polygon)[1::2]
            paragraphs[line.parent_id].add(word.polygon[0][1])
        assert sorted(map(sorted, paragraphs.values())) == [[5.0, 22.0], [60.0]]


def test_a_parent_that_differs_on_one_frame_is_that_of_most() -> None:
    clip = label([frame(i, split=i == 3) for i in range(6)])
    assert [one for one in checks.findings(clip) if one.severe] == []
    assert [len(some) for some in of(clip, "paragraph")] == [2] * 6


def test_a_word_has_the_strokes_in_it_and_no_two_share_one() -> None:
    lines = [
        FoundLine(words=(box(10.0, 10.0),), paragraph=0, score=0.9),
        FoundLine(words=(box(25.0, 10.0),), paragraph=1, score=0.8),
    ]
    strokes = np.zeros((HEIGHT, WIDTH), np.bool_)
    strokes[12:16, 5:70] = True
    words = of(label([FoundFrame(strokes=strokes, lines=lines)]), "word")[0]
    both = [masks.decode(one.mask) for one in words if one.mask]
    assert [int(one.sum()) for one in both] == [4 * 31, 4 * 14]
    assert not (both[0] & both[1]).any()


def test_a_frame_without_text_was_looked_at() -> None:
    clip = label([FoundFrame(strokes=np.zeros((HEIGHT, WIDTH), np.bool_), lines=[])])
    assert [(one.labelled, one.instances) for one in clip.frames] == [(True, ())]
