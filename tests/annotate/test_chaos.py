"""Whatever is killed, and whenever: each window is one task, and each annotation counts once."""

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import click
import pytest

from annotate import events, pulling
from annotate.client import Studio
from annotate.journal import Journal
from annotate.pulling import PullConfig
from sts import layers
from tests.annotate.editor import Editor
from tests.annotate.looping import ME, digest, predicted
from tests.annotate.studio import ROOT, RunningStudio
from tests.model import small_set

pytestmark = pytest.mark.server

PUSHES, PULLS = 6, 4
"""Kills of the client; the server is killed twice in a push and once in a pull"""
CLIPS = 3
"""More clips every time"""


@dataclass(slots=True)
class Chaos:
    """Commands on a project, killed at random."""

    root: Path
    studio: RunningStudio
    draw: random.Random
    killed: Counter[str]

    def start(self, command: str, *options: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, "-m", f"annotate.{command}", *options],
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def push(self, n: int) -> "subprocess.Popen[str]":
        places = ["--in", str(self.root / "prelabel"), "--out", str(self.root / "push")]
        return self.start("push", *places, "--config", str(self.root / "push.toml"), "--n", str(n))

    def pull(self) -> "subprocess.Popen[str]":
        return self.start("pull", "--in", str(self.root / "push"), "--out", str(self.root / "human"))

    def moment(self, child: "subprocess.Popen[str]", lines: int) -> None:
        """Wait until a child has done some of its work, and a little more."""
        assert child.stderr is not None
        said = 0
        while said <= lines:
            line = child.stderr.readline()
            if not line:
                return
            assert "Traceback" not in line
            said += " INFO " in line
        time.sleep(self.draw.uniform(0, 0.5))

    def kill(self, child: "subprocess.Popen[str]", name: str) -> None:
        """The client dies."""
        with child:
            self.moment(child, self.draw.randrange(CLIPS))
            self.killed[name] += child.poll() is None
            child.kill()

    def kill_server(self, child: "subprocess.Popen[str]") -> None:
        """The server dies under a client, which ends in one line; then it is there again."""
        with child:
            self.moment(child, self.draw.randrange(CLIPS))
            self.killed["server"] += 1
            self.studio.kill()
            assert child.stderr is not None
            assert "Traceback" not in child.stderr.read()
        self.studio.start()

    def finish(self, child: "subprocess.Popen[str]") -> None:
        """To the end."""
        said = child.communicate()[1]
        assert child.returncode == 0, said


def test_chaos(
    studio: RunningStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = 7
    chaos = Chaos(tmp_path, studio, random.Random(seed), Counter())
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    title = f"chaos {uuid4().hex}"
    lines = [f'title = "{title}"', "window = 8", "tasks = 1", f'documents = "{studio.files}"']
    (tmp_path / "push.toml").write_text("\n".join(lines))
    n = CLIPS * (PUSHES + 2)
    small_set.write(tmp_path / "prelabel", [predicted(small_set.clip(i, n_frames=8)) for i in range(n)])
    for i in range(PUSHES + 2):
        child = chaos.push(CLIPS * (i + 1))
        if i in (2, 5):
            chaos.kill_server(child)
        else:
            chaos.kill(child, "push")
    chaos.finish(chaos.push(n))
    with Studio(studio.url, studio.token) as server:
        found = server.find_project(title)
    assert found is not None
    editor = Editor(url=studio.url, token=studio.token, project_id=found.id)
    tasks = editor.tasks()  # it sees to it that no uid comes twice
    assert set(tasks) == {f"clip-{i}:000000-000007" for i in range(n)}
    with Journal(tmp_path / "push") as journal:
        assert {uid: window.task_id for uid, window in journal.windows().items()} == tasks
    uids, done = sorted(tasks), dict[str, int]()
    for i in range(PULLS + 1):
        for uid in uids[i * n // (PULLS + 1) : (i + 1) * n // (PULLS + 1)]:
            done[uid] = editor.submit(uid)
        if i == 1:
            chaos.kill_server(chaos.pull())
        else:
            chaos.kill(chaos.pull(), "pull")
    chaos.finish(chaos.pull())
    rows = events.read(tmp_path / "human")
    assert {row.uid: row.annotation_id for row in rows} == done
    assert len(rows) == n
    labelled = Counter(clip.clip_id for clip in layers.read(tmp_path / "human" / "by" / ME, pictures=False))
    assert labelled == Counter({f"clip-{i}": 1 for i in range(n)})
    before = digest(tmp_path / "human")
    assert pulling.pull(PullConfig(), tmp_path / "push", tmp_path / "human", "1").new == 0
    assert digest(tmp_path / "human") == before
    told = (
        f"seed {seed}: killed {dict(chaos.killed)}; {n} windows are {len(tasks)} tasks, {len(done)} were submitted, "
        f"{len(rows)} events, {sum(labelled.values())} clips labelled: 0 duplicate, 0 lost, 0 half-counted"
    )
    with capsys.disabled():
        click.echo(told)
