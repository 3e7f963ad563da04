"""Mask pairs with the scores that reference code gave for them, beside ours."""

import json
import math
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool
from PIL import Image

from benchmarks.metrics.pixels import Pixels
from benchmarks.table import Bar, Line
from sts import masks
from sts.errors import DataError
from sts.types import Clip, Frame, Mask, Origin, TextInstance

TOLERANCE = 1e-6
ORIGIN = Origin(kind="real", uri="benchmarks.golden", license="LicenseRef-unstated")
COUNTERPARTS = {
    "pycocotools_iou": "fgiou",
    "davis2017_J": "j",
    "davis2017_F_0.008": "boundary_f",
    "boundary_iou_0.02": "boundary_iou_02",
    "boundary_iou_0.005": "boundary_iou_005",
    "surface_dice_tol1": "nsd_1px",
    "surface_dice_tol2": "nsd_2px",
    "hd95": "hd95_px",
}
"""Name in the file, ours"""
COUNTS = ("tp", "fp", "fn", "pycocotools_area_gt", "pycocotools_bbox_gt")


def compare(folder: str) -> list[Line]:
    """The largest difference of each value over all cases. DataError for a file that is missing or unlike its name."""
    path = Path(folder) / "golden.json"
    if not path.exists():
        raise DataError(f"{path} is missing: --in names the folder that holds it")
    differences: dict[str, list[float]] = {}
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        ours = scores(*(_mask(Path(folder) / "masks" / f"{case['name']}_{side}.png") for side in ("gt", "pred")))
        for name, value in _values(case).items():
            differences.setdefault(name, []).append(float(abs(ours[name] - value)))
    return [_line(name, found) for name, found in differences.items()]


def scores(truth: Mask, prediction: Mask) -> dict[str, float]:
    """Our values of one mask pair under the names of the file."""
    metric = Pixels()
    metric.update(_clip(truth), _clip(prediction))
    ours = metric.compute()
    hits = masks.intersection_area(truth, prediction)
    left, top, right, bottom = masks.box(truth) or (0.0, 0.0, 0.0, 0.0)
    return {
        **{name: ours.get(own, math.nan) for name, own in COUNTERPARTS.items()},
        "avg_surface_distance 0": ours.get("asd_truth_px", math.nan),
        "avg_surface_distance 1": ours.get("asd_prediction_px", math.nan),
        "doxapy fm": 100 * ours["f_mean"],
        "tp": hits,
        "fp": masks.area(prediction) - hits,
        "fn": masks.area(truth) - hits,
        "pycocotools_area_gt": masks.area(truth),
        **{f"pycocotools_bbox_gt {i}": value for i, value in enumerate((left, top, right - left, bottom - top))},
    }


def _values(case: Mapping[str, Any]) -> dict[str, float]:
    """What the file says of a case and we measure, without what the reference left undefined."""
    values = {name: case[name] for name in (*COUNTERPARTS, *COUNTS, "avg_surface_distance") if name in case}
    values["doxapy fm"] = case["doxapy"]["fm"]
    flat: dict[str, float] = {}
    for name, value in values.items():
        parts = {f"{name} {i}": part for i, part in enumerate(value)} if isinstance(value, list) else {name: value}
        flat |= {key: part for key, part in parts.items() if not isinstance(part, str)}
    return flat


def _line(name: str, found: list[float]) -> Line:
    exact = name.partition(" ")[0] in COUNTS
    worst = math.nan if any(map(math.isnan, found)) else max(found)
    bar = Bar(value=0 if exact else TOLERANCE, best="low")
    return Line(what=name, unit="largest difference", ours=worst, against=f"{len(found)} mask pairs", bar=bar)


def _mask(path: Path) -> Mask:
    if not path.exists():
        raise DataError(f"{path} is missing: golden.json names it")
    pixels: Bool[np.ndarray, "h w"] = np.asarray(Image.open(path).convert("L")) > 127
    return masks.encode(pixels)


def _clip(mask: Mask) -> Clip:
    text = TextInstance(track_id=1, level="text", polygon=(), source="human", mask=mask)
    return Clip(
        clip_id="case",
        fps=Fraction(1),
        height=mask.height,
        width=mask.width,
        frames=(Frame(index=0, time_s=0.0, instances=(text,)),),
        origin=ORIGIN,
    )
