"""VSPW `VC_perclip.py`: video consistency of whole frames, as released."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign, pixels


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """Its `get_common` over the videos; the loop around it, which reads a fixed folder, is repeated here."""
    common = foreign.function(folder / "VC_perclip.py", "get_common", {"np": np})
    found = {}
    for n in (8, 16):
        values: list[float] = []
        for truth, prediction in cases:
            labels = pixels.unions(truth, prediction)
            if len(labels[0]) > n:
                with np.errstate(invalid="ignore"):
                    values += common(list(labels[0]), list(labels[1]), n, truth.height, truth.width)
        found[f"vc_{n}"] = float(np.nanmean(values))
    return found
