import numpy as np
import pytest

from synth.raster.coverage import Roi, cover
from synth.raster.effects import border, extruded, lamps, rounded_rectangle
from synth.raster.outline import EMPTY, Outline, joined

FRAME = Roi(left=0, top=0, width=120, height=100)


def moved(outline: Outline, x: float, y: float) -> Outline:
    return outline.mapped(lambda points: points + np.array([x, y]))


def letter_o() -> Outline:
    """A ring from (20, 20) to (80, 70) with a hole from (35, 32) to (65, 58)."""
    hole = rounded_rectangle(30.0, 26.0, 8.0)
    turned = Outline(points=hole.points[::-1].copy(), ends=hole.ends)
    return joined([moved(rounded_rectangle(60.0, 50.0, 15.0), 20, 20), moved(turned, 35, 32)])


def area(outline: Outline) -> float:
    return float(cover(outline, FRAME).sum() / 255)


def test_a_rectangle_has_its_size_and_round_corners() -> None:
    square = rounded_rectangle(40.0, 30.0, 0.0)
    assert len(square.points) == 4
    assert area(square) == pytest.approx(1200)
    assert area(rounded_rectangle(40.0, 30.0, 10.0)) == pytest.approx(1200 - (4 - np.pi) * 100, abs=0.5)
    assert np.ptp(rounded_rectangle(40.0, 30.0, 10.0).points, axis=0).tolist() == [40, 30]
    assert area(rounded_rectangle(30.0, 30.0, 99.0)) == pytest.approx(np.pi * 225, rel=2e-3)


def test_a_border_grows_the_outside_and_shrinks_the_hole() -> None:
    grown = cover(border(letter_o(), 4.0), FRAME)
    assert grown[45, 16:20].tolist() == [255] * 4
    assert grown[45, 15] == 0
    assert grown[45, 38] == 255
    assert grown[45, 40] == 0
    assert (grown >= cover(letter_o(), FRAME)).all()


def test_a_border_has_round_joins() -> None:
    square = moved(rounded_rectangle(20.0, 20.0, 0.0), 40, 40)
    assert area(border(square, 10.0)) == pytest.approx(400 + 4 * 200 + np.pi * 100, rel=2e-3)


def test_a_wide_border_closes_the_hole() -> None:
    assert cover(border(letter_o(), 14.0), FRAME)[25:65, 25:75].min() == 255


@pytest.mark.parametrize(("dx", "dy"), [(9.0, 0.0), (0.0, -7.0), (6.0, 5.0), (-8.0, 3.0)])
def test_an_extrusion_is_everything_the_shape_passes_over(dx: float, dy: float) -> None:
    swept = cover(extruded(letter_o(), dx, dy), FRAME).astype(int)
    steps = np.linspace(0, 1, 400)
    passed = np.max([cover(moved(letter_o(), dx * step, dy * step), FRAME) for step in steps], axis=0).astype(int)
    assert (swept >= passed - 1).all()
    assert np.abs(swept - passed).max() < 64
    assert abs(swept - passed).mean() < 0.5


def test_an_extrusion_over_no_way_is_the_shape() -> None:
    difference = cover(extruded(letter_o(), 0.0, 0.0), FRAME).astype(int) - cover(letter_o(), FRAME)
    assert np.abs(difference).max() <= 1


def test_lamps_stand_on_a_grid_that_neighbours_share() -> None:
    left, right = moved(rounded_rectangle(30.0, 30.0, 0.0), 20, 20), moved(rounded_rectangle(30.0, 30.0, 0.0), 55, 20)
    lit = lamps(joined([left, right]), 5.0, 0.8)
    centres = lit.points.reshape(len(lit.ends), -1, 2).mean(axis=1)
    assert len(centres) == 72
    assert np.allclose(centres / 5 % 1, 0.5)
    assert area(lit) == pytest.approx(72 * np.pi * 4, rel=5e-3)


def test_no_lamp_shines_in_a_hole() -> None:
    centres = lamps(letter_o(), 4.0, 0.9).points.reshape(-1, 20, 2).mean(axis=1)
    assert not ((np.abs(centres - (50, 45)) < (15 - 3, 13 - 3)).all(axis=1)).any()
    assert len(centres) == pytest.approx(area(letter_o()) / 16, rel=0.1)


def test_effects_of_nothing_are_nothing() -> None:
    made = [border(EMPTY, 3.0), extruded(EMPTY, 3.0, 3.0), lamps(EMPTY, 3.0, 0.5)]
    assert [len(shape.points) for shape in made] == [0, 0, 0]


def test_a_contour_that_touches_itself_still_gets_its_effects() -> None:
    bow = np.array([(20, 20), (60, 60), (60, 20), (20, 60)], float)
    shape = Outline(points=bow, ends=np.array([4]))
    assert area(border(shape, 3.0)) > 800
    assert area(extruded(shape, 5.0, 0.0)) > 800


def test_round_joins_are_flat_to_a_sixteenth_of_a_pixel_at_200_px() -> None:
    dot = moved(rounded_rectangle(0.01, 0.01, 0.0), 50, 50)
    points = border(dot, 20.0).points
    middles = (points + np.roll(points, -1, axis=0)) / 2
    assert (20 - np.linalg.norm(middles - (50.005, 50.005), axis=1)).max() < 1 / 16
