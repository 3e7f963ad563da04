"""What is pointed at is what is answered, with the weights that ship and printed words on a plain ground."""

import cv2
import numpy as np
import pytest
from jaxtyping import Bool

from model.sam2text.closer import CloserLook
from sts import masks
from sts.errors import DataError
from sts.protocols import Prompt

HEIGHT, WIDTH = 240, 420
PLACES = {"Exit": (30, 80), "Open": (30, 190), "Gate": (240, 80)}
"""Left end of the base line of each word, px"""


def word(text: str) -> Bool[np.ndarray, "h w"]:
    """Its strokes."""
    canvas = np.zeros((HEIGHT, WIDTH), np.uint8)
    cv2.putText(canvas, text, PLACES[text], cv2.FONT_HERSHEY_SIMPLEX, 1.8, 1, 5)
    return canvas.view(np.bool_)


def box(text: str) -> tuple[float, float, float, float]:
    found = masks.box(masks.encode(word(text)))
    assert found is not None
    return found


def on(text: str, nth: int = 0) -> tuple[float, float]:
    """A stroke pixel of the nth letter."""
    _, parts = cv2.connectedComponents(word(text).view(np.uint8))
    order = sorted(set(parts[parts > 0].tolist()), key=lambda part: int(np.nonzero(parts == part)[1].min()))
    rows, columns = np.nonzero(parts == order[nth])
    middle = len(rows) // 2
    return columns[middle] + 0.5, rows[middle] + 0.5


@pytest.fixture(scope="module")
def frame() -> np.ndarray:
    picture = np.full((HEIGHT, WIDTH, 3), (205, 200, 190), np.uint8)
    for text in PLACES:
        picture[word(text)] = (30, 40, 60)
    return picture


@pytest.fixture(scope="module")
def segmenter() -> CloserLook:
    return CloserLook()


def answer(segmenter: CloserLook, frame: np.ndarray, prompt: Prompt) -> Bool[np.ndarray, "h w"]:
    ((segment,),) = segmenter.segment(frame[None], [prompt])
    assert segment.track_id == prompt.track_id
    return masks.decode(segment.mask)


@pytest.mark.parametrize("text", PLACES)
def test_a_box_is_the_text_in_it(segmenter: CloserLook, frame: np.ndarray, text: str) -> None:
    found = answer(segmenter, frame, Prompt(track_id=3, frame=0, box=box(text)))
    assert (found & word(text)).sum() > 0.6 * (found | word(text)).sum()


@pytest.mark.parametrize("text", PLACES)
def test_a_click_is_its_word(segmenter: CloserLook, frame: np.ndarray, text: str) -> None:
    found = answer(segmenter, frame, Prompt(track_id=3, frame=0, points=(on(text),), positive=(True,)))
    assert (found & word(text)).sum() > 0.6 * (found | word(text)).sum()


def test_clicks_on_two_words_are_both(segmenter: CloserLook, frame: np.ndarray) -> None:
    prompt = Prompt(track_id=0, frame=0, points=(on("Exit"), on("Open")), positive=(True, True))
    found, both = answer(segmenter, frame, prompt), word("Exit") | word("Open")
    assert (found & both).sum() > 0.6 * (found | both).sum()


def test_a_letter_is_clicked_away(segmenter: CloserLook, frame: np.ndarray) -> None:
    first, last = on("Open"), on("Open", -1)
    whole = answer(segmenter, frame, Prompt(track_id=0, frame=0, points=(first,), positive=(True,)))
    less = answer(segmenter, frame, Prompt(track_id=0, frame=0, points=(first, last), positive=(True, False)))
    assert whole[int(last[1]), int(last[0])]
    assert not less[int(last[1]), int(last[0])]
    assert 0 < less.sum() < whole.sum()
    assert not (less & ~whole).any()


def test_a_click_on_nothing_is_nothing(segmenter: CloserLook, frame: np.ndarray) -> None:
    assert not answer(segmenter, frame, Prompt(track_id=0, frame=0, points=((380.0, 220.0),), positive=(True,))).any()


def test_only_points_beside_text_are_one_line(segmenter: CloserLook, frame: np.ndarray) -> None:
    with pytest.raises(DataError, match="give a point on it"):
        answer(segmenter, frame, Prompt(track_id=0, frame=0, points=((5.0, 5.0),), positive=(False,)))


def test_a_mask_stays_as_it_is(segmenter: CloserLook, frame: np.ndarray) -> None:
    prompt = Prompt(track_id=0, frame=0, mask=masks.encode(word("Gate")))
    assert np.array_equal(answer(segmenter, frame, prompt), word("Gate"))
