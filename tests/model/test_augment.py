"""Random changes: photometric ones move nothing, geometric ones move picture and truth alike."""

from dataclasses import replace
from zlib import crc32

import numpy as np
import pytest

from model import augment
from model.augment import AugmentConfig
from model.geometry import LARGEST, View, both, whole
from model.looks import Grader, Look
from sts import config
from sts.errors import ConfigError, DataError
from sts.protocols import RngFor

LOOKS = {
    "brightness": Look(brightness=1.1),
    "contrast": Look(contrast=0.9),
    "saturation": Look(saturation=1.2),
    "gray": Look(gray=True),
    "channels": Look(channels=(1, 2, 0)),
    "negative": Look(negative=True),
    "gamma": Look(gamma=1.4),
    "blur": Look(blur=1.2),
    "noise": Look(noise=6.0),
    "jpeg": Look(quality=40),
}
VIEWS = {
    "whole": whole(90, 160),
    "flip": replace(whole(90, 160), flip=True),
    "crop": View(left=20.0, top=10.0, width=80.0, height=45.0),
    "turned": replace(whole(90, 160), degrees=20.0),
    "slanted": replace(whole(90, 160), shear=-15.0, flip=True),
    "all": View(left=30.0, top=5.0, width=120.0, height=70.0, degrees=-11.0, shear=7.0, flip=True),
}


def rng_for(seed: int) -> RngFor:
    return lambda name: np.random.default_rng([seed, crc32(name.encode())])


def centroid(plane: np.ndarray) -> np.ndarray:
    weights = plane.astype(float)
    rows, columns = np.mgrid[0 : plane.shape[0], 0 : plane.shape[1]] + 0.5
    return np.array([(weights * columns).sum(), (weights * rows).sum()]) / weights.sum()


def frame(box: tuple[int, int, int, int] = (70, 40, 83, 47)) -> tuple[np.ndarray, np.ndarray]:
    """A white sign on black, and its truth."""
    left, top, right, bottom = box
    truth = np.zeros((90, 160), np.uint8)
    truth[top:bottom, left:right] = 255
    return np.repeat(truth[..., None], 3, axis=2), truth


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("size", [64, 200])
def test_picture_and_truth_move_alike_to_where_the_view_says(name: str, size: int) -> None:
    picture, truth = frame()
    seen, mask = both(picture, truth, VIEWS[name], size)
    assert (
        np.array_equal(seen[..., 1] > 200, mask > 200) or np.abs(centroid(seen[..., 1]) - centroid(mask)).max() < 0.25
    )
    matrix = VIEWS[name].matrix()
    wanted = np.linalg.solve(matrix[:, :2], np.array([76.5, 43.5]) - matrix[:, 2]) * size
    assert np.abs(centroid(mask) - wanted).max() < 0.25


@pytest.mark.parametrize("name", VIEWS)
def test_the_truth_keeps_its_area_and_is_soft(name: str) -> None:
    """The mean over the area: what is seen of it at any size is the same share of the view."""
    _, truth = frame()
    view, size = VIEWS[name], 50
    _, mask = both(np.zeros((90, 160, 3), np.uint8), truth, view, size)
    area = mask.sum() / 255 / size**2 * abs(np.linalg.det(view.matrix()[:, :2]))
    assert area == pytest.approx(13 * 7, rel=0.03)
    assert ((mask > 0) & (mask < 255)).any()


def test_a_thin_stroke_is_not_lost_when_a_large_frame_is_turned() -> None:
    truth = np.zeros((1080, 1920), np.uint8)
    truth[200:900, 960:962] = 255
    _, mask = both(np.zeros((1080, 1920, 3), np.uint8), truth, replace(whole(1080, 1920), degrees=3.0), 128)
    assert mask.sum() / 255 * (1080 * 1920 / 128**2) == pytest.approx(1400, rel=0.1)
    assert (mask.max(axis=1)[30:100] > 10).all()


def test_outside_the_frame_is_background() -> None:
    picture, truth = np.full((90, 160, 3), 255, np.uint8), np.full((90, 160), 255, np.uint8)
    seen, mask = both(picture, truth, replace(whole(90, 160), degrees=45.0), 64)
    assert mask[0, 0] == 0
    assert tuple(seen[0, 0]) == (124, 116, 104)


def test_a_frame_too_large_to_turn_is_one_line() -> None:
    wide = np.zeros((1, LARGEST + 1, 3), np.uint8)
    with pytest.raises(DataError, match="too large to be turned"):
        both(wide, wide[..., 0], replace(whole(1, LARGEST + 1), degrees=1.0), 8)


