"""What is the same for every ASGI app: the shell around it, and what it reads of a request."""

from __future__ import annotations

import asyncio
import contextlib
import string
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from roost.errors import AppError
from roost.http import shell
from roost.http.arrivals import Arrival
from roost.http.heads import tidy
from roost.http.shell import Exchange, ShellRules
from roost.identity.credentials import RequestHead
from roost.net import timeouts
from roost.tinybird.queries import expected_tenants

if TYPE_CHECKING:
    from roost.settings import Settings

# The shapes of https://asgi.readthedocs.io/en/latest/specs/main.html
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_EXPECTED = b"x-expected-tenant"
_FRAMING = {b"content-length", b"transfer-encoding"}
_ASKING = {b"authorization", b"cookie", b"origin", _EXPECTED}


def head_of(scope: Mapping[str, Any]) -> RequestHead:
    """Take out of a request what the core needs to know of its caller."""
    sent: dict[bytes, list[str]] = {}
    # One pass over the few that count: a framework's view of all headers costs more than the rest.
    for name, value in scope["headers"]:
        if name in _ASKING:
            sent.setdefault(name, []).append(value.decode("latin-1"))
    expected = ",".join(sent[_EXPECTED]) if _EXPECTED in sent else None
    return RequestHead(
        # A web socket may change something, so its cookie counts from the app's own pages alone.
        method=scope["method"] if scope["type"] == "http" else "CONNECT",
        authorization=sent.get(b"authorization", [None])[0],
        cookie="; ".join(sent.get(b"cookie", ())),
        origin=sent.get(b"origin", [None])[0],
        expected_tenants=expected_tenants(expected, query_of(scope)),
    )


def query_of(scope: Mapping[str, Any]) -> str:
    """Return the query string as it was sent."""
    # Bytes beyond ASCII become escapes, which the core decodes strictly.
    return quote(text, safe=string.punctuation) if (text := scope["query_string"]) else ""


class Shell:
    """An ASGI middleware; the app inside sees checked requests and may forget about headers."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._rules = ShellRules(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; other events of the server pass through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = _Body(scope, receive, self._rules.arrival(_path(scope)))
        reply = _Reply(self._rules, scope, body, send)
        with reply.exchange:
            try:
                self._admit(scope)
                if preflight := reply.exchange.preflight():
                    await reply.answer(preflight)
                else:
                    await self._app(self._inner(scope), body.receive, reply.send)
            except AppError as error:
                await reply.refuse(error)
            except Exception as error:  # noqa: BLE001 - the one place where nothing may get through
                await reply.refuse(reply.exchange.report(error))
            finally:
                body.end()

    def _admit(self, scope: Scope) -> None:
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        host, length = _header(scope, b"host"), _header(scope, b"content-length")
        self._rules.admit(_path(scope), host, size, length)

    def _inner(self, scope: Scope) -> Scope:
        address = self._rules.address(_peer(scope), _header(scope, b"x-forwarded-for"))
        method = shell.inner_method(scope["method"])
        headers = tidy(scope["headers"])
        return {**scope, "method": method, "client": (address, 0), "headers": headers}


class _Reply:
    """Adds headers on the way out."""

    def __init__(self, rules: ShellRules, scope: Scope, request_body: _Body, send: Send) -> None:
        self.exchange = Exchange(
            rules,
            scope["method"],
            _path(scope),
            _peer(scope),
            lambda name: _header(scope, name.encode()),
        )
        self._request_body = request_body
        self._send = send

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = (name.decode("latin-1") for name, _ in given)
            added = self.exchange.begin(message["status"], names)
            message = {**message, "headers": [*given, *_encoded(added)]}
        elif message["type"] == "http.response.body":
            if self.exchange.is_head:
                message = {**message, "body": b""}
            if not message.get("more_body", False):
                await self._request_body.discard()
        await self._send(message)

    async def refuse(self, error: AppError) -> None:
        if not self.exchange.status:
            await self.answer(shell.refusal(error))

    async def answer(self, whole: shell.Answer) -> None:
        status, headers, body = whole
        start = {"type": "http.response.start", "status": status, "headers": _encoded(headers)}
        await self.send(start)
        await self.send({"type": "http.response.body", "body": body})


class _Body:
    """Stops a body that is too large, too slow or cut off while it arrives."""

    def __init__(self, scope: Scope, receive: Receive, arrival: Arrival) -> None:
        self._headers = scope["headers"]
        self._receive = receive
        self._arrival = arrival
        self._is_asked_for = False
        self._is_done = False

    async def receive(self) -> Message:
        if self._is_done:
            return await self._receive()
        self._is_asked_for = True
        try:
            async with asyncio.timeout(self._arrival.left_s()):
                message = await self._receive()
        except TimeoutError as error:
            raise AppError("body-timeout") from error
        if message["type"] == "http.disconnect":
            raise AppError("request-invalid", shell.BODY_INCOMPLETE)
        self._is_done = not message.get("more_body", False)
        self._arrival.take(len(message.get("body", b"")))
        return message

    def end(self) -> None:
        """Count as held no more what has arrived."""
        self._arrival.end()

    async def discard(self) -> None:
        """Let a body that nobody has asked for arrive, so that the connection can go on."""
        if self._is_asked_for or not _comes_unasked(self._headers):
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeouts.UNREAD_BODY_S):
                while (await self._receive()).get("more_body", False):
                    pass


def comes_with_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Tell whether a request announces a body."""
    return any(name in _FRAMING for name, _ in headers)


def _comes_unasked(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    # Who expects 100 Continue sends nothing before.
    return comes_with_body(headers) and all(name != b"expect" for name, _ in headers)


def _path(scope: Scope) -> str:
    # Where the app is mounted in another one, the path begins with the place.
    return scope["path"].removeprefix(scope.get("root_path", ""))


def _peer(scope: Scope) -> str:
    return (scope.get("client") or ("", 0))[0]


def _header(scope: Scope, wanted: bytes) -> str | None:
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return ", ".join(values) if values else None


def _encoded(headers: Iterable[tuple[str, str]]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
