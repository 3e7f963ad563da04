"""What `benchmarks.speed prelabel` prints of a labeler."""

from pathlib import Path

import pytest

from benchmarks.figures.prelabel import PrelabelSpeed, measure
from tests.realv.scene import scene


def test_every_labeler_has_its_pace_and_the_share_of_its_steps(tmp_path: Path) -> None:
    settings = PrelabelSpeed(every=2, labelers={"bright": {"class": "tests.realv.scene:Bright"}})
    whole, *steps = measure(settings, [scene(4)], tmp_path)
    assert whole.what == "bright: one frame of 2 looked at, 2.0 words a frame"
    assert whole.unit == "frames/s/core"
    assert whole.ours > 0
    assert {step.what.strip() for step in steps} >= {"read", "tests.realv.scene:Bright", "review"}
    assert sum(step.ours for step in steps) == pytest.approx(1000 / whole.ours, rel=0.01)
