"""The figures of `benchmarks.speed codec`: which lines, units and bars. No time is asserted."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from annotate import bitmask
from benchmarks import speed
from benchmarks.figures import codec


def test_lettering_is_some_of_the_frame_and_the_same_for_a_seed() -> None:
    pixels = codec.lettering(320, 180, 1)
    assert 0.005 < pixels.mean() < 0.3
    assert (pixels == codec.lettering(320, 180, 1)).all()
    assert (pixels != codec.lettering(320, 180, 2)).any()


def test_an_edited_mask_has_soft_edges_and_the_same_strokes() -> None:
    pixels = np.zeros((20, 30), np.bool_)
    pixels[5:15, 5:25] = True
    found = bitmask.decode(codec.edited(pixels), 20, 30)
    assert (found != pixels).sum() <= 4
    assert len(codec.edited(pixels)) > len(bitmask.encode(pixels))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_command_prints_both_codecs_beside_the_sdk(tmp_path: Path) -> None:
    result = CliRunner().invoke(speed.main, ["codec", "--n", "1", "--out", str(tmp_path)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    lines = json.loads((tmp_path / "codec.json").read_text(encoding="utf-8"))["lines"]
    assert [line["what"] for line in lines if line["peer"]] == [
        "bitmask, encode",
        "bitmask, decode",
        "brush, encode",
        "brush, decode",
        "one mask in JSON, bitmask",
    ]
    assert [line["passed"] for line in lines if line["unit"] == "bytes"] == [True]
