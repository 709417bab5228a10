"""A load generator of raw sockets: each connection asks again as soon as it is answered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

_LENGTH = b"\r\ncontent-length: "


@dataclass(slots=True)
class Load:
    """What a while of asking came to.

    latencies_s: of each answer.  own_share: of one core that the asking itself took, 0 to 1.
    """

    latencies_s: list[float] = field(default_factory=list)
    seconds: float = 0.0
    own_share: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers a second, over all connections."""
        return len(self.latencies_s) / self.seconds


class AnswerWrong(Exception):
    """The server answered with another status than 200."""


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, load: Load) -> None:
        self._request = request
        self._load = load
        self._received = b""
        self._asked_at = 0.0
        self.is_over = False
        self.closed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not _is_whole(self._received):
            return
        if not self._received.startswith(b"HTTP/1.1 200 "):
            self._end(AnswerWrong(self._received.partition(b"\r\n")[0].decode()))
            return
        self._load.latencies_s.append(time.perf_counter() - self._asked_at)
        self._received = b""
        if self.is_over:
            self._end(None)
        else:
            self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(exc or ConnectionError("the server closed a connection that was to be kept"))

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write(self._request)

    def _end(self, error: Exception | None) -> None:
        self._transport.close()
        if self.closed.done():
            return
        if error is None:
            self.closed.set_result(None)
        else:
            self.closed.set_exception(error)


def request_head(path: str, port: int, authorization: str) -> bytes:
    """Write a GET as a browser's `fetch` would, in as few headers."""
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Accept: application/json",
        "Accept-Encoding: gzip, deflate, br, zstd",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        f"Authorization: {authorization}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def request_post(path: str, port: int, authorization: str, body: bytes) -> bytes:
    """Write a POST of NDJSON."""
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Content-Type: application/x-ndjson",
        f"Content-Length: {len(body)}",
        f"Authorization: {authorization}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


async def keep_asking(port: int, requests: Sequence[bytes], seconds: float) -> Load:
    """Open a connection for each request and repeat it on that connection for a while.

    Raises: AnswerWrong, OSError: whatever the server does other than answering 200.
    """
    load, loop = Load(), asyncio.get_running_loop()
    since, spent = time.perf_counter(), time.process_time()
    connections: list[_Connection] = []
    for request in requests:
        _, connection = await loop.create_connection(
            lambda request=request: _Connection(request, load), "127.0.0.1", port
        )
        connections.append(connection)
    ended = [connection.closed for connection in connections]
    await asyncio.wait(ended, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for connection in connections:
        connection.is_over = True
    await asyncio.gather(*ended)
    load.seconds = time.perf_counter() - since
    load.own_share = (time.process_time() - spent) / load.seconds
    return load


def _is_whole(received: bytes) -> bool:
    head_end = received.find(b"\r\n\r\n")
    if head_end < 0:
        return False
    start = received.find(_LENGTH, 0, head_end)
    if start < 0:
        return received.endswith(b"0\r\n\r\n")
    length = int(received[start + len(_LENGTH) : received.index(b"\r\n", start + 1)])
    return len(received) >= head_end + 4 + length
