"""What a segmenter is asked of a word, and which of its answers are the strokes: by hand-made masks."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from realv.labelers import asking
from realv.labelers.asking import Answer, Ask
from realv.labelers.glyphs import SIDE, Glyph
from realv.labelers.hints import Character, Hint
from sts import masks
from sts.protocols import Prompt, Segment
from sts.types import Mask

HEIGHT, WIDTH = 20, 40
PICTURE = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def bar(left: int, right: int) -> Mask:
    """Ten rows of the picture."""
    pixels = np.zeros((HEIGHT, WIDTH), np.bool_)
    pixels[5:15, left:right] = True
    return masks.encode(pixels)


class Told:
    """Segmenter: answers one call after the other with the masks and scores it was told; keeps what it was asked."""

    def __init__(self, *answers: Sequence[tuple[Mask, float]]) -> None:
        self.answers, self.asked = iter(answers), list[Sequence[Prompt]]()

    def segment(self, video: np.ndarray, prompts: Sequence[Prompt]) -> Iterator[tuple[Segment, ...]]:
        self.asked.append(prompts)
        told = next(self.answers)
        yield tuple(
            Segment(track_id=one.track_id, mask=mask, score=score)
            for one, (mask, score) in zip(prompts, told, strict=True)
        )


def character(left: int, right: int) -> Character:
    """One whose strokes should fill its place, with a point on them and one beside."""
    x0, x1 = float(left), float(right)
    glyph = Glyph(
        positive=((x0 + 1, 10.0),),
        negative=((x0 + 1, 2.0),),
        corners=((x0, 5.0), (x1, 5.0), (x1, 15.0), (x0, 15.0)),
        prior=np.ones((SIDE, SIDE), np.float32),
    )
    return Character(box=(x0, 5.0, x1, 15.0), glyph=glyph, prior=bar(left, right))


def strokes(told: Told, *characters: Character, ask: Ask = "word", place: Mask | None = None) -> Answer:
    word = Hint(box=(0.0, 0.0, 40.0, 20.0), place=place or bar(0, WIDTH), characters=characters)
    (answer,) = asking.strokes(told, PICTURE, [word], ask)
    return answer


def test_an_answer_with_three_tenths_of_the_glyphs_stands() -> None:
    told = Told([(bar(10, 13), 0.9)])
    assert strokes(told, character(10, 20)) == Answer(mask=bar(10, 13), sure=0.9, alike=0.3)
    assert len(told.asked) == 1


@pytest.mark.parametrize("ask", ["word", "char"])
def test_one_with_less_is_made_anew_without_points_and_the_glyph_of_a_character_is_no_mask_then(ask: Ask) -> None:
    told = Told([(bar(10, 12), 0.9)], [(bar(10, 20), 0.6)])
    assert strokes(told, character(10, 20), ask=ask) == Answer(mask=bar(10, 20), sure=0.6, alike=1.0)
    ((first,), (second,)) = told.asked
    assert (first.positive, second.positive, second.points) == ((True, False), (), ())
    assert first.box == second.box
    assert second.mask == (bar(0, WIDTH) if ask == "word" else None)


def test_of_two_poor_answers_the_one_more_like_the_glyphs_stands() -> None:
    told = Told([(bar(10, 12), 0.2)], [(bar(30, 40), 0.9)])
    assert strokes(told, character(10, 20)) == Answer(mask=bar(10, 12), sure=0.2, alike=0.2)


def test_the_strokes_of_a_word_are_those_of_all_its_characters_and_the_larger_ones_count_more() -> None:
    told = Told([(bar(0, 15), 0.9), (bar(20, 25), 0.5)])
    answer = strokes(told, character(0, 15), character(20, 25), ask="char")
    assert (answer.mask, answer.alike) == (masks.union([bar(0, 15), bar(20, 25)]), 1.0)
    assert answer.sure == pytest.approx((3 * 0.9 + 0.5) / 4)


def test_strokes_outside_of_the_word_are_left_out() -> None:
    assert strokes(Told([(bar(5, 30), 0.9)]), character(10, 20), place=bar(8, 22)).mask == bar(8, 22)
