"""The report of an evaluation: tables, curves and worst cases in one HTML file."""

import base64
import math
from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import jinja2
import numpy as np
from jaxtyping import UInt8

from benchmarks.metrics import frames
from benchmarks.metrics.legend import explain
from benchmarks.metrics.precision import AveragePrecision, precision_over_recall
from benchmarks.report import charts
from benchmarks.scoring import Curve, EvaluateConfig, Result, clip_scores
from sts import files, jpeg, layers, masks, scored
from sts.errors import DataError
from sts.files import Location
from sts.statistics import Interval
from sts.types import Clip, Frame

Picture = UInt8[np.ndarray, "h w 3"]

TILES = {
    "fgIoU": "fgiou",
    "F-score": "f_hisam",
    "fgIoU within 1 px": "fgiou_tolerant_1px",
    "NSD at 1 px": "nsd_1px",
    "J&F": "jf",
    "word PQ": "word_pq",
    "HOTA": "hota",
    "tIoU": "tiou",
}
"""Scores at the top, where they are defined"""
COLUMNS = ("fgiou", "f_hisam", "nsd_1px", "j", "f", "jf", "word_pq", "hota", "cer")
"""Scores in the table of clips, where they are defined"""
NOTHING = "–"
BY_RULE = (
    f"{NOTHING}: nothing to divide by, such as precision without a prediction; scores.json keeps the reference's 1"
)
HIT, MISS, FALSE = (46, 158, 79), (212, 61, 61), (47, 111, 222)
CHANGE = "mean change of fgIoU from one labelled frame to the next; 0 to 100, lower is better"
PART = 2.5
"""The pictures show one over this of the frame's width and height, where the most errors are"""
WIDE = 640
"""px of a picture on the page, about: whole pixels are repeated"""


def write(
    out: Location,
    settings: EvaluateConfig,
    truth: Location,
    results: Sequence[Result],
    difference: Mapping[str, Interval],
) -> str:
    """Write `report.html` below `out`; its location."""
    curves = results[0].scored.curves
    page = _template().render(
        title="Scores of text segmentation",
        truth=str(truth),
        clips=results[0].scored.clips,
        frames=sum(len(curve.frames) for curve in curves.values()),
        level=f"{settings.level:.0%}",
        draws=settings.draws,
        predictions=[_prediction(settings, truth, result) for result in results],
        difference=[{**_row(name, one), "star": _star(one)} for name, one in difference.items()],
    )
    place = files.join(out, "report.html")
    with files.replacing(place) as file:
        file.write(page.encode())
    return place


def printed(name: str, one: Interval) -> tuple[str, str]:
    """Value and interval, two decimals: percent, or px where the name says so; "" for an interval that is not known.

    A value that is NaN is a dash.
    """
    if math.isnan(one.value):
        return NOTHING, ""
    factor = 1 if name.endswith("_px") else 100
    value, low, high = (factor * number for number in (one.value, one.low, one.high))
    return f"{value:.2f}", "" if math.isnan(low) else f"[{low:.2f}, {high:.2f}]"


def _template() -> jinja2.Template:
    loader = jinja2.PackageLoader("benchmarks.report", "")
    environment = jinja2.Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("page.html.j2")


def _prediction(settings: EvaluateConfig, truth: Location, result: Result) -> dict[str, Any]:
    curves = result.scored.curves
    wrong = [clip_id for clip_id, curve in curves.items() if min(curve.iou) < 1]
    worst = sorted(wrong, key=lambda clip_id: (np.mean(curves[clip_id].iou), clip_id))[: settings.worst]
    table, flat = clip_scores(result.scored), _flat(result)
    columns = [name for name in COLUMNS if any(name in row for row in table.values())]
    return {
        "name": result.prediction.rstrip("/").rpartition("/")[2],
        "path": result.prediction,
        "extra": result.extra,
        "tiles": [{**_row(name, flat[name]), "title": title} for title, name in TILES.items() if name in flat],
        "by_rule": BY_RULE if result.by_rule else "",
        "groups": [
            {"name": name, "rows": [_row(score, one) for score, one in found.items() if "/" not in score]}
            for name, found in result.shown.items()
            if found
        ],
        "widths": _by_width(flat),
        "charts": _charts(result),
        "worst": [_case(truth, result.prediction, clip_id, curves[clip_id]) for clip_id in worst],
        "columns": [
            {"name": "clip"},
            *({"name": name, "says": explain(name)} for name in columns),
            {"name": "change of fgIoU", "says": CHANGE},
        ],
        "rows": [
            [clip_id, *(_cell(row.get(name)) for name in columns), _cell(_flicker(curves.get(clip_id)))]
            for clip_id, row in sorted(table.items())
        ],
    }


def _row(name: str, one: Interval) -> dict[str, str]:
    value, interval = printed(name, one)
    return {"name": name, "value": value, "interval": interval, "says": explain(name)}


def _cell(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.2f}"


def _flicker(curve: Curve | None) -> float | None:
    return None if curve is None else curve.flicker


def _star(one: Interval) -> str:
    return "*" if one.low > 0 or one.high < 0 else ""


