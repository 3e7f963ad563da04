import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from annotate import connection
from annotate.client import Studio
from sts.errors import ConfigError, DataError, ServerError
from tests.annotate.studio import free_port

TOKEN = "0123456789abcdef0123456789abcdef01234567"


class Double(BaseHTTPRequestHandler):
    """Answers every request alike and counts them."""

    status, body, asked = 200, b"", list[str]()

    def answer(self) -> None:
        type(self).asked.append(self.command)
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.send_header("Location", "https://elsewhere.example.org/")
        self.end_headers()
        self.wfile.write(self.body)

    def say(self, status: int, body: object) -> None:
        """One answer in JSON."""
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def double() -> Iterator[tuple[type[Double], Studio]]:
    """A server that answers as it is told."""
    handler = type("Handler", (Double,), {"asked": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, args=(0.05,))
        thread.start()
        with Studio(f"http://127.0.0.1:{listening.server_port}", TOKEN) as labels:
            yield handler, labels
        listening.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (307, r"sends project 3 elsewhere \(307\): write where it leads in LABEL_STUDIO_URL"),
        (400, r"refuses project 3 \(400\): {\"detail\": \"a b\", \"id\": 7}"),
        (401, r"refuses the token of LABEL_STUDIO_API_KEY \(401\): it is wrong, expired"),
        (403, r"refuses the token of LABEL_STUDIO_API_KEY \(403\): it is wrong, expired"),
        (404, r"has no project 3: it was deleted, or LABEL_STUDIO_URL is another server's"),
        (413, r"takes less in one request than was sent for project 3: send fewer tasks at a time"),
        (409, r"refuses project 3 \(409\)"),
        (500, r"fails at project 3 \(500\): see its log, then run the command again"),
        (503, r"fails at project 3 \(503\): see its log, then run the command again"),
    ],
)
def test_a_refused_import_is_one_line_and_is_not_repeated(
    double: tuple[type[Double], Studio], status: int, line: str
) -> None:
    handler, labels = double
    handler.status, handler.body = status, b'{"detail": "a\nb", "id": 7}'
    with pytest.raises(ServerError, match=line) as caught:
        labels.import_tasks(3, [task("w0")])
    assert "\n" not in str(caught.value)
    assert handler.asked == ["POST"]


def test_a_question_is_asked_again_when_the_server_fails(double: tuple[type[Double], Studio]) -> None:
    handler, labels = double
    handler.status = 502
    with pytest.raises(ServerError, match=r"fails at project 3 \(502\)"):
        labels.project(3)
    assert handler.asked == ["GET"] * (1 + connection.RETRIES)


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b'{"version": "2"}', b"[]"])
def test_another_server_is_noticed(double: tuple[type[Double], Studio], body: bytes) -> None:
    handler, labels = double
    handler.body = body
    with pytest.raises(ServerError, match="answers, but not as Label Studio does: mend LABEL_STUDIO_URL"):
        labels.check()


@pytest.mark.parametrize("release", ["1.9.2", "1.19.0", "0.8"])
def test_an_old_server_is_refused(double: tuple[type[Double], Studio], release: str) -> None:
    handler, labels = double
    handler.body = json.dumps({"release": release}).encode()
    with pytest.raises(ServerError, match=rf"is Label Studio {release}: 1\.20 or newer is needed"):
        labels.check()


def test_fewer_tasks_than_were_sent_are_noticed(double: tuple[type[Double], Studio]) -> None:
    handler, labels = double
    handler.status, handler.body = 201, b'{"task_ids": [5]}'
    with pytest.raises(ServerError, match="made 1 tasks of 2 in project 3"):
        labels.import_tasks(3, [task("w0"), task("w1")])


def test_a_request_that_the_server_cannot_take_is_not_sent(double: tuple[type[Double], Studio]) -> None:
    handler, labels = double
    with pytest.raises(DataError, match=r"300 MB for .* in one request, which takes 250 MB: send fewer"):
        labels.import_tasks(3, [task("w0", filler="x" * (300 * 2**20))])
    assert handler.asked == []


