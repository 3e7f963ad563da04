"""The simulated annotator mends what is wrong, as people do, and says nothing else of the truth."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from annotate.robot import score
from annotate.robot.oracle import Oracle
from annotate.robot.visit import Deed, RobotConfig
from sts import config, masks
from sts.errors import ConfigError, DataError
from tests.annotate.robot.scene import HEIGHT, WIDTH, letters, scene

TRUTH = letters("TEXT") | letters("SIGN")
NOTHING = np.zeros_like(TRUTH)
STEADY = RobotConfig(jitter_px=0.0)


def oracle(robot: RobotConfig = STEADY, seed: int = 0) -> Oracle:
    return Oracle(scene(2, step=0), robot, seed)


def work(one: Oracle, drawn: np.ndarray, regions: Sequence[np.ndarray] = (), *, careful: bool = False) -> list[Deed]:
    """All deeds, each with a mask of its own."""
    deeds = one.correct(0, drawn, regions, careful=careful)
    return [replace(deed, drawn=deed.drawn.copy()) for deed in deeds]


def kinds(deeds: Sequence[Deed]) -> Counter[str]:
    return Counter(deed.action.kind for deed in deeds)


def test_words_are_painted_from_nothing_until_it_is_content() -> None:
    deeds = work(oracle(), NOTHING)
    found = [score.tolerant_f(deed.counts) for deed in deeds]
    assert found[-1] >= 0.98 > found[-2]
    assert deeds[0].action.kind == "stroke"


def test_every_deed_says_how_good_its_mask_is() -> None:
    for deed in work(oracle(RobotConfig()), NOTHING):
        assert deed.counts.tolist() == score.counts(TRUTH, deed.drawn).tolist()


def test_no_deed_makes_the_mask_worse() -> None:
    wrong = [deed.counts[2] for deed in work(oracle(RobotConfig(jitter_px=3.0)), NOTHING)]
    assert wrong == sorted(wrong, reverse=True)


def test_the_largest_mistake_comes_first() -> None:
    drawn = TRUTH.copy()
    drawn[letters("SIGN")] = False
    drawn[5:9, 200:204] = True
    first = work(oracle(), drawn)[0]
    assert not (first.drawn ^ drawn)[:60].any()
    assert (first.drawn ^ drawn)[60:].any()


def test_what_is_no_text_is_erased() -> None:
    drawn = TRUTH.copy()
    drawn[60:66, 10:90] = True
    deeds = work(oracle(), drawn)
    assert set(kinds(deeds)) == {"erase"}
    assert not deeds[-1].drawn[60:66, 12:88].any()


def test_a_region_that_is_on_no_text_goes_with_one_click() -> None:
    region = NOTHING.copy()
    region[60:66, 10:90] = True
    deeds = work(oracle(), TRUTH | region, [letters("TEXT"), letters("SIGN"), region])
    assert kinds(deeds) == {"click": 1}
    assert (deeds[0].drawn == TRUTH).all()


def test_a_careful_annotator_goes_further() -> None:
    ends = [
        score.tolerant_f(work(oracle(RobotConfig()), NOTHING, careful=careful)[-1].counts) for careful in (False, True)
    ]
    assert ends[0] < 0.99 <= ends[1]


def test_a_mask_within_the_tolerance_is_approved_and_a_missing_word_is_not() -> None:
    wider = TRUTH | np.roll(TRUTH, 1, axis=0)
    assert oracle().approves(0, wider)
    assert not oracle().approves(0, letters("TEXT"))


def test_small_mistakes_are_overlooked_in_the_share_that_is_set() -> None:
    spots = NOTHING.copy()
    for row in range(4, HEIGHT, 8):
        for column in range(4, WIDTH, 8):
            if not TRUTH[row - 4 : row + 6, column - 4 : column + 6].any():
                spots[row : row + 2, column : column + 2] = True
    n = int(spots.sum()) // 4
    left = int((work(oracle(), TRUTH | spots, careful=True)[-1].drawn & spots).sum()) // 4
    assert n > 100
    assert 0.2 < left / n < 0.4


def test_a_place_is_left_as_it_is_after_some_tries() -> None:
    """A hand that always misses does not go on for ever."""
    deeds = work(oracle(RobotConfig(jitter_px=200.0, tries=2)), NOTHING)
    assert 0 < len(deeds) < TRUTH.sum()


def test_the_same_seed_does_the_same_and_another_does_not() -> None:
    def done(seed: int) -> list[tuple[int, ...]]:
        return [tuple(deed.counts.tolist()) for deed in work(oracle(RobotConfig(), seed), NOTHING)]

    assert done(1) == done(1)
    assert done(1) != done(2)


def test_the_given_mask_stays_as_it_was() -> None:
    drawn = NOTHING.copy()
    work(oracle(), drawn)
    assert not drawn.any()


def test_ignored_text_is_neither_painted_nor_erased() -> None:
    clip = scene(1)
    first, second = clip.frames[0].instances
    frame = replace(clip.frames[0], instances=(first, replace(second, ignore=True)))
    one = Oracle(replace(clip, frames=(frame,)), STEADY, 0)
    assert one.approves(0, letters("TEXT"))
    assert one.approves(0, TRUTH)
    assert len(one.boxes(0)) == 1
    assert one.words(0) == {1: "TEXT"}


def test_strokes_at_the_border_of_the_frame_are_counted_right() -> None:
    clip = scene(1)
    bar = np.zeros((HEIGHT, WIDTH), np.bool_)
    bar[:6, :50] = True
    bar[-3:, -60:] = True
    item = replace(clip.frames[0].instances[0], mask=masks.encode(bar))
    one = Oracle(replace(clip, frames=(replace(clip.frames[0], instances=(item,)),)), RobotConfig(), 0)
    deeds = work(one, NOTHING)
    assert [deed.counts.tolist() for deed in deeds] == [score.counts(bar, deed.drawn).tolist() for deed in deeds]
    assert score.tolerant_f(deeds[-1].counts) >= 0.98


def test_a_frame_without_truth_is_refused() -> None:
    clip = scene(2)
    frames = (clip.frames[0], replace(clip.frames[1], labelled=False))
    with pytest.raises(DataError, match="frame 1 of clip wall-0 has no truth"):
        Oracle(replace(clip, frames=frames), STEADY, 0)


@pytest.mark.parametrize("wrong", [{"content": 1.5}, {"overlooked": -0.1}, {"jitter_px": -1.0}, {"tries": 0}])
def test_settings_that_cannot_be_meant_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        config.from_dict(RobotConfig, wrong)
