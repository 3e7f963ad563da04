"""A block gets the lines and the size that fill a box best; what makes it large is given up before the text is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from sts.errors import RenderError
from synth.block import extent
from synth.fitting import NARROW, Room, fit
from synth.placement import TextKit
from synth.specs import BlockSpec, Board, Fill, Style
from synth.text.corpus import Phrase
from synth.text.layout import set_text

SIZES = (14.0, 160.0)
PLATE = Style(
    fill=Fill(kind="solid", colours=((0, 0, 0),)), board=Board(colour=(250, 250, 250), margin=0.5, radius=0.0)
)


def phrase(text: str, script: str = "Latn") -> Phrase:
    return Phrase(text=text, language="en", script=script, kind="sign")


def test_a_block_fills_its_box_in_one_direction(make_block: Callable[..., BlockSpec], kit: TextKit) -> None:
    lines = []
    for box in ((400.0, 30.0), (120.0, 120.0)):
        fitted = fit(make_block("No smoking in this building"), box, kit.library, SIZES)
        size = np.ptp(extent(set_text(fitted.text, kit.library), fitted), axis=0)
        assert np.max(size / box) == pytest.approx(1, abs=0.01)
        lines.append(fitted.text.text.count("\n") + 1)
    assert lines == [1, 4]


def test_a_wide_board_becomes_narrow_where_the_text_would_be_too_small(
    make_block: Callable[..., BlockSpec], kit: TextKit
) -> None:
    block = make_block("Exit", style=PLATE)
    assert fit(block, (200.0, 60.0), kit.library, SIZES).style == PLATE
    board = fit(block, (60.0, 17.0), kit.library, SIZES).style.board
    assert board is not None and board.margin == NARROW


@pytest.mark.parametrize(("curve", "bend"), [("arc", 1.2), ("wave", 0.25)])
def test_a_curve_that_has_no_room_becomes_straight(
    make_block: Callable[..., BlockSpec], kit: TextKit, curve: Literal["arc", "wave"], bend: float
) -> None:
    block = make_block("Coffee & cake")
    bent = replace(block, text=replace(block.text, curve=curve, bend=bend))
    assert fit(bent, (400.0, 200.0), kit.library, SIZES).text.curve == curve
    assert fit(bent, (110.0, 15.0), kit.library, SIZES).text.curve == "none"


def test_a_curve_that_folds_becomes_straight(make_block: Callable[..., BlockSpec], kit: TextKit) -> None:
    block = make_block("5")
    bent = replace(block, text=replace(block.text, curve="wave", bend=0.25))
    assert fit(bent, (100.0, 100.0), kit.library, SIZES).text.curve == "none"


def test_text_that_would_be_too_small_is_refused_with_its_box(
    make_block: Callable[..., BlockSpec], kit: TextKit
) -> None:
    with pytest.raises(RenderError, match="'No smoking' does not fit in 20x12 px"):
        fit(make_block("No smoking"), (20.0, 12.0), kit.library, SIZES)


def test_room_is_judged_by_words_lines_and_the_width_of_letters() -> None:
    room = Room(width=56.0, height=34.0)
    assert room.holds(phrase("Exit here"), upright=False, em=14.0)
    assert not room.holds(phrase("Entrance"), upright=False, em=28.0)
    assert not room.holds(phrase("Please do not enter"), upright=False, em=14.0)
    assert room.holds(phrase("関係者以外立入禁止", "Jpan"), upright=False, em=7.0)
    assert not room.holds(phrase("関係者以外立入禁止", "Jpan"), upright=False, em=14.0)
    assert room.holds(phrase("営業", "Jpan"), upright=True, em=14.0)
    assert not room.holds(phrase("営業中", "Jpan"), upright=True, em=14.0)
