"""Pieces of text: what joins, what does not, and whose number lasts."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pytest

from model.instances import InstanceConfig, Tracker, pieces, rectangle
from sts import geometry, masks
from sts.errors import ConfigError

SIZE = (120, 320)
CONFIG = InstanceConfig()


def written(*words: tuple[str, int, int], size: tuple[int, int] = SIZE, scale: float = 1.0) -> np.ndarray:
    """Words as strokes, each with the left end of its baseline, px."""
    page = np.zeros(size, np.uint8)
    for text, x, y in words:
        cv2.putText(page, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, 255, max(round(4 * scale), 1))
    return page > 127


def sure(strokes: np.ndarray) -> np.ndarray:
    return np.ones(strokes.shape, np.float32)


def ids(tracker: Tracker, strokes: np.ndarray) -> list[int]:
    return [one.track_id for one in tracker.step(strokes, sure(strokes))]


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.5])
def test_letters_of_a_word_join_and_words_stay_apart_at_any_size(scale: float) -> None:
    left = written(("Fire", 20, 120), size=(180, 640), scale=scale)
    right = written(("exit", 40 + int(90 * scale), 120), size=(180, 640), scale=scale)
    found = pieces(left | right, sure(left), CONFIG)
    assert sorted(masks.area(one.mask) for one in found) == sorted((int(left.sum()), int(right.sum())))


def test_pieces_are_the_strokes_and_nothing_else() -> None:
    strokes = written(("Menu", 20, 60), ("of", 180, 60))
    together = masks.union(one.mask for one in pieces(strokes, sure(strokes), replace(CONFIG, min_area=1)))
    assert together == masks.encode(strokes)


def test_a_dot_belongs_to_its_letter_and_a_speck_is_left_out() -> None:
    strokes = written(("i", 50, 60))
    strokes[100:103, 300:303] = True
    (found,) = pieces(strokes, sure(strokes), CONFIG)
    assert masks.decode(found.mask).sum() == strokes[:, :200].sum()


def test_the_score_is_the_mean_confidence_of_the_strokes() -> None:
    strokes = written(("a", 20, 60), ("b", 200, 60))
    confidence = np.full(SIZE, 0.25, np.float32)
    confidence[:, 150:] = 0.75
    assert [one.score for one in sorted(pieces(strokes, confidence, CONFIG), key=lambda one: one.box)] == [0.25, 0.75]


@pytest.mark.parametrize("size", [(1, 1), (200, 8000), (1, 50)])
def test_a_full_and_an_empty_frame_of_any_size(size: tuple[int, int]) -> None:
    full = np.ones(size, np.bool_)
    assert pieces(~full, sure(full), CONFIG) == []
    (found,) = pieces(full, sure(full), replace(CONFIG, min_area=1))
    assert found.box == (0.0, 0.0, float(size[1]), float(size[0]))
    assert geometry.area(rectangle(found.mask)) == pytest.approx(size[0] * size[1])


def test_a_moving_word_keeps_its_number_beside_a_still_one() -> None:
    tracker = Tracker(CONFIG)
    found = [ids(tracker, written(("Taxi", 10 + 12 * frame, 50), ("Bus", 20, 110))) for frame in range(8)]
    assert all(set(one) == {1, 2} for one in found)


def test_a_word_that_outruns_its_own_box_is_followed_by_its_speed() -> None:
    """From frame to frame it moves by more than its width; it sets off slowly."""
    tracker = Tracker(CONFIG)
    places = np.cumsum([10, 20, 50, 80, 80])
    assert {number for x in places for number in ids(tracker, written(("ab", int(x), 60)))} == {1}


def test_words_that_appear_move_as_the_others_do() -> None:
    """The camera pans: what was seen once is looked for where the pan takes it."""
    tracker = Tracker(CONFIG)
    for x in (10, 30, 60, 110):
        ids(tracker, written(("ab", x, 40), ("cd", x, 80)))
    assert set(ids(tracker, written(("ab", 170, 40), ("cd", 170, 80), ("ef", 10, 110)))) == {1, 2, 3}
    assert set(ids(tracker, written(("ab", 230, 40), ("cd", 230, 80), ("ef", 70, 110)))) == {1, 2, 3}


@pytest.mark.parametrize(("missing", "same"), [(0, True), (5, True), (6, False)])
def test_a_word_may_be_missing_for_a_few_frames(missing: int, same: bool) -> None:
    tracker, word = Tracker(CONFIG), written(("Open", 30, 60))
    (before,) = ids(tracker, word)
    for _ in range(missing):
        assert ids(tracker, np.zeros(SIZE, np.bool_)) == []
    assert (ids(tracker, word) == [before]) is same


def test_what_a_tracker_keeps_is_bounded() -> None:
    tracker, rng = Tracker(replace(CONFIG, overlap=1.0)), np.random.default_rng(0)
    for _ in range(40):
        x, y = rng.integers((10, 40), (210, 100)).tolist()
        ids(tracker, written(("ab", x, y)))
    assert len(tracker.tracks) <= CONFIG.gap + 1


def test_a_rectangle_lies_along_turned_strokes() -> None:
    page = np.zeros((200, 200), np.uint8)
    cv2.line(page, (40, 60), (160, 140), 255, 9)
    mask = masks.encode(page > 0)
    polygon = rectangle(mask)
    assert len(polygon) == 4
    assert geometry.signed_area(polygon) > 0
    assert masks.area(mask) / geometry.area(polygon) > 0.85
    y, x = np.nonzero(page)
    assert geometry.contains(polygon, np.stack([x + 0.5, y + 0.5], axis=1), margin=0.05).all()


@pytest.mark.parametrize("wrong", [{"reach": -1.0}, {"min_area": 0}, {"overlap": 0.0}, {"gap": -1}], ids=str)
def test_a_setting_that_cannot_be_meant_is_one_line(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=f"{next(iter(wrong))} = "):
        InstanceConfig(**wrong)
