from fractions import Fraction

import cv2
import numpy as np
import pytest
from jaxtyping import UInt8

from sts import config
from synth.degrade import degrade
from synth.specs import Degrade

FPS = Fraction(25)


def video(level: int = 128, frames: int = 3) -> UInt8[np.ndarray, "t h w 3"]:
    return np.full((frames, 90, 160, 3), level, np.uint8)


def scene() -> UInt8[np.ndarray, "t h w 3"]:
    """Bars and a bright box that stands still."""
    frames = video(90)
    frames[:, :, ::16] = (30, 160, 80)
    frames[:, 30:60, 50:110] = (230, 220, 40)
    return frames


def test_without_damage_the_same_array_comes_back() -> None:
    frames = video()
    assert degrade(frames, Degrade(), FPS) is frames


@pytest.mark.parametrize(
    ("kind", "amount"),
    [("noise", 5.0), ("gamma", 1.2), ("vignette", 0.4), ("sharpen", 0.6), ("jpeg", 40), ("h264", 16)],
)
def test_damage_is_repeatable_and_moves_nothing(kind: str, amount: float) -> None:
    frames, spec = scene(), config.from_dict(Degrade, {kind: amount})
    damaged = degrade(frames.copy(), spec, FPS)
    assert damaged.shape == frames.shape
    assert not np.array_equal(damaged, frames)
    assert np.array_equal(damaged, degrade(frames.copy(), spec, FPS))
    before, after = (cv2.cvtColor(clip[1], cv2.COLOR_RGB2GRAY).astype(np.float32) for clip in (frames, damaged))
    shift, _ = cv2.phaseCorrelate(before, after)
    assert np.linalg.norm(shift) < 0.1


def test_noise_has_the_asked_strength_and_is_new_in_every_frame() -> None:
    noisy = degrade(video(), Degrade(noise=6.0, seed=4), FPS).astype(float) - 128
    assert noisy.std() == pytest.approx(6, rel=0.05)
    assert noisy.mean() == pytest.approx(0, abs=0.2)
    assert abs(np.corrcoef(noisy[0].ravel(), noisy[1].ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(noisy[0, :-1].ravel(), noisy[0, 1:].ravel())[0, 1]) < 0.05
    other = degrade(video(), Degrade(noise=6.0, seed=5), FPS).astype(float) - 128
    assert abs(np.corrcoef(noisy.ravel(), other.ravel())[0, 1]) < 0.03


def test_a_vignette_takes_its_share_of_light_in_the_corners_and_none_in_the_middle() -> None:
    dark = degrade(video(200), Degrade(vignette=0.3), FPS)[0]
    assert (dark[44:46, 79:81] == 200).all()
    assert int(dark[0, 0, 0]) == pytest.approx(140, abs=2)
    assert np.array_equal(dark, dark[::-1, ::-1])


@pytest.mark.parametrize("gamma", [0.8, 1.25])
def test_gamma_is_the_exponent_of_the_level(gamma: float) -> None:
    bent = degrade(video(100), Degrade(gamma=gamma), FPS)
    assert bent[0, 0, 0, 0] == round(255 * (100 / 255) ** gamma)
    for level in (0, 255):
        assert (degrade(video(level), Degrade(gamma=gamma), FPS) == level).all()


def test_sharpening_steepens_edges_and_leaves_flat_parts() -> None:
    sharp = degrade(scene(), Degrade(sharpen=0.6), FPS)[0]
    assert sharp[45, 51, 0] > 230
    assert (sharp[40:50, 60:100] == (230, 220, 40)).all()


def test_jpeg_keeps_the_order_of_the_channels() -> None:
    assert np.abs(degrade(scene(), Degrade(jpeg=95), FPS)[0, 45, 80].astype(int) - (230, 220, 40)).max() < 6


def test_a_lower_jpeg_quality_costs_more() -> None:
    loss = [np.abs(degrade(scene(), Degrade(jpeg=quality), FPS).astype(int) - scene()).mean() for quality in (30, 90)]
    assert loss[0] > loss[1] > 0


def test_h264_keeps_colours_and_costs_more_at_a_higher_crf() -> None:
    loss = [np.abs(degrade(scene(), Degrade(h264=crf), FPS).astype(int) - scene()).mean() for crf in (36, 18)]
    assert loss[0] > loss[1] > 0
    assert np.abs(degrade(scene(), Degrade(h264=18), FPS)[1, 45, 80].astype(int) - (230, 220, 40)).max() < 10
