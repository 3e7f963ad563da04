"""Traces as plain values, and how their seconds are shared among the frames of a clip."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from annotate.robot.actions import KINDS, Trace
from annotate.robot.costs import Costs

ARRAYS = ("kinds", "frames", "amounts", "start", "counts")


def plain(trace: Trace) -> dict[str, Any]:
    """For JSON."""
    names = ("strategy", "clip_id", "seed", "n_frames")
    return {name: getattr(trace, name) for name in names} | {name: getattr(trace, name).tolist() for name in ARRAYS}


def read(row: Mapping[str, Any]) -> Trace:
    """The inverse of `plain`."""
    kinds = {name: np.float64 if name == "amounts" else np.int64 for name in ARRAYS}
    arrays = {name: np.array(row[name], kind) for name, kind in kinds.items()}
    return Trace(**{**row, **arrays, "counts": arrays["counts"].reshape(-1, 3)})


def seconds(trace: Trace, costs: Costs, first: int, last: int) -> float:
    """Of the work on some frames of the clip, with their share of what is done to the clip as a whole."""
    each = costs.seconds(trace.kinds, trace.amounts)
    whole = trace.kinds == KINDS.index("examine")
    inside = ~whole & (trace.frames >= first) & (trace.frames <= last)
    return float(each[inside].sum() + each[whole].sum() * (last - first + 1) / trace.n_frames)
