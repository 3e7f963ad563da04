"""Starts the ML backend: the server answers at once, the segmenter loads beside it."""

import contextlib
import logging
import os
import socket
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from annotate.backend import app, settings
from annotate.backend.answering import Answerer
from annotate.backend.cache import Cache
from annotate.backend.frames import Frames
from annotate.backend.host import Studio
from annotate.backend.model import Model
from annotate.backend.prelabels import Prelabels
from annotate.backend.settings import ServeConfig
from sts.errors import ConfigError
from sts.files import Location

log = logging.getLogger(__name__)


class Server:
    """A backend that listens, with its own socket, and runs until it is stopped."""

    def __init__(self, given: ServeConfig, layers: tuple[Location, ...], weights: str) -> None:
        """ConfigError or DataError for settings, layers or a port that cannot be used."""
        login, table, known = settings.login(given), settings.table(given, weights), Prelabels(layers)
        version = settings.version(table)
        self._listener = _listening(given)
        self.url = "http://{}:{}".format(*self._listener.getsockname()[:2])
        cache, studio = Cache(given.cache_mb << 20), Studio()
        self._model = Model(table, version, given.previous, cache)
        frames = Frames(Path(given.documents), studio.file, cache)
        answerer = Answerer(frames, self._model, known)
        backend = app.Backend(answerer, studio, str(table.get("class")).rpartition(":")[2])
        self._server = uvicorn.Server(_quiet(app.build(backend, login)))
        self._model.when_it_fails(self.stop)

    def run(self) -> None:
        """Serve until `stop` or a signal. PluginError, ConfigError or DataError if the segmenter cannot be loaded."""
        log.info("%s answers at %s; Ctrl-C stops it", self._model.version, self.url)
        with contextlib.suppress(KeyboardInterrupt):
            self._server.run(sockets=[self._listener])
        self._model.check()

    def stop(self) -> None:
        """Let requests finish and end `run`."""
        self._server.should_exit = True


def _quiet(application: FastAPI) -> uvicorn.Config:
    """Without a line for each request, which would hold what its address holds."""
    return uvicorn.Config(
        application, log_config=None, log_level="warning", access_log=False, lifespan="off", ws="none"
    )


def _listening(given: ServeConfig) -> socket.socket:
    try:
        return socket.create_server((given.host, given.port))
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise ConfigError(
            f"cannot listen at {given.host}:{given.port} ({why}): set another port, or stop what uses it"
        ) from error
