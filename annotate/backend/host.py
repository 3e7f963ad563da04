"""Files that Label Studio itself serves, fetched with its token."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import Any
from urllib.parse import urljoin, urlsplit

from sts.errors import ServerError

URL, KEY = "LABEL_STUDIO_URL", "LABEL_STUDIO_API_KEY"
TIMEOUT_S = 10.0
LARGEST = 64 << 20
"""Bytes of a file"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where Label Studio is and what lets us in. Only files of this host are ever fetched."""

    url: str
    token: str = field(default="", repr=False)
    """Legacy token, or personal access token"""

    def file(self, url: str) -> bytes:
        """What a URL of the host holds. ServerError for another host, no answer, or more than 64 MiB."""
        whole = urljoin(self.url, url)
        if _origin(whole) != _origin(self.url) or not self.url:
            raise ServerError(f"{_bare(whole)} is not on Label Studio's host, {_bare(self.url) or 'which is unknown'}")
        return _fetched(urllib.request.Request(whole, headers=self._login()))

    def _login(self) -> dict[str, str]:
        """A personal access token is three parts, which buy a token of a few minutes."""
        if self.token.count(".") != 2:
            return {"Authorization": f"Token {self.token}"} if self.token else {}
        body = json.dumps({"refresh": self.token}).encode()
        there = urljoin(self.url, "/api/token/refresh")
        answer = _fetched(urllib.request.Request(there, data=body, headers={"Content-Type": "application/json"}))
        try:
            return {"Authorization": f"Bearer {json.loads(answer)['access']}"}
        except (ValueError, KeyError, TypeError) as error:
            raise ServerError(f"{_bare(there)} gives no access token: is this Label Studio?") from error


class Studio:
    """Label Studio as the environment names it, else as it last named itself; each with its own token."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._host = Host(url=environment.get(URL, ""), token=environment.get(KEY, ""))
        self._told: Host | None = None

    def introduce(self, url: str, token: str) -> None:
        """What Label Studio says of itself when a backend is added to a project."""
        self._told = Host(url=url, token=token)

    def file(self, url: str) -> bytes:
        """See Host.file."""
        mine, told = self._host, self._told
        if told is None or (mine.url and _origin(mine.url) != _origin(told.url)):
            return mine.file(url)
        return Host(url=mine.url or told.url, token=mine.token or told.token).file(url)


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token to another host."""

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Never."""


def _fetched(request: urllib.request.Request) -> bytes:
    opener = urllib.request.build_opener(_NoDetour, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            data: bytes = answer.read(LARGEST + 1)
    except urllib.error.HTTPError as error:
        error.close()
        raise ServerError(f"{_bare(request.full_url)} answers {error.code}{_hint(error.code)}") from None
    except (OSError, HTTPException, ValueError) as error:
        why = getattr(error, "reason", error)
        raise ServerError(f"{_bare(request.full_url)} cannot be fetched: {why}") from None
    if len(data) > LARGEST:
        raise ServerError(f"{_bare(request.full_url)} is larger than {LARGEST >> 20} MiB")
    return data


def _hint(code: int) -> str:
    return f": set {KEY} to a token that is valid" if code in (401, 403) else ""


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()


def _bare(url: str) -> str:
    """Without the query, which may hold a signature, and without a login."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}" if parts.netloc else parts.path
