"""Tracks are what frames have in common: by place along the flow, by transcript, across gaps, never across cuts."""

from dataclasses import replace

import numpy as np
import pytest

from realv.labelers.link import Link
from sts.types import Clip, TextInstance
from tests.realv.scene import Bright, hidden, keep, scene


@pytest.fixture(scope="module")
def wall() -> Clip:
    return scene(9, step=(3.0, 0.5))


def tracks(clip: Clip) -> list[dict[str | None, int]]:
    """Text to track, frame by frame."""
    return [{item.text: item.track_id for item in frame.instances} for frame in clip.frames]


def stripped(clip: Clip) -> Clip:
    """The truth as a labeler that knows frames only gives it: ids without meaning, polygons off by a px or two."""
    rng = np.random.default_rng(3)

    def loose(item: TextInstance, n: int) -> TextInstance:
        corners = np.asarray(item.polygon) + rng.normal(0, 1.5, (4, 2))
        return replace(item, track_id=n, polygon=tuple(map(tuple, corners.tolist())))

    made = []
    for frame in clip.frames:
        order = rng.permutation(len(frame.instances))
        items = tuple(loose(frame.instances[int(i)], n) for n, i in enumerate(order, 1))
        made.append(replace(frame, instances=items))
    return replace(clip, frames=tuple(made))


def test_a_word_keeps_one_number(wall: Clip) -> None:
    assert tracks(Link().label(stripped(wall))) == [{"STOP": 1, "EXIT": 2}] * 9


def test_words_are_linked_by_place_without_transcripts(wall: Clip) -> None:
    assert [{i.track_id for i in frame.instances} for frame in Link().label(Bright().label(wall)).frames] == [
        {1, 2}
    ] * 9


def test_a_word_that_was_hidden_gets_its_number_back(wall: Clip) -> None:
    linked = Link().label(stripped(hidden(wall, range(3, 6), (0, 0, 130, 60))))
    assert [sorted(one.values()) for one in tracks(linked)] == [[1, 2]] * 3 + [[2]] * 3 + [[1, 2]] * 3


def test_the_transcript_is_what_most_frames_read(wall: Clip) -> None:
    read = [replace(f, instances=(replace(f.instances[0], text="ST0P"), f.instances[1])) for f in wall.frames[:3]]
    linked = Link().label(stripped(replace(wall, frames=(*read, *wall.frames[3:]))))
    assert tracks(linked) == [{"STOP": 1, "EXIT": 2}] * 9


def test_frames_between_key_frames_stay_as_they_are(wall: Clip) -> None:
    linked = Link().label(keep(stripped(wall), {0, 4, 8}))
    assert tracks(linked) == [{"STOP": 1, "EXIT": 2} if i % 4 == 0 else {} for i in range(9)]
    assert [frame.labelled for frame in linked.frames] == [i % 4 == 0 for i in range(9)]


def test_nothing_is_linked_across_a_cut(wall: Clip) -> None:
    other = scene(9, step=(3.0, 0.5), seed=7).video
    assert wall.video is not None
    assert other is not None
    linked = Link().label(stripped(replace(wall, video=np.concatenate([wall.video[:4], other[4:, ::-1]]))))
    assert [sorted(one.values()) for one in tracks(linked)] == [[1, 2]] * 4 + [[3, 4]] * 5


def test_tracks_that_are_too_short_are_left_out(wall: Clip) -> None:
    flicker = replace(wall.frames[4], instances=(*wall.frames[4].instances, _stain()))
    given = replace(wall, frames=(*wall.frames[:4], flicker, *wall.frames[5:]))
    assert len(Link().label(given).frames[4].instances) == 3
    assert len(Link(shortest=2).label(given).frames[4].instances) == 2


def test_parents_follow_their_new_numbers(wall: Clip) -> None:
    def family(clip: Clip) -> Clip:
        line = replace(wall.frames[0].instances[0], level="line", mask=None, track_id=40)
        return replace(
            clip,
            frames=tuple(
                replace(f, instances=(line, *(replace(i, parent_id=40) for i in f.instances[:1]))) for f in clip.frames
            ),
        )

    linked = Link().label(family(scene(3, step=(0.0, 0.0))))
    for frame in linked.frames:
        found = {item.level: item for item in frame.instances}
        assert found["word"].parent_id == found["line"].track_id


def _stain() -> TextInstance:
    polygon = ((150.0, 5.0), (170.0, 5.0), (170.0, 15.0), (150.0, 15.0))
    return TextInstance(track_id=9, level="word", polygon=polygon, source="predicted")
