"""A Label Studio server as a child of this process: what it is told, its start, its health and its end."""

import contextlib
import logging
import os
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from pipelines import studio_access, studio_environment, studio_process
from pipelines.studio_access import Access
from pipelines.studio_process import Process
from sts import files
from sts.errors import ConfigError, ServerError

HOST = "127.0.0.1"
RECORD = "server.log"
TICK_S = 0.5
"""Between two looks whether the server answers"""
FLAGS = {
    "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
    # Without it each import of predictions counts all tasks of the project again: a minute at 20,000
    "fflag_fix_back_4620_memory_efficient_predictions_import_08012025_short": "true",
    # Label Studio refuses to call private addresses; the backend that answers clicks listens on the loopback
    "SSRF_PROTECTION_ENABLED": "false",
    "ML_BLOCK_LOCAL_IP": "false",
    # It tells its makers nothing
    "COLLECT_ANALYTICS": "false",
    "LATEST_VERSION_CHECK": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
}
START = (
    "import gc, runpy, sys; gc.set_threshold(100_000); "
    "del sys.argv[0]; runpy.run_path(sys.argv[0], run_name='__main__')"
)
"""Runs the server's program with a garbage collector that comes seldom: an annotation is ten thousand new objects, and
looking through all that the server holds meanwhile took half of the time of a request"""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class StudioConfig:
    """Settings of `pipelines.labelstudio`."""

    port: int = 8080
    """On the loopback"""
    environment: str = ""
    """Directory of the server's own Python environment, which several --out may share; "" for one in --out"""
    patience_s: float = 900.0
    """Seconds after which a server that does not answer has failed; the first start makes the database"""

    def __post_init__(self) -> None:
        """ConfigError for what is no port, or no time."""
        if not 0 < self.port < 65536:
            raise ConfigError(f"port = {self.port}: give a number from 1 to 65535")
        if not self.patience_s > 0:
            raise ConfigError(f"patience_s = {self.patience_s}: give a number of seconds above 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A server that answers."""

    access: Access
    folder: Path
    process: Process

    @property
    def record(self) -> Path:
        """What it says"""
        return self.folder / RECORD

    @property
    def greeting(self) -> str:
        """What to tell the person who started it; a password only where it is new."""
        file = self.folder / studio_access.NAME
        secrets = [f"  password  {self.access.password}", f"  token     {self.access.token}"]
        kept = "kept in" if self.access.fresh else "password and token are in"
        return "\n".join(
            (
                f"Label Studio {studio_environment.VERSION} runs at {self.access.url} (process {self.process.pid})",
                f"  user      {self.access.username}",
                *(secrets if self.access.fresh else ()),
                f"  {kept} {file}, which only you can read; `. {file}` lets our commands in",
                f"  pictures  {self.folder / 'files'}",
                f"  log       {self.record}",
                "Ctrl-C stops it.",
            )
        )

    def wait(self) -> None:
        """For as long as it runs; ServerError when it ends by itself."""
        raise _ended(self.process.wait(), self.record)


@contextlib.contextmanager
def running(settings: StudioConfig, documents: Sequence[str], out: str) -> Iterator[Server]:
    """A server that answers, with its data in `out`. What is not there yet is made.

    The server ends with the block, and the block with Ctrl-C or SIGTERM, which are no errors in it.

    ServerError if the port is taken, the server cannot be installed, or it ends or stays silent at its start.
    """
    place = files.local(out)
    if place is None:
        raise ConfigError(f"--out {out}: the server keeps its data on this machine; give a directory")
    folder, url = Path(place).resolve(), f"http://{HOST}:{settings.port}"
    database = _database(os.environ.get("DATABASE_URL", ""))
    with studio_process.stoppable():
        _check_free(settings.port)
        (folder / "files").mkdir(parents=True, exist_ok=True)
        _link(folder / "files", documents)
        program = studio_environment.program(Path(settings.environment or folder / "venv").resolve())
        access = studio_access.access(folder, url)
        command = [str(program.with_name("python")), "-c", START, str(program), "start"]
        command += ["--no-browser", "--log-level", "WARNING"]
        command += ["--internal-host", HOST, "--port", str(settings.port)]
        with studio_process.child(command, _variables(folder, access) | database, folder / RECORD) as process:
            server = Server(access=access, folder=folder, process=process)
            _wait(server, settings.patience_s)
            try:
                yield server
            except KeyboardInterrupt:
                log.info("stopping Label Studio")


def _variables(folder: Path, access: Access) -> dict[str, str]:
    """What the server is told of this start, besides the flags."""
    return FLAGS | {
        "LABEL_STUDIO_BASE_DATA_DIR": str(folder / "server"),
        "LABEL_STUDIO_HOST": access.url,
        "LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT": str(folder / "files"),
        "LABEL_STUDIO_USERNAME": access.username,
        "LABEL_STUDIO_PASSWORD": access.password,
        "LABEL_STUDIO_USER_TOKEN": access.token,
    }


def _database(url: str) -> dict[str, str]:
    """SQLite in the data directory, or the PostgreSQL server of a URL. ConfigError, without the URL, for another."""
    if not url:
        return {"DJANGO_DB": "sqlite"}
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.hostname or parts.path in ("", "/"):
        raise ConfigError("DATABASE_URL is no PostgreSQL database: write postgresql://user:password@host:5432/name")
    return {
        "DJANGO_DB": "default",
        "POSTGRE_HOST": parts.hostname,
        "POSTGRE_PORT": str(_port(parts)),
        "POSTGRE_NAME": unquote(parts.path[1:]),
        "POSTGRE_USER": unquote(parts.username or "postgres"),
        "POSTGRE_PASSWORD": unquote(parts.password or ""),
    }


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or 5432
    except ValueError as error:
        raise ConfigError("DATABASE_URL has no number as its port") from error


def _link(root: Path, documents: Sequence[str]) -> None:
    """Show directories under their names: the server serves one root only."""
    names: dict[str, Path] = {}
    for document in documents:
        place = Path(document).resolve()
        if not place.is_dir():
            raise ConfigError(f"--in {document} is no directory of this machine: nothing of it could be shown")
        if names.setdefault(place.name, place) != place:
            raise ConfigError(f"--in {document} has the name of {names[place.name]}: rename one of them")
        link = root / place.name
        if link.exists() and not link.is_symlink():
            raise ConfigError(f"--in {document}: {link} is there already, and is no link; rename one of them")
        link.unlink(missing_ok=True)
        link.symlink_to(place, target_is_directory=True)


def _check_free(port: int) -> None:
    """The server would quietly take the next port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            cure = "stop what listens there, maybe a Label Studio, or set another `port` in --config"
            raise ServerError(f"port {port} of {HOST} cannot be used ({error.strerror}): {cure}") from error


def _wait(server: Server, patience_s: float) -> None:
    """Until the server answers and knows its admin."""
    end = time.monotonic() + patience_s
    log.info("starting Label Studio; its first start makes the database, a minute or so")
    while studio_process.status(f"{server.access.url}/health") != 200:
        status = server.process.poll()
        if status is not None:
            raise _ended(status, server.record)
        if time.monotonic() > end:
            raise ServerError(f"Label Studio does not answer after {patience_s:.0f} s; see {server.record}")
        time.sleep(TICK_S)
    if studio_process.status(f"{server.access.url}/api/current-user/whoami", server.access.token) != 200:
        file = server.folder / studio_access.NAME
        raise ServerError(f"the database knows another admin than {file}: put that file back, or give another --out")


def _ended(status: int, record: Path) -> ServerError:
    lines = [line for line in record.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    last = lines[-1].strip() if lines else "it said nothing"
    return ServerError(f"Label Studio ended with status {status}: {last} (all of it in {record})")
