"""A backend that really listens, on a free port of this machine."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from annotate.backend.serving import Server
from annotate.backend.settings import ServeConfig

GROW = {"class": "tests.annotate.backend.grow:Grow"}

Serve = Callable[..., httpx.Client]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Starts a backend with some settings and gives a client of it."""
    running: list[tuple[Server, threading.Thread, httpx.Client]] = []

    def start(*layers: str, login: tuple[str, str] | None = None, **more: Any) -> httpx.Client:
        given = ServeConfig(**{"segmenter": GROW, "documents": str(tmp_path), "port": 0, **more})
        server = Server(given, layers, "")
        thread = threading.Thread(target=server.run)
        thread.start()
        client = httpx.Client(base_url=server.url, timeout=60, auth=login, trust_env=False)
        running.append((server, thread, client))
        return client

    yield start
    for server, thread, client in running:
        client.close()
        server.stop()
        thread.join()
