"""Baselines that bend: a map from flat to bent points, and polygons that follow it. Lengths in em, y down."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

from sts.errors import RenderError
from synth.specs import TextSpec
from synth.text.face import Box

Points = Float64[np.ndarray, "_ 2"]
Corners = Float64[np.ndarray, "4 2"]
"""Clockwise from the top left"""
Bend = Callable[[Points], Points]

RIBS = 7
"""Points along the top and along the bottom of a word's polygon"""
SAMPLES = 2048
"""Of a wave, along its length"""
TIGHTEST = 0.8
"""Half height over radius beyond which letters on the inside fold over"""
FULL_TURN = 6.0
"""rad; an arc ends before it meets its own start"""
SMALLEST = 1e-9
"""em; least height of a box"""
LONGEST_STEP = 0.08
"""em; longest straight piece of a bent stroke"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Flat extent of a paragraph."""

    middle: tuple[float, float]
    length: float
    """Of the longest line"""
    half: float
    """Of the height"""


def bend_for(spec: TextSpec, box: Box) -> Bend | None:
    """How the spec bends a block with this flat extent; None for a straight baseline."""
    block = _Block(
        middle=((box[0] + box[2]) / 2, (box[1] + box[3]) / 2), length=box[2] - box[0], half=(box[3] - box[1]) / 2
    )
    if spec.curve == "none" or spec.bend == 0:
        return None
    if spec.vertical:
        raise RenderError(f"columns do not bend: set curve to none for {spec.text!r}, it is {spec.curve}")
    return _arc(spec, block) if spec.curve == "arc" else _wave(spec, block)


def ribbon(corners: Corners, bend: Bend | None) -> Float64[np.ndarray, "14 2"]:
    """Seven points along the top from left to right, seven back along the bottom."""
    edges = np.concatenate([_along(corners[0], corners[1]), _along(corners[2], corners[3])])
    return edges if bend is None else bend(edges)


def lifted(corners: Corners, bend: Bend | None) -> Corners:
    """Flat corners moved up and down so far that, where an edge bulges, the chords of its ribbon stay outside it."""
    if bend is None:
        return corners
    top, bottom = _bulge(corners[0], corners[1], bend), _bulge(corners[2], corners[3], bend)
    return stretched(corners, top, bottom)


def stretched(corners: Corners, top: float, bottom: float) -> Corners:
    """The parallelogram made higher by `top` and `bottom`, its sides prolonged."""
    side = (corners[3] - corners[0]) / max(corners[3, 1] - corners[0, 1], SMALLEST)
    return corners + np.array([-top * side, -top * side, bottom * side, bottom * side])


def _along(start: Float64[np.ndarray, "2"], end: Float64[np.ndarray, "2"], points: int = RIBS) -> Points:
    return start + (end - start) * np.linspace(0, 1, points)[:, None]


def _bulge(start: Float64[np.ndarray, "2"], end: Float64[np.ndarray, "2"], bend: Bend) -> float:
    """How far a bent edge rises above the chords of its ribbon, on the side away from the text."""
    parts = 8
    curve = bend(_along(start, end, parts * (RIBS - 1) + 1))
    foot = curve[:-1:parts]
    chord = curve[parts::parts] - foot
    outward = np.stack([chord[:, 1], -chord[:, 0]], axis=1) / np.hypot(chord[:, :1], chord[:, 1:])
    between = curve[:-1].reshape(RIBS - 1, parts, 2) - foot[:, None]
    return max(float(np.einsum("kni,ki->kn", between, outward).max()), 0.0)


def _arc(spec: TextSpec, block: _Block) -> Bend:
    x, y = block.middle
    radius = block.length / spec.bend
    if abs(spec.bend) > FULL_TURN or block.half > TIGHTEST * abs(radius):
        raise RenderError(f"arc of {spec.bend:.2f} rad is too tight for {spec.text!r}: bend less or write fewer lines")

    def bend(points: Points) -> Points:
        angle, reach = (points[:, 0] - x) / radius, radius - (points[:, 1] - y)
        return np.stack([x + reach * np.sin(angle), y + radius - reach * np.cos(angle)], axis=1)

    return bend


def _wave(spec: TextSpec, block: _Block) -> Bend:
    """One period of a sine over the longest line; distance along the baseline is kept."""
    x, y = block.middle
    number = 2 * np.pi / block.length
    if block.half * abs(spec.bend) * number**2 > TIGHTEST:
        raise RenderError(f"wave of {spec.bend:.2f} em is too tight for {spec.text!r}: bend less or write more letters")
    along = np.linspace(-block.length, block.length, SAMPLES)
    height = spec.bend * np.sin(number * along)
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(along), np.diff(height)))])
    length -= np.interp(0, along, length)

    def bend(points: Points) -> Points:
        at = np.interp(points[:, 0] - x, length, along)
        slope = spec.bend * number * np.cos(number * at)
        normal = np.stack([-slope, np.ones_like(slope)], axis=1) / np.sqrt(1 + slope**2)[:, None]
        foot = np.stack([x + at, y + spec.bend * np.sin(number * at)], axis=1)
        return foot + normal * (points[:, 1:] - y)

    return bend
