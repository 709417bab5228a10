"""The shell around an ASGI app: hosts, sizes, headers, request ids, the access log."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .browser import accepted_hosts, check_host, client_address, security_headers
from .errors import PROBLEM_TYPE, AppError, encode_problem
from .events import MAX_RECEIVED_BYTES
from .pages import content_security_policy

if TYPE_CHECKING:
    from ..settings import Settings

# The shapes of https://asgi.readthedocs.io/en/latest/specs/main.html
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_HEADER_BYTES = 32_768
BODY_TIMEOUT_S = 60.0
_HOSTS_UNCHECKED = {"/healthz", "/readyz"}

_access = logging.getLogger("app.access")
_log = logging.getLogger(__name__)


class Shell:
    """An ASGI middleware; the app inside sees checked requests and may forget about headers."""

    def __init__(self, app: App, settings: Settings) -> None:
        csp = content_security_policy(settings)
        headers = security_headers(csp, is_https=settings.is_https)
        self._app = app
        self._hosts = accepted_hosts(settings.authorized_parties)
        self._proxies = settings.trusted_proxies
        self._headers = _encoded(headers.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other events of the server pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        reply = _Reply(scope, send, self._headers)
        try:
            _check_head(scope, self._hosts)
            await self._app(self._inner(scope), _Body(scope, receive).receive, reply.send)
        except AppError as error:
            await reply.refuse(error)
        except Exception as error:  # noqa: BLE001 - the one place where nothing may get through
            _log.error("request_id=%s %s", reply.request_id, _describe(error))
            await reply.refuse(AppError("internal"))
        finally:
            reply.log()

    def _inner(self, scope: Scope) -> Scope:
        peer = (scope.get("client") or ("", 0))[0]
        address = client_address(peer, _header(scope, b"x-forwarded-for"), self._proxies)
        # HEAD is GET without its body, wherever GET is answered.
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        return {**scope, "method": method, "client": (address, 0)}


class _Reply:
    """Adds headers on the way out and notes what the access log needs."""

    def __init__(self, scope: Scope, send: Send, headers: list[tuple[bytes, bytes]]) -> None:
        self.request_id = secrets.token_hex(8)
        self._scope = scope
        self._send = send
        # Files are asked for again each time, and answered 304 while they are the same.
        caching = b"no-cache" if scope["path"].startswith("/static/") else b"private, no-store"
        request_id = self.request_id.encode()
        self._defaults = [*headers, (b"cache-control", caching), (b"x-request-id", request_id)]
        self._since = time.perf_counter()
        self._status = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            missing = [header for header in self._defaults if header[0] not in names]
            message = {**message, "headers": [*given, *missing]}
        elif message["type"] == "http.response.body" and self._scope["method"] == "HEAD":
            message = {**message, "body": b""}
        await self._send(message)

    async def refuse(self, error: AppError) -> None:
        if self._status:
            return
        body = encode_problem(error)
        own = {"Content-Type": PROBLEM_TYPE, "Content-Length": str(len(body)), **error.headers}
        start = {"type": "http.response.start", "status": error.status}
        await self.send({**start, "headers": _encoded(own.items())})
        await self.send({"type": "http.response.body", "body": body})

    def log(self) -> None:
        # The path alone: a query string may hold what nobody should read later.
        _access.info(
            "method=%s path=%s status=%d ms=%.1f request_id=%s",
            self._scope["method"],
            quote(self._scope["path"][:300]),
            self._status,
            (time.perf_counter() - self._since) * 1000,
            self.request_id,
        )


class _Body:
    """Stops a body that is too large or too slow while it arrives."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        length = _header(scope, b"content-length") or "0"
        if length.isdecimal() and int(length[:12]) > MAX_RECEIVED_BYTES:
            raise AppError("body-too-large")
        self._receive = receive
        self._left = MAX_RECEIVED_BYTES
        self._deadline: float | None = None
        self._is_done = False

    async def receive(self) -> Message:
        if self._is_done:
            return await self._receive()
        loop = asyncio.get_running_loop()
        self._deadline = self._deadline or loop.time() + BODY_TIMEOUT_S
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError as error:
            raise AppError("body-timeout") from error
        self._left -= len(message.get("body", b""))
        self._is_done = not message.get("more_body", False)
        if self._left < 0:
            raise AppError("body-too-large")
        return message


def _check_head(scope: Scope, hosts: frozenset[str]) -> None:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
        raise AppError("headers-too-large")
    if scope["path"] not in _HOSTS_UNCHECKED:
        check_host(_header(scope, b"host"), hosts)


def _header(scope: Scope, wanted: bytes) -> str | None:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return ", ".join(values) if values else None


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]


def _describe(error: BaseException) -> str:
    # Where and what kind, but not the message: it may hold a token.
    frames = traceback.extract_tb(error.__traceback__)
    path = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in reversed(frames[-6:]))
    return f"{type(error).__name__} at {path}"
