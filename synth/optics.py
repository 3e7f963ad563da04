"""Draws what lens, sensor and codec do: first to the text, matched to the base, then to the whole picture."""

from dataclasses import dataclass

import numpy as np

from sts.protocols import RngFor
from synth.specs import Degrade, Optics


@dataclass(frozen=True, slots=True, kw_only=True)
class DamageConfig:
    """How often a whole clip is degraded, by kind of damage."""

    noise: float = 0.2
    gamma: float = 0.2
    vignette: float = 0.1
    sharpen: float = 0.1
    jpeg: float = 0.1
    h264: float = 0.15


def sample_optics(rng_for: RngFor, *, sharpness: float, grain: float, motion: float) -> Optics:
    """Blur and grain like the base's (px and grey levels, as measured), with a shutter only where the base moves."""
    rng = rng_for("optics")
    defocus = sharpness * float(rng.uniform(0.85, 1.15))
    shutter = float(rng.uniform(0.2, 0.5)) if motion > 1.0 else 0.0
    return Optics(
        defocus=round(float(np.clip(defocus, 0.0, 4.0)), 2),
        shutter=round(shutter, 3),
        grain=round(float(np.clip(grain * rng.uniform(0.8, 1.2), 0.0, 12.0)), 2),
        seed=int(rng.integers(2**31)),
    )


def sample_damage(rng_for: RngFor, config: DamageConfig) -> Degrade:
    """Mostly nothing; each kind of damage is its own decision."""
    return Degrade(
        noise=_maybe(rng_for("noise"), config.noise, 1.5, 8.0),
        gamma=_maybe(rng_for("gamma"), config.gamma, 0.8, 1.25) or 1.0,
        vignette=_maybe(rng_for("vignette"), config.vignette, 0.1, 0.45),
        sharpen=_maybe(rng_for("sharpen"), config.sharpen, 0.2, 0.8),
        jpeg=int(_maybe(rng_for("jpeg"), config.jpeg, 35.0, 90.0)) or None,
        h264=int(_maybe(rng_for("h264"), config.h264, 20.0, 34.0)) or None,
        seed=int(rng_for("damage").integers(2**31)),
    )


def _maybe(rng: np.random.Generator, probability: float, low: float, high: float) -> float:
    """A value between the bounds with this probability, else 0."""
    chance, value = rng.random(), rng.uniform(low, high)
    return round(float(value), 3) if chance < probability else 0.0
