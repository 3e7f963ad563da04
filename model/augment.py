"""Random changes of a clip: chosen once, then done to all its frames and their truth alike."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.decoys import Decoys
from model.geometry import View
from model.looks import Look
from sts.errors import ConfigError
from sts.protocols import RngFor
from sts.types import Point

VIEWS = ("flip", "affine", "crop", "crop_on_text")
LOOKS = ("color", "grayscale", "gamma", "channels", "negative", "blur", "noise", "jpeg", "decoys")


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentConfig:
    """Probability of each change and how far it goes; 0 is off.

    Defaults are the recipe of SAM2Text: flip, affine, colour, grayscale, as in the MOSE fine-tuning of SAM 2 (its
    second colour jitter, which differs from frame to frame, is left out). The others are ours and off.
    """

    flip: float = 0.5
    """Left to right: mirrored letters, no text that anybody reads"""
    affine: float = 1.0
    degrees: float = 25.0
    """Most turn, either way"""
    shear: float = 20.0
    """Most slant in degrees, either way"""
    color: float = 1.0
    brightness: float = 0.1
    """Factor 1 - x to 1 + x, as are the next two"""
    contrast: float = 0.03
    saturation: float = 0.03
    grayscale: float = 0.05
    crop: float = 0.0
    crop_least: float = 0.4
    """Smallest side of the crop as a share of the frame's"""
    crop_most: float = 1.0
    """Largest"""
    crop_on_text: float = 0.8
    """Probability that a crop has some word in it, where the frame has words"""
    blur: float = 0.0
    blur_sigma: float = 1.5
    """Most, px of the input"""
    jpeg: float = 0.0
    jpeg_quality: int = 30
    """Least, to 95"""
    noise: float = 0.0
    noise_sigma: float = 8.0
    """Most, of 255"""
    gamma: float = 0.0
    gamma_factor: float = 1.5
    """From 1 / x to x"""
    channels: float = 0.0
    """Red, green and blue change places"""
    negative: float = 0.0
    """Light becomes dark"""
    decoys: float = 0.0
    """Lines, grids, rings and dots behind the text"""

    def __post_init__(self) -> None:
        """ConfigError for a value that no change can be drawn with."""
        for name in (*VIEWS, *LOOKS):
            self._check(name, 0.0, 1.0)
        for name in ("brightness", "contrast", "saturation"):
            self._check(name, 0.0, 1.0)
        self._check("degrees", 0.0, 180.0)
        self._check("shear", 0.0, 60.0)
        self._check("crop_least", 0.05, 1.0)
        self._check("crop_most", self.crop_least, 1.0)
        self._check("blur_sigma", 0.1, 20.0)
        self._check("jpeg_quality", 1.0, 95.0)
        self._check("noise_sigma", 0.0, 100.0)
        self._check("gamma_factor", 1.0, 5.0)

    def _check(self, name: str, low: float, high: float) -> None:
        if not low <= getattr(self, name) <= high:
            raise ConfigError(f"augment.{name} = {getattr(self, name)}: give a number from {low} to {high}")


def unchanged() -> AugmentConfig:
    """Nothing is changed: to look at what is learned, or to validate."""
    return AugmentConfig(flip=0.0, affine=0.0, color=0.0, grayscale=0.0)


def draw_view(config: AugmentConfig, rng_for: RngFor, size: tuple[int, int], words: Sequence[Point]) -> View:
    """How a clip is looked at; `size` is height and width of its frames, `words` are centres of text in px."""
    crop, turn = _chosen(config.crop, rng_for, "crop"), _chosen(config.affine, rng_for, "affine")
    left, top, width, height = _crop(config, crop, size, words) if crop else (0.0, 0.0, float(size[1]), float(size[0]))
    return View(
        left=left,
        top=top,
        width=width,
        height=height,
        flip=_chosen(config.flip, rng_for, "flip") is not None,
        degrees=float(turn.uniform(-config.degrees, config.degrees)) if turn else 0.0,
        shear=float(turn.uniform(-config.shear, config.shear)) if turn else 0.0,
    )


def draw_look(config: AugmentConfig, rng_for: RngFor) -> Look:
    """How a clip's pictures are changed; their truth stays."""
    color, gamma, noise = (_chosen(getattr(config, name), rng_for, name) for name in ("color", "gamma", "noise"))
    blur, jpeg = _chosen(config.blur, rng_for, "blur"), _chosen(config.jpeg, rng_for, "jpeg")
    channels = _chosen(config.channels, rng_for, "channels")
    log_gamma = np.log(config.gamma_factor)
    return Look(
        brightness=_factor(color, config.brightness),
        contrast=_factor(color, config.contrast),
        saturation=_factor(color, config.saturation),
        gray=_chosen(config.grayscale, rng_for, "grayscale") is not None,
        channels=tuple(channels.permutation(3).tolist()) if channels else (0, 1, 2),
        negative=_chosen(config.negative, rng_for, "negative") is not None,
        gamma=float(np.exp(gamma.uniform(-log_gamma, log_gamma))) if gamma else 1.0,
        blur=_up_to(blur, config.blur_sigma),
        noise=_up_to(noise, config.noise_sigma),
        quality=int(jpeg.integers(config.jpeg_quality, 96)) if jpeg else 0,
        seed=int(rng_for("grain").integers(2**31)) if noise else 0,
    )


def draw_decoys(config: AugmentConfig, rng_for: RngFor, size: int) -> Decoys | None:
    """What is drawn behind the text of a clip, whose frames are seen as squares of `size` px."""
    rng = _chosen(config.decoys, rng_for, "decoys")
    return Decoys(rng, size) if rng else None


def _chosen(probability: float, rng_for: RngFor, name: str) -> np.random.Generator | None:
    """Draws how far a change goes, or None where it is not made; what is off costs nothing."""
    rng = rng_for(name) if probability else None
    return rng if rng is not None and rng.random() < probability else None


def _crop(
    config: AugmentConfig, rng: np.random.Generator, size: tuple[int, int], words: Sequence[Point]
) -> tuple[float, float, float, float]:
    """Left, top, width, height: whole px, within the frame, of the frame's shape."""
    height, width = size
    share = rng.uniform(config.crop_least, config.crop_most)
    sides = [max(round(share * side), 1) for side in (width, height)]
    free = [side - cut for side, cut in zip((width, height), sides, strict=True)]
    start = [rng.uniform(0, room) for room in free]
    if words and rng.random() < config.crop_on_text:
        word = words[int(rng.integers(len(words)))]
        start = [at - rng.random() * cut for at, cut in zip(word, sides, strict=True)]
    left, top = (float(min(max(round(at), 0), room)) for at, room in zip(start, free, strict=True))
    return left, top, float(sides[0]), float(sides[1])


def _factor(rng: np.random.Generator | None, most: float) -> float:
    return float(rng.uniform(1 - most, 1 + most)) if rng else 1.0


def _up_to(rng: np.random.Generator | None, most: float) -> float:
    return float(rng.uniform(0.1, 1.0) * most) if rng else 0.0
