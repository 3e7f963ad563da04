"""Decoys lie behind the text: no stroke changes, much else does."""

import numpy as np
import pytest

from model import augment
from model.augment import AugmentConfig
from model.decoys import Decoys
from sts.protocols import RngFor

SIZE = 96


def drawn(seed: int, truth: np.ndarray) -> np.ndarray:
    """Grey, after decoys."""
    grey = np.full((SIZE, SIZE, 3), 120, np.uint8)
    return Decoys(np.random.default_rng(seed), SIZE)(grey, truth)


def test_strokes_stay_as_they_are_and_their_edges_keep_their_share() -> None:
    truth = np.zeros((SIZE, SIZE), np.uint8)
    bare = np.stack([drawn(seed, truth) for seed in range(20)]).astype(float) - 120
    half = np.stack([drawn(seed, truth + 128) for seed in range(20)]).astype(float) - 120
    assert (np.stack([drawn(seed, truth + 255) for seed in range(20)]) == 120).all()
    assert (np.abs(bare).max(axis=(1, 2, 3)) > 20).mean() > 0.8
    assert np.abs(half).sum() < 0.7 * np.abs(bare).sum()


def test_they_are_thin_and_differ_from_clip_to_clip_but_not_from_frame_to_frame() -> None:
    truth = np.zeros((SIZE, SIZE), np.uint8)
    touched = np.stack([(drawn(seed, truth) != 120).any(axis=2) for seed in range(40)])
    assert 0.02 < touched.mean() < 0.5
    assert len({plane.tobytes() for plane in touched}) > 30
    decoys, grey = Decoys(np.random.default_rng(1), SIZE), np.full((SIZE, SIZE, 3), 120, np.uint8)
    assert np.array_equal(decoys(grey, truth), decoys(grey, truth))


@pytest.mark.parametrize(("probability", "least", "most"), [(0.0, 0, 0), (0.3, 20, 40), (1.0, 100, 100)])
def test_so_many_clips_get_them(probability: float, least: int, most: int) -> None:
    settings = AugmentConfig(decoys=probability)
    clips = [augment.draw_decoys(settings, rng_for(i), SIZE) for i in range(100)]
    assert least <= sum(clip is not None for clip in clips) <= most


def rng_for(seed: int) -> RngFor:
    return lambda name: np.random.default_rng([seed, len(name)])
