"""The comparison with reference code: what runs, what is listed as not run, and that a difference shows."""

from pathlib import Path

import pytest

from benchmarks import cases, side_by_side
from benchmarks.peers.evaluators import foreign
from benchmarks.side_by_side import REFERENCES, ReferenceConfig, Row


def test_a_reference_that_is_installed_runs_and_the_others_are_listed(tmp_path: Path) -> None:
    found = list(side_by_side.compare(ReferenceConfig(sets=2, clips=2), tmp_path))
    rows = [one for one in found if isinstance(one, Row)]
    assert {one.reference for one in rows} == {"pycocotools COCOeval"}
    assert max(one.difference for one in rows) < 1e-12
    assert {one.compared for one in rows} == {2}
    missing = [one for one in found if isinstance(one, str)]
    assert len(missing) == len(REFERENCES) - 1
    assert "not run: TrackEval, there is no TrackEval/trackeval/__init__.py" in missing


def test_a_reference_that_fails_is_listed_with_its_last_line(tmp_path: Path) -> None:
    script = tmp_path / "VSPW_baseline" / "VC_perclip.py"
    script.parent.mkdir()
    script.write_text("def get_common(*_):\n    raise ValueError('no such thing')\n", encoding="utf-8")
    found = list(side_by_side.compare(ReferenceConfig(sets=1, clips=1), tmp_path))
    assert "not run: VSPW VC_perclip.py, ValueError: no such thing" in found


def test_the_table_shows_a_difference() -> None:
    row = Row(reference="a", score="b", compared=3, ours=0.5, theirs=0.25, difference=0.25)
    text = side_by_side.markdown([row, "not run: c"])
    assert "| a | `b` | 3 | 0.500000 | 0.250000 | 0.2 |" in text
    assert text.endswith("\n\n- not run: c\n")


@pytest.mark.parametrize("make", [cases.pages, cases.videos])
def test_cases_come_from_their_seed(make: side_by_side.Make) -> None:
    assert make(3, 2) == make(3, 2)
    assert make(3, 2) != make(4, 2)


def test_one_function_of_a_script_can_be_reached_without_running_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("def double(x):\n    return factor * x\n\nraise SystemExit\n", encoding="utf-8")
    assert foreign.function(script, "double", {"factor": 2})(4) == 8
