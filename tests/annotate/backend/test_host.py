"""Files of Label Studio's own host, against a small server that wants a token."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from annotate.backend.host import Host, Studio
from sts.errors import ServerError

LEGACY, PERSONAL, ACCESS = "a" * 40, "head.body.sign", "head.access.sign"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.headers.get("Authorization") not in (f"Token {LEGACY}", f"Bearer {ACCESS}"):
            self.answer(401, b"no")
        elif self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/data/upload/1/a.png")
            self.end_headers()
        else:
            self.answer(200, self.path.encode())

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        right = self.path == "/api/token/refresh" and sent == {"refresh": PERSONAL}
        self.answer(200 if right else 401, json.dumps({"access": ACCESS}).encode())

    def answer(self, status: int, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name it has there
        pass


@pytest.fixture
def studio() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("token", [LEGACY, PERSONAL])
def test_a_file_is_fetched_with_either_kind_of_token(studio: str, token: str) -> None:
    host = Host(url=studio, token=token)
    assert host.file("/data/upload/1/a.png") == b"/data/upload/1/a.png"
    assert host.file(f"{studio}/data/upload/1/a.png") == b"/data/upload/1/a.png"


def test_what_label_studio_says_of_itself_is_used(studio: str) -> None:
    told = Studio({})
    told.introduce(studio, LEGACY)
    assert told.file("/a") == b"/a"


def test_the_environment_comes_first(studio: str) -> None:
    mine = Studio({"LABEL_STUDIO_URL": studio, "LABEL_STUDIO_API_KEY": LEGACY})
    mine.introduce("http://127.0.0.1:9", "other")
    assert mine.file("/a") == b"/a"
    keyless = Studio({"LABEL_STUDIO_URL": studio})
    keyless.introduce(studio, LEGACY)
    assert keyless.file("/a") == b"/a"


def test_a_token_of_one_host_does_not_go_to_another(studio: str) -> None:
    mine = Studio({"LABEL_STUDIO_URL": studio})
    mine.introduce("http://127.0.0.1:9", LEGACY)
    with pytest.raises(ServerError, match="/a answers 401: set LABEL_STUDIO_API_KEY to a token that is valid"):
        mine.file("/a")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/a", "https://example.org/a?sign=x", "file:///etc/passwd", "ftp://h/a"]
)
def test_no_other_host_is_asked(studio: str, url: str) -> None:
    with pytest.raises(ServerError, match=r"is not on Label Studio's host, http://127\.0\.0\.1"):
        Host(url=studio, token=LEGACY).file(url)


def test_without_a_host_nothing_is_fetched() -> None:
    with pytest.raises(ServerError, match="/a is not on Label Studio's host, which is unknown"):
        Studio({}).file("/a")


def test_a_redirect_is_not_followed(studio: str) -> None:
    with pytest.raises(ServerError, match="/moved answers 302"):
        Host(url=studio, token=LEGACY).file("/moved")


def test_errors_hold_no_token(studio: str) -> None:
    for token in ("b" * 40, "wrong.personal.token"):
        with pytest.raises(ServerError) as raised:
            Host(url=studio, token=token).file("/a?sign=secret")
        assert token not in f"{raised.value!r} {raised.value.__context__!r}"
        assert "secret" not in str(raised.value)
        assert token not in repr(Host(url=studio, token=token))


def test_a_server_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ServerError, match=r"^http://127.0.0.1:9/a cannot be fetched: .*refused"):
        Host(url="http://127.0.0.1:9").file("/a")
