"""What stands in front cuts text softly and exactly; a shadow does not."""

import cv2
import numpy as np
import pytest

from synth.surfaces import occlude, plate

WIDTH, HEIGHT, FRAMES = 240, 120, 15
STILL = np.tile(np.eye(3), (FRAMES, 1, 1))
EVEN = np.ones((FRAMES, 3), np.float32)


def wall(seed: int = 0) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 25, (HEIGHT, WIDTH, 1)).astype(np.float32)
    light = 120 + 50 * np.linspace(0, 1, WIDTH)[None, :, None]
    return np.repeat(light + cv2.GaussianBlur(noise, (0, 0), 1.5)[..., None], 3, axis=2).astype(np.float32)


def cover(time: int) -> np.ndarray:
    """Exact coverage of a tilted card that comes in from the left and leaves on the right, in frames 3 to 11."""
    centre = ((time - 2) * 26.0 - 10, 60.0)
    corners = cv2.boxPoints((centre, (46.0, 70.0), 15.0))
    big = np.zeros((HEIGHT * 8, WIDTH * 8), np.uint8)
    if 3 <= time <= 11:
        cv2.fillConvexPoly(big, np.round(corners * 8).astype(np.int32), 255)
    return cv2.resize(big, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.float32) / 255


def filmed(pictures: list[np.ndarray], seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.stack([np.clip(p + rng.normal(0, 2, p.shape), 0, 255).astype(np.uint8) for p in pictures])


def analysed(video: np.ndarray) -> tuple[plate.Plate, np.ndarray]:
    region = plate.make_plate(video, STILL, (0, 0, WIDTH, HEIGHT), EVEN)
    return region, occlude.occlusion(region)


@pytest.fixture(scope="module")
def carded() -> np.ndarray:
    base, colour = wall(), np.array([40, 90, 200], np.float32)
    covers = [cover(time)[..., None] for time in range(FRAMES)]
    return analysed(filmed([base * (1 - c) + colour * c for c in covers]))[1]


def strokes() -> np.ndarray:
    """Text as stripes 8 px wide."""
    mask = np.zeros((HEIGHT, WIDTH), dtype=bool)
    for left in range(10, WIDTH - 10, 16):
        mask[30:90, left : left + 8] = True
    return mask


def test_a_card_cuts_the_text_where_it_is(carded: np.ndarray) -> None:
    text = strokes()
    for time in range(3, 12):
        exact, found = text & (cover(time) < 0.5), text & (carded[time] < 128)
        assert (exact & found).sum() / (exact | found).sum() >= 0.97


def test_no_text_lies_deeper_than_one_pixel_on_the_card(carded: np.ndarray) -> None:
    for time in range(FRAMES):
        inside = cv2.erode((cover(time) > 0.99).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        assert not (strokes() & inside & (carded[time] < 128)).any()


def test_text_returns_when_the_card_has_left(carded: np.ndarray) -> None:
    for time in (0, 1, 2, 12, 13, 14):
        assert not carded[time].any()


def test_the_edge_is_soft_as_the_card_is(carded: np.ndarray) -> None:
    exact = cover(7)
    edge = (exact > 0.1) & (exact < 0.9)
    assert np.abs(carded[7][edge] / 255 - exact[edge]).mean() < 0.15


@pytest.mark.parametrize("softness", [0.6, 6.0])
def test_a_shadow_does_not_cut(softness: float) -> None:
    base = wall(1)
    shade = [1 - 0.45 * cv2.GaussianBlur(cover(time), (0, 0), softness)[..., None] for time in range(FRAMES)]
    alphas = analysed(filmed([base * s for s in shade]))[1]
    assert (alphas > 60).mean() < 0.001


def test_a_shadow_darkens_the_text_by_its_own_depth() -> None:
    base = wall(2)
    shade = [1 - 0.4 * cv2.GaussianBlur(cover(time), (0, 0), 4.0)[..., None] for time in range(FRAMES)]
    region, alphas = analysed(filmed([base * s for s in shade]))
    points = np.stack(np.meshgrid(np.arange(8.0, WIDTH, 16), np.arange(8.0, HEIGHT, 16)), axis=-1)
    gains = occlude.gains(region, alphas, points)
    true = shade[7][points[..., 1].astype(int), points[..., 0].astype(int)]
    assert np.abs(gains[7] - true).max() < 0.1
    assert np.abs(gains[0] - 1).max() < 0.03


def test_the_light_behind_a_card_comes_from_beside_it() -> None:
    base, colour = wall(), np.array([40, 90, 200], np.float32)
    video = filmed([base * (1 - c) + colour * c for c in (cover(time)[..., None] for time in range(FRAMES))])
    region, alphas = analysed(video)
    points = np.stack(np.meshgrid(np.arange(8.0, WIDTH, 16), np.arange(8.0, HEIGHT, 16)), axis=-1)
    assert np.abs(occlude.gains(region, alphas, points) - 1).max() < 0.15


def test_a_guided_filter_follows_the_edges_of_its_guide() -> None:
    guide = np.zeros((40, 40), np.float32)
    guide[:, 20:] = 200
    rough = (guide > 0).astype(np.float32)
    rough[:, 18:20] = 1.0
    smooth = occlude.guided_filter(rough, guide, 4, 60.0)
    assert smooth[:, 21:].min() > 0.9
    assert smooth[:, :14].max() < 0.1
    assert smooth[20, 20] - smooth[20, 19] > 0.4