@pytest.mark.parametrize("name", LOOKS)
def test_a_look_changes_every_frame_and_moves_nothing(name: str) -> None:
    rng = np.random.default_rng(0)
    base = np.full((64, 64, 3), 90, np.uint8)
    base[20:34, 30:48] = (200, 160, 120)
    frames = [np.clip(base + rng.integers(-9, 9, base.shape), 0, 255).astype(np.uint8) for _ in range(3)]
    made = [*map(Grader(LOOKS[name]), frames)]
    for before, after in zip(frames, made, strict=True):
        assert not np.array_equal(before, after)
        sign = np.abs(after[..., 0].astype(float) - np.median(after[..., 0]))
        assert np.abs(centroid(np.where(sign > 45, sign, 0)) - [39, 27]).max() < 0.25


@pytest.mark.parametrize("name", [name for name in LOOKS if name != "noise"])
def test_a_look_is_the_same_on_all_frames(name: str) -> None:
    picture = np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    first, second = map(Grader(LOOKS[name]), [picture, picture])
    assert np.array_equal(first, second)


def test_noise_differs_from_frame_to_frame_and_has_its_strength() -> None:
    picture = np.full((64, 64, 3), 128, np.uint8)
    first, second = map(Grader(Look(noise=6.0, seed=3)), [picture, picture])
    assert not np.array_equal(first, second)
    assert first.astype(float).std() == pytest.approx(6.0, rel=0.1)


def test_no_change_keeps_every_bit() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    settings = augment.unchanged()
    assert np.array_equal(Grader(augment.draw_look(settings, rng_for(0)))(picture), picture)
    assert augment.draw_view(settings, rng_for(0), (90, 160), []) == whole(90, 160)


def test_gray_has_the_brightness_of_rec_601() -> None:
    picture = np.zeros((4, 4, 3), np.uint8)
    picture[...] = (100, 50, 200)
    assert set(Grader(Look(gray=True))(picture).ravel().tolist()) == {82}


def test_channels_change_places_and_a_negative_is_what_is_left_to_white() -> None:
    picture = np.full((4, 4, 3), (100, 50, 200), np.uint8)
    assert set(map(tuple, Grader(Look(channels=(2, 0, 1)))(picture).reshape(-1, 3))) == {(200, 100, 50)}
    assert set(map(tuple, Grader(Look(negative=True))(picture).reshape(-1, 3))) == {(155, 205, 55)}


@pytest.mark.parametrize(("name", "field"), [("flip", "flip"), ("affine", "degrees"), ("affine", "shear")])
def test_a_probability_is_kept(name: str, field: str) -> None:
    given = {**config.to_dict(augment.unchanged()), name: 0.3}
    settings = config.from_dict(AugmentConfig, given)
    views = [augment.draw_view(settings, rng_for(i), (90, 160), []) for i in range(400)]
    assert 0.2 < np.mean([getattr(view, field) != 0 for view in views]) < 0.4


def test_the_defaults_are_the_recipe_of_the_paper() -> None:
    views = [augment.draw_view(AugmentConfig(), rng_for(i), (90, 160), []) for i in range(200)]
    drawn = [augment.draw_look(AugmentConfig(), rng_for(i)) for i in range(200)]
    assert all(view.width == 160 and abs(view.degrees) <= 25 and abs(view.shear) <= 20 for view in views)
    assert max(abs(view.degrees) for view in views) > 20
    assert all(abs(look.brightness - 1) <= 0.1 and abs(look.contrast - 1) <= 0.03 for look in drawn)
    assert all((look.gamma, look.blur, look.noise, look.quality) == (1, 0, 0, 0) for look in drawn)
    assert 0 < np.mean([look.gray for look in drawn]) < 0.15


def test_a_crop_lies_in_the_frame_and_has_a_word_as_often_as_wanted() -> None:
    settings = replace(augment.unchanged(), crop=1.0, crop_on_text=1.0)
    for i in range(100):
        view = augment.draw_view(settings, rng_for(i), (90, 160), [(150.0, 5.0)])
        assert view.left >= 0
        assert view.top >= 0
        assert view.left + view.width <= 160
        assert view.top + view.height <= 90
        assert view.left <= 150 <= view.left + view.width
        assert view.top <= 5 <= view.top + view.height


@pytest.mark.parametrize("size", [(1, 1), (200, 8000)])
def test_frames_of_any_shape_can_be_cropped(size: tuple[int, int]) -> None:
    settings = replace(AugmentConfig(), crop=1.0)
    view = augment.draw_view(settings, rng_for(1), size, [])
    seen, mask = both(np.zeros((*size, 3), np.uint8), np.zeros(size, np.uint8), view, 32)
    assert seen.shape == (32, 32, 3)
    assert mask.shape == (32, 32)


@pytest.mark.parametrize(
    ("name", "value"), [("flip", 1.5), ("crop_least", 0.0), ("jpeg_quality", 96), ("gamma_factor", 0.5)]
)
def test_a_value_that_nothing_can_be_drawn_with_is_one_line(name: str, value: float) -> None:
    with pytest.raises(ConfigError, match=rf"augment.{name} = {value}: give a number from"):
        config.from_dict(AugmentConfig, {name: value})
