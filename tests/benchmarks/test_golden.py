"""The check against golden values: it reads the published layout, fails on a wrong value and on a missing mask."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from benchmarks import golden, golden_cases
from sts import masks
from sts.errors import DataError
from tests.benchmarks.metrics.drawings import drawn, wrong

CASE = {
    "name": "blot",
    "tp": 565,
    "fp": 160,
    "fn": 0,
    "pycocotools_iou": 565 / 725,
    "pycocotools_bbox_gt": [4.0, 4.0, 60.0, 39.0],
    "davis2017_F_0.008": 0.9437229437229437,
    "surface_dice_tol1": 0.9403315600204587,
    "hd95": 11.0,
    "avg_surface_distance": [0.0, 1.1261718803419924],
    "doxapy": {"fm": 100 * 2 * 565 / (2 * 565 + 160)},
}
"""By pycocotools 2.0.11, davis2017-evaluation@ac7c43f and surface-distance@1f805ce"""


def folder(path: Path, **changed: object) -> Path:
    (path / "masks").mkdir()
    for side, pixels in (("gt", drawn()), ("pred", wrong(drawn())["blot"])):
        Image.fromarray(pixels).save(path / "masks" / f"blot_{side}.png")
    (path / "golden.json").write_text(json.dumps({"cases": [{**CASE, **changed}]}), encoding="utf-8")
    return path


def test_values_of_the_reference_pass(tmp_path: Path) -> None:
    lines = golden_cases.compare(str(folder(tmp_path)))
    assert all(line.passed for line in lines)
    assert {"tp", "fp", "fn", "hd95", "avg_surface_distance 1", "doxapy fm"} <= {line.what for line in lines}


@pytest.mark.parametrize("changed", [{"tp": 566}, {"hd95": 10.0}, {"surface_dice_tol1": 0.94033}])
def test_a_value_that_is_off_fails_and_the_command_says_so(tmp_path: Path, changed: dict[str, float]) -> None:
    given = folder(tmp_path, **changed)
    (failed,) = [line.what for line in golden_cases.compare(str(given)) if not line.passed]
    assert failed in changed
    result = CliRunner().invoke(golden.main, ["--in", str(given), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1 and "FAIL" in result.output


def test_a_missing_mask_is_one_line(tmp_path: Path) -> None:
    given = folder(tmp_path)
    (given / "masks" / "blot_pred.png").unlink()
    with pytest.raises(DataError, match=r"blot_pred\.png is missing: golden.json names it"):
        golden_cases.compare(str(given))


def test_a_folder_without_values_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(golden.main, ["--in", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1 and "golden.json is missing" in result.output


def test_a_score_that_the_reference_defines_and_we_do_not_fails() -> None:
    nothing = masks.empty(4, 4)
    assert golden_cases.scores(nothing, nothing)["hd95"] != golden_cases.scores(nothing, nothing)["hd95"]
    assert not golden_cases._line("hd95", [float("nan")]).passed
