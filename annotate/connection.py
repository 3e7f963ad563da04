"""Asks a Label Studio server and reads what it answers, page by page where there are many."""

import json
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, Literal

import httpx
from httpx import Response

from annotate import answers
from sts.errors import DataError, ServerError

LARGEST = 250 * 2**20
"""Bytes that the server takes in one request"""
RETRIES = 2
PAGE = 500
"""Rows a page"""

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Row = dict[str, Any]


class Connection:
    """Requests to one server. ServerError in one line for all that goes wrong there."""

    def __init__(self, url: str, request: Callable[..., Response]) -> None:
        self.url = url
        self._request = request
        """Sends one request with the token"""

    def ask(
        self, method: Method, path: str, *, params: Mapping[str, Any] | None = None, body: Any = None, what: str = ""
    ) -> Any:
        """What the server answers, from JSON; `what` is not there if it says "not found"."""
        content = None if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        if content is not None and len(content) > LARGEST:
            raise DataError(
                f"{len(content) / 2**20:.0f} MB for {self.url} in one request, which takes {LARGEST / 2**20:.0f} MB: "
                "send fewer tasks at a time, or shorter windows"
            )
        return self._read(self._send(method, path, params or {}, content), what)

    def find(self, path: str, params: Mapping[str, Any] | None = None) -> Any | None:
        """What the server has there, from JSON; None if it says "not found"."""
        answer = self._send("GET", path, params or {})
        return None if answer.status_code == HTTPStatus.NOT_FOUND else self._read(answer, "")

    def pages(self, path: str, key: str, params: Mapping[str, Any]) -> Iterator[Row]:
        """Rows of all pages. ServerError for a list that ends early though it has not grown shorter meanwhile."""
        page, n, total = 1, 0, 1
        while n < total:
            rows, total = self.page(path, key, {**params, "page": page})
            if page > 1 and not rows:
                _, total = self.page(path, key, {**params, "page": 1})
                if n < total:
                    raise ServerError(f"{self.url} lists {n} rows of {total} at {path}: run the command again")
            yield from rows
            page, n = page + 1, n + len(rows)

    def page(self, path: str, key: str, params: Mapping[str, Any]) -> tuple[list[Row], int]:
        """Rows of one page, and how many there are on all. A page past the end is "not found", and so is no project."""
        answer = self._send("GET", path, {"page_size": PAGE, **params})
        if answer.status_code == HTTPStatus.NOT_FOUND and params["page"] > 1:
            return [], 0
        found = self._read(answer, f"project {params['project']}" if "project" in params else "")
        return found[key], found["total" if "total" in found else "count"]

    def _send(self, method: Method, path: str, params: Mapping[str, Any], content: bytes | None = None) -> Response:
        """The answer, whatever its status. Nothing but a GET is repeated."""
        try:
            return self._request(
                path,
                method=method,
                params=dict(params),
                content=content,
                headers={"content-type": "application/json"} if content is not None else None,
                request_options={"max_retries": RETRIES if method == "GET" else 0},
            )
        except httpx.TransportError as error:
            raise ServerError(
                f"{self.url} does not answer ({str(error) or type(error).__name__}): start it, or mend LABEL_STUDIO_URL"
            ) from error

    def _read(self, answer: Response, what: str) -> Any:
        """JSON of a good answer."""
        request = f"{answer.request.method} {answer.request.url.path}"
        if not answer.is_success:
            raise answers.refusal(self.url, answer.status_code, answer.text, what or request)
        if not answer.content:
            return {}
        try:
            return answer.json()
        except ValueError as error:
            raise answers.stranger(self.url) from error
