"""A way between the app and Tinybird on which acknowledgements can get lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_CHUNK = 65_536
_EVENTS = b"POST /v0/events"
_DEPLOY = b"POST /v1/deploy"


@dataclass(slots=True)
class Proxy:
    """Forwards bytes to the service at `target`.

    to_cut: how many of the next answers to events are thrown away, their connections closed: the
    rows are stored, and nobody is told.  cut: how many were.  deploys: how many were asked for.
    """

    target: str
    port: int = 0
    to_cut: int = 0
    cut: int = 0
    deploys: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[None]:
        """Let connections through until the block ends."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """The address to use in place of the service's own."""
        return f"http://127.0.0.1:{self.port}"

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._forward(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _forward(self, asked: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        parts = urlsplit(self.target)
        with suppress(OSError):
            try:
                answers, on = await asyncio.open_connection(parts.hostname, parts.port)
            except OSError:
                # As a dead service: the connection ends without a byte.
                back.transport.abort()
                return
            way = _Way(self, asked, back, answers, on)
            await way.forward()


@dataclass(slots=True)
class _Way:
    proxy: Proxy
    asked: asyncio.StreamReader
    back: asyncio.StreamWriter
    answers: asyncio.StreamReader
    on: asyncio.StreamWriter
    is_events: bool = False

    async def forward(self) -> None:
        try:
            async with asyncio.TaskGroup() as tasks:
                requests = tasks.create_task(self._requests())
                await self._answers()
                requests.cancel()
        finally:
            self.back.transport.abort()
            self.on.transport.abort()

    async def _requests(self) -> None:
        with suppress(OSError):
            while chunk := await self.asked.read(_CHUNK):
                if chunk.startswith((b"GET ", b"POST ")):
                    self.is_events = chunk.startswith(_EVENTS)
                    self.proxy.deploys += chunk.startswith(_DEPLOY)
                self.on.write(chunk)
                await self.on.drain()
        self.on.transport.abort()

    async def _answers(self) -> None:
        with suppress(OSError):
            while chunk := await self.answers.read(_CHUNK):
                if self.is_events and self.proxy.to_cut > 0:
                    self.proxy.to_cut -= 1
                    self.proxy.cut += 1
                    return
                self.back.write(chunk)
                await self.back.drain()
