"""Words drawn frame by frame are one track where they are one text, and keep the number that a pre-label gave them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from annotate import linking
from sts import checks
from sts.geometry import Polygon
from sts.types import Clip, TextInstance
from tests.annotate.scenes import bar, box, clip, word

KNOWN = 9
"""The last track of the pre-label; those above are new"""


def drawn(track: int, left: float = 20, top: float = 20, **changes: Any) -> TextInstance:
    """A word of 30 x 10 px without strokes."""
    given = {"polygon": box(left, top, 30, 10), "mask": None, "text": None, "effort": "drawn", **changes}
    return word(track, **given)


def linked(*frames: Sequence[TextInstance]) -> Clip:
    return linking.linked(clip(*frames), range(1, KNOWN + 1))


def ids(*frames: Sequence[TextInstance]) -> list[list[int]]:
    """Tracks of each frame, from left to right."""
    return [
        [one.track_id for one in sorted(frame.instances, key=lambda one: one.polygon[0])]
        for frame in linked(*frames).frames
    ]


def test_a_word_drawn_on_every_frame_is_one_track() -> None:
    assert ids([drawn(10, 20)], [drawn(11, 25)], [drawn(12, 32)]) == [[10], [10], [10]]


def test_words_are_told_apart_where_both_could_be_the_one_before() -> None:
    """Each is nearer to the other's place than to its own, but only one assignment suits both."""
    assert ids([drawn(10, 10), drawn(11, 34)], [drawn(12, 26), drawn(13, 50)]) == [[10, 11], [10, 11]]


def test_the_same_transcript_links_what_no_longer_overlaps() -> None:
    assert ids([drawn(10, 10, text="EXIT")], [drawn(11, 10, 34, text="exit")]) == [[10], [10]]
    assert ids([drawn(10, 10)], [drawn(11, 10, 34)]) == [[10], [11]]
    assert ids([drawn(10, 1, 1, text="EXIT")], [drawn(11, 60, 50, text="EXIT")]) == [[10], [11]]


def test_another_transcript_in_the_same_place_is_another_text() -> None:
    """What says nothing continues what was there last."""
    clock = [[drawn(10, text="12:01")], [drawn(11, text="12:02")], [drawn(12)], [drawn(13, text="12:01")]]
    assert ids(*clock) == [[10], [11], [11], [10]]


def test_transcripts_decide_between_two_words_that_change_places() -> None:
    frames = [drawn(10, 10, text="A"), drawn(11, 40, text="B")], [drawn(12, 15, text="B"), drawn(13, 35, text="A")]
    assert ids(*frames) == [[10, 11], [11, 10]]


@pytest.mark.parametrize(("gap", "one"), [(linking.GAP, True), (linking.GAP + 1, False)])
def test_a_word_that_was_hidden_for_a_moment_is_the_same(gap: int, one: bool) -> None:
    frames: list[list[TextInstance]] = [[drawn(10)], *([] for _ in range(gap - 1)), [drawn(11)]]
    assert ids(*frames)[-1] == [10 if one else 11]


def test_a_word_is_expected_where_it_was_going() -> None:
    """The last place is 45 px away, the one its own motion leads to none."""
    path = [[drawn(10, 1)], [drawn(11, 16)], [], [], [drawn(12, 61)]]
    assert ids(*path)[-1] == [10]
    assert ids(*path[1:])[-1] == [12]


def test_a_word_is_expected_to_move_with_the_other_text() -> None:
    """The camera pans by 20 px, more than the height of a word."""
    sign = [[drawn(1, 50, 10)], [drawn(1, 50, 30)]]
    new = [[drawn(10, 10, 20)], [drawn(11, 10, 40)]]
    assert ids(*(a + b for a, b in zip(sign, new, strict=True))) == [[10, 1], [10, 1]]
    assert ids(*new) == [[10], [11]]


def test_a_known_track_goes_on_in_what_was_drawn_where_it_was_lost() -> None:
    assert ids([drawn(1, 20)], [drawn(10, 24)], [drawn(11, 28)], [drawn(1, 32)]) == [[1]] * 4


def test_what_was_drawn_before_a_known_track_began_is_its_beginning() -> None:
    assert ids([drawn(10, 20)], [drawn(11, 24)], [], [drawn(1, 32)]) == [[1], [1], [], [1]]


def test_no_track_is_on_a_frame_twice() -> None:
    both = [drawn(1, 20), drawn(10, 22)]
    assert ids(both, [drawn(1, 20), drawn(11, 22)], [drawn(12, 22)]) == [[1, 10], [1, 10], [10]]
    assert ids([drawn(10, 22)], both[:1], [drawn(1, 20), drawn(12, 22)], [drawn(13, 22)]) == [[10], [1], [1, 10], [10]]


def test_known_tracks_are_never_joined() -> None:
    frames = [drawn(1)], [drawn(2)], [drawn(3, text="A")]
    assert linked(*frames) == clip(*frames)


def test_a_transcript_given_once_is_that_of_the_whole_track() -> None:
    done = linked([drawn(10)], [drawn(11, text="EXIT")], [drawn(12)], [drawn(1)], [drawn(1, text="EXIT")])
    assert [frame.instances[0].text for frame in done.frames] == ["EXIT", "EXIT", "EXIT", None, "EXIT"]


def test_parents_follow_their_new_names() -> None:
    frames = [
        [
            drawn(10 + 2 * i, 10 + i, level="line", polygon=box(8 + i, 16, 60, 18)),
            drawn(11 + 2 * i, parent_id=10 + 2 * i),
        ]
        for i in range(3)
    ]
    done = linked(*frames)
    assert [[(one.track_id, one.parent_id) for one in frame.instances] for frame in done.frames] == [
        [(10, None), (11, 10)]
    ] * 3
    assert list(checks.findings(done)) == []


def test_levels_are_linked_apart() -> None:
    assert ids([drawn(10)], [drawn(11, level="line")], [drawn(12)]) == [[10], [11], [10]]


def loose(track: int, left: int, *, ignore: bool = False) -> TextInstance:
    """Painted strokes of no word."""
    frame: Polygon = box(left, 20, 12, 6)
    return drawn(track, level="text", polygon=frame, mask=bar(left, 20, 12, 6), ignore=ignore, legible=not ignore)


def test_painted_strokes_of_no_word_are_linked_and_what_is_ignored_is_not_what_is_text() -> None:
    assert ids([loose(10, 20)], [loose(11, 24)], [loose(12, 26, ignore=True)], [loose(13, 28)]) == [
        [10],
        [10],
        [12],
        [10],
    ]


def test_strokes_without_a_polygon_stay_as_they_are() -> None:
    frames = [[loose(10, 20)], [replace(loose(1, 20), polygon=())], [loose(11, 20)]]
    assert ids([frames[0][0]], [], [frames[2][0]]) == [[10], [], [10]]
    assert [one.track_id for frame in linked(*frames).frames for one in frame.instances] == [10, 1, 10]
