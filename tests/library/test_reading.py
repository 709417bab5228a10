"""What the cached read path gives to whom, and what it costs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace

import httpx2
import pytest
from roost.errors import AppError
from roost.identity.credentials import RequestHead
from roost.net.client import AsyncClient
from roost.policy.access import Grant
from roost.reads.budget import VISITORS
from roost.serving.services import Services
from roost.settings import Settings

from . import sample
from .issuer import ISSUED_AT, Issuer


@dataclass
class World:
    """Clerk, a Tinybird that numbers its answers, and an app whose clocks show `now`."""

    issuer: Issuer
    settings: Settings
    now: float = ISSUED_AT
    asked: int = 0

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer as Clerk's key server or as Tinybird."""
        if request.url.path == "/.well-known/jwks.json":
            return httpx2.Response(200, content=self.issuer.jwks())
        self.asked += 1
        return httpx2.Response(200, content=b"%d" % self.asked)

    def app(self, daily_queries: int | None = None) -> Services:
        """Make an app that shows the top events to admins alone."""
        core = Services(
            replace(self.settings, daily_query_budget=daily_queries),
            replace(sample.policy(), grants=(Grant("top_events", role="org:admin"),)),
            sample.catalog(),
            client=AsyncClient(httpx2.MockTransport(self.answer)),
            clock=lambda: self.now,
        )
        core.analytics.cache._clock = lambda: self.now
        return core

    async def read(
        self, core: Services, tenant: str = "org_acme", role: str = "admin", query: str = ""
    ) -> tuple[bytes, int]:
        """Read the top events; return body and age, once all that it began has ended."""
        issued, organization = int(self.now), {"id": tenant, "rol": role}
        token = self.issuer.issue(iat=issued, nbf=issued, exp=issued + 60, o=organization)
        sign_in = await core.authenticate(RequestHead("GET", authorization=f"Bearer {token}"))
        answer = await core.answer_read(sign_in, "top_events", query, None, "192.0.2.1")
        while core.analytics.cache._running:
            await asyncio.sleep(0)
        return answer.body, answer.age_s


@pytest.fixture
def world(issuer: Issuer, settings: Settings) -> World:
    return World(issuer, settings)


async def refusal(work: Coroutine[object, object, object]) -> tuple[int, str, str | None]:
    with pytest.raises(AppError) as caught:
        await work
    return caught.value.status, caught.value.code, caught.value.headers.get("Retry-After")


def test_a_stale_answer_says_its_age_and_is_newer_the_next_time(world: World) -> None:
    async def scenario() -> None:
        core = world.app()
        assert await world.read(core) == (b"1", 0)
        world.now += 7.9

        assert await world.read(core) == (b"1", 7)
        assert await world.read(core) == (b"2", 0)

    asyncio.run(scenario())


def test_a_stale_answer_is_neither_another_tenants_nor_of_those_who_lost_their_role(
    world: World,
) -> None:
    async def scenario() -> None:
        core = world.app()
        await world.read(core)
        world.now += 5

        assert await world.read(core, tenant="org_globex") == (b"2", 0)
        refused = await refusal(world.read(core, role="member"))
        assert refused == (403, "access-denied", None)
        assert await world.read(core) == (b"1", 5)

    asyncio.run(scenario())


def test_what_is_kept_costs_nothing_and_a_spent_budget_shows_it_again(world: World) -> None:
    async def scenario() -> None:
        core = world.app(daily_queries=2)
        assert await world.read(core) == (b"1", 0)
        assert await world.read(core) == (b"1", 0)
        assert await world.read(core, query="limit=1") == (b"2", 0)

        # It is 08:00 UTC.
        spent = await refusal(world.read(core, query="limit=2"))
        assert spent == (429, "budget-spent", "57600")
        assert await world.read(core, tenant="org_globex") == (b"3", 0)
        world.now += 57_599
        assert await world.read(core) == (b"1", 57_599)
        world.now += 1
        assert await world.read(core, query="limit=2") == (b"4", 0)
        assert world.asked == 4

    asyncio.run(scenario())


def test_half_a_budget_later_answers_do_for_longer(world: World) -> None:
    async def scenario() -> None:
        core = world.app(daily_queries=200)
        for number in range(100):
            await world.read(core, query=f"limit={number}")
        world.now += 3600

        # 54,000 s are left, and 100 queries for ten questions: one in 5,400 s for each.
        assert await world.read(core, query="limit=1") == (b"2", 3600)
        assert world.asked == 100

    asyncio.run(scenario())


def test_visitors_have_a_budget_of_their_own(world: World) -> None:
    async def scenario() -> None:
        core = world.app(daily_queries=1)
        for _ in range(2):
            answer = await core.answer_read(None, "event_types", "", None, "192.0.2.1")
        assert (answer.body, core.analytics.budget._spent) == (b"1", {VISITORS: 1})

        csv = core.answer_read(None, "event_types", "", "text/csv", "192.0.2.1")
        assert await refusal(csv) == (429, "budget-spent", "57600")
        assert await world.read(core) == (b"2", 0)

    asyncio.run(scenario())
