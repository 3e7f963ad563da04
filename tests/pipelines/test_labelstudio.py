import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pipelines import studio, studio_environment
from pipelines.labelstudio import main
from tests.annotate.studio import ROOT, free_port

DOUBLE = """
import http.server, json, os, sys
from pathlib import Path

{first}
Path("told.json").write_text(json.dumps(dict(os.environ)))

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        known = self.path == "/health" or self.headers["Authorization"] == f"Token {{KNOWN}}"
        self.send_response(200 if known else 401)
        self.end_headers()

KNOWN = {known}
place = sys.argv[sys.argv.index("--internal-host") + 1], int(sys.argv[sys.argv.index("--port") + 1])
http.server.HTTPServer(place, Handler).serve_forever()
"""
"""Stands for the server: it answers whether it is well, and whether it knows a token"""
OWN_TOKEN = 'os.environ["LABEL_STUDIO_USER_TOKEN"]'


def double(folder: Path, *, first: str = "", known: str = OWN_TOKEN, patience_s: float = 60.0) -> list[str]:
    """Options for a server that is a double, with its output in `folder`/out."""
    program = folder / "environment" / "bin" / "label-studio"
    program.parent.mkdir(parents=True, exist_ok=True)
    program.write_text(DOUBLE.format(first=first, known=known))
    python = program.with_name("python")
    python.unlink(missing_ok=True)
    python.symlink_to(sys.executable)
    (folder / "environment" / f"label-studio-{studio_environment.VERSION}").touch()
    settings = {"port": free_port(), "environment": str(folder / "environment"), "patience_s": patience_s}
    (folder / "studio.toml").write_text("".join(f"{key} = {json.dumps(value)}\n" for key, value in settings.items()))
    return ["--out", str(folder / "out"), "--config", str(folder / "studio.toml")]


def call(*options: str) -> Result:
    return CliRunner().invoke(main, options)


START = """import runpy, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
runpy.run_module("pipelines.labelstudio", run_name="__main__")"""
"""`python -m pipelines.labelstudio`, which hears Ctrl-C also where a shell has made its background jobs deaf to it"""


class Command:
    """The command as a process of its own."""

    def __init__(self, options: list[str], **environment: str) -> None:
        command = [sys.executable, "-c", START, *options]
        everything = {**os.environ, **environment}
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=everything,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.greeting = ""
        for line in self.process.stdout:
            self.greeting += line
            if line.startswith("Ctrl-C"):
                break
        found = re.search(r"\(process (\d+)\)", self.greeting)
        self.server = int(found.group(1)) if found else 0

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str]:
        """Send a signal; status and what stands on stderr."""
        self.process.send_signal(number)
        return self.ended()

    def ended(self) -> tuple[int, str]:
        _, said = self.process.communicate(timeout=120)
        return self.process.returncode, said


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_server_with_the_command(tmp_path: Path, number: signal.Signals) -> None:
    command = Command(double(tmp_path))
    assert command.end(number)[0] == 0
    with pytest.raises(ProcessLookupError):
        os.kill(command.server, 0)


def test_password_and_token_are_shown_once_and_kept_for_the_owner(tmp_path: Path) -> None:
    options = double(tmp_path)
    first = Command(options)
    status, said = first.end()
    assert status == 0
    file = tmp_path / "out" / "access.env"
    assert file.stat().st_mode & 0o777 == 0o600
    kept = dict(re.findall(r"^export (\w+)=(.*)$", file.read_text(), re.M))
    password, token = kept["LABEL_STUDIO_PASSWORD"], kept["LABEL_STUDIO_API_KEY"]
    assert re.search(rf"password +{re.escape(password)}$", first.greeting, re.M)
    assert re.search(rf"token +{token}$", first.greeting, re.M)
    second = Command(options)
    assert "Ctrl-C stops it." in second.greeting
    everything = second.greeting + second.end()[1] + said
    assert password not in everything
    assert token not in everything
    assert re.fullmatch("[0-9a-f]{40}", token)


def test_the_address_in_the_file_follows_the_port(tmp_path: Path) -> None:
    Command(double(tmp_path)).end()
    before = (tmp_path / "out" / "access.env").read_text()
    options = double(tmp_path)
    port = re.findall(r"port = (\d+)", (tmp_path / "studio.toml").read_text())[0]
    Command(options).end()
    after = (tmp_path / "out" / "access.env").read_text()
    assert f"LABEL_STUDIO_URL=http://127.0.0.1:{port}\n" in after
    assert before.splitlines()[1:] == after.splitlines()[1:]


def test_a_server_that_dies_later_ends_the_command_with_one_line(tmp_path: Path) -> None:
    command = Command(double(tmp_path))
    os.kill(command.server, signal.SIGKILL)
    status, said = command.ended()
    assert status == 1
    assert said.splitlines()[-1].startswith("error: Label Studio ended with status -9: ")


def test_a_server_that_dies_at_its_start_is_named_with_its_last_line(tmp_path: Path) -> None:
    result = call(*double(tmp_path, first='sys.exit("no such table\\n\\n")'))
    assert result.exit_code == 1
    record = tmp_path / "out" / "server.log"
    assert f"error: Label Studio ended with status 1: no such table (all of it in {record})" in result.output


def test_a_server_that_stays_silent_is_ended(tmp_path: Path) -> None:
    result = call(*double(tmp_path, first="import time; print(os.getpid(), flush=True); time.sleep(600)", patience_s=3))
    assert result.exit_code == 1
    assert "error: Label Studio does not answer after 3 s; see " in result.output
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "out" / "server.log").read_text()), 0)


