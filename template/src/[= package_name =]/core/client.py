"""The only module that talks to the network: one request in, one answer out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import httpx2

CONNECT_TIMEOUT_S = 3.0
# Shorter than any server's own patience (uvicorn's is 5 s): a request sent on a connection that
# the server is just closing is lost, and nothing here is ever sent twice.
IDLE_S = 2.0
_LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_S)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to send; its headers hold a token and so never show in a repr."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: tuple[tuple[str, str], ...] = ()
    content: bytes = field(default=b"", repr=False)
    timeout_s: float = 15.0
    max_bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Unreachable(Exception):
    """No whole answer came; whether the request arrived is not known."""


class AsyncClient:
    """Sends requests over kept connections and never sends one twice."""

    def __init__(self, transport: httpx2.AsyncBaseTransport | None = None) -> None:
        # These retries are for connecting alone, before a byte of the request has left.
        transport = transport or httpx2.AsyncHTTPTransport(retries=1, limits=_LIMITS)
        self._http = httpx2.AsyncClient(
            transport=transport, timeout=httpx2.Timeout(30.0, connect=CONNECT_TIMEOUT_S)
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def exchange(self, outgoing: Outgoing) -> Answer:
        """Send a request and read its whole answer.

        Raises: Unreachable: on a failed connection, a timeout, or an answer past `max_bytes`.
        """
        try:
            async with asyncio.timeout(outgoing.timeout_s):
                return await self._send(outgoing)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
            # The cause stays out of the text: it may hold a header.
            raise Unreachable(type(error).__name__) from None

    async def _send(self, outgoing: Outgoing) -> Answer:
        request = self._http.build_request(
            outgoing.method,
            outgoing.url,
            headers=dict(outgoing.headers),
            params=list(outgoing.params) or None,
            content=outgoing.content or None,
        )
        response = await self._http.send(request, stream=True)
        try:
            body = bytearray()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > outgoing.max_bytes:
                    raise Unreachable("AnswerTooLarge")
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(body))
