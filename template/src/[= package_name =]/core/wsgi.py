"""The shell around a WSGI app."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from . import shell, timeouts
from .errors import AppError
from .events import MAX_RECEIVED_BYTES
from .shell import Exchange, Headers, ShellRules

if TYPE_CHECKING:
    from ..settings import Settings

# The shapes of https://peps.python.org/pep-3333/
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

_CHUNK_BYTES = 65_536
_REQUESTS_OWN = {
    "CONTENT_LENGTH",
    "CONTENT_TYPE",
    "HTTP_HOST",
    "PATH_INFO",
    "QUERY_STRING",
    "REMOTE_ADDR",
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
}


class Shell:
    """A WSGI middleware; the app inside sees checked requests and may forget about headers."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._rules = ShellRules(settings)
        # Servers put the environment of the process, secrets included, into every request's.
        self._process = frozenset(os.environ) - _REQUESTS_OWN

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        environ = {k: value for k, value in environ.items() if k not in self._process}
        body = _Body(environ)
        reply = _Reply(self._rules, environ, body, start_response)
        with reply.exchange:
            try:
                self._admit(environ)
                return reply.body(self._app(self._inner(environ, body), reply.start))
            except AppError as error:
                return reply.refuse(error)
            except Exception as error:  # noqa: BLE001 - the one place where nothing may get through
                return reply.refuse(reply.exchange.report(error))

    def _admit(self, environ: Environ) -> None:
        names = [name for name in environ if name.startswith("HTTP_")]
        size = sum(len(name) - 5 + len(environ[name]) for name in names)
        host, length = environ.get("HTTP_HOST"), environ.get("CONTENT_LENGTH")
        self._rules.admit(environ.get("PATH_INFO", ""), host, size, length)

    def _inner(self, environ: Environ, body: _Body) -> Environ:
        peer, forwarded = environ.get("REMOTE_ADDR", ""), environ.get("HTTP_X_FORWARDED_FOR")
        return {
            **environ,
            "REQUEST_METHOD": shell.inner_method(environ["REQUEST_METHOD"]),
            "REMOTE_ADDR": self._rules.address(peer, forwarded),
            "wsgi.input": body,
        }


class _Reply:
    """Adds headers on the way out."""

    def __init__(
        self,
        rules: ShellRules,
        environ: Environ,
        request_body: _Body,
        start_response: StartResponse,
    ) -> None:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        peer = environ.get("REMOTE_ADDR", "")
        self.exchange = Exchange(rules, method, path, peer, lambda name: _header(environ, name))
        self._request_body = request_body
        self._start_response = start_response
        self._is_whole = False

    def start(self, status: str, headers: Headers, exc_info: Any = None) -> Any:  # noqa: ANN401
        names = {name.lower() for name, _ in headers}
        self._is_whole = "content-length" in names
        added = self.exchange.begin(int(status[:3]), names)
        return self._start_response(status, [*headers, *added], exc_info)

    def body(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        if not (self.exchange.is_head or self._is_whole):
            return chunks
        # Granian sends a list in one go, with its length.
        body = [] if self.exchange.is_head else [b"".join(chunks)]
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
        self._request_body.discard()
        return body

    def refuse(self, error: AppError) -> Iterable[bytes]:
        status, headers, body = shell.refusal(error)
        self.start(f"{status} {HTTPStatus(status).phrase}", headers)
        return self.body([body])


def _header(environ: Environ, name: str) -> str | None:
    return environ.get(f"HTTP_{name.upper().replace('-', '_')}")


class _Body:
    """A body, read whole when it is first asked for; not if it is too large, too slow or cut off.

    Without a Content-Length the server does not tell where a body breaks off.
    """

    def __init__(self, environ: Environ) -> None:
        self._source: io.BufferedIOBase = environ["wsgi.input"]
        self._length = environ.get("CONTENT_LENGTH") or "0"
        # Who expects 100 Continue sends nothing before.
        self._comes_unasked = "HTTP_EXPECT" not in environ and (
            self._length != "0" or "HTTP_TRANSFER_ENCODING" in environ
        )
        self._is_asked_for = False
        self._read: io.BytesIO | None = None

    def read(self, size: int = -1) -> bytes:
        return self._whole().read(size)

    def readline(self, size: int = -1) -> bytes:
        return self._whole().readline(size)

    def __iter__(self) -> Iterable[bytes]:
        return self._whole()

    def discard(self) -> None:
        """Let a body that nobody has read arrive, so that the connection can go on."""
        if self._comes_unasked and not self._is_asked_for:
            _read_in_time(self._source, timeouts.UNREAD_BODY_S)

    def _whole(self) -> io.BytesIO:
        if self._read is None:
            self._is_asked_for = True
            body = _read_in_time(self._source, timeouts.BODY_S)
            if body is None:
                raise AppError("body-timeout")
            if len(body) > MAX_RECEIVED_BYTES:
                raise AppError("body-too-large")
            if self._length.isdecimal() and len(body) < int(self._length):
                raise AppError("request-invalid", shell.BODY_INCOMPLETE)
            self._read = io.BytesIO(body)
        return self._read


def _read_in_time(source: io.BufferedIOBase, seconds: float) -> bytes | None:
    # In a thread of its own, because a read that waits for the client cannot be interrupted; the
    # thread ends with the connection.
    received = bytearray()

    def read() -> None:
        while len(received) <= MAX_RECEIVED_BYTES and (chunk := source.read(_CHUNK_BYTES)):
            received.extend(chunk)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    reader.join(seconds)
    return None if reader.is_alive() else bytes(received)
