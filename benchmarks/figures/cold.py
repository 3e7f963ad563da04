"""What a background window costs before the first clip on it."""

import importlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from time import process_time

from benchmarks.figures.clips import Bench
from benchmarks.table import Line


def measure(renderer: Bench, n: int) -> list[Line]:
    """Analyse n windows from nothing, after one to warm compiled code."""
    windows = renderer.job.windows[:n]
    spent = _seconds(renderer, [windows[0], *windows])[1:]
    what = f"analysis of a window of {windows[0].frames} frames, empty cache, {len(windows)} windows"
    return [
        Line(what=what, unit="CPU s", ours=mean(spent), against=f"median {median(spent):.2f}, most {max(spent):.2f}")
    ]


def _seconds(renderer: Bench, windows: Sequence[object]) -> list[float]:
    analysis, config = importlib.import_module("synth.surfaces.analysis"), renderer.job.config
    spent = []
    for window in windows:
        with tempfile.TemporaryDirectory() as empty:
            start = process_time()
            analysis.analyse(window, (config.width, config.height), Path(empty))
            spent.append(process_time() - start)
    return spent
