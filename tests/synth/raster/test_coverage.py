import cv2
import numpy as np
import pytest
import shapely
from jaxtyping import Bool, Float64

from synth.raster.coverage import Roi, blurred, cover, cover_mean, roi_of
from synth.raster.effects import rounded_rectangle
from synth.raster.outline import EMPTY, Outline, joined

FINE = 16
FRAME = Roi(left=0, top=0, width=64, height=48)


def polygon(*points: tuple[float, float]) -> Outline:
    return Outline(points=np.array(points, float), ends=np.array([len(points)]))


def moved(outline: Outline, x: float, y: float) -> Outline:
    return outline.mapped(lambda points: points + np.array([x, y]))


def ring(seed: int, size: float = 20.0) -> Outline:
    """A wobbly ring: a contour with a hole that turns the other way."""
    rng = np.random.default_rng(seed)
    turn = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    wobble = 1 + 0.2 * np.sin(turn * int(rng.integers(2, 9)) + rng.uniform(0, 6))
    outer = np.stack([np.cos(turn), np.sin(turn)], axis=1) * (wobble * size)[:, None]
    return moved(joined([polygon(*outer), polygon(*(0.55 * outer[::-1]))]), *rng.uniform(24, 26, 2))


def inside(outline: Outline, roi: Roi) -> Bool[np.ndarray, "fh fw"]:
    """Non-zero winding at FINE x FINE points of every pixel, edge by edge."""
    y = (np.arange(roi.height * FINE) + 0.5) / FINE + roi.top
    x = (np.arange(roi.width * FINE) + 0.5) / FINE + roi.left
    winding = np.zeros((len(y), len(x)), int)
    for contour in np.split(outline.points, outline.ends[:-1]):
        for (x0, y0), (x1, y1) in zip(contour, np.roll(contour, -1, axis=0), strict=True):
            rows = np.flatnonzero((np.minimum(y0, y1) <= y) & (y < np.maximum(y0, y1)))
            if len(rows):
                crossing = x0 + (y[rows] - y0) * (x1 - x0) / (y1 - y0)
                winding[rows] += np.sign(y1 - y0).astype(int) * (x[None, :] >= crossing[:, None])
    return winding != 0


def supersampled(outline: Outline, roi: Roi) -> Float64[np.ndarray, "h w"]:
    """Share of the sample points of a pixel inside the outline, 0..255."""
    points = inside(outline, roi).reshape(roi.height, FINE, roi.width, FINE)
    return points.mean(axis=(1, 3)) * 255.0


@pytest.mark.parametrize("seed", range(4))
def test_coverage_agrees_with_256_samples_a_pixel(seed: int) -> None:
    shape = ring(seed)
    ours, oracle = cover(shape, FRAME), supersampled(shape, FRAME)
    assert np.abs(ours - oracle).max() < 255 / FINE
    assert np.abs(ours - oracle).mean() < 0.3
    core = oracle >= 127.5
    assert ((ours >= 128) & core).sum() / ((ours >= 128) | core).sum() >= 0.98


def test_coverage_is_the_area_of_the_pixel_inside_the_shape_to_half_a_level() -> None:
    shape = ring(5)
    outer, inner = np.split(shape.points, shape.ends[:-1])
    y, x = np.mgrid[: FRAME.height, : FRAME.width].reshape(2, -1)
    pixels = shapely.intersection(shapely.box(x, y, x + 1, y + 1), shapely.Polygon(outer, [inner]))
    exact = 255 * shapely.area(pixels).reshape(FRAME.height, FRAME.width)
    assert np.abs(cover(shape, FRAME) - exact).max() < 0.501


def test_the_area_of_a_shape_is_the_sum_of_its_coverage() -> None:
    triangle = polygon((3.25, 40.5), (60.125, 7.0), (33.0, 44.75))
    area = abs((60.125 - 3.25) * (44.75 - 40.5) - (33.0 - 3.25) * (7.0 - 40.5)) / 2
    assert cover(triangle, FRAME).sum() / 255 == pytest.approx(area, abs=0.1)


