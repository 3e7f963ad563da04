"""A Python environment for the Label Studio server alone: what it needs does not go with what the toolkit needs."""

import logging
import subprocess
import sys
import time
from pathlib import Path

from sts.errors import ServerError

VERSION = "1.23.2"

log = logging.getLogger(__name__)


def program(folder: Path) -> Path:
    """The server's program in `folder`, installed now if it is not there. ServerError with pip's last word if it fails.

    pip runs with the configuration of the caller.
    """
    found, ready = folder / "bin" / "label-studio", folder / f"label-studio-{VERSION}"
    if ready.exists() and found.exists():
        return found
    log.info("installing Label Studio %s into %s, once: about 1 GB and some minutes", VERSION, folder)
    start, pip = time.monotonic(), [str(folder / "bin" / "python"), "-m", "pip", "install"]
    _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    _run([*pip, "--progress-bar", "off", "--disable-pip-version-check", f"label-studio=={VERSION}"])
    ready.touch()
    log.info("installed in %.0f s", time.monotonic() - start)
    return found


def _run(command: list[str]) -> None:
    run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if run.returncode:
        lines = [line.strip() for line in run.stdout.splitlines() if line.strip()] or [f"status {run.returncode}"]
        last = next((line for line in reversed(lines) if line.startswith("ERROR:")), lines[-1])
        raise ServerError(f"cannot install Label Studio {VERSION}: {last}")
