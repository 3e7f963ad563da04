from pathlib import Path

import pytest

from benchmarks.figures import push
from benchmarks.figures.push import PushSpeed
from tests.annotate.studio import RunningStudio


@pytest.mark.server
def test_pushes_and_pulls_stand_beside_what_the_server_takes_for_the_same(
    studio: RunningStudio, tmp_path: Path
) -> None:
    settings = PushSpeed(windows=(3,), frames=8, words=2, changes=2, workers=1)
    pushed, whole, pulled, idle = push.projects(settings, studio, (160, 96), tmp_path)
    assert pushed.what == "push of 3 windows of 8 frames, 2 words each"
    assert pushed.peer is not None
    assert pushed.ours > 0
    assert whole.ours == pytest.approx(6250 / pushed.ours / 60)
    assert pulled.what == "pull of 2 changes among 3 windows"
    assert pulled.peer is not None
    assert pulled.ours > 0
    assert idle.unit == "s"
