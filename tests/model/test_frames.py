"""Frames as a square, by area where they shrink."""

import numpy as np
import pytest
import torch

from model.frames import resize, to_input


@pytest.mark.parametrize("size", [(1, 1), (200, 8000), (8000, 2), (64, 64), (480, 854)])
def test_any_frame_becomes_a_square(size: tuple[int, int]) -> None:
    video = np.full((2, *size, 3), 77, np.uint8)
    made = to_input(video, 64)
    assert made.shape == (2, 3, 64, 64)
    assert (made == 77).all()


def test_channels_stay_in_order() -> None:
    video = np.zeros((1, 20, 30, 3), np.uint8)
    video[..., 0] = 200
    made = to_input(video, 16)
    assert [int(plane.float().mean()) for plane in made[0]] == [200, 0, 0]


def test_a_frame_of_the_right_size_is_kept() -> None:
    video = np.random.default_rng(0).integers(0, 256, (1, 32, 32, 3)).astype(np.uint8)
    assert torch.equal(to_input(video, 32)[0], torch.from_numpy(video[0]).permute(2, 0, 1))


@pytest.mark.parametrize("size", [(24, 40), (24, 17), (7, 40)])
def test_a_shrinking_axis_takes_the_mean_over_the_area(size: tuple[int, int]) -> None:
    """Also where the other axis grows: stripes of one px become even grey, and nothing is lost."""
    height, width = size
    stripes = np.zeros((48, 80), np.uint8)
    stripes[:, ::2] = 255
    made = resize(stripes[:, :] if height < 48 else stripes, 40, height)
    assert made.shape == (height, 40)
    assert np.abs(made.astype(int) - 127).max() <= 1
    tall = resize(stripes[:6], 40, 24)
    assert np.abs(tall.astype(int) - 127).max() <= 1
    assert abs(resize(stripes, width, height).mean() - stripes.mean()) < 2


def shares(n: int, n_made: int) -> np.ndarray:
    """How much of each of n pixels lies in each of the made ones, rows add up to 1."""
    edges = np.arange(n_made + 1) * n / n_made
    covered = np.clip(
        np.minimum.outer(edges[1:], np.arange(1, n + 1)) - np.maximum.outer(edges[:-1], np.arange(n)), 0, 1
    )
    return np.asarray(covered / covered.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("shape", [(48, 80), (48, 80, 1), (48, 80, 3), (48, 80, 4)])
@pytest.mark.parametrize("size", [(24, 40), (31, 47), (48, 33), (1, 80), (7, 40), (1, 1)])
def test_what_shrinks_is_the_exact_mean_over_the_area(shape: tuple[int, ...], size: tuple[int, int]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)
    exact = np.einsum("ij,jk...,lk->il...", shares(48, size[0]), picture.astype(float), shares(80, size[1]))
    assert np.abs(resize(picture, size[1], size[0]) - exact).max() < 0.501


def test_a_part_of_a_frame_shrinks_like_its_copy() -> None:
    """Rows of a crop do not lie one after the other in memory."""
    picture = np.random.default_rng(0).integers(0, 256, (48, 80, 3)).astype(np.uint8)
    assert np.array_equal(resize(picture[5:45, 9:77], 31, 17), resize(picture[5:45, 9:77].copy(), 31, 17))


def test_a_single_pixel_lands_where_it_was() -> None:
    plane = np.zeros((60, 100), np.uint8)
    plane[15:21, 70:74] = 255
    made = resize(plane, 50, 90).astype(float)
    rows, columns = np.mgrid[0:90, 0:50] + 0.5
    assert abs((made * rows).sum() / made.sum() - 18 * 1.5) < 0.1
    assert abs((made * columns).sum() / made.sum() - 72 * 0.5) < 0.1
