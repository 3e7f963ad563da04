"""One Label Studio for all tests marked `server`, and a project of its own for each that asks."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from annotate.client import Studio
from annotate.pushing import PushConfig
from tests.annotate.looping import Loop
from tests.annotate.studio import RunningStudio


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStudio]:
    """A server that runs, with nothing in it; a test that stops it starts it again."""
    server = RunningStudio(out=tmp_path_factory.mktemp("labelstudio"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def loop(studio: RunningStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loop]:
    monkeypatch.setenv("LABEL_STUDIO_URL", studio.url)
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", studio.token)
    settings = PushConfig(title=f"loop {uuid4().hex}", window=8, documents=str(studio.files))
    with Studio(studio.url, studio.token) as server:
        yield Loop(tmp_path, studio, server, settings)
