"""A virtual environment of its own for a peer, made on first use, and a script that runs there and answers in JSON."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sts.errors import DataError

PYTHON = (3, 11)
"""The newest on which the pinned packages of all peers install"""


def python(home: Path, pins: Sequence[str], peer: str) -> Path:
    """Its Python, installed if it is not there; takes about a minute the first time. DataError if that fails."""
    found, ready = home / "bin" / "python", home / ".ready"
    if not ready.exists():
        install = [str(found), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins]
        for command in ([_interpreter(peer), "-m", "venv", "--clear", str(home)], install):
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise DataError(f"cannot make {home} for {peer}: {_last_line(done.stderr)}")
        ready.touch()
    return found


def ask(python: Path, script: Path, argument: Path, peer: str) -> Any:
    """What a script of ours prints as JSON there, one thread. DataError with the last line of its error."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    done = subprocess.run(
        [str(python), "-P", str(script), str(argument)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **threads},
    )
    if done.returncode:
        home = python.parent.parent
        raise DataError(f"{peer} failed: {_last_line(done.stderr)}; delete {home} to install it anew")
    return json.loads(done.stdout)


def _interpreter(peer: str) -> str:
    if sys.version_info[:2] == PYTHON:
        return sys.executable
    name = "python" + ".".join(map(str, PYTHON))
    found = shutil.which(name)
    if found is None:
        raise DataError(f"{peer} needs {name}, which is not on PATH: install it")
    return found


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "without a message"