def _charts(result: Result) -> list[dict[str, Any]]:
    """Precision over recall, fgIoU by stroke width, change over time."""
    found = []
    lines = _precision(result)
    if lines:
        svg = charts.chart(lines, "recall, %", "precision, %", x_range=(0.0, 100.0), y_range=(0.0, 100.0))
        found.append({"svg": svg, "caption": "Precision over recall at IoU 0.5, by the score of the instances."})
    widths = _widths(_flat(result))
    if widths:
        svg = charts.bars(widths, "stroke width, px", "percent")
        found.append({"svg": svg, "caption": "Scores by stroke width of the truth: fgIoU and surface Dice at 1 px."})
    change = _change(list(result.scored.curves.values()))
    if len(change) > 1:
        points = [(i + 1.0, value) for i, value in enumerate(change)]
        svg = charts.chart(
            {"change": points},
            "frame",
            "change, %",
            x_range=(1.0, float(len(change))),
            y_range=(0.0, max(change) or 1.0),
        )
        found.append(
            {"svg": svg, "caption": "Change of fgIoU from the frame before, mean over clips: flicker over time."}
        )
    return found


def _precision(result: Result) -> dict[str, list[tuple[float, float]]]:
    found = [metric for metric in result.scored.metrics if isinstance(metric, AveragePrecision)]
    return {
        level: [(100 * recall, 100 * precision) for recall, precision in line]
        for metric in found
        for level, line in precision_over_recall(metric).items()
    }


def _flat(result: Result) -> dict[str, Interval]:
    return {name: one for found in result.scores.values() for name, one in found.items()}


def _by_width(scores: Mapping[str, Interval]) -> dict[str, Any]:
    """A row a score, a column a class of stroke width."""
    names = [name.split("/") for name in scores if "/" in name]
    columns = list(dict.fromkeys(label for _, label in names))
    rows = [
        {
            "name": name,
            "says": explain(name),
            "cells": [
                _cell(scores[f"{name}/{label}"].value if f"{name}/{label}" in scores else None) for label in columns
            ],
        }
        for name in dict.fromkeys(name for name, _ in names)
    ]
    return {"columns": [f"{label} px" if label != "all" else label for label in columns], "rows": rows}


def _widths(scores: Mapping[str, Interval]) -> dict[str, dict[str, float]]:
    """Scores by class of stroke width, percent."""
    found = {
        title: {
            name.partition("/")[2]: 100 * one.value
            for name, one in scores.items()
            if name.startswith(f"{score}/") and not name.endswith("/all")
        }
        for score, title in (("fgiou", "fgIoU"), ("nsd_1px", "NSD at 1 px"))
    }
    return {title: group for title, group in found.items() if group}


def _change(curves: Sequence[Curve]) -> list[float]:
    """Mean absolute change of fgIoU in percent at each step, over the clips that are long enough."""
    steps = [100 * np.abs(np.diff(curve.iou)) for curve in curves if len(curve.iou) > 1]
    longest = max((len(step) for step in steps), default=0)
    return [float(np.mean([step[i] for step in steps if len(step) > i])) for i in range(longest)]


def _case(truth: Location, prediction: Location, clip_id: str, curve: Curve) -> dict[str, Any]:
    clips = [layers.labels(directory, clip_id) for directory in (truth, prediction)]
    wanted, given = (_frame(clip, curve.worst) for clip in clips if clip is not None)
    picture = _errors(_picture(truth, clips[0], curve.worst), wanted, given)
    value = 100 * float(np.mean(curve.iou))
    return {
        "src": "data:image/jpeg;base64," + base64.b64encode(jpeg.encode(picture)).decode(),
        "caption": f"{clip_id}, frame {curve.worst}; mean fgIoU of its frames {value:.2f}",
        "spark": charts.spark(curve.iou) if len(curve.iou) > 1 else "",
    }


def _frame(clip: Clip, index: int) -> Frame:
    return next(frame for frame in clip.frames if frame.index == index)


def _picture(truth: Location, clip: Clip | None, index: int) -> Picture:
    """The frame, grey and dim; a plain ground where the set has no pictures."""
    assert clip is not None
    place = [frame.index for frame in clip.frames].index(index)
    try:
        pixels = jpeg.decode(layers.jpegs(truth, clip.clip_id)[place], clip.clip_id)
    except DataError:
        pixels = np.zeros((clip.height, clip.width, 3), np.uint8)
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.repeat((grey // 2 + 30)[..., None], 3, axis=2).astype(np.uint8)


def _errors(picture: Picture, truth: Frame, prediction: Frame) -> UInt8[np.ndarray, "rows columns 3"]:
    """Found, missed and false strokes in colour, cut to where there are any."""
    size = picture.shape[:2]
    wanted, given = (masks.decode(scored.strokes(one, *size)) for one in (truth, prediction))
    skipped = scored.ignore_region(truth, *size)
    if skipped is not None:
        given &= ~skipped
        picture[skipped] = 153
    for pixels, colour in ((wanted & given, HIT), (wanted & ~given, MISS), (given & ~wanted, FALSE)):
        picture[pixels] = colour
    part = picture[_most(wanted ^ given)]
    return part.repeat(times := max(round(WIDE / part.shape[1]), 1), axis=0).repeat(times, axis=1)


def _most(errors: frames.Pixels) -> tuple[slice, slice]:
    """Rows and columns of the part of the frame with the most errors."""
    height, width = (max(round(side / PART), 1) for side in errors.shape)
    count = cv2.blur(errors.astype(np.float32), (width, height), borderType=cv2.BORDER_CONSTANT)
    row, column = np.unravel_index(int(count.argmax()), errors.shape)
    top = min(max(int(row) - height // 2, 0), errors.shape[0] - height)
    left = min(max(int(column) - width // 2, 0), errors.shape[1] - width)
    return slice(top, top + height), slice(left, left + width)
