"""What a simulated annotator submits comes back as the layer it left, also where its work was cut short."""

import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from annotate import events, leaving
from annotate.pulling import Pulled
from annotate.robot import traces
from annotate.robot.costs import Costs
from annotate.simulate import main
from sts import layers, masks
from sts.types import Clip, Frame
from tests.annotate.looping import ME, Loop
from tests.annotate.robot.scene import scene
from tests.annotate.studio import ROOT
from tests.annotate.test_simulate import write

pytestmark = pytest.mark.server

SETTINGS = """
seeds = 1
strategies = ["prelabel"]
layer = "prelabel"
transcripts = true
draws = 20
"""


def predicted(frame: Frame) -> Frame:
    """Two words as they are; but one lacks its right half once and is lost once, and once there is one without text."""
    text, sign = (replace(one, source="predicted", score=0.5) for one in frame.instances)
    assert text.mask is not None
    strokes = masks.decode(text.mask)
    strokes[:, 60:] = False
    blot = np.zeros_like(strokes)
    blot[100:110, 5:30] = True
    half = replace(text, mask=masks.encode(strokes), text="TE")
    wrong = replace(sign, track_id=3, mask=masks.encode(blot), text=None)
    shown = {2: (half, sign), 5: (sign,), 9: (text, sign, wrong)}
    return replace(frame, instances=shown.get(frame.index, (text, sign)))


@pytest.fixture
def place(loop: Loop) -> Path:
    """Two clips that were pushed in two windows each, and settings to submit to them."""
    clips = [scene(20, step=0, clip_id=name) for name in ("wall-0", "wall-1")]
    write(clips, loop.root / "truth")
    poor = [replace(c, video=None, frames=tuple(map(predicted, c.frames))) for c in clips]
    write(poor, loop.root / "pre", (loop.root / "truth",))
    (loop.root / "robot.toml").write_text(f'{SETTINGS}submit = "{loop.root / "push"}"\n')
    assert loop.push(loop.root / "pre").windows == 4
    return loop.root


def options(place: Path) -> list[str]:
    given = [
        "--in",
        place / "pre",
        "--truth",
        place / "truth",
        "--out",
        place / "out",
        "--config",
        place / "robot.toml",
    ]
    return [*map(str, given)]


def simulate(place: Path) -> Result:
    return CliRunner().invoke(main, options(place))


def layer(place: Path, clip_id: str) -> Clip:
    clip = layers.labels(place / "out" / "labels", clip_id)
    assert clip is not None
    return clip


def test_what_is_pulled_is_what_the_annotator_left(loop: Loop, place: Path) -> None:
    result = simulate(place)
    assert result.exit_code == 0, result.output
    assert loop.pull() == Pulled(new=4, gone=0, labels=4, people=1, unusable=0)
    for clip_id in ("wall-0", "wall-1"):
        assert loop.labels(clip_id).frames == layer(place, clip_id).frames
    efforts = Counter(one.effort for frame in layer(place, "wall-0").frames for one in frame.instances)
    assert efforts == {"kept": 38, "changed": 1, "drawn": 1}
    times = {one.clip_id: one for one in leaving.read(place / "out" / "labels")}
    for row in events.read(place / "human"):
        assert (row.annotator, row.quality) == (ME, "accept")
        assert row.lead_time_s == pytest.approx(
            traces.seconds(times[row.clip_id], Costs(), row.first, row.last), abs=1e-3
        )


def test_nothing_is_submitted_twice_whenever_it_is_killed(loop: Loop, place: Path) -> None:
    command = [sys.executable, "-m", "annotate.simulate", *options(place)]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    project = loop.editor.project_id
    while not loop.server.numbers(project)[1] and child.poll() is None:
        time.sleep(0.02)
    child.kill()
    child.wait()
    assert loop.server.numbers(project)[1] > 0
    for _ in range(2):
        again = simulate(place)
        assert again.exit_code == 0, again.output
        assert loop.server.numbers(project)[1] == 4
    loop.pull()
    assert len(events.read(place / "human")) == 4
    assert loop.labels("wall-1").frames == layer(place, "wall-1").frames


def test_a_project_that_shows_other_prelabels_is_one_line(place: Path) -> None:
    write([scene(20, step=0, clip_id="wall-0")], place / "pre-2", (place / "truth",))
    given = [str(place / "pre-2") if word == str(place / "pre") else word for word in options(place)]
    result = CliRunner().invoke(main, given)
    assert result.exit_code == 1
    assert "push these pre-labels first" in result.output
