"""`annotate.serve`: it runs until it is stopped, and says in one line why it cannot run."""

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner

from annotate import serve
from tests.annotate.backend.pages import body, click, task, window

ROOT = Path(__file__).resolve().parents[2]


def refused(*given: str) -> str:
    """The one line of a command that fails."""
    result = CliRunner().invoke(serve.main, given)
    assert result.exit_code == 1
    return result.stderr.splitlines()[-1]


def settings(path: Path, *lines: str) -> str:
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_it_serves_until_ctrl_c(tmp_path: Path) -> None:
    segmenter = 'segmenter = {class = "model.threshold:Threshold"}'
    config = settings(tmp_path / "a.toml", "port = 0", f'documents = "{tmp_path}"', segmenter)
    command = [sys.executable, "-m", "annotate.serve", "--config", config]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as child:
        assert child.stderr is not None
        address = re.search(
            r"Threshold@\w+ answers at (http://127.0.0.1:\d+); Ctrl-C stops it", child.stderr.readline()
        )
        assert address
        asked = body([task(window(tmp_path))], click(25, 30))
        answer = httpx.post(f"{address[1]}/predict", json=asked, timeout=60, trust_env=False).json()
        assert [one["type"] for one in answer["results"][0]["result"]] == ["bitmasklabels"]
        child.send_signal(signal.SIGINT)
        rest = child.stderr.read()
        assert child.wait(60) == 0
    assert re.search(r"task '12', frame 0, 1 click: 1 region in \d+\.\d\d s\n$", rest)


def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--config", settings(tmp_path / "a.toml", f"port = {port}"))
    assert said == (
        f"error: cannot listen at 127.0.0.1:{port} (Address already in use): set another port, or stop what uses it"
    )


def test_a_segmenter_that_cannot_be_loaded_ends_it_in_one_line(tmp_path: Path) -> None:
    config = settings(tmp_path / "a.toml", "port = 0", 'segmenter = {class = "model.nothing:None"}')
    assert refused("--config", config) == "error: cannot load model.nothing:None: no such module"


def test_weights_go_to_the_segmenter(tmp_path: Path) -> None:
    config = settings(tmp_path / "a.toml", "port = 0", 'segmenter = {class = "model.threshold:Threshold"}')
    said = refused("--config", config, "--weights", "net.pt")
    assert said.startswith("error: model.threshold:Threshold: unknown key weights")


@pytest.mark.parametrize("given", [("--n", "3"), ("--out", "somewhere"), ("--workers", "2")], ids=str)
def test_options_without_a_meaning_are_refused(given: tuple[str, str]) -> None:
    assert refused(*given) == (
        "error: a backend is one process that writes nothing: leave --n, --out and --workers out"
    )


def test_a_layer_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    said = refused("--in", str(tmp_path / "none"), "--config", settings(tmp_path / "a.toml", "port = 0"))
    assert said.startswith(f"error: {tmp_path / 'none'} does not exist")
