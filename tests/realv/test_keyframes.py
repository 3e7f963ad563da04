"""Key frames are evenly spread and sharp."""

from dataclasses import replace

import cv2

from realv import keyframes
from realv.keyframes import People
from sts.types import Clip
from tests.realv.scene import Bright, keep, scene

PEOPLE: tuple[People, ...] = ("keep", "redraw", "forget")


class Told:
    """Labeler: the words that it is told are there."""

    def label(self, clip: Clip) -> Clip:
        frames = []
        for frame in clip.frames:
            said = tuple(replace(one, source="predicted") for one in frame.instances)
            frames.append(replace(frame, labelled=True, instances=said))
        return replace(clip, frames=tuple(frames))


def test_the_sharpest_of_the_middle_is_chosen() -> None:
    video = scene(8).video
    assert video is not None
    blurred = video.copy()
    for i in (1, 5, 6):
        blurred[i] = cv2.GaussianBlur(video[i], (0, 0), 3)
    assert [keyframes.choose(blurred, 4)[0], keyframes.choose(blurred, 8)[0]] == [
        2,
        max((2, 3, 4), key=lambda i: keyframes.sharpness(video[i])),
    ]


def test_every_frame_is_within_reach_of_a_key_frame() -> None:
    video = scene(11).video
    assert video is not None
    assert keyframes.choose(video, 1) == list(range(11))
    keys = keyframes.choose(video, 4)
    assert len(keys) == 3
    assert all(min(abs(key - i) for key in keys) < 4 for i in range(11))


def test_the_labeler_sees_key_frames_only() -> None:
    clip = keep(scene(9), set())
    found = keyframes.label(clip, Bright(), 4)
    keys = [frame.index for frame in found.frames if frame.labelled]
    assert len(keys) == 3
    assert all(len(found.frames[key].instances) == 2 for key in keys)
    assert [frame.time_s for frame in found.frames] == [frame.time_s for frame in clip.frames]


def test_a_frame_that_a_person_worked_on_stays() -> None:
    clip = scene(5)
    word = replace(clip.frames[2].instances[0], source="human", effort="drawn")
    drawn = replace(clip.frames[2], instances=(word,))
    given = keep(clip, set())
    found = keyframes.label(replace(given, frames=(*given.frames[:2], drawn, *given.frames[3:])), Bright(), 1)
    assert found.frames[2] == drawn
    assert [len(frame.instances) for frame in found.frames] == [2, 2, 1, 2, 2]


def test_what_people_labelled_can_be_looked_at_as_if_nobody_had() -> None:
    clip = scene(3)
    drawn = [replace(one, source="human", mask=None) for one in clip.frames[1].instances]
    human = replace(clip, frames=(clip.frames[0], replace(clip.frames[1], instances=tuple(drawn)), clip.frames[2]))
    seen = [keyframes.label(human, Told(), 1, people).frames[1] for people in PEOPLE]
    assert [[(one.source, one.text) for one in frame.instances] for frame in seen] == [
        [("human", "STOP"), ("human", "EXIT")],
        [("predicted", "STOP"), ("predicted", "EXIT")],
        [],
    ]
