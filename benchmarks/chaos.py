"""What becomes of windows and annotations when push, pull and the server are killed at random moments."""

import importlib
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import label_studio
from benchmarks.endurance import digest
from benchmarks.figures import windows
from benchmarks.label_studio import RunningStudio
from benchmarks.table import Bar, Line
from sts import layers
from sts.errors import DataError

NONE = Bar(value=0, best="low")
FRAMES = 8
MORE = 3
"""Clips more in each push; a request has one, so that there is much to interrupt"""
WORKED = 2
"""Clips that somebody submits before each pull"""
LATER_S = 0.5
"""A kill comes up to so long after a line of the log"""
USER = "admin@localhost"

Child = subprocess.Popen[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChaosConfig:
    """Numbers of kills."""

    pushes: int = 90
    pulls: int = 60
    servers_in_push: int = 30
    servers_in_pull: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Toll:
    """What is there in the end."""

    killed: Mapping[str, int]
    windows: int
    submitted: int
    duplicate: int
    """Tasks, rows or clips of labels too many"""
    lost: int
    """Windows without a task, submissions without a row or labels"""
    half: int
    """Tasks and rows of which we know another number, labels of a part of a window, and changes by a last idle pull"""


def measure(settings: ChaosConfig, seed: int, scratch: Path) -> list[Line]:
    """On a server of its own."""
    with label_studio.running(scratch / "studio") as studio:
        toll = Chaos(scratch, studio, "kills", random.Random(seed)).suffer(settings)
    told = ", ".join(f"{n} x {name}" for name, n in sorted(toll.killed.items()))
    whole = f"{toll.windows} windows pushed, {toll.submitted} submitted, pulled"
    return [
        Line(what="kill -9 at random moments", unit="kills", ours=sum(toll.killed.values()), against=told),
        *(
            Line(what=f"{whole}: {name}", unit="windows", ours=n, bar=NONE)
            for name, n in (("duplicate", toll.duplicate), ("lost", toll.lost), ("half-counted", toll.half))
        ),
    ]


@dataclass(slots=True)
class Chaos:
    """Commands on one project of a server."""

    root: Path
    studio: RunningStudio
    title: str
    draw: random.Random
    killed: Counter[str] = field(default_factory=Counter)

    def suffer(self, settings: ChaosConfig) -> Toll:
        """All kills; at last each command runs to its end, and what is there is counted."""
        pushes = self._order("push", settings.pushes, settings.servers_in_push)
        pulls = self._order("pull", settings.pulls, settings.servers_in_pull)
        n = max(MORE * len(pushes), WORKED * len(pulls))
        windows.write(self.root / "prelabel", n, frames=FRAMES, words=2, size=(160, 96))
        lines = (f'title = "{self.title}"', f"window = {FRAMES}", "tasks = 1", f'documents = "{self.studio.files}"')
        (self.root / "push.toml").write_text("\n".join(lines), encoding="utf-8")
        for i, victim in enumerate(pushes):
            self._kill(victim, partial(self._push, MORE * (i + 1)))
        self._finish(self._push(n))
        tasks, done = self._tasks(), dict[str, int]()
        for victim in pulls:
            self._submit([*tasks][:WORKED], tasks, done)
            self._kill(victim, self._pull)
        self._submit([*tasks], tasks, done)
        self._finish(self._pull())
        return self._toll(n, done)

    def _order(self, command: str, clients: int, servers: int) -> list[str]:
        """Who dies, run by run."""
        order = [command] * clients + [f"server in {command}"] * servers
        self.draw.shuffle(order)
        return order

    def _push(self, n: int) -> Child:
        places = ["--in", str(self.root / "prelabel"), "--out", str(self.root / "push")]
        return self._start("push", *places, "--config", str(self.root / "push.toml"), "--n", str(n))

    def _pull(self) -> Child:
        return self._start("pull", "--in", str(self.root / "push"), "--out", str(self.root / "human"))

    def _start(self, command: str, *options: str) -> Child:
        access = {"LABEL_STUDIO_URL": self.studio.url, "LABEL_STUDIO_API_KEY": self.studio.token}
        return subprocess.Popen(
            [sys.executable, "-m", f"annotate.{command}", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | access,
        )

    def _kill(self, victim: str, start: Callable[[], Child]) -> None:
        """Kill the victim while the command runs; once more where it had ended before."""
        while not self._struck(start(), server=victim.startswith("server")):
            pass
        self.killed[victim] += 1

    def _struck(self, child: Child, *, server: bool) -> bool:
        """Whether the child still ran when it or the server was killed."""
        with child:
            self._wait(child, self.draw.randrange(MORE))
            if child.poll() is not None:
                return False
            if not server:
                child.kill()
                return True
            self.studio.kill()
            _check(child.communicate()[1])
        self.studio.start()
        return True

    def _wait(self, child: Child, lines: int) -> None:
        """Until the child has done some of its work, and a little longer."""
        assert child.stderr is not None
        said = 0
        while said <= lines and (line := child.stderr.readline()):
            _check(line)
            said += " INFO " in line
        time.sleep(self.draw.uniform(0, LATER_S))

    def _finish(self, child: Child) -> None:
        said = child.communicate()[1]
        if child.returncode:
            raise DataError(f"a command failed without a kill: {said.strip()}")

    def _tasks(self) -> dict[str, int]:
        """The tasks that the journal knows of."""
        with self._journal() as journal:
            return {uid: window.task_id for uid, window in journal.windows().items() if window.task_id is not None}

    def _submit(self, uids: Sequence[str], tasks: dict[str, int], done: dict[str, int]) -> None:
        """Move windows from those that wait to those that are done."""
        with self.studio.connect() as server:
            for uid in uids:
                done[uid] = label_studio.submit(server, tasks.pop(uid))

    def _toll(self, n: int, done: Mapping[str, int]) -> Toll:
        expected = {f"{windows.name(i)}:000000-{FRAMES - 1:06d}" for i in range(n)}
        with self.studio.connect() as server:
            project = server.find_project(self.title)
            there = [(task["data"]["uid"], task["id"]) for task in server.tasks(project.id)]
        rows = [(row.uid, row.annotation_id) for row in importlib.import_module("annotate.events").read(self._human)]
        labels = [*layers.read(self._human / "by" / USER, pictures=False)]
        clips = [clip.clip_id for clip in labels]
        before = digest(self._human)
        self._finish(self._pull())
        return Toll(
            killed=self.killed,
            windows=n,
            submitted=len(done),
            duplicate=sum(len(found) - len({*found}) for found in ([uid for uid, _ in there], rows, clips)),
            lost=len(expected - {uid for uid, _ in there}) + len({*done.items()} - {*rows}) + n - len({*clips}),
            half=len({*self._tasks().items()} ^ {*there})
            + len({*rows} - {*done.items()})
            + sum(not all(frame.labelled for frame in clip.frames) for clip in labels)
            + (digest(self._human) != before),
        )

    @property
    def _human(self) -> Path:
        return self.root / "human"

    def _journal(self) -> Any:
        return importlib.import_module("annotate.journal").Journal(self.root / "push")


def _check(said: str) -> None:
    if "Traceback" in said:
        raise DataError(f"a command ended in a traceback: {said.strip()}")
