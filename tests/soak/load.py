"""What every step of a session goes through: one request, and a verdict on its answer."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2

from .books import Books
from .figures import Figures
from .people import Person, key_id
from .refusals import Exchange, FaultLog, unexplained


@dataclass(slots=True)
class Load:
    """What all sessions share. problems: the findings; none is the only good number."""

    app: httpx2.AsyncClient
    tinybird: httpx2.AsyncClient
    books: Books
    log: FaultLog
    figures: Figures = field(default_factory=Figures)
    problems: list[str] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def ask(
        self,
        kind: str,
        person: Person | None,
        path: str,
        expected: int = 200,
        method: str = "GET",
        headers: dict[str, str] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> httpx2.Response | None:
        """Ask the app as `person`, or as a visitor; None if there was no answer at all."""
        sent, kid = dict(headers or {}), None
        if person is not None:
            token = await person.token()
            sent["Authorization"], kid = f"Bearer {token}", key_id(token)
        started = time.monotonic()
        try:
            response = await self.app.request(method, path, headers=sent, **options)
        except httpx2.TransportError as error:
            self.figures.count(kind, type(error).__name__, time.monotonic() - started)
            self.problems.append(f"{path}: no answer of the app: {error!r}")
            return None
        exchange = Exchange(path, started, time.monotonic(), kid)
        self.figures.count(kind, str(response.status_code), exchange.ended - started)
        self._judge(response, exchange, expected, person)
        return response

    async def ask_tinybird(
        self, person: Person, path: str, token: str, **params: str
    ) -> httpx2.Response | None:
        """Ask Tinybird with a minted token, as the page does; None unless it answered 200."""
        headers, started = {"Authorization": f"Bearer {token}"}, time.monotonic()
        try:
            response = await self.tinybird.get(path, params=params, headers=headers)
        except httpx2.TransportError as error:
            self.figures.count("direct", type(error).__name__, time.monotonic() - started)
            if not self.log.covers("tinybird", started, time.monotonic()):
                self.problems.append(f"{path}: no answer of Tinybird: {error!r}")
            return None
        self.figures.count("direct", str(response.status_code), time.monotonic() - started)
        self.problems += self.books.foreign_in(person.tenant, response.text)
        if response.status_code not in {200, 429}:
            self.problems.append(f"{path} answered {response.status_code}: {response.text[:200]}")
        return response if response.status_code == 200 else None

    def _judge(
        self, response: httpx2.Response, exchange: Exchange, expected: int, person: Person | None
    ) -> None:
        if person is not None:
            found = self.books.foreign_in(person.tenant, response.text)
            self.problems += [f"{exchange.name}: {one}" for one in found]
            if response.status_code == 401:
                person.drop_token()
        if response.status_code != expected:
            finding = unexplained(response, exchange, self.log)
            self.problems += [finding] if finding else []

    async def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the load."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.over.wait(), seconds)
