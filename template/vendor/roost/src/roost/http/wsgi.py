"""What is the same for every WSGI app: the shell around it, and what it reads of a request."""

from __future__ import annotations

import contextlib
import io
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from roost.errors import AppError
from roost.http import shell
from roost.http.arrivals import Arrival
from roost.http.cross_origin import Headers
from roost.http.shell import Exchange, ShellRules
from roost.identity.credentials import RequestHead
from roost.net import timeouts
from roost.tinybird.queries import expected_tenants

if TYPE_CHECKING:
    from roost.settings import Settings

# The shapes of https://peps.python.org/pep-3333/
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
App = Callable[[Environ, StartResponse], Iterable[bytes]]

# Set where the shell of `asgi.py` stands around the app already: see `threads.py`.
IN_SHELL = "app.in_shell"
# Servers wait until so much is there: a slow sender is to be seen sending.
_CHUNK_BYTES = 8_192
_NOT_HTTP = {"CONTENT_LENGTH", "CONTENT_TYPE"}
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
        if IN_SHELL in environ:
            return self._app(environ, start_response)
        environ = {k: value for k, value in environ.items() if k not in self._process}
        body = _Body(environ, self._rules.arrival(environ.get("PATH_INFO", "")))
        reply = _Reply(self._rules, environ, body, start_response)
        with reply.exchange:
            try:
                self._admit(environ)
                if preflight := reply.exchange.preflight():
                    return reply.answer(preflight)
                return reply.body(self._app(self._inner(environ, body), reply.start))
            except AppError as error:
                return reply.refuse(error)
            except Exception as error:  # noqa: BLE001 - the one place where nothing may get through
                return reply.refuse(reply.exchange.report(error))
            finally:
                body.end()

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
        self.exchange = Exchange(rules, method, path, peer, partial(header_of, environ))
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
        return self.answer(shell.refusal(error))

    def answer(self, whole: shell.Answer) -> Iterable[bytes]:
        status, headers, body = whole
        self.start(f"{status} {HTTPStatus(status).phrase}", headers)
        return self.body([body])


def head_of(environ: Mapping[str, Any]) -> RequestHead:
    """Take out of a request what the core needs to know of its caller."""
    expected, query = environ.get("HTTP_X_EXPECTED_TENANT"), environ.get("QUERY_STRING", "")
    return RequestHead(
        method=environ["REQUEST_METHOD"],
        authorization=environ.get("HTTP_AUTHORIZATION"),
        cookie=environ.get("HTTP_COOKIE"),
        origin=environ.get("HTTP_ORIGIN"),
        expected_tenants=expected_tenants(expected, query),
    )


def header_of(environ: Environ, name: str) -> str | None:
    """Return a request's header, whatever the case of its name."""
    return environ.get(key_of(name))


def key_of(name: str) -> str:
    """Return how WSGI calls a header."""
    key = name.upper().replace("-", "_")
    return key if key in _NOT_HTTP else f"HTTP_{key}"


class LazyBody:
    """A body as `wsgi.input`: fetched whole when it is first read."""

    def __init__(self) -> None:
        self.whole: io.BytesIO | None = None

    def fetch(self) -> io.BytesIO:
        """Receive all of it.

        Raises: AppError: if it is too large, too slow or cut off.
        """
        raise NotImplementedError

    def read(self, size: int | None = -1) -> bytes:
        """Read at most `size` bytes."""
        return self._fetched().read(size)

    def readline(self, size: int | None = -1) -> bytes:
        """Read at most `size` bytes of a line."""
        return self._fetched().readline(size)

    def readlines(self, hint: int | None = -1) -> list[bytes]:
        """Read lines of about `hint` bytes."""
        return self._fetched().readlines(hint)

    def __iter__(self) -> Iterator[bytes]:
        """Read line by line."""
        return iter(self._fetched())

    def _fetched(self) -> io.BytesIO:
        if self.whole is None:
            self.whole = self.fetch()
        return self.whole


class _Body(LazyBody):
    """A body from another server, which lets a thread wait for it.

    Without a Content-Length the server does not tell where a body breaks off.
    """

    def __init__(self, environ: Environ, arrival: Arrival) -> None:
        super().__init__()
        self._source: io.BufferedIOBase = environ["wsgi.input"]
        self._arrival = arrival
        self._length = environ.get("CONTENT_LENGTH") or "0"
        # Who expects 100 Continue sends nothing before.
        self._comes_unasked = "HTTP_EXPECT" not in environ and (
            self._length != "0" or "HTTP_TRANSFER_ENCODING" in environ
        )
        self._is_asked_for = False

    def fetch(self) -> io.BytesIO:
        self._is_asked_for = True
        reader = _Reader(self._source, self._arrival)
        body = reader.read_in_time(self._arrival.left_s)
        if self._length.isdecimal() and len(body) < int(self._length):
            raise AppError("request-invalid", shell.BODY_INCOMPLETE)
        return io.BytesIO(body)

    def discard(self) -> None:
        """Let a body that nobody has read arrive, so that the connection can go on."""
        if self._comes_unasked and not self._is_asked_for:
            reader = _Reader(self._source, self._arrival)
            with contextlib.suppress(AppError):
                reader.read_in_time(_until(time.monotonic() + timeouts.UNREAD_BODY_S))

    def end(self) -> None:
        """Count as held no more what has arrived."""
        self._arrival.end()


class _Reader(threading.Thread):
    """Reads a body in a thread of its own, because a read that waits cannot be interrupted.

    The thread ends with the connection.
    """

    def __init__(self, source: io.BufferedIOBase, arrival: Arrival) -> None:
        super().__init__(daemon=True)
        self._source = source
        self._arrival = arrival
        self._received = bytearray()
        self._refusal: AppError | None = None

    def run(self) -> None:
        try:
            while chunk := self._source.read(_CHUNK_BYTES):
                self._arrival.take(len(chunk))
                self._received.extend(chunk)
        except AppError as error:
            self._refusal = error

    def read_in_time(self, left_s: Callable[[], float]) -> bytes:
        self.start()
        while self.is_alive() and (left := left_s()):
            self.join(left)
        if self._refusal is not None:
            raise self._refusal
        if self.is_alive():
            raise AppError("body-timeout")
        return bytes(self._received)


def _until(deadline: float) -> Callable[[], float]:
    return lambda: max(0.0, deadline - time.monotonic())
