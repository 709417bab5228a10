"""A WSGI app served over ASGI: bodies arrive in the event loop, and slow ones hold nobody up."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

from roost.http import wsgi
from roost.http.asgi import Message, Receive, Scope, Send, comes_with_body
from roost.http.workers import Workers

# Decides, by the headers of a POST, whether its body is to arrive.
HeadCheck = Callable[[Callable[[str], str | None]], None]


class InThreads:
    """An ASGI app around a WSGI app; the shell of `asgi.py` stands around both.

    received_first: paths below which nobody is asked for before the body is read. Their bodies are
    received before a thread takes the request, if the check of the headers lets them.
    """

    def __init__(self, app: wsgi.App, received_first: Mapping[str, HeadCheck]) -> None:
        self._app = app
        self._received_first = received_first
        self._workers = Workers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the life of the server."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        body = _Body(scope, receive, self._workers)
        environ = environ_of(scope, body)
        check = self._received_first.get(environ["PATH_INFO"])
        if check is not None and scope["method"] == "POST":
            check(partial(wsgi.header_of, environ))
            await body.arrive()
        answering = _Answering(self._app, environ, partial(_send_soon, send, body.loop))
        for message in await self._workers.run(answering.run):
            await send(message)


def environ_of(scope: Scope, body: _Body) -> wsgi.Environ:
    """Return a request as WSGI knows it; its headers are those that the shell has tidied.

    Source: https://peps.python.org/pep-3333/#environ-variables
    """
    root, path = scope.get("root_path", ""), scope["path"]
    server, client = scope.get("server") or ("", 80), scope.get("client") or ("", 0)
    return {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": _as_wsgi(root),
        "PATH_INFO": _as_wsgi(path.removeprefix(root)),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": body,
        # A body of unknown length ends by itself.
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        wsgi.IN_SHELL: True,
        **{
            wsgi.key_of(name.decode("latin-1")): value.decode("latin-1")
            for name, value in scope["headers"]
        },
    }


class _Body(wsgi.LazyBody):
    """`wsgi.input`: a thread that reads it waits for the event loop, and counts as no thread."""

    def __init__(self, scope: Scope, receive: Receive, workers: Workers) -> None:
        super().__init__()
        self.loop = asyncio.get_running_loop()
        self._receive = receive
        self._workers = workers
        if not comes_with_body(scope["headers"]):
            self.whole = io.BytesIO()

    async def arrive(self) -> None:
        """Receive all of it."""
        chunks, more = [], self.whole is None
        while more:
            message = await self._receive()
            chunks.append(message.get("body", b""))
            more = message.get("more_body", False)
        self.whole = self.whole or io.BytesIO(b"".join(chunks))

    def fetch(self) -> io.BytesIO:
        with self._workers.waiting():
            asyncio.run_coroutine_threadsafe(self.arrive(), self.loop).result()
        return self.whole or io.BytesIO()


@dataclass(slots=True)
class _Answering:
    """Runs the app in a thread; what it answers in pieces goes out piece by piece."""

    app: wsgi.App
    environ: wsgi.Environ
    send: Callable[[Message], None]
    start: Message | None = None

    def run(self) -> Iterable[Message]:
        """Return the messages that are still to be sent."""
        written: list[bytes] = []
        chunks = self.app(self.environ, partial(self._begin, written))
        try:
            return self._answer(written, iter(chunks))
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()

    def _begin(
        self, written: list[bytes], status: str, headers: wsgi.Headers, exc_info: object = None
    ) -> Callable[[bytes], None]:
        encoded = [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]
        self.start = {
            "type": "http.response.start",
            "status": int(status[:3]),
            "headers": encoded,
        }
        return written.append

    def _answer(self, written: list[bytes], chunks: Iterator[bytes]) -> Iterable[Message]:
        # An app may begin its answer with the first chunk alone.
        first = next(chunks, b"")
        if self.start is None:
            raise RuntimeError("the WSGI app has not called start_response")
        begun = b"".join([*written, first])
        if any(name == b"content-length" for name, _ in self.start["headers"]):
            return [self.start, _chunk(b"".join([begun, *chunks]))]
        self.send(self.start)
        for chunk in chain([begun], chunks):
            self.send(_chunk(chunk, more=True))
        return [_chunk(b"")]


def _chunk(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


def _send_soon(send: Send, loop: asyncio.AbstractEventLoop, message: Message) -> None:
    sending: Coroutine[Any, Any, None] = _awaiting(send, message)
    asyncio.run_coroutine_threadsafe(sending, loop).result()


async def _awaiting(send: Send, message: Message) -> None:
    await send(message)


async def _live(receive: Receive, send: Send) -> None:
    for phase in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{phase}.complete"})


def _as_wsgi(text: str) -> str:
    # PEP 3333: the bytes, one character each.
    return text.encode().decode("latin-1")