def test_a_database_with_another_admin_is_noticed(tmp_path: Path) -> None:
    result = call(*double(tmp_path, known='"of-yesterday"'))
    assert result.exit_code == 1
    assert "error: the database knows another admin than " in result.output


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    options = double(tmp_path)
    port = int(re.findall(r"port = (\d+)", (tmp_path / "studio.toml").read_text())[0])
    with socket.create_server(("127.0.0.1", port)):
        result = call(*options)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1
    assert f"error: port {port} of 127.0.0.1 cannot be used (Address already in use): stop what" in result.output
    assert not (tmp_path / "out" / "access.env").exists()


def test_the_server_is_told_to_use_sqlite_and_the_files_of_out(tmp_path: Path) -> None:
    Command(double(tmp_path)).end()
    told = json.loads((tmp_path / "out" / "told.json").read_text())
    assert told["DJANGO_DB"] == "sqlite"
    assert told["LABEL_STUDIO_LOCAL_FILES_DOCUMENT_ROOT"] == str((tmp_path / "out" / "files").resolve())
    assert studio.FLAGS.items() <= told.items()
    assert not {"PYTHONPATH", "DJANGO_SETTINGS_MODULE"} & set(told)


def test_the_server_may_call_the_backend_that_listens_on_the_loopback() -> None:
    assert studio.FLAGS["SSRF_PROTECTION_ENABLED"] == studio.FLAGS["ML_BLOCK_LOCAL_IP"] == "false"


def test_a_postgresql_url_reaches_the_server_in_its_words(tmp_path: Path) -> None:
    Command(double(tmp_path), DATABASE_URL="postgresql://ann:p%40ss@db.example.org:5433/labels").end()
    told = json.loads((tmp_path / "out" / "told.json").read_text())
    assert {key: value for key, value in told.items() if key.startswith(("POSTGRE_", "DJANGO_DB"))} == {
        "DJANGO_DB": "default",
        "POSTGRE_HOST": "db.example.org",
        "POSTGRE_PORT": "5433",
        "POSTGRE_NAME": "labels",
        "POSTGRE_USER": "ann",
        "POSTGRE_PASSWORD": "p@ss",
    }


@pytest.mark.parametrize(
    "url", ["mysql://ann:secret@db/labels", "postgresql://ann:secret@db", "postgres://u:secret@h:x/y"]
)
def test_another_database_is_refused_without_its_password(tmp_path: Path, url: str) -> None:
    result = CliRunner().invoke(main, double(tmp_path), env={"DATABASE_URL": url})
    assert result.exit_code == 1
    assert result.output.startswith("error: DATABASE_URL ")
    assert "secret" not in result.output


def test_directories_are_shown_under_their_names(tmp_path: Path) -> None:
    options, one, two = double(tmp_path), tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    Command([*options, "--in", str(one), "--in", str(two)]).end()
    root = tmp_path / "out" / "files"
    assert sorted(link.name for link in root.iterdir()) == ["one", "two"]
    assert (root / "two").resolve() == two.resolve()
    moved = tmp_path / "elsewhere" / "one"
    moved.mkdir(parents=True)
    Command([*options, "--in", str(moved)]).end()
    assert (root / "one").resolve() == moved.resolve()


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["--n", "3"], "--n 3: a server makes no number of things; leave --n out"),
        (["--workers", "2"], "--workers 2: one process serves all annotators; leave --workers out"),
        (["--out", "memory://studio"], "--out memory://studio: the server keeps its data on this machine"),
        (["--in", "no/such/place"], "--in no/such/place is no directory of this machine"),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: list[str], line: str) -> None:
    result = call(*double(tmp_path), *options)
    assert result.exit_code == 1
    assert result.output.startswith(f"error: {line}")


def test_two_directories_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "other" / "one").mkdir(parents=True)
    result = call(*double(tmp_path), "--in", str(tmp_path / "one"), "--in", str(tmp_path / "other" / "one"))
    assert result.exit_code == 1
    assert result.output.endswith(f"has the name of {tmp_path / 'one'}: rename one of them\n")


def test_a_directory_does_not_take_the_place_of_one_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "out" / "files" / "one").mkdir(parents=True)
    result = call(*double(tmp_path), "--in", str(tmp_path / "one"))
    assert result.exit_code == 1
    assert result.output.endswith("/out/files/one is there already, and is no link; rename one of them\n")


@pytest.mark.parametrize(
    ("text", "line"),
    [("port = 0", "port = 0: give a number from 1 to 65535"), ("patience_s = 0.0", "patience_s = 0.0: give a number")],
)
def test_settings_that_make_no_sense_are_refused(tmp_path: Path, text: str, line: str) -> None:
    (tmp_path / "studio.toml").write_text(text)
    result = call("--out", str(tmp_path / "out"), "--config", str(tmp_path / "studio.toml"))
    assert result.output.startswith(f"error: {line}")


def test_the_team_file_sets_every_flag_that_the_command_sets() -> None:
    text = (ROOT / "configs" / "annotate" / "compose.yaml").read_text(encoding="utf-8")
    assert [key for key, value in studio.FLAGS.items() if f'\n      {key}: "{value}"\n' not in text] == []
    assert f"\n    image: heartexlabs/label-studio:{studio_environment.VERSION}\n" in text
    assert re.findall(r"^ *- (\S+:8080)$", text, re.M) == ["127.0.0.1:8080:8080"]


@pytest.mark.slow
def test_a_failed_installation_is_the_last_line_of_pip_and_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "studio.toml").write_text(f"port = {free_port()}\n")
    options = ["--out", str(tmp_path / "out"), "--config", str(tmp_path / "studio.toml")]
    for _ in range(2):
        result = CliRunner().invoke(main, options, env={"PIP_NO_INDEX": "1"})
        assert result.exit_code == 1
        assert "error: cannot install Label Studio 1.23.2: ERROR: No matching distribution found for" in result.output