def test_a_unit_square_half_a_pixel_off_covers_two_pixels_by_half() -> None:
    square = moved(rounded_rectangle(1.0, 1.0, 0.0), 10.5, 20)
    coverage = cover(square, FRAME)
    assert coverage[20, 10:12].tolist() == [128, 128]
    assert np.count_nonzero(coverage) == 2


@pytest.mark.parametrize("eighths", range(9))
def test_moving_a_shape_moves_its_centroid_as_far(eighths: int) -> None:
    def centroid(shape: Outline) -> Float64[np.ndarray, "2"]:
        weight = cover(shape, FRAME).astype(float)
        y, x = np.mgrid[: FRAME.height, : FRAME.width] + 0.5
        return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()

    way = centroid(moved(ring(1, 15), eighths / 8, -eighths / 8)) - centroid(ring(1, 15))
    assert way == pytest.approx([eighths / 8, -eighths / 8], abs=0.01)


@pytest.mark.parametrize(
    "roi",
    [
        Roi(left=0, top=0, width=300, height=200),
        Roi(left=90, top=70, width=31, height=17),
        Roi(left=130, top=90, width=1, height=1),
        Roi(left=0, top=75, width=300, height=3),
        Roi(left=117, top=0, width=2, height=200),
        Roi(left=0, top=0, width=20, height=20),
    ],
)
@pytest.mark.parametrize("turn", [0.0, 0.3, np.pi / 2, 4.0])
def test_a_roi_is_a_crop_of_a_canvas_that_holds_the_whole_shape(roi: Roi, turn: float) -> None:
    spin = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    letters = joined([moved(ring(seed, 60), 160 * seed - 250, 30) for seed in range(4)])
    shape = letters.mapped(lambda points: (points - (100, 60)) @ spin + (130, 90))
    low = np.minimum(np.floor(shape.points.min(axis=0)).astype(int) - 1, 0)
    size = np.maximum(np.ceil(shape.points.max(axis=0)).astype(int), (300, 200)) - low + 1
    whole = cover(moved(shape, *-low), Roi(left=0, top=0, width=int(size[0]), height=int(size[1])))
    top, left = roi.top - low[1], roi.left - low[0]
    assert np.array_equal(cover(shape, roi), whole[top : top + roi.height, left : left + roi.width])


def test_a_shape_that_surrounds_the_roi_fills_it() -> None:
    huge = moved(rounded_rectangle(1e7, 1e7, 10.0), -5e6, -5e6)
    assert (cover(huge, FRAME) == 255).all()


@pytest.mark.parametrize(("x", "y"), [(100.0, 0.0), (-100.0, 0.0), (0.0, 100.0), (0.0, -100.0)])
def test_a_shape_outside_the_roi_leaves_nothing_on_any_side(x: float, y: float) -> None:
    assert not cover(moved(ring(0), x, y), FRAME).any()


def test_a_long_slanted_bar_across_all_four_sides_is_cut_at_each() -> None:
    bar = polygon((-500, -381.3), (500, 383.1), (498, 391.0), (-502, -374.2))
    assert np.abs(cover(bar, FRAME) - supersampled(bar, FRAME)).max() < 255 / FINE


def test_the_direction_of_the_contours_does_not_matter() -> None:
    shape = ring(2)
    starts = [0, *shape.ends[:-1].tolist()]
    turned = [shape.points[start:end][::-1] for start, end in zip(starts, shape.ends.tolist(), strict=True)]
    assert np.array_equal(cover(shape, FRAME), cover(joined([polygon(*contour) for contour in turned]), FRAME))


def test_overlapping_contours_cost_one_level_at_most_once_they_are_united() -> None:
    left, right = (
        moved(rounded_rectangle(20.3, 10.0, 0.0), 5.2, 5.7),
        moved(rounded_rectangle(20.3, 10.0, 0.0), 25.5, 5.7),
    )
    both = moved(rounded_rectangle(40.6, 10.0, 0.0), 5.2, 5.7)
    difference = cover(joined([left, right]), FRAME).astype(int) - cover(both, FRAME)
    assert np.abs(difference).max() <= 1
    twice = cover(joined([both, both]), FRAME)
    assert twice.max() == 255
    assert (twice >= cover(both, FRAME)).all()


