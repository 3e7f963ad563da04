"""davis2017-evaluation: J and F of semi-supervised video objects."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign, pixels


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """Its scores of masks, without its reader; the objects are those that the truth shows in the frames that count."""
    judge = foreign.module(folder, "davis2017.evaluation").DAVISEvaluation
    mean = foreign.module(folder, "davis2017.utils").db_statistics
    found: list[tuple[float, float]] = []
    for truth, prediction in cases:
        wanted, given = pixels.tracks(truth), pixels.tracks(prediction)
        outside = ~pixels.ignored(truth)
        nothing = np.zeros_like(outside)
        names = [name for name in sorted(wanted) if wanted[name][1:-1].any()]
        if names:
            stacks = [np.stack([(one.get(name, nothing) & outside)[1:-1] for name in names]) for one in (wanted, given)]
            values = judge._evaluate_semisupervised(*stacks, None, ("J", "F"))
            found += [(mean(j)[0], mean(f)[0]) for j, f in zip(*values, strict=True)]
    j, f = np.mean(found, axis=0).tolist()
    return {"j_davis": j, "f_davis": f, "jf_davis": (j + f) / 2}