@pytest.mark.parametrize("token", ["", "two words", "tökén", "line\nbreak"])
def test_what_is_no_token_is_refused_without_showing_it(token: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Studio("http://127.0.0.1:1", token)
    assert str(caught.value) == "LABEL_STUDIO_API_KEY is no token: copy it from the account page of Label Studio"


def test_a_token_that_has_expired_is_noticed_before_anything_is_sent() -> None:
    token = jwt("refresh", exp=1_000_000_000)
    with pytest.raises(ServerError, match="refuses the token of LABEL_STUDIO_API_KEY") as caught:
        Studio("http://127.0.0.1:1", token)
    assert token not in str(caught.value)


@pytest.mark.filterwarnings("ignore:The `parse_obj` method is deprecated")
def test_a_token_that_ends_on_the_servers_clock_is_renewed_and_nothing_is_asked_twice(
    double: tuple[type[Double], Studio],
) -> None:
    """Each token is good for three requests, and for an hour by the clock of the client."""
    handler, labels = double
    renewed, served = list[str](), list[str]()

    def answer(self: Double) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.path == "/api/token/refresh/":
            renewed.append(jwt("access", uid=len(renewed)))
            self.say(200, {"access": renewed[-1]})
        elif self.headers["Authorization"] != f"Bearer {renewed[-1]}" or len(served) == 3 * len(renewed):
            self.say(401, {"detail": "expired"})
        else:
            served.append(f"{self.command} {body.get('model_version', '')}".strip())
            self.say(200, {"id": 7})

    handler.do_GET = handler.do_POST = answer
    with Studio(labels.url, jwt("refresh")) as personal:
        for i in range(5):
            personal.who()
            personal.predict(1, f"m{i}", [], None)
    assert served == [line for i in range(5) for line in ("GET", f"POST m{i}")]
    assert len(renewed) == 4


def test_not_found_past_the_first_page_is_the_end(double: tuple[type[Double], Studio]) -> None:
    """A list that grows shorter while it is read ends before the last page that was told of."""
    handler, labels = double
    rows = [{"id": i, "data": {"batch": "b"}} for i in range(connection.PAGE)]

    totals = iter([2 * len(rows), len(rows)])

    def answer(self: Double) -> None:
        first = "page=1&" in f"{self.path}&"
        body = {"tasks": rows, "total": next(totals)} if first else {"detail": "Not found."}
        self.say(200 if first else 404, body)

    handler.do_GET = answer
    assert len(labels.find_tasks(3, "batch", "b")) == connection.PAGE


def test_not_found_before_the_last_row_is_no_end(double: tuple[type[Double], Studio]) -> None:
    """A window that is taken to be missing would be sent twice."""
    handler, labels = double
    rows = [{"id": i, "data": {"batch": "b"}} for i in range(connection.PAGE)]

    def answer(self: Double) -> None:
        first = "page=1&" in f"{self.path}&"
        self.say(200 if first else 404, {"tasks": rows, "total": 501} if first else {"detail": "Not found."})

    handler.do_GET = answer
    with pytest.raises(ServerError, match=r"lists 500 rows of 501 at api/tasks/: run the command again"):
        labels.find_tasks(3, "batch", "b")


def test_not_found_on_the_first_page_is_no_empty_list(double: tuple[type[Double], Studio]) -> None:
    handler, labels = double
    handler.status, handler.body = 404, b'{"detail": "Not found."}'
    with pytest.raises(ServerError, match="has no project 3: it was deleted"):
        labels.find_tasks(3, "batch", "b")


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "ftp://127.0.0.1", "http://"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"LABEL_STUDIO_URL = .* is no address: write http://127\.0\.0\.1:8080"):
        Studio(url, TOKEN)


@pytest.mark.parametrize("missing", ["LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"])
def test_a_missing_variable_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setenv("LABEL_STUDIO_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", TOKEN)
    monkeypatch.delenv(missing)
    with pytest.raises(ConfigError, match=f"^{missing} not set: `python -m pipelines.labelstudio` starts a server"):
        Studio.from_environment()


def test_a_server_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ServerError, match=r"does not answer \(.*refused\): start it, or mend LABEL_STUDIO_URL"):
        Studio(f"http://127.0.0.1:{free_port()}", TOKEN).create_project("title", "<View/>")


def test_a_title_that_the_server_would_cut_is_refused() -> None:
    with pytest.raises(ConfigError, match="has 3 to 50 characters, not 51"):
        Studio("http://127.0.0.1:1", TOKEN).create_project("t" * 51, "<View/>")


def task(uid: str, **data: Any) -> dict[str, Any]:
    return {"data": {"uid": uid, **data}}


def jwt(kind: str, **claims: Any) -> str:
    """A token that tells when it ends: in an hour."""
    parts = [{"alg": "HS256", "typ": "JWT"}, {"token_type": kind, "exp": int(time.time()) + 3600, **claims}]
    return ".".join(urlsafe_b64encode(json.dumps(one).encode()).decode().rstrip("=") for one in parts) + ".c2ln"
