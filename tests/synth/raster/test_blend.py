import cv2
import numpy as np
import pytest
from jaxtyping import UInt8

from synth.raster.blend import NOISE_UNIT, Ink, Shade, blend, contrast, grain, hidden, noise_tile, veil
from synth.raster.colour import difference
from synth.raster.coverage import Roi
from synth.surfaces.surface import Patch

ROI = Roi(left=5, top=3, width=16, height=16)


def picture(seed: int = 0) -> UInt8[np.ndarray, "h w 3"]:
    return np.random.default_rng(seed).integers(0, 256, (24, 32, 3), dtype=np.uint8)


def ramp() -> UInt8[np.ndarray, "h w"]:
    """Every alpha once."""
    return np.arange(256, dtype=np.uint8).reshape(16, 16)


@pytest.mark.parametrize("opacity", [1.0, 0.8, 0.25])
@pytest.mark.parametrize("lit", [False, True])
@pytest.mark.parametrize("textured", [False, True])
def test_blending_is_the_rounded_mix_for_every_alpha(opacity: float, lit: bool, textured: bool) -> None:
    canvas, alpha = picture(), ramp()
    paint = picture(1)[ROI.slices].copy() if textured else (200, 20, 90)
    gain = np.random.default_rng(2).uniform(0.3, 1.6, (16, 16, 3)).astype(np.float32)
    relief = np.random.default_rng(3).uniform(0.5, 1.5, (16, 16)).astype(np.float32)
    base = canvas[ROI.slices].astype(float)
    colour = np.broadcast_to(np.array(paint, np.float32), base.shape)
    colour = np.floor(np.clip(colour * gain * relief[:, :, None], 0, 255) + np.float32(0.5)) if lit else colour
    wanted = base + (colour - base) * (alpha[:, :, None] / 255 * opacity)
    shade = Shade(gain=gain, left=ROI.left, top=ROI.top, cell=1)
    blend(canvas, ROI, alpha, Ink(paint, opacity, shade, relief) if lit else Ink(paint, opacity))
    assert np.abs(canvas[ROI.slices] - wanted).max() <= 0.51


@pytest.mark.parametrize("cell", [3, 8])
def test_light_is_bilinear_between_the_centres_of_its_cells_and_constant_beyond(cell: int) -> None:
    grid = np.random.default_rng(4).uniform(0.2, 1.2, (4, 3, 3)).astype(np.float32)
    canvas = np.zeros((40, 40, 3), np.uint8)
    whole = Roi(left=0, top=0, width=40, height=40)
    shade = Shade(gain=grid, left=6, top=5, cell=cell)
    blend(canvas, whole, np.full((40, 40), 255, np.uint8), Ink((200, 200, 200), shade=shade))
    y, x = np.mgrid[0:40, 0:40] + 0.5
    at = ((x - 6) / cell - 0.5).astype(np.float32), ((y - 5) / cell - 0.5).astype(np.float32)
    wanted = 200 * cv2.remap(grid, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    assert np.abs(canvas - wanted).max() <= 4.0  # OpenCV interpolates in 32nds of a cell
    assert np.abs(canvas - wanted).mean() <= 0.6


def test_no_coverage_changes_no_pixel_inside_or_outside_the_roi() -> None:
    canvas, alpha = picture(), ramp()
    shade = Shade(gain=np.full((2, 2, 3), 5, np.float32), left=ROI.left, top=ROI.top, cell=8)
    blend(canvas, ROI, alpha, Ink((255, 255, 255), 1.0, shade))
    changed = (canvas != picture()).any(axis=2)
    changed[ROI.slices] &= alpha == 0
    assert not changed.any()


def test_full_coverage_is_exactly_the_paint() -> None:
    canvas = picture()
    blend(canvas, ROI, np.full((16, 16), 255, np.uint8), Ink((1, 128, 254)))
    assert (canvas[ROI.slices] == (1, 128, 254)).all()


def test_a_later_layer_takes_its_share_of_an_earlier_one_on_the_overlap_only() -> None:
    below = np.full((10, 10), 200, np.uint8)
    above = np.full((6, 20), 255, np.uint8)
    above[:, 10:] = 51
    veil(below, Roi(left=0, top=0, width=10, height=10), above, Roi(left=-4, top=7, width=20, height=6))
    assert (below[:7] == 200).all()
    assert (below[7:, :6] == 0).all()
    assert (below[7:, 6:] == 160).all()


def test_layers_apart_leave_each_other_alone() -> None:
    below = np.full((4, 4), 9, np.uint8)
    veil(below, Roi(left=0, top=0, width=4, height=4), below.copy(), Roi(left=4, top=0, width=4, height=4))
    assert (below == 9).all()


def test_visible_coverage_of_stacked_layers_never_adds_up_to_more_than_one() -> None:
    rng = np.random.default_rng(0)
    layers = [rng.integers(0, 256, (8, 8), dtype=np.uint8) for _ in range(4)]
    roi = Roi(left=0, top=0, width=8, height=8)
    for index, layer in enumerate(layers):
        for earlier in layers[:index]:
            veil(earlier, roi, layer, roi)
    total = np.sum(layers, axis=0, dtype=int)
    assert total.max() <= 255 + len(layers)
    assert (np.sum([layer >= 128 for layer in layers], axis=0) <= 1).all()


def test_what_stands_in_front_cuts_the_coverage_and_nothing_else() -> None:
    alpha = np.full((6, 6), 255, np.uint8)
    hidden(
        alpha, Roi(left=10, top=10, width=6, height=6), Patch(left=13, top=0, pixels=np.full((12, 99), 255, np.uint8))
    )
    assert not alpha[:2, 3:].any()
    assert (alpha[2:] == 255).all()
    assert (alpha[:, :3] == 255).all()


def test_contrast_counts_core_pixels_that_differ_visibly() -> None:
    under = np.full((10, 10, 3), 100, np.uint8)
    over, alpha = under.copy(), np.zeros((10, 10), np.uint8)
    alpha[:, :5], alpha[:, 5:] = 128, 127
    over[:5, :5], over[5:, :5] = 140, 104
    assert contrast(under, over, alpha, 1000) == 0.5
    assert contrast(under, over, np.zeros_like(alpha), 1000) == 0


def test_a_sample_of_the_core_estimates_its_contrast() -> None:
    rng = np.random.default_rng(0)
    under = np.full((200, 200, 3), 100, np.uint8)
    over = np.where(rng.random((200, 200, 1)) < 0.3, np.uint8(200), under)
    alpha = np.full((200, 200), 255, np.uint8)
    assert contrast(under, over, alpha, 500) == pytest.approx(0.3, abs=0.06)
    assert contrast(under, over, alpha, 500) == contrast(under, over, alpha, 500)


def test_colour_difference_agrees_with_opencv() -> None:
    colours = picture()[:4].reshape(-1, 3)
    lab = cv2.cvtColor((colours[None] / np.float32(255)), cv2.COLOR_RGB2LAB)[0].astype(float)
    for first, second in zip(range(0, 100, 2), range(1, 100, 2), strict=True):
        a, b = (tuple(colours[index].tolist()) for index in (first, second))
        assert difference(a, b) == pytest.approx(np.linalg.norm(lab[first] - lab[second]), abs=0.6)


def test_grain_stays_within_the_text_and_has_the_asked_strength() -> None:
    canvas, alpha = np.full((200, 300, 3), 128, np.uint8), np.zeros((150, 200), np.uint8)
    alpha[:, 100:] = 255
    roi = Roi(left=50, top=20, width=200, height=150)
    grain(canvas, roi, alpha, 5.0, noise_tile(np.random.default_rng(0), 64, 64))
    inside = canvas[20:170, 150:250].astype(float)
    assert inside.std() == pytest.approx(5, rel=0.1)
    assert inside.mean() == pytest.approx(128, abs=0.3)
    canvas[20:170, 150:250] = 128
    assert (canvas == 128).all()


def test_a_noise_tile_has_its_unit_as_standard_deviation() -> None:
    tile = noise_tile(np.random.default_rng(1), 128, 128)
    assert tile.std() == pytest.approx(NOISE_UNIT, rel=0.05)
    assert tile.min() >= -127
