"""A real Label Studio for tests marked `server`: the command starts it, as a person would, and it can be killed."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".cache" / "labelstudio"
"""Where the server is installed once, for all tests to come"""


def free_port() -> int:
    """A port of the loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class RunningStudio:
    """One server; `start` again after `stop` or `kill`, with the same data, port and token."""

    out: Path
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
        return self.access["LABEL_STUDIO_URL"]

    @property
    def token(self) -> str:
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
        settings.write_text(f'port = {self.port}\nenvironment = "{ENVIRONMENT}"\npatience_s = 1800.0\n')
        arguments = ["-m", "pipelines.labelstudio", "--out", str(self.out), "--config", str(settings)]
        with (self.out / "command.log").open("w") as record:
            self.command = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=record, text=True
            )
        assert self.command.stdout is not None
        self.greeting = ""
        for line in self.command.stdout:
            self.greeting += line
            if line.startswith("Ctrl-C"):
                return
        raise AssertionError((self.out / "command.log").read_text())

    def stop(self) -> int:
        """As a service manager does; the status of the command."""
        assert self.command is not None
        return self._end(self.command.pid, signal.SIGTERM)

    def kill(self) -> int:
        """The server with SIGKILL, at once; the status of the command, which ends with it."""
        return self._end(self.server, signal.SIGKILL)

    def _end(self, process: int, number: int) -> int:
        assert self.command is not None
        os.kill(process, number)
        self.command.communicate(timeout=60)
        return self.command.returncode
