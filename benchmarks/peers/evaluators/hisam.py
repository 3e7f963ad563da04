"""Hi-SAM `eval_img.py`: fgIoU and F-score of images in two folders."""

import contextlib
import io
import os
import runpy
import tempfile
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign, pixels


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """The script as it is, in a folder of the layout it expects; every frame is an image."""
    foreign.stand_in("torch")
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as place, contextlib.redirect_stdout(io.StringIO()):
        _write(Path(place), cases)
        os.chdir(place)
        try:
            found = runpy.run_path(str(folder.absolute() / "eval_img.py"))["results"]
        finally:
            os.chdir(before)
    return {
        "fgiou": float(found["001-text-IOU"]),
        "f_hisam": float(found["001-text-Fscore"]),
        "miou_hisam": float(found["---mIOU"]),
    }


def _write(place: Path, cases: Sequence[Case]) -> None:
    for name in ("datasets/HierText/test_gt", "img_eval"):
        (place / name).mkdir(parents=True)
    for truth, prediction in cases:
        for i, pair in enumerate(zip(*pixels.unions(truth, prediction), strict=True)):
            for name, shown in zip(("datasets/HierText/test_gt", "img_eval"), pair, strict=True):
                cv2.imwrite(str(place / name / f"{truth.clip_id}-{i}.png"), shown.astype(np.uint8) * 255)
