"""pycocotools COCOeval: average precision of masks, with 1000 detections an image."""

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cases import Case
from benchmarks.metrics import regions
from benchmarks.metrics.panoptic import LEVELS
from benchmarks.metrics.regions import Regions
from benchmarks.peers.evaluators import pixels
from sts import masks
from sts.types import Level, Mask

MAX_DETECTIONS = 1000

ALL = [0, 1e10]
"""px²"""


def scores(_: Path, cases: Sequence[Case]) -> dict[str, float]:
    """Area `all`; a region that does not count is a crowd."""
    found = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for level in LEVELS:
            for name, value in zip(("ap", "ap50", "ap75"), _average(cases, level), strict=True):
                found[f"{level}_{name}"] = value
    return found


def _average(cases: Sequence[Case], level: Level) -> tuple[float, float, float]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth, found = COCO(), []
    images = [{"id": i, "height": one.height, "width": one.width} for i, (one, _) in enumerate(cases)]
    truth.dataset = {"images": images, "categories": [{"id": 1}], "annotations": []}
    for i, (wanted, given) in enumerate(cases):
        size = (wanted.height, wanted.width)
        truth.dataset["annotations"] += _truths(regions.drawn(wanted.frames[0].instances, level, *size), i)
        found += _guesses(regions.drawn(given.frames[0].instances, level, *size), i)
    for number, one in enumerate(truth.dataset["annotations"], start=1):
        one["id"] = number
    truth.createIndex()
    judge = COCOeval(truth, truth.loadRes(found), "segm")
    judge.params.maxDets, judge.params.areaRng, judge.params.areaRngLbl = [MAX_DETECTIONS], [ALL], ["all"]
    judge.evaluate()
    judge.accumulate()
    precision = judge.eval["precision"][:, :, 0, 0, 0].mean(axis=1)
    return float(precision.mean()), float(precision[0]), float(precision[5])


def _truths(found: Regions, image: int) -> list[dict[str, Any]]:
    return [
        _entry(mask, image) | {"iscrowd": int(not counts), "area": masks.area(mask)}
        for mask, counts in zip(found.shapes, found.care.tolist(), strict=True)
    ]


def _guesses(found: Regions, image: int) -> list[dict[str, Any]]:
    pairs = zip(found.shapes, found.instances, strict=True)
    return [_entry(mask, image) | {"score": one.score} for mask, one in pairs]


def _entry(mask: Mask, image: int) -> dict[str, Any]:
    return {"image_id": image, "category_id": 1, "segmentation": pixels.encoded(mask)}
