"""Means, intervals and differences of a small ladder, computed by hand."""

import json
import math
from pathlib import Path

import pytest

from model import comparison

FOUND = {
    "given": [{"fgiou": 0.5, "f_global": 0.6, "miou": 0.1}],
    "baseline": [{"fgiou": 0.6, "f_global": 0.7, "flicker_8": 0.2}, {"fgiou": 0.8, "f_global": 0.7, "flicker_8": 0.1}],
    "lora": [{"fgiou": 0.7, "f_global": 0.7, "flicker_8": 0.2}, {"fgiou": 0.9, "f_global": 0.7, "flicker_8": 0.1}],
}
T = 12.7062
"""Of two trainings"""


def test_scores_are_means_over_trainings_with_students_interval() -> None:
    score = comparison.compare(FOUND)[1].scores["fgiou"]
    assert score.value == pytest.approx(0.7)
    assert score.high - score.value == pytest.approx(T * 0.1, rel=1e-4)
    assert score.value - score.low == pytest.approx(T * 0.1, rel=1e-4)


def test_differences_are_paired_by_seed() -> None:
    given, baseline, lora = comparison.compare(FOUND)
    assert given.differences == {}
    same = lora.differences["fgiou"]
    assert (same.value, same.low, same.high) == pytest.approx((0.1, 0.1, 0.1))
    assert baseline.differences["fgiou"].value == pytest.approx(0.2)
    assert baseline.differences["fgiou"].high == pytest.approx(0.2 + T * 0.1, rel=1e-4)


def test_what_was_not_trained_has_no_interval() -> None:
    score = comparison.compare(FOUND)[0].scores["fgiou"]
    assert score.value == 0.5
    assert math.isnan(score.low) and math.isnan(score.high)


def test_only_scores_that_all_rungs_have_are_in_the_table() -> None:
    assert [list(row.scores) for row in comparison.compare(FOUND)] == [["fgiou", "f_global"]] * 3


def test_the_table_is_markdown_in_percent() -> None:
    lines = comparison.markdown(comparison.compare(FOUND)).splitlines()
    assert lines[:3] == [
        "| rung | fgIoU | Δ | F | Δ |",
        "| --- | ---: | ---: | ---: | ---: |",
        "| given | 50.00 |  | 60.00 |  |",
    ]
    assert lines[4] == (
        "| lora | 80.00 [-47.06, 207.06] | +10.00 [+10.00, +10.00] | 70.00 [70.00, 70.00] | +0.00 [+0.00, +0.00] |"
    )


def test_the_json_says_every_training_and_null_for_what_is_not_known(tmp_path: Path) -> None:
    comparison.save(tmp_path, comparison.compare(FOUND))
    given, baseline, _ = json.loads((tmp_path / "ablation.json").read_text(encoding="utf-8"))
    assert given["scores"]["fgiou"] == {"mean": 0.5, "low": None, "high": None, "by seed": [0.5]}
    assert baseline["scores"]["fgiou"]["by seed"] == [0.6, 0.8]
    assert (tmp_path / "ablation.md").read_text(encoding="utf-8").startswith("| rung |")
