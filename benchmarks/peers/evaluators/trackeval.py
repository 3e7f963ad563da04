"""TrackEval: HOTA, CLEAR and Identity on masks, with the ignore regions of MOTS."""

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign, pixels
from sts import masks, scored
from sts.types import Clip, Frame

PERSON = 2
"""The one class that MOTS scores; text stands in for it"""


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """Combined over the videos. The code uses names that NumPy 1.24 dropped; they are given back in this process."""
    for name, kind in (("float", float), ("int", int)):
        setattr(np, name, kind)
    code = foreign.module(folder, "trackeval")
    quiet = {"PRINT_CONFIG": False}
    judges = {kind: getattr(code.metrics, kind) for kind in ("HOTA", "Identity", "CLEAR")}
    made = {kind: judge() if kind == "HOTA" else judge(quiet) for kind, judge in judges.items()}
    data = [_preprocessed(code, *case) for case in cases]
    with contextlib.redirect_stdout(io.StringIO()):
        found = {
            kind: judge.combine_sequences({str(i): judge.eval_sequence(one) for i, one in enumerate(data)})
            for kind, judge in made.items()
        }
    means = {key.lower(): float(np.mean(found["HOTA"][key])) for key in ("HOTA", "DetA", "AssA", "LocA")}
    return means | {"idf1": float(found["Identity"]["IDF1"]), "mota": float(found["CLEAR"]["MOTA"])}


def _preprocessed(code: Any, truth: Clip, prediction: Clip) -> dict[str, Any]:
    """What its MOTS reader makes of files, made of clips; the rest of the reader is used as it is."""
    reader = object.__new__(code.datasets.MOTSChallenge)
    reader.class_name_to_class_id = {"pedestrian": str(PERSON), "ignore": "10"}
    reader.seq_list = [truth.clip_id]
    wanted, given = ([_detections(frame) for frame in clip.frames] for clip in (truth, prediction))
    regions = [pixels.encoded(masks.encode(one)) for one in pixels.ignored(truth)]
    raw: dict[str, Any] = {
        "gt_ids": [np.array([track for track, _ in one], int) for one in wanted],
        "gt_dets": [[mask for _, mask in one] for one in wanted],
        "gt_classes": [np.full(len(one), PERSON) for one in wanted],
        "tracker_ids": [np.array([track for track, _ in one], int) for one in given],
        "tracker_dets": [[mask for _, mask in one] for one in given],
        "tracker_classes": [np.full(len(one), PERSON) for one in given],
        "gt_ignore_region": regions,
        "num_timesteps": len(truth.frames),
        "seq": truth.clip_id,
    }
    pairs = zip(raw["gt_dets"], raw["tracker_dets"], strict=True)
    raw["similarity_scores"] = [reader._calculate_similarities(*pair) for pair in pairs]
    found: dict[str, Any] = reader.get_preprocessed_seq_data(raw, "pedestrian")
    return found


def _detections(frame: Frame) -> list[tuple[int, dict[str, Any]]]:
    counted = [one for one in scored.bearers(frame) if not one.ignore and one.mask is not None]
    return [
        (one.track_id, pixels.encoded(one.mask)) for one in counted if one.mask is not None and masks.area(one.mask)
    ]
