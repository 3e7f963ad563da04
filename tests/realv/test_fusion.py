"""Words that several labelers found are surer than words of one; hand-made cases."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from realv import fusion
from sts import masks
from sts.types import Clip, Frame, Origin, TextInstance

SIZE = 30, 60


def word(left: int, right: int, score: float | None = 0.8, text: str | None = None) -> TextInstance:
    """A block of strokes from column `left` to `right`, 10 px high."""
    pixels = np.zeros(SIZE, np.bool_)
    pixels[10:20, left:right] = True
    polygon = ((float(left), 10.0), (float(right), 10.0), (float(right), 20.0), (float(left), 20.0))
    mask = masks.encode(pixels)
    return TextInstance(
        track_id=1, level="word", polygon=polygon, source="predicted", mask=mask, score=score, text=text
    )


def clip(*words: TextInstance, labelled: bool = True) -> Clip:
    frame = Frame(index=0, time_s=0.0, labelled=labelled, instances=words)
    origin = Origin(kind="real", uri="made", license="CC0-1.0")
    return Clip(clip_id="c", fps=Fraction(1), height=SIZE[0], width=SIZE[1], frames=(frame,), origin=origin)


def test_a_word_on_which_two_agree_keeps_its_score() -> None:
    fused, apart = fusion.fuse([clip(word(10, 30, 0.8)), clip(word(10, 30, 0.6))])
    (found,) = fused.frames[0].instances
    assert found.score == pytest.approx(0.7)
    assert apart == (0.0,)


def test_a_pixel_at_the_contour_is_no_disagreement() -> None:
    assert fusion.fuse([clip(word(10, 30)), clip(word(11, 31))])[1] == (0.0,)
    assert fusion.fuse([clip(word(10, 30)), clip(word(16, 36))])[1][0] > 0.2


def test_a_word_of_one_labeler_stays_without_confidence() -> None:
    fused, apart = fusion.fuse([clip(word(10, 20), word(40, 50)), clip(word(10, 20))])
    assert sorted(item.score or 0.0 for item in fused.frames[0].instances) == pytest.approx([0.0, 0.8])
    assert apart[0] == pytest.approx(0.5)
    assert [item.track_id for item in fused.frames[0].instances] == [1, 2]


def test_of_two_the_surer_one_draws_and_the_one_that_read_gives_the_text() -> None:
    fused, _ = fusion.fuse([clip(word(10, 30, 0.9)), clip(word(12, 30, 0.4, "TAXI"))])
    (found,) = fused.frames[0].instances
    assert found.mask == word(10, 30).mask
    assert found.text == "TAXI"


def test_of_three_the_majority_draws_each_pixel() -> None:
    fused, _ = fusion.fuse([clip(word(10, 30)), clip(word(12, 30)), clip(word(12, 32))])
    assert fused.frames[0].instances[0].mask == word(12, 30).mask


def test_who_did_not_look_does_not_disagree() -> None:
    fused, apart = fusion.fuse([clip(word(10, 30)), clip(labelled=False)])
    assert fused.frames[0].instances[0].score == pytest.approx(0.8)
    assert apart == (0.0,)
    nobody, _ = fusion.fuse([clip(labelled=False), replace(clip(labelled=False))])
    assert not nobody.frames[0].labelled
