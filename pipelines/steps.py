"""Runs a verb as a child process, as a person would type it in a project directory."""

import contextlib
import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sts import files
from sts.errors import DataError

ROOT = Path(__file__).resolve().parent.parent
"""Where our packages lie: the directory of a child may have folders of their names"""
ALONE = ("annotate.push", "annotate.serve", "pipelines.export", "pipelines.labelstudio")
"""Verbs that are the work of one process"""
HERE = ("model.train", "model.ablate")
"""Verbs whose workers are processes of this machine only"""
PATIENCE_S = 60.0
"""For a child that is stopped to finish what it is at"""
TELL_S = 20.0
"""From one look at what a child says to the next"""
STAMP = re.compile(r"^[\d-]+ [\d:,]+ ")
"""Date and time before a line of a log"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A verb with all that is said to it; its paths are relative to the project directory, in which it runs."""

    verb: str
    """`synth.render`"""
    out: str
    inputs: tuple[str, ...] = ()
    n: int | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    """Those of its own, such as truth"""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What a settings file would say"""

    def arguments(self, settings: str, workers: str = "1") -> list[str]:
        """What stands behind `python -m`; `settings` is the file that has them, left out where there are none."""
        given = [word for path in self.inputs for word in ("--in", path)]
        given += ["--out", self.out]
        given += ["--config", settings] if self.settings else []
        given += [] if self.n is None else ["--n", str(self.n)]
        given += [word for name, value in self.options.items() for word in (f"--{name}", value)]
        shared = workers if self.verb not in HERE or workers.isdigit() else "1"
        return [self.verb, *given, *(["--workers", shared] if shared != "1" and self.verb not in ALONE else [])]


def run(
    call: Call, project: Path, name: str, *, workers: str = "1", variables: Mapping[str, str] | None = None
) -> float:
    """Seconds that the verb took. Its settings go to `configs/NAME.toml` and what it says to `logs/NAME.log`.

    DataError with its last line if it fails. Ctrl-C stops it as Ctrl-C would.
    """
    settings, record = f"configs/{name}.toml", project / "logs" / f"{name}.log"
    record.parent.mkdir(parents=True, exist_ok=True)
    if call.settings:
        with files.replacing(project / settings) as file:
            file.write(toml(call.settings).encode())
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    start = time.monotonic()
    with record.open("wb") as said:
        child = subprocess.Popen(
            [sys.executable, "-m", *call.arguments(settings, workers)],
            cwd=project,
            env={**os.environ, "PYTHONPATH": path, **(variables or {})},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    status = _wait(child, record)
    if status:
        how = f"it was ended by signal {-status}" if status < 0 else _last(record).removeprefix("error: ")
        raise DataError(f"{call.verb} failed: {how} (all of it in {record})", "mend it and run this again")
    return time.monotonic() - start


def toml(table: Mapping[str, Any]) -> str:
    """Plain values as a settings file: a line a key, tables within it inline."""
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in table.items())


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _value(name)


def _value(value: Any) -> str:
    """TOML's strings, numbers, booleans and lists are written as JSON's are."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(name)} = {_value(item)}" for name, item in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _wait(child: "subprocess.Popen[bytes]", record: Path) -> int:
    """Its exit status; what it says last is told from time to time."""
    told = ""
    try:
        while True:
            try:
                return child.wait(TELL_S)
            except subprocess.TimeoutExpired:
                if (last := _last(record)) != told:
                    told = last
                    log.info("  %s", STAMP.sub("", told))
    except BaseException:
        _stop(child)
        raise


def _stop(child: "subprocess.Popen[bytes]") -> None:
    """Ask it to end as Ctrl-C does, which finishes the shards in work, then make it and all its workers."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGINT)
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE_S)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _last(record: Path) -> str:
    """The last line of words that a child said."""
    lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line.strip() for line in reversed(lines) if any(map(str.isalnum, line))), "")
