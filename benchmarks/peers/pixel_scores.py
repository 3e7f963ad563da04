"""How long the reference evaluators of pixel masks take, in a virtual environment of their own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from jaxtyping import Bool

from benchmarks.peers import environment
from sts import masks
from sts.types import Clip, Frame

PINS = (
    "surface-distance==0.1",
    "numpy==1.26.4",
    "opencv-python-headless==4.11.0.86",
    "scikit-image==0.24.0",
    "scipy==1.13.1",
)
"""surface-distance 0.1 breaks with NumPy 2"""
CHILD = Path(__file__).with_name("pixel_scores_timed.py")


def seconds(home: Path, scratch: Path, pairs: Sequence[tuple[Clip, Clip]]) -> dict[str, float]:
    """CPU seconds a frame by score, mean over the frames of (truth, prediction); their masks are decoded before."""
    folder = scratch / "masks"
    folder.mkdir()
    frames = [pair for truth, prediction in pairs for pair in zip(truth.frames, prediction.frames, strict=True)]
    for i, (truth, prediction) in enumerate(frames):
        truths, predictions = _tracks(truth), _tracks(prediction)
        unions = truths.any(axis=0), predictions.any(axis=0)
        path = folder / f"{i:03}.npz"
        np.savez_compressed(path, truths=truths, predictions=predictions, truth=unions[0], prediction=unions[1])
    python = environment.python(home, PINS, "the evaluators")
    found: dict[str, float] = environment.ask(python, CHILD, folder, "an evaluator")
    return found


def _tracks(frame: Frame) -> Bool[np.ndarray, "n h w"]:
    """Masks in the order of the frame's instances, which truth and prediction share."""
    return np.stack([masks.decode(one.mask) for one in frame.instances if one.mask is not None])
