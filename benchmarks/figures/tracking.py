"""Rows of the tracking suite for our tracker and for FlowText's scheme."""

import importlib
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, UInt8

from benchmarks import flowtext_tracking, tracking_suite
from benchmarks.tracking_suite import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracked:
    """One row a texture."""

    ours: list[Row]
    peer: list[Row]


def measure(frames: int) -> Tracked:
    """Both methods on the same pixels."""
    rows = tracking_suite.run({"ours": _ours, "peer": flowtext_tracking.follow}, frames=frames)
    return Tracked(ours=rows["ours"], peer=rows["peer"])


def _ours(
    frames: UInt8[np.ndarray, "t h w"], key: int, box: Float64[np.ndarray, "4 2"]
) -> Float64[np.ndarray, "t 3 3"]:
    track = importlib.import_module("synth.surfaces.track")
    return np.asarray(track.follow(frames, key, box).to_frame)
