"""A real Label Studio for benchmarks and tests: the command starts it, as a person would, and it can be killed."""

import importlib
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sts.errors import ServerError

HOME = Path(".cache/labelstudio")
END_S = 60


def free_port() -> int:
    """A port of the loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class RunningStudio:
    """One server; `start` again after `stop` or `kill`, with the same data, port and token."""

    out: Path
    environment: Path = field(default_factory=HOME.resolve)
    """Where the server is installed, on its first start"""
    port: int = field(default_factory=free_port)
    command: "subprocess.Popen[str] | None" = None
    greeting: str = ""

    @property
    def access(self) -> dict[str, str]:
        """The variables of the file that the command keeps for its owner."""
        lines = (self.out / "access.env").read_text(encoding="utf-8").splitlines()
        return {key: shlex.split(value)[0] for key, value in (line[len("export ") :].split("=", 1) for line in lines)}

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.access["LABEL_STUDIO_URL"]

    @property
    def token(self) -> str:
        """Of its admin."""
        return self.access["LABEL_STUDIO_API_KEY"]

    @property
    def files(self) -> Path:
        """The document root of the server."""
        return self.out / "files"

    @property
    def server(self) -> int:
        """Process of the server itself."""
        return int(re.findall(r"\(process (\d+)\)", self.greeting)[0])

    def start(self) -> None:
        """Until it answers."""
        self.out.mkdir(parents=True, exist_ok=True)
        settings = self.out / "studio.toml"
        settings.write_text(
            f'port = {self.port}\nenvironment = "{self.environment}"\npatience_s = 1800.0\n', encoding="utf-8"
        )
        arguments = ["-m", "pipelines.labelstudio", "--out", str(self.out), "--config", str(settings)]
        with (self.out / "command.log").open("w", encoding="utf-8") as record:
            self.command = subprocess.Popen(
                [sys.executable, *arguments], stdout=subprocess.PIPE, stderr=record, text=True
            )
        assert self.command.stdout is not None
        self.greeting = ""
        for line in self.command.stdout:
            self.greeting += line
            if line.startswith("Ctrl-C"):
                return
        raise ServerError((self.out / "command.log").read_text(encoding="utf-8").strip().splitlines()[-1])

    def stop(self) -> int:
        """As a service manager does; the status of the command."""
        assert self.command is not None
        return self._end(self.command.pid, signal.SIGTERM)

    def kill(self) -> int:
        """The server with SIGKILL, at once; the status of the command, which ends with it."""
        return self._end(self.server, signal.SIGKILL)

    def connect(self) -> Any:
        """The client that push and pull use."""
        return importlib.import_module("annotate.client").Studio(self.url, self.token)

    def _end(self, process: int, number: int) -> int:
        assert self.command is not None
        os.kill(process, number)
        self.command.communicate(timeout=END_S)
        return self.command.returncode


@contextmanager
def running(out: Path) -> Iterator[RunningStudio]:
    """A server until the end of the block."""
    studio = RunningStudio(out=out)
    studio.start()
    try:
        yield studio
    finally:
        studio.stop()


def submit(server: Any, task_id: int) -> int:
    """Do what an annotator's browser does who opens a task and submits it as it is; number of the annotation."""
    shown = server.task(task_id)["predictions"][0]
    result = [{**region, "origin": "prediction"} for region in shown["result"]]
    accept = importlib.import_module("annotate.submitting").ACCEPT
    body = {"result": [*result, accept], "parent_prediction": shown["id"], "lead_time": 12.5}
    return int(server.annotate(task_id, body))
