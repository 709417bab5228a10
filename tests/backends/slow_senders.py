"""Clients that send slowly or not at all, hundreds at once, and somebody who asks meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import socket
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Slow:
    """A way to be slow: a request line and headers of which nothing more follows, or little.

    is_ended: whether the head is ever complete.  is_signed: whether a session comes along.
    """

    request: str
    headers: tuple[str, ...] = ()
    is_ended: bool = True
    is_signed: bool = False

    def __str__(self) -> str:
        who = "signed in" if self.is_signed else "a stranger"
        return f"{self.request} by {who}, {len(self.headers)} headers, ended: {self.is_ended}"

    def head(self, bearer: str) -> bytes:
        """Return what is sent at first."""
        signed = [f"Authorization: {bearer}"] * self.is_signed
        lines = [f"{self.request} HTTP/1.1", "Host: 127.0.0.1", *self.headers, *signed]
        return "\r\n".join([*lines, *(["", ""] if self.is_ended else ["X-"])]).encode()


def connect(port: int, slow: Slow, bearers: Iterator[str], count: int) -> list[socket.socket]:
    """Open connections that are slow in the same way; `bearers` take turns."""
    sockets = []
    for bearer in itertools.islice(bearers, count):
        one = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        one.sendall(slow.head(bearer))
        sockets.append(one)
    return sockets


def trickle(sockets: Sequence[socket.socket]) -> None:
    """Send a byte on each connection that is still there."""
    for one in sockets:
        # Who is too slow is hung up on.
        with contextlib.suppress(ConnectionError):
            one.sendall(b"1")


def ask(port: int, bearer: str, path: str) -> tuple[int, float]:
    """Ask on a connection of its own; return the status and the seconds that it took."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    with contextlib.closing(connection):
        connection.request("GET", path, headers={"Authorization": bearer})
        return connection.getresponse().status, time.monotonic() - begun
