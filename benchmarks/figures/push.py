"""How fast windows are pushed to Label Studio and what people did is pulled, in projects of several sizes."""

import importlib
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from benchmarks import child, label_studio
from benchmarks.figures import windows
from benchmarks.label_studio import RunningStudio
from benchmarks.table import Bar, Line
from sts import shards

WHOLE = 6250
"""Windows of 16 frames in 100,000 frames"""
MINUTES = Bar(value=15, best="low")
"""To push them"""
SECONDS = Bar(value=60, best="low")
"""To pull 1,000 changes"""
MEGABYTES = 8.0
"""In a request, as `annotate.push` sends them"""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSpeed:
    """What `benchmarks.speed push` measures."""

    windows: tuple[int, ...] = (64, 256, 1024)
    """Of each project"""
    frames: int = 16
    words: int = 20
    """In each frame"""
    changes: int = 1000
    """Windows submitted and pulled, at most"""
    workers: int = 2
    """Processes of pull"""


@dataclass(frozen=True, slots=True)
class _Trial:
    """One project."""

    settings: PushSpeed
    studio: RunningStudio
    folder: Path
    layer: Path
    n: int

    def run(self, command: str, *options: str) -> float:
        """Seconds of a command of ours, with its start."""
        access = {"LABEL_STUDIO_URL": self.studio.url, "LABEL_STUDIO_API_KEY": self.studio.token}
        log = self.folder / f"{command}.log"
        return child.succeeded(child.run(f"annotate.{command}", options, log, env=access)).seconds


def measure(settings: PushSpeed, size: tuple[int, int], scratch: Path) -> list[Line]:
    """On a server of its own."""
    with label_studio.running(scratch / "studio") as studio:
        return projects(settings, studio, size, scratch)


def projects(settings: PushSpeed, studio: RunningStudio, size: tuple[int, int], scratch: Path) -> list[Line]:
    """Each project on the same server, one after the other."""
    return [line for n in settings.windows for line in _project(_trial(settings, studio, size, scratch, n))]


def _trial(settings: PushSpeed, studio: RunningStudio, size: tuple[int, int], scratch: Path, n: int) -> _Trial:
    folder = scratch / f"project-{n}"
    folder.mkdir()
    layer = windows.write(folder / "layer", n, frames=settings.frames, words=settings.words, size=size)
    return _Trial(settings, studio, folder, layer, n)


def _project(trial: _Trial) -> Iterator[Line]:
    floor_s = _imported(trial)
    push_s = _pushed(trial)
    changes = _submitted(trial)
    places = ["--in", str(trial.folder / "push"), "--out", str(trial.folder / "human")]
    pull_s = trial.run("pull", *places, "--workers", str(trial.settings.workers))
    export_s = _exported(trial)
    again_s = trial.run("pull", *places)
    share = 1000 / changes
    yield Line(
        what=f"push of {trial.n} windows of {trial.settings.frames} frames, {trial.settings.words} words each",
        unit="windows/s",
        ours=trial.n / push_s,
        peer=trial.n / floor_s,
        against="import of the same tasks by plain HTTP",
    )
    yield Line(what=f"  {WHOLE:,} windows at that pace", unit="min", ours=WHOLE * push_s / trial.n / 60, bar=MINUTES)
    yield Line(
        what=f"pull of {changes} changes among {trial.n} windows",
        unit="s for 1,000",
        ours=share * pull_s,
        peer=share * export_s,
        against="the server's own export, one request",
        bar=SECONDS,
    )
    yield Line(what=f"pull of nothing new among {trial.n} windows", unit="s", ours=again_s)


def _pushed(trial: _Trial) -> float:
    config = trial.folder / "push.toml"
    lines = (f'title = "{trial.folder.name}"', f"window = {trial.settings.frames}", f"megabytes = {MEGABYTES}")
    config.write_text("\n".join((*lines, f'documents = "{trial.studio.files}"')), encoding="utf-8")
    places = ["--in", str(trial.layer), "--out", str(trial.folder / "push")]
    return trial.run("push", *places, "--config", str(config))


def _imported(trial: _Trial) -> float:
    """Seconds that the server takes for the same tasks in the same portions, without anything else."""
    portions = list(_portions(trial))
    with trial.studio.connect() as server:
        project = server.create_project(
            f"{trial.folder.name} floor", importlib.import_module("annotate.interface").xml()
        )
        start = time.monotonic()
        for portion in portions:
            _call(trial.studio, f"api/projects/{project.id}/import", portion)
    return time.monotonic() - start


def _portions(trial: _Trial) -> Iterator[bytes]:
    """Tasks in the JSON of requests."""
    convert = importlib.import_module("annotate.convert")
    tasks, size = list[str](), 0
    for path in sorted(trial.layer.glob("*.parquet")):
        for clip in shards.read(path, pictures=False):
            window = convert.Window(clip_id=clip.clip_id, first=0, last=len(clip.frames) - 1)
            label = convert.Prelabel(model_version="floor", clip=clip)
            task = json.dumps(convert.task(window, [f"/{i}" for i in range(len(clip.frames))], [label], ""))
            if tasks and size + len(task) > MEGABYTES * 1e6:
                yield f"[{','.join(tasks)}]".encode()
                tasks, size = [], 0
            tasks.append(task)
            size += len(task)
    yield f"[{','.join(tasks)}]".encode()


def _submitted(trial: _Trial) -> int:
    """Submit as many windows as are asked for, as they are; how many."""
    project = _number(trial)
    with trial.studio.connect() as server:
        chosen = [task["id"] for task in server.tasks(project)][: trial.settings.changes]
        for task_id in chosen:
            label_studio.submit(server, task_id)
    return len(chosen)


def _exported(trial: _Trial) -> float:
    start = time.monotonic()
    _call(trial.studio, f"api/projects/{_number(trial)}/export?exportType=JSON")
    return time.monotonic() - start


def _number(trial: _Trial) -> int:
    return int(json.loads((trial.folder / "push" / "push.json").read_text(encoding="utf-8"))["project"])


def _call(studio: RunningStudio, path: str, data: bytes | None = None) -> Any:
    headers = {"Authorization": f"Token {studio.token}", "Content-Type": "application/json"}
    with urlopen(Request(f"{studio.url}/{path}", data=data, headers=headers)) as answer:
        return answer.read()
