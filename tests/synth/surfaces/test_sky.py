"""The sky is found by day, with clouds, grey and at dusk; walls, lamps and blue boards are not the sky."""

from pathlib import Path

import cv2
import numpy as np
import pytest

import synth
from synth.surfaces import footage, sky, windows

WIDTH, HEIGHT, HORIZON = 384, 216, 120

Picture = np.ndarray


def noise(seed: int, size: float, strength: float) -> np.ndarray:
    rough = np.random.default_rng(seed).normal(0, 1, (HEIGHT, WIDTH))
    smooth = cv2.GaussianBlur(rough, (0, 0), size)
    return strength * smooth / smooth.std()


def fade(top: tuple[int, int, int], foot: tuple[int, int, int], rows: int = HEIGHT) -> Picture:
    share = np.clip(np.linspace(0, HEIGHT / rows, HEIGHT), 0, 1)[:, None, None]
    return np.broadcast_to((1 - share) * np.array(top) + share * np.array(foot), (HEIGHT, WIDTH, 3))


def picture(upper: Picture, lower: Picture, edge: np.ndarray) -> np.ndarray:
    """`lower` stands in front of `upper` below the row `edge` of each column."""
    front = np.arange(HEIGHT)[:, None] >= edge
    grain = np.random.default_rng(5).normal(0, 1, (HEIGHT, WIDTH, 1))
    return np.clip(np.where(front[..., None], lower, upper) + grain, 0, 255).astype(np.uint8)


def treetops() -> np.ndarray:
    return HORIZON + noise(2, 2.0, 8.0)[0]


def leaves() -> Picture:
    return np.array([60, 80, 40]) + noise(3, 1.0, 25.0)[..., None]


BLUE = fade((90, 140, 215), (165, 195, 225), HORIZON)
GREY = fade((215, 217, 220), (240, 240, 240), HORIZON)
DUSK = fade((150, 110, 60), (190, 150, 70), HORIZON)


@pytest.mark.parametrize("above", [BLUE, GREY, DUSK])
def test_a_plain_sky_above_trees_is_found_and_the_trees_are_not(above: Picture) -> None:
    edge = treetops()
    found = sky.find(picture(above, leaves(), edge))
    rows = np.arange(HEIGHT)[:, None]
    assert found[rows < edge - 6].mean() > 0.97
    assert found[rows > edge + 6].mean() < 0.02


def test_clouds_belong_to_a_blue_sky() -> None:
    clouds = np.clip(noise(8, 14.0, 1.0) - 0.3, 0, 1)[..., None]
    level = np.full(WIDTH, HORIZON)
    found = sky.find(picture((1 - clouds) * BLUE + clouds * np.array([245, 246, 248]), leaves(), level))
    assert found[: HORIZON - 6].mean() > 0.95
    assert not found[HORIZON + 6 :].any()


@pytest.mark.parametrize(
    "wall",
    [
        fade((194, 203, 227), (195, 197, 213)),
        fade((240, 240, 238), (225, 224, 220)),
        fade((140, 134, 125), (134, 128, 121)),
        fade((90, 140, 215), (85, 132, 203)),
    ],
    ids=["white by daylight", "white by lamps", "grey", "painted blue"],
)
def test_a_wall_over_a_floor_is_not_the_sky(wall: Picture) -> None:
    floor = np.array([130, 85, 50]) + noise(4, 1.5, 14.0)[..., None]
    assert not sky.find(picture(wall, floor, np.linspace(150, 158, WIDTH))).any()


def test_a_wall_that_fills_the_picture_is_not_the_sky() -> None:
    bare = np.full(WIDTH, HEIGHT)
    assert not sky.find(picture(fade((230, 230, 232), (236, 236, 236)), leaves(), bare)).any()
    assert not sky.find(picture(np.full((HEIGHT, WIDTH, 3), 118.0), leaves(), bare)).any()


def test_a_person_before_a_white_wall_does_not_make_it_the_sky() -> None:
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    body = (np.hypot((columns - 190) / 60, (rows - 190) / 110) < 1) | (np.hypot(columns - 190, rows - 66) < 26)
    view = picture(fade((228, 230, 236), (220, 221, 226)), leaves(), np.full(WIDTH, 180))
    view[body] = leaves().clip(0, 255).astype(np.uint8)[body] // 2
    assert not sky.find(view).any()


@pytest.mark.parametrize("name", ["bottles", "cars_topdown", "room_people"])
def test_the_videos_that_ship_show_no_sky(name: str) -> None:
    path = str(Path(synth.__file__).parent / "assets" / "backgrounds" / f"{name}.mp4")
    n_frames = len(footage.probe(path).times_s)
    for index in (0, n_frames // 2, n_frames - 1):
        ((_, frame),) = footage.frames(path, index, index + 1)
        assert not sky.find(windows.fit(frame, WIDTH, HEIGHT)).any()
