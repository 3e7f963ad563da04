"""Masks are carried exactly, both ways, not over cuts, not onto what hides them, and not over a person's work."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest

from realv.agreement import tolerant_iou
from realv.carry import FlowCarrier, visible
from realv.labelers.propagate import Propagate
from realv.motion import Motion, Points
from sts import masks
from sts.protocols import Prompt, Segment
from sts.types import Clip, Frame, Mask, Origin, TextInstance
from tests.realv.scene import hidden, keep, scene

KEY = 8


class Lost(Motion):
    """Flow that leads everything out of the frame."""

    def moved(self, at: int, to: int, points: Points) -> Points:
        return points + 5000


@pytest.fixture(scope="module")
def wall() -> Clip:
    return scene(17)


def strokes(clip: Clip) -> list[Mask]:
    """All strokes of each frame."""
    nothing = masks.empty(clip.height, clip.width)
    return [masks.union([nothing, *(i.mask for i in frame.instances if i.mask)]) for frame in clip.frames]


def ious(truth: Clip, given: Clip) -> list[float]:
    """Of all strokes, frame by frame."""
    return [masks.iou(one, two) for one, two in zip(strokes(truth), strokes(given), strict=True)]


def tolerant(truth: Clip, given: Clip) -> list[float]:
    """The same, where a pixel at the contour does not count."""
    pairs = zip(strokes(truth), strokes(given), strict=True)
    return [tolerant_iou(masks.decode(one), masks.decode(two)) for one, two in pairs]


def test_one_key_frame_carries_its_strokes_over_eight_frames_both_ways(wall: Clip) -> None:
    """Warps in the wrong direction or off by half a pixel, or sixteen of them in a row, are far below."""
    given = Propagate().label(keep(wall, {KEY}))
    assert all(frame.labelled for frame in given.frames)
    assert min(tolerant(wall, given)) > 0.97
    assert min(ious(wall, given)) > 0.8
    assert given.frames[KEY] == wall.frames[KEY]
    assert {item.source for item in given.frames[0].instances} == {"predicted"}


def test_polygons_move_with_the_words(wall: Clip) -> None:
    given = Propagate().label(keep(wall, {KEY}))
    for frame, truth in zip(given.frames, wall.frames, strict=True):
        for mine, true in zip(frame.instances, truth.instances, strict=True):
            assert np.abs(np.asarray(mine.polygon) - true.polygon).max() < 0.25


def test_nothing_crosses_a_cut(wall: Clip) -> None:
    other = scene(17, seed=5)
    assert wall.video is not None
    assert other.video is not None
    video = np.concatenate([wall.video[:10], other.video[10:, ::-1]])
    given = Propagate().label(keep(replace(wall, video=video), {KEY}))
    assert [frame.labelled for frame in given.frames] == [True] * 10 + [False] * 7
    assert not any(frame.instances for frame in given.frames[10:])


def test_strokes_behind_something_in_front_are_left_out(wall: Clip) -> None:
    truth = hidden(wall, range(3, 5), (10, 10, 60, 60))
    given = Propagate().label(keep(truth, {KEY}))
    assert min(tolerant(truth, given)[3:5]) > 0.9


def test_a_caption_stands_still_where_something_passes_behind_it() -> None:
    """Dense flow takes the letters along with the shadow."""
    drawn = np.zeros((96, 200), np.uint8)
    cv2.putText(drawn, "NEWS", (40, 58), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 2)
    pictures = np.full((2, 96, 200), 185, np.float32)
    for i, picture in enumerate(pictures):
        picture[40 + 10 * i : 56 + 10 * i] = 115
        pictures[i] = cv2.GaussianBlur(picture, (1, 15), 0)
    pictures[:, drawn > 127] = 235
    word = TextInstance(
        track_id=1,
        level="word",
        polygon=((40.0, 36.0), (118.0, 36.0), (118.0, 60.0), (40.0, 60.0)),
        source="predicted",
        mask=masks.encode(drawn > 127),
        text="NEWS",
    )
    clip = Clip(
        clip_id="news",
        fps=Fraction(25),
        height=96,
        width=200,
        frames=tuple(Frame(index=i, time_s=i / 25, instances=(word,)) for i in range(2)),
        origin=Origin(kind="real", uri="news.mp4", license="CC0-1.0"),
        video=np.repeat(pictures[..., None], 3, axis=3).astype(np.uint8),
    )
    assert min(tolerant(clip, Propagate().label(keep(clip, {0})))) > 0.95


def test_a_caption_that_nothing_moves_stands_where_most_of_it_shows() -> None:
    """Little of a word looks like many things that came to its place."""
    pictures = np.full((3, 80, 160, 3), 90, np.uint8)
    letters = [np.zeros((80, 160), np.uint8) for _ in range(2)]
    for strokes, text in zip(letters, ("NEWS", "N"), strict=True):
        cv2.putText(strokes, text, (30, 52), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 3)
    for picture, strokes in zip(pictures, (letters[0], letters[0], letters[1]), strict=True):
        picture[strokes > 0] = 230
    word = TextInstance(
        track_id=1,
        level="word",
        polygon=((28.0, 28.0), (112.0, 28.0), (112.0, 56.0), (28.0, 56.0)),
        source="predicted",
        mask=masks.encode(letters[0] > 0),
    )
    carrier = FlowCarrier(Lost(pictures))
    assert carrier.carry(0, 1, [word]) != [None]
    assert carrier.carry(0, 2, [word]) == [None]


def test_a_hand_is_not_the_ground_of_letters_in_other_light() -> None:
    """All of a patch but its letter is as even as what covers it; the letter tells that it is gone."""
    before = np.full((30, 60, 3), 200, np.uint8)
    for left in range(4, 60, 9):
        before[3:27, left : left + 4] = 60
    hand = (120 + np.arange(30, dtype=np.uint8)[:, None, None] // 2).repeat(60, axis=1).repeat(3, axis=2)
    ground = (before[..., 0] == 200).astype(np.float32)
    same, _ = visible(before, hand, ground)
    assert same.mean() < 0.25
    same, likeness = visible(before, (before * 0.7).astype(np.uint8), ground)
    assert same.mean() > 0.95 and likeness > 0.9


def test_thin_outlines_of_letters_are_the_same_where_the_key_frame_is_less_sharp() -> None:
    """Letters hardly darker than their board, told from it by a white rim of a pixel."""
    now = np.full((60, 150, 3), (40, 95, 65), np.uint8)
    letters = np.zeros(now.shape[:2], np.uint8)
    cv2.putText(letters, "WORD", (12, 42), cv2.FONT_HERSHEY_SIMPLEX, 1.3, 255, 4)
    now[cv2.dilate(letters, np.ones((3, 3), np.uint8)) > 0] = 165
    now[letters > 0] = (25, 55, 110)
    same, _ = visible(cv2.GaussianBlur(now, (0, 0), 1.0), now, (letters > 0).astype(np.float32))
    assert same[letters > 0].mean() > 0.99
    thing = now.copy()
    thing[10:50, 60:90] = (40, 95, 65)
    same, _ = visible(cv2.GaussianBlur(now, (0, 0), 1.0), thing, (letters > 0).astype(np.float32))
    assert same[15:45, 65:85][letters[15:45, 65:85] > 0].mean() < 0.1


def test_a_gap_between_two_sightings_is_filled_where_the_text_shows(wall: Clip) -> None:
    """Frames that a labeler looked at: only a text that is seen before and after is added."""
    missed = [replace(f, instances=f.instances[1:]) if 4 < f.index < 9 else f for f in wall.frames]
    gone = [replace(f, instances=f.instances[:1]) if f.index > 11 else f for f in missed]
    given = Propagate().label(replace(wall, frames=tuple(gone)))
    assert [len(frame.instances) for frame in given.frames] == [2] * 12 + [1] * 5
    assert min(tolerant(wall, given)[:12]) > 0.97


def test_a_frame_that_a_person_worked_on_keeps_what_it_has(wall: Clip) -> None:
    word = replace(wall.frames[0].instances[0], source="human", effort="drawn")
    frames = [*keep(wall, {KEY}).frames[:4], replace(wall.frames[4], instances=(word,)), *keep(wall, {KEY}).frames[5:]]
    given = Propagate().label(replace(wall, frames=tuple(frames)))
    assert given.frames[4].instances == (word,)


def test_frames_out_of_reach_stay_unlabelled(wall: Clip) -> None:
    given = Propagate(reach=2).label(keep(wall, {KEY}))
    assert [f.index for f in given.frames if f.labelled] == [6, 7, 8, 9, 10]
    assert Propagate().label(keep(wall, set())) == keep(wall, set())


def test_frames_near_one_without_text_are_labelled_and_empty(wall: Clip) -> None:
    given = Propagate().label(
        replace(wall, frames=(replace(wall.frames[0], instances=()), *keep(wall, set()).frames[1:]))
    )
    assert all(frame.labelled and not frame.instances for frame in given.frames)


class Follows:
    """Segmenter: the mask of a prompt, on its frame and all later ones."""

    def segment(self, video: np.ndarray, prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        for number in range(len(video)):
            shown = {p.track_id: p.mask for p in prompts if p.frame <= number and p.mask}
            yield tuple(Segment(track_id=track, mask=mask, score=0.7) for track, mask in shown.items())


def test_a_segmenter_with_a_memory_follows_masks_both_ways() -> None:
    still = scene(7, step=(0.0, 0.0))
    table = {"class": f"{__name__}:Follows"}
    given = Propagate(segmenter=table).label(keep(still, {3}))
    assert min(ious(still, given)) == 1.0
    assert given.frames[0].instances[0].score == pytest.approx(0.63)
