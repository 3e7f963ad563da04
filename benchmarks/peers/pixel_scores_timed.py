"""Runs in the evaluators' own environment: scores full-size masks as their code does and times it.

surface-distance is the package. Hi-SAM's and davis2017-evaluation's code is in no package, so their steps are written
anew: the same array operations on the same arrays, in the same order.
"""

import importlib
import json
import math
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

Masks = Mapping[str, Any]


def hisam(masks: Masks) -> None:
    """fgIoU and F: a confusion matrix and two counts (`get_IandU`, `label_count` of eval_img.py)."""
    truth, guess = masks["truth"].astype(int), masks["prediction"].astype(int)
    known = np.ones(guess.shape, np.uint8) * (truth >= 0) & (truth < 2)
    truth[known == 0] = 2
    guess[(known * ((guess >= 0) & (guess < 2))) == 0] = 2
    np.bincount((guess + truth * 3).flatten(), minlength=9)
    for mask in (masks["truth"], masks["prediction"]):
        labels = mask.copy().astype(int)
        labels[(np.ones(labels.shape, int) * (labels >= 0) & (labels < 2)) == 0] = 2
        np.bincount(labels.flatten())


def davis(masks: Masks) -> None:
    """J and F of each object (`db_eval_iou`, `f_measure` of davis2017-evaluation)."""
    disk = importlib.import_module("skimage.morphology").disk
    for truth, guess in zip(masks["truths"], masks["predictions"], strict=True):
        outside = np.zeros_like(guess)
        np.sum((guess & truth) & np.logical_not(outside), axis=(-2, -1))
        np.sum((guess | truth) & np.logical_not(outside), axis=(-2, -1))
        radius = math.ceil(0.008 * np.linalg.norm(truth.shape))
        edges = [_boundary(mask * np.logical_not(outside)) for mask in (guess, truth)]
        grown = [cv2.dilate(edge.astype(np.uint8), disk(radius).astype(np.uint8)) for edge in edges]
        for edge, near in zip(edges, grown[::-1], strict=True):
            np.sum(edge)
            np.sum(edge * near)


def surface(masks: Masks) -> None:
    """Surface Dice at 1 and 2 px."""
    package = importlib.import_module("surface_distance")
    distances = package.compute_surface_distances(masks["truth"], masks["prediction"], (1, 1))
    for tolerance in (1, 2):
        package.compute_surface_dice_at_tolerance(distances, tolerance)


def _boundary(mask: Any) -> Any:
    mask = mask.astype(bool)
    right, below, both = np.zeros_like(mask), np.zeros_like(mask), np.zeros_like(mask)
    right[:, :-1], below[:-1], both[:-1, :-1] = mask[:, 1:], mask[1:], mask[1:, 1:]
    edge = mask ^ right | mask ^ below | mask ^ both
    edge[-1], edge[:, -1] = mask[-1] ^ right[-1], mask[:, -1] ^ below[:, -1]
    edge[-1, -1] = 0
    return edge


SCORES: dict[str, Callable[[Masks], None]] = {"fgIoU, F": hisam, "J&F": davis, "NSD": surface}


def main() -> None:
    """A folder of .npz files in, one line of JSON out: CPU seconds a frame of each score."""
    cv2.setNumThreads(1)
    frames = [dict(np.load(path)) for path in sorted(Path(sys.argv[1]).glob("*.npz"))]
    taken = {}
    for name, score in SCORES.items():
        score(frames[0])
        start = time.process_time()
        for masks in frames:
            score(masks)
        taken[name] = (time.process_time() - start) / len(frames)
    sys.stdout.write(json.dumps(taken) + "\n")


if __name__ == "__main__":
    main()
