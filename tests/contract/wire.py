"""Requests byte by byte: what an HTTP client would mend, or never send."""

from __future__ import annotations

import http.client
import json
import select
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

EVENTS = "POST /api/events"
TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `code` is that of a problem document, else empty."""

    status: int
    body: bytes

    @property
    def code(self) -> str:
        """Why the app refused; empty if it did not, or if the server itself did."""
        return json.loads(self.body).get("code", "") if self.body else ""


class Wire:
    """A connection to the app at `url`."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host = address.netloc
        target = (address.hostname or "", address.port or 80)
        self._socket = socket.create_connection(target, TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def head(self, request: str, *headers: str, ends: bool = True) -> None:
        """Send the head of a request such as `GET /api/me`; headers are whole lines.

        ends: the connection is to end with the answer.
        """
        own = [f"{request} HTTP/1.1", f"Host: {self._host}", *(["Connection: close"] * ends)]
        self.send("\r\n".join([*own, *headers, "", ""]).encode())

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def chunk(self, data: bytes) -> None:
        """Send a chunk of a chunked body; an empty one is its end."""
        self.send(b"%x\r\n%b\r\n" % (len(data), data))

    def end(self) -> None:
        """Send nothing more, but go on listening."""
        self._socket.shutdown(socket.SHUT_WR)

    def read_line(self) -> bytes:
        """Receive a line of an answer, byte by byte, so that nothing behind it is lost."""
        line = b""
        while not line.endswith(b"\r\n"):
            byte = self._socket.recv(1)
            assert byte, f"the connection ended after {line!r}"
            line += byte
        return line

    def fileno(self) -> int:
        """Return the socket's number, for `select`."""
        return self._socket.fileno()

    def reply(self) -> Reply:
        """Receive the answer."""
        response = http.client.HTTPResponse(self._socket)
        response.begin()
        return Reply(response.status, response.read())


def first_answered(wires: Sequence[Wire]) -> Wire:
    """Return one of `wires` that has something to read, once there is one."""
    answered, _, _ = select.select(wires, [], [], TIMEOUT_S)
    assert answered, f"none has an answer within {TIMEOUT_S} s"
    return answered[0]
