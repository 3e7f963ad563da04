"""The routes that Label Studio calls, as a FastAPI application."""

import asyncio
import json
import logging
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from annotate import interface
from annotate.backend import bodies
from annotate.backend.answering import Answerer
from annotate.backend.host import Studio
from annotate.backend.settings import Login
from sts.errors import DataError

log = logging.getLogger(__name__)

LARGEST = 256 << 20
"""Bytes of a request; a click brings all that is drawn on its task"""


class Backend:
    """Label Studio's ML backend protocol. What a request holds is never logged: /setup brings a token."""

    def __init__(self, answerer: Answerer, studio: Studio, model_class: str) -> None:
        self._answerer, self._studio, self._class = answerer, studio, model_class

    async def health(self) -> JSONResponse:
        """The server runs; weights may still be loading."""
        return JSONResponse({"status": "UP", "model_class": self._class})

    async def setup(self, request: Request) -> JSONResponse:
        """Hears where Label Studio is, and names the model without waiting for its weights."""
        body = await _body(request)
        hostname, token = (body.get(name) or "" for name in ("hostname", "access_token"))
        if not isinstance(hostname, str) or not isinstance(token, str):
            raise DataError("hostname and access_token must be strings")
        self._studio.introduce(hostname, token)
        _look_at(body.get("schema"))
        log.info("set up for project %r", str(body.get("project", "?"))[:40])
        return JSONResponse({"model_version": self._answerer.version})

    async def predict(self, request: Request) -> JSONResponse:
        """One entry a task, in their order."""
        asked = bodies.parse(await _body(request))
        answers = [await asyncio.to_thread(self._answerer.answer, task, asked.hint) for task in asked.tasks]
        return JSONResponse({"results": answers, "model_version": self._answerer.version})

    async def webhook(self, request: Request) -> JSONResponse:
        """Nothing is trained here: the event is heard and forgotten."""
        await _body(request)
        return JSONResponse({}, status_code=201)

    async def versions(self) -> JSONResponse:
        """The one model that is served."""
        return JSONResponse({"versions": [self._answerer.version]})


def build(backend: Backend, login: Login | None) -> FastAPI:
    """The application; with a login, nothing is answered without it."""
    app = FastAPI(openapi_url=None)
    app.add_api_route("/health", backend.health, methods=["GET"])
    app.add_api_route("/setup", backend.setup, methods=["POST"])
    app.add_api_route("/predict", backend.predict, methods=["POST"])
    app.add_api_route("/webhook", backend.webhook, methods=["POST"])
    app.add_api_route("/versions", backend.versions, methods=["GET"])
    app.add_exception_handler(DataError, _refused)
    if login is not None:
        app.middleware("http")(_guard(login))
    return app


async def _refused(request: Request, error: Exception) -> JSONResponse:
    log.warning("%s is refused: %s", request.url.path, error)
    return JSONResponse({"detail": str(error)}, status_code=400)


def _look_at(schema: Any) -> None:
    """A label config without our controls would show no answer, and say nothing."""
    try:
        interface.check(str(schema))
    except DataError as error:
        log.warning("%s", error)


def _guard(login: Login) -> Callable[[Request, Callable[[Request], Awaitable[Response]]], Awaitable[Response]]:
    """Lets through who says the login."""

    async def guard(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        try:
            given = await HTTPBasic(auto_error=False)(request)
        except HTTPException:
            given = None
        if given is not None and _same(login, given):
            return await proceed(request)
        log.warning("%s is refused: no or another login", request.url.path)
        return JSONResponse({"detail": "give the login"}, 401, {"WWW-Authenticate": "Basic"})

    return guard


def _same(login: Login, given: HTTPBasicCredentials) -> bool:
    """Takes as long for any wrong one."""
    user = secrets.compare_digest(login.user.encode(), given.username.encode())
    return secrets.compare_digest(login.password.encode(), given.password.encode()) and user


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request. A web page cannot send this type without our leave, which is never given."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise DataError(f"the content type is {kind!r}: send application/json")
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > LARGEST:
            raise DataError(f"the body is larger than {LARGEST >> 20} MiB")
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DataError(f"the body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise DataError(f"the body must be an object, not {type(body).__name__}")
    return body
