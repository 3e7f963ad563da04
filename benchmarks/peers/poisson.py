"""How SynthText and FlowText put text into a picture: mixed-gradient Poisson blending, written anew.

The text is painted on a flat patch of the background's mean colour, the larger of both gradients is kept at each place,
and the picture with these gradients is found by a fast sine transform, the patch's rim being fixed. Nothing keeps the
change inside the text.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, UInt8

Picture = UInt8[np.ndarray, "h w 3"]
Alpha = UInt8[np.ndarray, "h w"]
Field = Float64[np.ndarray, "h w"]

SEEN = 2
"""Levels; a larger difference counts as a change"""
LEAST_KEPT = 0.35
"""Share of the text's gradients that must win, else they are made stronger"""
STRONGER = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Spill:
    """What one way of painting did where the text is not."""

    changed: int
    """px outside the support that differ from before by more than SEEN levels"""
    outside: int
    """px outside the support"""


def blend(base: Picture, alpha: Alpha, colour: tuple[int, int, int]) -> Picture:
    """The patch with its text, by Poisson."""
    share = alpha[:, :, None] / 255
    painted = share * np.array(colour, float) + (1 - share) * base.mean(axis=(0, 1))
    done = [_channel(painted[:, :, c], base[:, :, c].astype(float)) for c in range(3)]
    return np.clip(np.stack(done, axis=2), 0, 255).astype(np.uint8)


def spill(before: Picture, after: Picture, support: Alpha, least: int = SEEN) -> Spill:
    """Pixels without any coverage that changed by more than `least` levels."""
    change = np.abs(after.astype(np.int16) - before).max(axis=2)
    outside = support == 0
    return Spill(changed=int((change[outside] > least).sum()), outside=int(outside.sum()))


def _channel(painted: Field, base: Field) -> Field:
    text, ground = _gradients(painted), _gradients(base)
    mixed = [_larger(t, g) for t, g in zip(text, ground, strict=True)]
    if _kept(mixed, text) <= LEAST_KEPT:
        text = [STRONGER * t for t in text]
        mixed = [_larger(t, g) for t, g in zip(text, ground, strict=True)]
        if _kept(mixed, text) <= LEAST_KEPT:
            mixed = [t + g for t, g in zip(text, ground, strict=True)]
    return solve(mixed[0], mixed[1], base)


def solve(along_x: Field, along_y: Field, rim: Field) -> Field:
    """The picture whose forward differences are nearest to the given ones and whose rim is that of `rim`."""
    divergence = np.diff(along_x, axis=1, prepend=0) + np.diff(along_y, axis=0, prepend=0)
    done = rim.copy()
    done[1:-1, 1:-1] = 0
    known = done[:-2, 1:-1] + done[2:, 1:-1] + done[1:-1, :-2] + done[1:-1, 2:]
    right = divergence[1:-1, 1:-1] - known
    rows, columns = right.shape
    waves = _sine(_sine(right.T).T)
    waves /= _eigen(rows)[:, None] + _eigen(columns)
    done[1:-1, 1:-1] = _sine(_sine(waves.T).T) * (4 / ((rows + 1) * (columns + 1)))
    return done


def _gradients(picture: Field) -> list[Field]:
    """Forward differences along x and y; 0 at the far rim."""
    across, down = np.zeros_like(picture), np.zeros_like(picture)
    across[:, :-1], down[:-1] = np.diff(picture, axis=1), np.diff(picture, axis=0)
    return [across, down]


def _larger(text: Field, ground: Field) -> Field:
    return np.where(np.abs(ground) > np.abs(text), ground, text)


def _kept(mixed: list[Field], text: list[Field]) -> float:
    """Share of the painted picture's gradients that are still there."""
    there = sum(int((t != 0).sum()) for t in text)
    same = sum(int(((m == t) & (t != 0)).sum()) for m, t in zip(mixed, text, strict=True))
    return same / max(there, 1)


def _sine(rows: Field) -> Field:
    """Sine transform (type I) of each row: sums of x[j] sin(pi j k / (n + 1))."""
    zero = np.zeros((len(rows), 1))
    odd = np.concatenate([zero, rows, zero, -rows[:, ::-1]], axis=1)
    return -np.fft.rfft(odd, axis=1).imag[:, 1:-1] / 2


def _eigen(n: int) -> Float64[np.ndarray, " n"]:
    return 2 * np.cos(np.pi * np.arange(1, n + 1) / (n + 1)) - 2
