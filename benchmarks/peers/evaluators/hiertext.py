"""HierText `eval.py`: detection of words, lines and paragraphs, and reading of words."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.cases import Case
from benchmarks.peers.evaluators import foreign
from sts.types import Frame, TextInstance

NAMES = {"PQ": "pq", "Fscore": "f", "Precision": "p", "Recall": "r", "Tightness": "t"}
LEVELS = ("word", "line", "paragraph")


def scores(folder: Path, cases: Sequence[Case]) -> dict[str, float]:
    """Its sums over the images, without the pipeline that spreads them over machines."""
    foreign.stand_in("apache_beam", "apache_beam.options", "apache_beam.options.pipeline_options")
    code = foreign.module(folder, "eval")
    kinds = code.evaluator
    words = kinds.HierTextEvaluator(text_box_type=kinds.TextBoxRep.POLY, evaluate_text=True)
    judges = (words, kinds.HierTextEvaluator(), kinds.HierTextEvaluator())
    parsed = [code.parse_annotation_dict(_record(*case), True, True, 1) for case in cases]
    sums = code.dict_add([code.evaluate_one_image(*one, *judges) for one in parsed])
    groups = code.compute_eval_metrics(*sums, *judges)
    found = {f"{level}_{NAMES[key]}": groups[i][1][f"Det-{key}"] for i, level in enumerate(LEVELS) for key in NAMES}
    return {k: float(v) for k, v in found.items()} | {f"e2e_{NAMES[k]}": float(groups[0][1][f"E2E-{k}"]) for k in NAMES}


def _record(truth: Any, prediction: Any) -> dict[str, Any]:
    return {
        "image_id": truth.clip_id,
        "image_width": truth.width,
        "image_height": truth.height,
        "paragraphs": _paragraphs(truth.frames[0]),
        "output_paragraphs": _paragraphs(prediction.frames[0]),
    }


def _paragraphs(frame: Frame) -> list[dict[str, Any]]:
    return [
        {**_entry(block), "lines": [{**_entry(line), "words": _below(frame, "word", line)} for line in lines]}
        for block in frame.instances
        if block.level == "paragraph"
        for lines in [[one for one in frame.instances if one.level == "line" and one.parent_id == block.track_id]]
    ]


def _below(frame: Frame, level: str, parent: TextInstance) -> list[dict[str, Any]]:
    return [_entry(one) for one in frame.instances if one.level == level and one.parent_id == parent.track_id]


def _entry(one: TextInstance) -> dict[str, Any]:
    return {"vertices": [[int(x), int(y)] for x, y in one.polygon], "legible": one.legible, "text": one.text}
