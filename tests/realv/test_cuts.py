"""Shots end at cuts, and not at flashes, pans and things that move."""

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from realv import cuts
from tests.sts.films import Picture, scene

LEAST = 0.1


def starts(pictures: Sequence[Picture]) -> list[int]:
    frames = ((i, cuts.view(picture)) for i, picture in enumerate(pictures))
    return [i for i, cut in cuts.parted(frames, LEAST) if cut]


def world(seed: int) -> Picture:
    """Wide, with things to hold on to."""
    rng = np.random.default_rng(seed)
    picture = scene(seed, 144, 1024)
    for _ in range(60):
        x, y, radius = rng.integers(0, 1024), rng.integers(0, 144), rng.integers(5, 25)
        cv2.circle(picture, (int(x), int(y)), int(radius), rng.integers(0, 255, 3).tolist(), -1)
    return picture


def pan(seed: int, n: int, step: int, blur: int = 1) -> list[Picture]:
    wide = cv2.blur(world(seed), (blur, 1))
    return [np.ascontiguousarray(wide[:, step * i : step * i + 256]) for i in range(n)]


def test_a_cut_is_the_first_frame_of_the_new_shot() -> None:
    assert starts([*pan(1, 6, 4), *pan(2, 6, 4), *pan(3, 6, 4)]) == [6, 12]


@pytest.mark.parametrize("step", [0, 8, 40, 90])
def test_a_pan_is_one_shot_however_fast(step: int) -> None:
    assert starts(pan(4, 8, step, blur=max(step, 1))) == []


@pytest.mark.parametrize("length", [1, 2])
def test_a_flash_is_no_cut(length: int) -> None:
    pictures = pan(5, 10, 4)
    for i in range(4, 4 + length):
        pictures[i] = np.clip(pictures[i] * 0.3 + 180, 0, 255).astype(np.uint8)
    assert starts(pictures) == []


def test_white_frames_of_a_flash_are_no_cut() -> None:
    pictures = pan(6, 10, 4)
    pictures[5] = np.full_like(pictures[5], 255)
    assert starts(pictures) == []


def test_a_cut_in_the_same_light_is_seen() -> None:
    """The same colours stand elsewhere, and some are others."""
    before, after = pan(7, 5, 2), [picture[::-1, ::-1].copy() for picture in pan(8, 5, 2)]
    assert starts([*before, *after]) == [5]


def test_a_change_of_light_is_no_cut() -> None:
    dim = [np.round(picture * 0.6).astype(np.uint8) for picture in pan(9, 5, 2)]
    assert starts([*pan(9, 5, 2), *dim]) == []


def test_one_frame_and_none_are_no_cut() -> None:
    assert starts(pan(1, 1, 0)) == []
    assert starts([]) == []


def test_flat_frames_are_alike() -> None:
    flat = [np.full((36, 64, 3), level, np.uint8) for level in (0, 0, 0, 0, 3, 3, 3)]
    assert starts(flat) == []
