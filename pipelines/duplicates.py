"""Near-duplicate clips by perceptual hash of sampled frames.

Two clips are near-duplicates when enough frames of one have a frame of the other within a few bits.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from jaxtyping import Float64, Int64

from sts import jpeg, phash
from sts.errors import ConfigError
from sts.jpeg import Grey
from sts.shards import Jpegs

FAR = phash.BITS + 1
"""Bits between clips that share nothing that can be compared"""


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateConfig:
    """When two clips show the same."""

    frames: int = 8
    """Sampled from a clip"""
    bits: int = 6
    """Of 64, at which two frames are still alike"""
    share: float = 0.2
    """Of the sampled frames that must be alike"""
    contrast: float = 4.0
    """Grey levels, standard deviation: the hash of a flatter frame is noise and is left out"""

    def __post_init__(self) -> None:
        """ConfigError for a value that finds nothing or everything."""
        if self.frames < 1 or not 0 <= self.bits < phash.BITS or not 0 < self.share <= 1:
            raise ConfigError(
                f"duplicates: frames = {self.frames}, bits = {self.bits}, share = {self.share}: give at least one "
                f"frame, 0 to {phash.BITS - 1} bits and a share above 0 and up to 1"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """What the pictures of a clip are known by."""

    clip_id: str
    sha256: str
    """Of the stored bytes, joined"""
    hashes: tuple[int, ...]
    """Of the sampled frames that are not flat, 64 bits each"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two clips and how alike they are."""

    a: str
    b: str
    share: float
    """Of the sampled frames that are alike"""
    bits: int
    """Between the two frames that are most alike"""


def fingerprint(clip_id: str, stored: Jpegs, settings: DuplicateConfig) -> Fingerprint:
    """Hash of all bytes, and of frames at equal distances."""
    places = np.unique(np.linspace(0, len(stored) - 1, settings.frames).round().astype(int)).tolist()
    greys = [_grey(stored[place], f"clip {clip_id} frame {place}") for place in places]
    hashes = tuple(phash.of(grey) for grey in greys if grey.std() >= settings.contrast)
    return Fingerprint(clip_id=clip_id, sha256=hashlib.sha256(b"".join(stored)).hexdigest(), hashes=hashes)


def pairs(prints: Sequence[Fingerprint], settings: DuplicateConfig) -> list[Pair]:
    """Every two clips that are near-duplicates, each pair once."""
    found = []
    for first, shares, bits in _compared(prints, settings):
        for other in np.flatnonzero(shares >= settings.share).tolist():
            found.append(_pair(prints, first, first + 1 + other, (float(shares[other]), int(bits[other]))))
    return found


def nearest(prints: Sequence[Fingerprint], split_of: Sequence[str], n: int, settings: DuplicateConfig) -> list[Pair]:
    """The n most alike pairs of clips in different splits; `split_of` names the split of each print."""
    parts = np.array([sorted(set(split_of)).index(split) for split in split_of], np.int64)
    best: list[Pair] = []
    for first, shares, bits in _compared(prints, settings):
        across = np.flatnonzero((parts[first + 1 :] != parts[first]) & (bits < FAR))
        order = across[np.lexsort((bits[across], -shares[across]))][:n].tolist()
        best += [_pair(prints, first, first + 1 + other, (float(shares[other]), int(bits[other]))) for other in order]
        best = sorted(best, key=lambda pair: (-pair.share, pair.bits, pair.a, pair.b))[:n]
    return best


def _grey(data: bytes, where: str) -> Grey:
    """Grey levels; of a large picture at an eighth of the size, which the JPEG decoder gives for little."""
    small = jpeg.grey(data, where, cv2.IMREAD_REDUCED_GRAYSCALE_8)
    return small if min(small.shape) >= 2 * phash.SIDE else jpeg.grey(data, where)


def _compared(
    prints: Sequence[Fingerprint], settings: DuplicateConfig
) -> Iterator[tuple[int, Float64[np.ndarray, " n"], Int64[np.ndarray, " n"]]]:
    """Each clip against all after it: the larger share of alike frames either way, and the least distance."""
    hashes, there = _table(prints, settings.frames)
    counts = there.sum(axis=1)
    for first in range(len(prints) - 1):
        distances = np.bitwise_count(hashes[first][None, :, None] ^ hashes[first + 1 :, None, :]).astype(np.int64)
        distances[~(there[first][None, :, None] & there[first + 1 :, None, :])] = FAR
        ours = (distances.min(axis=2) <= settings.bits).sum(axis=1) / max(counts[first], 1)
        theirs = (distances.min(axis=1) <= settings.bits).sum(axis=1) / np.maximum(counts[first + 1 :], 1)
        shares, bits = np.maximum(ours, theirs), distances.min(axis=(1, 2))
        same = np.array([other.sha256 == prints[first].sha256 for other in prints[first + 1 :]])
        shares[same], bits[same] = 1.0, 0
        yield first, shares, bits


def _table(prints: Sequence[Fingerprint], frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Hashes as rows of equal length, and which of them are there."""
    hashes = np.zeros((len(prints), frames), np.uint64)
    there = np.zeros((len(prints), frames), np.bool_)
    for row, one in enumerate(prints):
        hashes[row, : len(one.hashes)] = one.hashes
        there[row, : len(one.hashes)] = True
    return hashes, there


def _pair(prints: Sequence[Fingerprint], a: int, b: int, how: tuple[float, int]) -> Pair:
    first, second = sorted((prints[a].clip_id, prints[b].clip_id))
    return Pair(a=first, b=second, share=how[0], bits=how[1])
