import cv2
import numpy as np
import pytest

from pipelines import duplicates
from pipelines.duplicates import DuplicateConfig, Fingerprint
from sts import jpeg, phash
from sts.errors import ConfigError, DataError
from sts.shards import Jpegs

SETTINGS = DuplicateConfig(frames=4)


def pictures(seed: int, n: int = 5) -> np.ndarray:
    """Soft pictures that have nothing in common."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 255, (n, 9, 16, 3), np.uint8)
    return np.stack([cv2.resize(one, (320, 180), interpolation=cv2.INTER_CUBIC) for one in small])


def stored(video: np.ndarray) -> Jpegs:
    return tuple(jpeg.encode(frame) for frame in video)


def print_of(name: str, video: np.ndarray) -> Fingerprint:
    return duplicates.fingerprint(name, stored(video), SETTINGS)


def test_a_brighter_smaller_noisier_copy_is_a_near_duplicate_and_another_clip_is_not() -> None:
    video = pictures(0)
    noise = np.random.default_rng(1).normal(0, 4, video.shape)
    copy = np.clip(video * 0.8 + 30 + noise, 0, 255).astype(np.uint8)
    copy = np.stack([cv2.resize(frame, (160, 90), interpolation=cv2.INTER_AREA) for frame in copy])
    prints = [print_of("a", video), print_of("b", copy), print_of("c", pictures(2))]
    (pair,) = duplicates.pairs(prints, SETTINGS)
    assert (pair.a, pair.b, pair.share) == ("a", "b", 1.0)
    assert pair.bits <= SETTINGS.bits


def test_one_common_frame_of_four_is_enough_at_a_fifth_and_not_at_a_half() -> None:
    a, b = pictures(0, 4), pictures(1, 4)
    b[2] = a[0]
    prints = [print_of("a", a), print_of("b", b)]
    assert [(pair.share, pair.bits) for pair in duplicates.pairs(prints, SETTINGS)] == [(0.25, 0)]
    assert duplicates.pairs(prints, DuplicateConfig(frames=4, share=0.5)) == []


def test_black_frames_have_no_hash_so_that_clips_with_a_fade_are_not_alike() -> None:
    a, b = pictures(0, 4), pictures(1, 4)
    a[0], b[0] = 0, 3
    prints = [print_of("a", a), print_of("b", b)]
    assert [len(one.hashes) for one in prints] == [3, 3]
    assert duplicates.pairs(prints, SETTINGS) == []


def test_flat_clips_of_the_same_bytes_are_duplicates() -> None:
    flat = np.zeros((4, 180, 320, 3), np.uint8)
    (pair,) = duplicates.pairs([print_of("b", flat), print_of("a", flat)], SETTINGS)
    assert (pair.a, pair.b, pair.share, pair.bits) == ("a", "b", 1.0, 0)


def test_the_nearest_pairs_across_splits_come_first() -> None:
    rng = np.random.default_rng(0)
    base = pictures(0)
    close = np.clip(base + rng.normal(0, 2, base.shape), 0, 255).astype(np.uint8)
    prints = [print_of(name, video) for name, video in (("a", base), ("b", close), ("c", pictures(1)), ("d", base))]
    found = duplicates.nearest(prints, ["train", "test", "test", "train"], 2, SETTINGS)
    assert [(pair.a, pair.b) for pair in found] == [("a", "b"), ("b", "d")]
    assert duplicates.nearest(prints, ["train"] * 4, 2, SETTINGS) == []


def test_hash_of_a_gradient_has_the_bits_computed_by_hand() -> None:
    """Of a horizontal ramp the DCT has a constant and negative odd frequencies of the first row; the rest is 0."""
    ramp = np.repeat(np.arange(32, dtype=np.uint8)[None] * 8, 32, axis=0)
    assert phash.of(ramp) >> 63 == 1
    assert phash.of(ramp) != phash.of(ramp.T.copy())


def test_damaged_pictures_and_useless_settings_are_one_line() -> None:
    with pytest.raises(DataError, match="clip a frame 0: 3 bytes"):
        duplicates.fingerprint("a", (b"xyz",), SETTINGS)
    with pytest.raises(ConfigError, match=r"share = 0\.0"):
        DuplicateConfig(share=0.0)
