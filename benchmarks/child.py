"""Runs a command of ours as a child process: its output, its memory, its death at a given time."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sts.errors import DataError

POLL_S = 0.2
MB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a child ended."""

    code: int
    """Exit status; negative for a signal"""
    stderr: str
    seconds: float
    """Wall clock"""
    memory: tuple[float, ...]
    """MB resident in the child and its workers, one sample each POLL_S"""

    @property
    def peak(self) -> float:
        """MB"""
        return max(self.memory, default=0.0)


def run(
    module: str,
    arguments: Sequence[str],
    log: Path,
    *,
    env: Mapping[str, str] | None = None,
    kill_s: float | None = None,
) -> Outcome:
    """`python -m module arguments`, one thread a process; after `kill_s` seconds it is killed with all its workers."""
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}
    start, memory = time.monotonic(), []
    with log.open("wb") as sink:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdout=sink,
            stderr=sink,
            env={**os.environ, **threads, **(env or {})},
            start_new_session=True,
        )
        while child.poll() is None:
            passed = time.monotonic() - start
            if kill_s is not None and passed >= kill_s:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
                break
            memory.append(resident(child.pid))
            time.sleep(POLL_S if kill_s is None else min(POLL_S, max(kill_s - passed, 0)))
    return Outcome(
        code=child.returncode,
        stderr=log.read_text(encoding="utf-8", errors="replace"),
        seconds=time.monotonic() - start,
        memory=tuple(memory),
    )


def succeeded(outcome: Outcome) -> Outcome:
    """The outcome; DataError with the last line of its output if it failed."""
    if outcome.code:
        last = (outcome.stderr.strip().splitlines() or ["without a message"])[-1]
        raise DataError(f"the command ended with {outcome.code}: {last}")
    return outcome


def resident(group: int) -> float:
    """MB resident in all processes of a group; memory that several of them share counts for each."""
    pages = 0
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = (path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if int(fields[2]) == group:
                pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB
