import numpy as np
import pytest

from synth.raster.effects import rounded_rectangle
from synth.raster.paint import emboss_gain, fill_patch, wear_alpha
from synth.specs import Emboss, Fill, Wear

RED, BLUE = (200, 30, 20), (20, 40, 220)


def test_a_solid_fill_is_one_colour() -> None:
    assert (fill_patch(Fill(kind="solid", colours=(RED,)), (20, 10)) == RED).all()


@pytest.mark.parametrize(
    ("angle", "start", "end"),
    [(0.0, (5, 0), (5, -1)), (np.pi / 2, (0, 9), (-1, 9)), (np.pi, (5, -1), (5, 0)), (0.5, (0, 0), (-1, -1))],
)
def test_a_gradient_runs_along_its_angle(angle: float, start: tuple[int, int], end: tuple[int, int]) -> None:
    patch = fill_patch(Fill(kind="gradient", colours=(RED, BLUE), angle=angle), (200, 100)).astype(int)
    assert np.abs(patch[start] - RED).max() <= 3
    assert np.abs(patch[end] - BLUE).max() <= 3


@pytest.mark.parametrize("seed", range(6))
def test_a_texture_mixes_its_two_colours_and_repeats_by_seed(seed: int) -> None:
    fill = Fill(kind="texture", colours=(RED, BLUE), seed=seed)
    patch = fill_patch(fill, (160, 90))
    share = (patch[:, :, 2] - 20.0) / 200
    assert share.min() >= 0
    assert share.max() <= 1
    assert share.std() > 0.15
    assert share.mean() == pytest.approx(0.5, abs=0.1)
    assert np.array_equal(patch, fill_patch(fill, (160, 90)))
    assert not np.array_equal(patch, fill_patch(Fill(kind="texture", colours=(RED, BLUE), seed=seed + 1), (160, 90)))


@pytest.mark.parametrize("amount", [0.0, 0.05, 0.2, 0.5])
@pytest.mark.parametrize("scale", [0.02, 0.2, 3.0])
def test_wear_takes_the_share_it_is_asked_for(amount: float, scale: float) -> None:
    left = wear_alpha(Wear(amount=amount, scale=scale, seed=3), 40.0, (300, 120))
    assert 1 - left.mean() / 255 == pytest.approx(amount, abs=0.02)
    assert np.count_nonzero((left > 0) & (left < 255)) < 0.06 * left.size


def test_an_emboss_lights_the_edges_that_face_the_light() -> None:
    block = rounded_rectangle(60.0, 40.0, 0.0).mapped(lambda points: points + 20)
    gain = emboss_gain(block, Emboss(angle=np.pi, width=0.1, strength=0.5), 50.0, (100, 80))
    assert gain[40, 22] > 1.2
    assert gain[40, 77] < 0.8
    assert gain[22, 50] == pytest.approx(1, abs=0.02)
    assert gain[40, 50] == 1
    assert (gain[:19] == 1).all()
    assert gain.min() >= 0


def test_light_from_above_lights_the_upper_edge() -> None:
    block = rounded_rectangle(60.0, 40.0, 0.0).mapped(lambda points: points + 20)
    gain = emboss_gain(block, Emboss(angle=-np.pi / 2, width=0.1, strength=0.5), 50.0, (100, 80))
    assert gain[22, 50] > 1.2 > 0.8 > gain[57, 50]
