"""The only module that talks to the network: one request in, one answer out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from roost.net.timeouts import CONNECT_RETRIES, CONNECT_S, EXCHANGE_S, IDLE_S
from roost.telemetry.tracing import client_span

if TYPE_CHECKING:
    import httpx2


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request to send; its headers hold a token and so never show in a repr."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: tuple[tuple[str, str], ...] = ()
    content: bytes = field(default=b"", repr=False)
    timeout_s: float = EXCHANGE_S
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
        self._transport = transport
        self._opened: httpx2.AsyncClient | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._opened is not None:
            await self._opened.aclose()

    async def exchange(self, outgoing: Outgoing) -> Answer:
        """Send a request and read its whole answer.

        Raises: Unreachable: on a failed connection, a timeout, or an answer past `max_bytes`.
        """
        # Here and not above: an app that is only imported would wait for it in vain.
        import httpx2

        with client_span(outgoing.method, outgoing.url) as span:
            try:
                async with asyncio.timeout(outgoing.timeout_s):
                    answer = await self._send(outgoing, span.headers())
            except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError) as error:
                # The cause stays out of the text: it may hold a header.
                raise Unreachable(type(error).__name__) from None
            span.end(answer.status)
            return answer

    async def _send(self, outgoing: Outgoing, trace: Mapping[str, str]) -> Answer:
        http = self._opened = self._opened or _open(self._transport)
        request = http.build_request(
            outgoing.method,
            outgoing.url,
            headers={**outgoing.headers, **trace},
            params=list(outgoing.params) or None,
            content=outgoing.content or None,
        )
        response = await http.send(request, stream=True)
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


def _open(transport: httpx2.AsyncBaseTransport | None) -> httpx2.AsyncClient:
    import httpx2

    kept = httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=IDLE_S)
    return httpx2.AsyncClient(
        # These retries are for connecting alone, before a byte of the request has left.
        transport=transport or httpx2.AsyncHTTPTransport(retries=CONNECT_RETRIES, limits=kept),
        # `exchange` ends a request as a whole.
        timeout=httpx2.Timeout(None, connect=CONNECT_S),
    )
