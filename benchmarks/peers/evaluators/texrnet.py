"""TexRNet `lib/evaluate_service.py`: fgIoU, mIoU and F-score with ignored pixels."""

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign, pixels

CLASSES = 2
IGNORE = 255


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """Its counting and its sums; what sends counts between GPUs is left out, so torch may be missing."""
    foreign.module(folder, "lib")
    foreign.stand_in("torch", "torch.distributed", "lib.torchutils", "lib.log_service")
    code = foreign.module(folder, "lib.evaluate_service")
    judge = object.__new__(code.distributed_evaluator)
    kept: dict[str, list[np.ndarray]] = {}
    for truth, prediction in cases:
        judge.bi, judge.ri, judge.fi, judge.sn = {}, {}, {}, None
        batch = judge.bi
        strokes, guesses = pixels.unions(truth, prediction)
        labels = np.where(pixels.ignored(truth), IGNORE, strokes.astype(int))
        judge.bw_iandu(guesses.astype(int), labels, class_n=CLASSES)
        for name, counts in batch.items():
            kept.setdefault(name, []).append(counts)
    with contextlib.redirect_stdout(io.StringIO()), np.errstate(all="ignore"):
        miou, mean, whole = (_score(judge, kept, name) for name in ("miou", "fscore", "fscore_complex"))
    return {
        "fgiou": float(miou["miou"]["001"]),
        "miou": float(miou["miou"]["----miou"]),
        "f_hisam": float(mean["fscore"]["001"]),
        "f_global": float(whole["fscore"]["001"]),
    }


def _score(judge: Any, kept: dict[str, list[np.ndarray]], name: str) -> dict[str, Any]:
    """What one of its methods writes down."""
    written: dict[str, Any] = {}
    judge.bi, judge.ri, judge.fi, judge.sn = {}, kept, written, None
    getattr(judge, name)()
    return written
