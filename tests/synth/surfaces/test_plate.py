"""The clean plate, its noise, and the exposure."""

import cv2
import numpy as np
import pytest

from synth.surfaces import plate

BOX = (0, 0, 120, 80)


def textured(seed: int = 0, size: tuple[int, int] = (120, 80)) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 60, (size[1], size[0], 3)).astype(np.float32)
    return np.clip(130 + cv2.GaussianBlur(noise, (0, 0), 2.0), 0, 255).astype(np.uint8)


def ones(frames: int) -> np.ndarray:
    return np.ones((frames, 3), np.float32)


def still(frames: int) -> np.ndarray:
    return np.tile(np.eye(3), (frames, 1, 1))


def test_what_passes_is_not_in_the_plate() -> None:
    clean = textured()
    video = np.stack([clean] * 15)
    for time in range(15):
        video[time, 20:60, time * 8 : time * 8 + 30] = (250, 20, 20)
    assert np.array_equal(plate.make_plate(video, still(15), BOX, ones(15)).rgb, clean)


def test_noise_is_measured() -> None:
    rng = np.random.default_rng(1)
    video = np.clip(128 + rng.normal(0, 6, (31, 80, 120, 3)), 0, 255).astype(np.uint8)
    sigma = plate.make_plate(video, still(31), BOX, ones(31)).sigma
    assert float(np.median(sigma)) == pytest.approx(6, rel=0.15)


def test_a_pan_is_taken_out_and_pixels_outside_the_picture_are_known() -> None:
    wide = textured(2, (160, 80))
    video = np.stack([wide[:, 2 * t : 2 * t + 120] for t in range(11)])
    matrices = still(11)
    matrices[:, 0, 2] = [2.0 * (5 - t) for t in range(11)]
    frames, inside = plate.rectify(video, matrices, BOX)
    assert np.array_equal(frames[8][:, 10:110], video[5][:, 10:110])
    assert not inside[8][:, :4].any()
    assert inside[8][:, 8:].all()
    whole = plate.make_plate(video, matrices, BOX, ones(11)).rgb
    assert np.abs(whole[:, 2:118].astype(int) - video[5][:, 2:118]).max() <= 1


def test_exposure_is_found_but_a_colour_cast_is_not_exposure() -> None:
    clean = textured(3)
    video = np.stack([clean, (clean * 0.8).astype(np.uint8), (clean * np.array([1.0, 0.6, 0.6])).astype(np.uint8)])
    gains = plate.exposures(video, 0)
    assert gains[1] == pytest.approx(0.8, abs=0.02)
    assert gains[2] == pytest.approx(1.0)
    even = plate.normalise(video, gains)
    assert np.abs(even[1].astype(int) - clean).mean() < 2
