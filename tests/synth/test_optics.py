"""Blur like the base's, for everything that is drawn."""

from collections.abc import Callable

import numpy as np
import pytest
from jaxtyping import UInt8

from synth.optics import sample_optics
from synth.scene import Drawing
from synth.specs import BlockSpec, Board, Fill, Optics, Style

Draw = Callable[..., Drawing]
Block = Callable[..., BlockSpec]


def softness(alpha: UInt8[np.ndarray, "h w"]) -> float:
    """px, standard deviation of the Gaussian that blurred the first edge of the middle row: half of its 16 to 84 %."""
    row = alpha[len(alpha) // 2].astype(float) / 255
    rising = row[: int(row.argmax()) + 1]
    low, high = np.interp((0.1587, 0.8413), rising, np.arange(len(rising)))
    return float(high - low) / 2


def test_a_board_is_as_far_out_of_focus_as_its_text(draw: Draw, make_block: Block) -> None:
    white, board = Fill(kind="solid", colours=((250, 250, 245),)), Board(colour=(20, 40, 120), margin=0.4, radius=0.0)
    drawn = draw(make_block("I", size=120.0, style=Style(fill=white, board=board)), optics=Optics(defocus=2.0))
    coverage = next(iter(drawn.frames()))[1]
    letter = coverage.words[0][0].fill
    assert letter is not None
    assert softness(letter.alpha) == pytest.approx(2.0, abs=0.1)
    assert softness(coverage.boards[0].alpha) == pytest.approx(2.0, abs=0.1)


@pytest.mark.parametrize("seed", range(20))
def test_the_blur_of_the_base_is_met_within_fifteen_percent(seed: int) -> None:
    def rng_for(_: str) -> np.random.Generator:
        return np.random.default_rng(seed)

    optics = sample_optics(rng_for, sharpness=2.0, grain=1.0, motion=0.0)
    assert 1.7 <= optics.defocus <= 2.3 and optics.shutter == 0
