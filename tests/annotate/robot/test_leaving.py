"""What an annotator leaves: kept words as they were, painted ones whole, with one number on all frames."""

from dataclasses import replace

import numpy as np

from annotate.robot import leaving, score
from sts import geometry, masks
from sts.types import Clip, Frame, TextInstance
from tests.annotate.robot.scene import HEIGHT, WIDTH, letters, scene, word

TRUTH = scene(4, step=1)


def predicted(truth: Clip, *tracks: int) -> Clip:
    """These words as a machine saw them, with a line round them that has no strokes."""

    def seen(frame: Frame) -> Frame:
        words = (one for one in frame.instances if one.track_id in tracks)
        line = TextInstance(track_id=9, level="line", polygon=word(1, "TEXT").polygon, source="predicted")
        ones = (replace(one, source="predicted", score=0.5, parent_id=9, text="T3XT") for one in words)
        return replace(frame, instances=(line, *ones))

    return replace(truth, frames=tuple(map(seen, truth.frames)), video=None)


def perfect(truth: Clip) -> list[np.ndarray]:
    """The strokes of each frame as they are."""
    return [score.strokes(frame, HEIGHT, WIDTH) for frame in truth.frames]


def by_track(frame: Frame) -> dict[int, TextInstance]:
    return {one.track_id: one for one in frame.instances}


def test_what_is_right_already_is_kept_as_it_is() -> None:
    given = predicted(TRUTH, 1, 2)
    done = leaving.left(given, perfect(TRUTH), TRUTH)
    for before, after in zip(given.frames, done.frames, strict=True):
        assert after.instances == tuple(replace(one, source="human", effort="kept") for one in before.instances)


def test_a_painted_word_is_one_new_track_on_all_frames_with_a_polygon_round_its_strokes() -> None:
    done = leaving.left(predicted(TRUTH, 1), perfect(TRUTH), TRUTH)
    new = [one for frame in done.frames for one in frame.instances if one.effort == "drawn"]
    assert [one.track_id for one in new] == [10] * 4
    for one, frame in zip(new, TRUTH.frames, strict=True):
        assert (one.level, one.source, one.text, one.mask) == ("word", "human", None, frame.instances[1].mask)
        centres = np.argwhere(masks.decode(frame.instances[1].mask or masks.empty(1, 1)))[:, ::-1] + 0.5
        assert geometry.contains(one.polygon, centres).all()


def test_letters_that_a_word_lacked_become_part_of_it_and_its_polygon_holds_them() -> None:
    given = predicted(TRUTH, 1, 2)
    half = letters("TEXT")
    half[:, 60:] = False
    first = replace(
        by_track(given.frames[0])[1], mask=masks.encode(half), polygon=((16.0, 10.0), (60.0, 10.0), (60.0, 42.0))
    )
    line, _, other = given.frames[0].instances
    frames = (replace(given.frames[0], instances=(line, first, other)), *given.frames[1:])
    done = leaving.left(replace(given, frames=frames), perfect(TRUTH), TRUTH)
    left = by_track(done.frames[0])
    assert sorted(left) == [1, 2, 9]
    assert (left[1].mask, left[1].effort, left[1].score) == (TRUTH.frames[0].instances[0].mask, "changed", None)
    assert geometry.box(left[1].polygon)[2] == geometry.box(TRUTH.frames[0].instances[0].polygon)[2]
    assert (left[2].effort, left[1].parent_id) == ("kept", 9)


def test_a_word_that_a_frame_lost_is_the_track_that_the_others_have() -> None:
    given = predicted(TRUTH, 1, 2)
    lost = replace(given.frames[2], instances=tuple(i for i in given.frames[2].instances if i.track_id != 2))
    given = replace(given, frames=(*given.frames[:2], lost, given.frames[3]))
    done = leaving.left(given, perfect(TRUTH), TRUTH)
    assert [sorted(by_track(frame)) for frame in done.frames] == [[1, 2, 9]] * 4
    assert [by_track(frame)[2].effort for frame in done.frames] == ["kept", "kept", "drawn", "kept"]


def test_a_track_that_is_on_another_word_does_not_get_the_strokes_of_the_first() -> None:
    given = predicted(TRUTH, 1)
    line, text = given.frames[1].instances
    wandered = replace(text, mask=TRUTH.frames[1].instances[1].mask, polygon=TRUTH.frames[1].instances[1].polygon)
    frames = (given.frames[0], replace(given.frames[1], instances=(line, wandered)), *given.frames[2:])
    done = leaving.left(replace(given, frames=frames), perfect(TRUTH), TRUTH)
    left = by_track(done.frames[1])
    assert (left[1].mask, left[1].effort) == (wandered.mask, "kept")
    assert [one.mask for one in left.values() if one.effort == "drawn"] == [TRUTH.frames[1].instances[0].mask]


def test_what_was_erased_is_gone() -> None:
    given = predicted(TRUTH, 1, 2)
    drawn = [letters("SIGN", i) for i in range(4)]
    done = leaving.left(given, drawn, TRUTH)
    assert [sorted(by_track(frame)) for frame in done.frames] == [[2, 9]] * 4


def test_what_is_typed_corrects_the_transcripts_of_the_machine() -> None:
    done = leaving.left(predicted(TRUTH, 1), perfect(TRUTH), TRUTH, typed=True)
    texts = [[one.text for one in frame.instances if one.level == "word"] for frame in done.frames]
    assert texts == [["TEXT", "SIGN"]] * 4
    assert {by_track(frame)[1].effort for frame in done.frames} == {"changed"}


def test_an_unsteady_stroke_beside_a_letter_is_the_words_and_one_far_away_is_a_word_of_its_own() -> None:
    given = predicted(TRUTH, 1, 2)
    drawn = perfect(TRUTH)
    left, top, _, _ = map(int, geometry.box(TRUTH.frames[0].instances[0].polygon))
    drawn[0][top - 2, left + 4 : left + 10] = True
    drawn[0][2:5, 200:220] = True
    done = by_track(leaving.left(given, drawn, TRUTH).frames[0])
    assert masks.area(done[1].mask or masks.empty(1, 1)) == int(letters("TEXT").sum()) + 6
    assert (masks.area(done[10].mask or masks.empty(1, 1)), done[10].effort) == (60, "drawn")


def test_strokes_that_are_cut_into_no_words_stay_so() -> None:
    def flat(frame: Frame) -> Frame:
        one = replace(frame.instances[0], level="text", source="predicted", text=None)
        return replace(frame, instances=(one,))

    given = replace(TRUTH, frames=tuple(map(flat, TRUTH.frames)), video=None)
    done = leaving.left(given, perfect(TRUTH), TRUTH)
    assert [[(one.level, one.effort) for one in frame.instances] for frame in done.frames] == [
        [("text", "kept"), ("text", "drawn")]
    ] * 4
    assert {tuple(by_track(frame)) for frame in done.frames} == {(1, 2)}


def test_who_begins_anew_leaves_only_what_was_drawn_under_numbers_that_no_prelabel_has() -> None:
    done = leaving.left(predicted(TRUTH, 1), perfect(TRUTH), TRUTH, empty=True)
    assert [[(one.track_id, one.level, one.effort) for one in frame.instances] for frame in done.frames] == [
        [(10, "word", "drawn"), (11, "word", "drawn")]
    ] * 4
