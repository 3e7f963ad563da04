"""SA-V `sav_benchmark.py`: J and F of objects, each in a folder of PNG files."""

import contextlib
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign, pixels
from sts.types import Clip


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """The benchmark as it is, on files."""
    code = foreign.module(folder / "sav_dataset" / "utils", "sav_benchmark")
    with tempfile.TemporaryDirectory() as name, contextlib.redirect_stdout(io.StringIO()):
        place = Path(name)
        for case in cases:
            _write(place, *case)
        roots = [str(place / "truth")], [str(place / "prediction")]
        jf, j, f, _ = code.benchmark(*roots, num_processes=1, verbose=False)
    return {"j": float(j[0]) / 100, "f": float(f[0]) / 100, "jf": float(jf[0]) / 100}


def _write(place: Path, truth: Clip, prediction: Clip) -> None:
    """Objects that the truth has; a video without any has no folder."""
    outside = ~pixels.ignored(truth)
    wanted, given = pixels.tracks(truth), pixels.tracks(prediction)
    for track, strokes in wanted.items():
        pair = (strokes & outside, given.get(track, np.zeros_like(outside)) & outside)
        for side, stack in zip(("truth", "prediction"), pair, strict=True):
            target = place / side / truth.clip_id / f"{track:03d}"
            target.mkdir(parents=True)
            for i, shown in enumerate(stack):
                cv2.imwrite(str(target / f"{i:05d}.png"), shown.astype(np.uint8) * 255)