def test_nothing_covers_nothing() -> None:
    assert not cover(EMPTY, FRAME).any()


def test_the_mean_of_one_sub_frame_is_that_sub_frame() -> None:
    assert np.array_equal(cover_mean([ring(3)], FRAME), cover(ring(3), FRAME))
    assert np.array_equal(cover_mean([ring(3)] * 8, FRAME), cover(ring(3), FRAME))


def test_motion_spreads_coverage_without_leaving_the_way() -> None:
    frames = [moved(ring(3), 0.5 * k, 0) for k in range(8)]
    mean = cover_mean(frames, FRAME)
    union = np.max([cover(frame, FRAME) for frame in frames], axis=0)
    assert float(mean.sum()) == pytest.approx(float(cover(frames[0], FRAME).sum()), rel=0.01)
    assert (mean <= union).all()
    assert (mean >= 128).sum() <= (union >= 128).sum()


def test_defocus_of_zero_changes_no_byte() -> None:
    sharp = cover(ring(1), FRAME)
    assert np.array_equal(blurred(sharp, 0.0), sharp)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.5])
def test_defocus_keeps_the_light_and_ends_after_three_sigma(sigma: float) -> None:
    dot = np.zeros((41, 41), np.uint8)
    dot[18:23, 18:23] = 255
    soft = blurred(dot, sigma)
    assert float(soft.sum()) == pytest.approx(float(dot.sum()), rel=0.03)
    reach = int(np.ceil(3 * sigma))
    assert not soft[: 18 - reach].any()
    assert blurred(np.full((30, 30), 255, np.uint8), sigma)[15, 15] == 255


def test_a_roi_is_the_box_of_the_points_within_the_frame() -> None:
    points = np.array([(-3.0, 4.2), (7.1, 9.0)])
    assert roi_of(points, 100, 50) == Roi(left=0, top=4, width=8, height=5)
    assert roi_of(points, 100, 50, margin=2.5) == Roi(left=0, top=1, width=10, height=11)
    assert roi_of(points, 6, 5, margin=100) == Roi(left=0, top=0, width=5, height=6)


def test_edges_that_are_almost_flat_or_very_long_do_no_harm() -> None:
    shape = polygon((-1e9, 10.0), (1e9, 10.0 + 1e-13), (1e9, 20.0), (3.0, 20.0 + 5e-16), (-1e9, 20.0 - 1e-9))
    coverage = cover(shape, FRAME)
    assert (coverage[10:20] == 255).all()
    assert coverage[:10].max() == coverage[20:].max() == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_there_is_no_roi_for_a_point_at_infinity(bad: float) -> None:
    assert roi_of(np.array([(1.0, 2.0), (bad, 3.0)]), 100, 50) is None


@pytest.mark.parametrize("points", [[], [(60.0, 5.0), (70.0, 9.0)], [(5.0, -9.0), (9.0, 0.0)]])
def test_there_is_no_roi_without_points_in_the_frame(points: list[tuple[float, float]]) -> None:
    assert roi_of(np.array(points, float).reshape(-1, 2), 100, 50) is None


@pytest.mark.parametrize("sigma", [0.2, 0.73, 1.0, 1.6, 4.0])
def test_defocus_is_a_gaussian_that_keeps_full_coverage_full(sigma: float) -> None:
    coverage = np.zeros((60, 80), np.uint8)
    coverage[:, 40:] = 255
    got = blurred(coverage, sigma)[30]
    assert (got[53:67] == 255).all()
    assert not got[:27].any()
    wanted = cv2.GaussianBlur(coverage.astype(np.float64), (25, 25), sigma, borderType=cv2.BORDER_REPLICATE)[30]
    assert np.abs(got[27:67] - wanted[27:67]).max() <= 2.5
