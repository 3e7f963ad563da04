import cv2
import numpy as np
import pytest

from realv.spots import Spots
from realv.words import WordFinder
from sts import plugins
from tests.realv.test_figures import sign
from tests.sts.films import Picture, scene


def score(picture: Picture) -> float:
    return sum(word.score for word in Spots().find(picture))


def leaves(seed: int) -> Picture:
    rng = np.random.default_rng(seed)
    picture = np.full((270, 480, 3), 60, np.uint8)
    for _ in range(2500):
        at = (int(rng.integers(0, 480)), int(rng.integers(0, 270)))
        axes, turn = (int(rng.integers(3, 10)), int(rng.integers(2, 5))), int(rng.integers(0, 180))
        cv2.ellipse(picture, at, axes, turn, 0, 360, rng.integers(20, 160, 3).tolist(), -1, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("inverted", [False, True])
def test_a_line_of_letters_is_found_where_it_stands(inverted: bool) -> None:
    picture = 255 - sign("LETTERS") if inverted else sign("LETTERS")
    best = max(Spots().find(picture), key=lambda word: word.score)
    assert best.score > 0.2
    (left, top), _, (right, bottom), _ = best.polygon
    assert 20 < left < 100 and right == pytest.approx(150, abs=6)  # blots under the first letters may hide them
    assert top == pytest.approx(228, abs=6) and bottom == pytest.approx(251, abs=6)


def test_letters_score_above_leaves_and_blots() -> None:
    assert score(sign("SOME LETTERS")) > 2 * max(score(leaves(seed)) for seed in range(3))
    assert score(scene(2, 270, 480)) == 0


def test_it_is_a_word_finder() -> None:
    assert isinstance(plugins.load("realv.spots:Spots", WordFinder), Spots)


@pytest.mark.parametrize("size", [(1, 1), (5, 300), (300, 5)])
def test_any_size_is_searched(size: tuple[int, int]) -> None:
    assert Spots().find(np.zeros((*size, 3), np.uint8)) == ()
