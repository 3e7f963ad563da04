"""Middle lines are thin and connected, and a stroke along one covers its blob."""

import cv2
import numpy as np
import pytest

from annotate.robot import strokes


def letters(text: str = "ESO", thickness: int = 5) -> np.ndarray:
    canvas = np.zeros((60, 140), np.uint8)
    cv2.putText(canvas, text, (6, 48), cv2.FONT_HERSHEY_SIMPLEX, 1.6, (1,), thickness)
    return canvas > 0


def n_parts(pixels: np.ndarray) -> int:
    return int(cv2.connectedComponents(pixels.view(np.uint8), connectivity=8)[0]) - 1


@pytest.mark.parametrize("thickness", [1, 2, 3, 4, 7])
def test_a_skeleton_is_as_connected_as_its_letters_and_inside_them(thickness: int) -> None:
    shape = letters(thickness=thickness)
    line = strokes.thinned(shape)
    assert n_parts(line) == n_parts(shape)
    assert not (line & ~shape).any()


def test_a_skeleton_has_no_two_by_two_block() -> None:
    line = strokes.thinned(letters(thickness=7))
    assert not (line[1:, 1:] & line[:-1, 1:] & line[1:, :-1] & line[:-1, :-1]).any()


def test_a_ring_stays_a_ring() -> None:
    line = strokes.thinned(letters("O"))
    assert cv2.connectedComponents((~line).view(np.uint8), connectivity=4)[0] == 1 + 2


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (1, 9), (2, 9)])
def test_a_blob_of_a_few_pixels_has_a_stroke(shape: tuple[int, int]) -> None:
    stroke = strokes.along(np.ones(shape, np.bool_))
    painted = strokes.painted(stroke, (0, 0, shape[1], shape[0]))
    assert painted.any()
    assert stroke.length <= 9


@pytest.mark.parametrize("width", [1, 3, 5, 9])
def test_a_bar_is_painted_with_its_own_width_and_length(width: int) -> None:
    bar = np.zeros((30, 80), np.bool_)
    bar[10 : 10 + width, 10:70] = True
    stroke = strokes.along(bar)
    assert 60 - width - 1 <= stroke.length <= 60
    painted = strokes.painted(stroke, (0, 0, 80, 30))
    assert (painted & bar).sum() / (painted | bar).sum() > 0.9


def test_a_stroke_takes_the_longest_way_and_not_a_branch() -> None:
    tee = np.zeros((60, 60), np.bool_)
    tee[8:11, 5:55] = True
    tee[11:25, 29:32] = True
    assert strokes.along(tee).length > 42


def test_the_hand_is_off_by_what_the_jitter_says() -> None:
    bar = np.ones((3, 4001), np.bool_)
    stroke = strokes.along(bar)
    hand = strokes.trembling(stroke, 0.5, np.random.default_rng(0))
    off = hand.path[:, 1] - stroke.path[0, 1]
    assert 0.45 < off.std() < 0.55


def test_a_steady_hand_keeps_to_the_line() -> None:
    stroke = strokes.along(letters("S"))
    hand = strokes.trembling(stroke, 0.0, np.random.default_rng(0))
    assert {tuple(point) for point in hand.path.tolist()} <= {tuple(point) for point in stroke.path.tolist()}


def test_all_that_is_painted_lies_in_the_box_of_the_stroke() -> None:
    stroke = strokes.along(letters("S", 9))
    left, top, right, bottom = stroke.box
    painted = strokes.painted(stroke, (0, 0, 140, 60))
    painted[max(top, 0) : bottom, max(left, 0) : right] = False
    assert not painted.any()
