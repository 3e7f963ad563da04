"""JSON that grows on disk."""

import json
from pathlib import Path

import pytest

from pipelines.exporters.spool import Spool, plain
from sts.types import Mask


def test_members_grow_side_by_side_and_keep_their_order(tmp_path: Path) -> None:
    with Spool(tmp_path / "deep" / "a.json", lists=("images", "empty"), tables=("videos",)) as file:
        for i in range(3):
            file.put("videos", f'"{i}" ü', {"n": i})
            file.add("images", [i, None, "é\n"])
    text = (tmp_path / "deep" / "a.json").read_text(encoding="utf-8")
    assert json.loads(text) == {
        "images": [[i, None, "é\n"] for i in range(3)],
        "empty": [],
        "videos": {f'"{i}" ü': {"n": i} for i in range(3)},
    }
    assert text.startswith('{"images": [\n[0,null,"é\\n"],\n')


def test_a_file_is_not_written_when_its_block_fails(tmp_path: Path) -> None:
    with pytest.raises(KeyError), Spool(tmp_path / "a.json", lists=("images",)) as file:
        file.add("images", 1)
        raise KeyError("bug")
    assert not (tmp_path / "a.json").exists()


def test_not_a_number_is_no_json() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        plain(float("nan"))


def test_a_dataclass_is_a_table() -> None:
    assert json.loads(plain([Mask(height=1, width=2, counts=(2,))])) == [{"height": 1, "width": 2, "counts": [2]}]
