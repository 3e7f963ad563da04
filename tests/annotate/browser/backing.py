"""A process of `annotate.serve` as the ML backend of a project, connected as a person would."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.annotate.editor import Editor
from tests.annotate.studio import ROOT

STROKE = '{class = "realv.labelers.stroke:Stroke"}'


@contextmanager
def serving(folder: Path, documents: Path, segmenter: str) -> Iterator[str]:
    """Address of a backend that runs as long as the block; `segmenter` is TOML."""
    settings = folder / "serve.toml"
    settings.write_text(f'port = 0\ndocuments = "{documents}"\nsegmenter = {segmenter}\n', encoding="utf-8")
    command = [sys.executable, "-m", "annotate.serve", "--config", str(settings)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        line = child.stderr.readline()
        address = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert address, line
        try:
            yield address[0]
        finally:
            child.terminate()
            child.communicate(timeout=60)


def connect(editor: Editor, address: str) -> None:
    """Clicks and boxes in the project go to the backend."""
    body = {"project": editor.project_id, "url": address, "title": "clicks", "is_interactive": True}
    assert editor.call("POST", "api/ml", body)["state"] == "CO"
