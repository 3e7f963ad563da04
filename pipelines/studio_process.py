"""A child process that serves HTTP: its start, its answers and its end."""

import contextlib
import http.client
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

END_S = 10.0
"""For the process to end by itself before it is killed"""
FOREIGN = ("DJANGO_SETTINGS_MODULE", "PYTHONHOME", "PYTHONPATH")
"""Variables of this process that would lead another Python to modules of ours"""
ENDS = (signal.SIGTERM, signal.SIGHUP)
"""What a service manager and a terminal that is closed send"""
Process = subprocess.Popen[bytes]


@contextlib.contextmanager
def stoppable() -> Iterator[None]:
    """Every signal that asks for the end is Ctrl-C."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in ENDS}
    try:
        yield
    finally:
        _restore(before)


@contextlib.contextmanager
def child(command: list[str], variables: Mapping[str, str], record: Path) -> Iterator[Process]:
    """A process in a session of its own, so that Ctrl-C reaches this one alone, which then ends it.

    It runs beside the file `record`, where what it says goes.
    """
    environment = {key: value for key, value in os.environ.items() if key not in FOREIGN} | dict(variables)
    with record.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=environment,
            cwd=record.parent,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        _end(process)


def status(url: str, token: str = "") -> int | None:
    """Of an answer, straight and not by a proxy; None without one."""
    request = urllib.request.Request(url, headers={"Authorization": f"Token {token}"} if token else {})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, http.client.HTTPException):
        return None


def _end(process: Process) -> None:
    """Ask it to end, then make it; another signal does not leave it behind."""
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, *ENDS)}
    try:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(END_S)
                return
    finally:
        _restore(before)


def _restore(handlers: Mapping[signal.Signals, Any]) -> None:
    for number, handler in handlers.items():
        signal.signal(number, handler)
