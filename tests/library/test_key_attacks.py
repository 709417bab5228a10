"""Tokens of an attacker who has none: what they may cost, and whom."""

from __future__ import annotations

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import cache

import httpx2
import pytest
from roost.errors import AppError
from roost.identity.credentials import RequestHead
from roost.identity.keys import MAX_WAITING
from roost.serving.services import Services

from .conftest import NOW
from .issuer import CLAIMS, Issuer

ATTACKERS = 1000
PATIENCE_S = 30
FOREIGN = Issuer()


class Clerk:
    """Serves its keys, counts how often, and hangs while its gate is closed."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.fetches = 0
        self.is_down = False
        self.gate = asyncio.Event()
        self.gate.set()
        self.now = 1000.0

    async def answer(self, _: httpx2.Request) -> httpx2.Response:
        self.fetches += 1
        await self.gate.wait()
        return httpx2.Response(500 if self.is_down else 200, content=self.issuer.jwks())


Scenario = Callable[[Services, Clerk], Awaitable[None]]


@pytest.fixture
def play(make_services: Callable[..., Services], issuer: Issuer) -> Callable[[Scenario], None]:
    """Return a function that plays a scenario on a core that has just fetched its keys."""

    async def start(scenario: Scenario) -> None:
        clerk = Clerk(issuer)
        core = make_services(clerk.answer)
        core.keys._clock = lambda: clerk.now
        async with asyncio.timeout(PATIENCE_S), core:
            await scenario(core, clerk)

    return lambda scenario: asyncio.run(start(scenario))


@cache
def forged(number: int) -> str:
    headers: list[dict[str, object]] = [{}, {"kid": f"ins_{number}"}, {"kid": None}]
    claims: list[dict[str, object]] = [{}, {"exp": NOW - 60}, {"sts": "pending"}, {"azp": None}]
    header = {"alg": "RS256", "typ": "JWT", "kid": "ins_1", **headers[number % 3]}
    return FOREIGN.sign(header, {**CLAIMS, **claims[number % 4]})


async def outcome(core: Services, token: str) -> str:
    try:
        await core.authenticate(RequestHead("GET", authorization=f"Bearer {token}"))
    except AppError as error:
        return error.code
    return "accepted"


async def attack(core: Services, count: int) -> Counter[str]:
    return Counter(await asyncio.gather(*(outcome(core, forged(n)) for n in range(count))))


def started(core: Services, tokens: list[str]) -> list[asyncio.Task[str]]:
    return [asyncio.create_task(outcome(core, token)) for token in tokens]


def test_forged_tokens_of_all_kinds_cause_one_fetch_in_thirty_seconds(
    play: Callable[[Scenario], None],
) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        for moment, fetches in ((0, 1), (29.9, 1), (30, 2), (45, 2), (59.9, 2), (60, 3), (90, 4)):
            clerk.now = 1000.0 + moment
            assert await attack(core, 100) == {"token-invalid": 100}
            assert clerk.fetches == fetches

    play(scenario)


def test_a_failing_fetch_is_not_repeated_any_sooner(play: Callable[[Scenario], None]) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        clerk.is_down = True
        for moment, fetches in ((30, 2), (59.9, 2), (60, 3)):
            clerk.now = 1000.0 + moment
            assert await attack(core, 100) == {"token-invalid": 100}
            assert clerk.fetches == fetches

    play(scenario)


def test_a_good_token_is_answered_at_once_while_a_fetch_hangs(
    play: Callable[[Scenario], None], issuer: Issuer
) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        clerk.now += 30
        clerk.gate.clear()
        forgeries = started(core, [forged(n) for n in range(20)])
        await asyncio.sleep(0)
        assert not any(task.done() for task in forgeries)

        (good,) = started(core, [issuer.issue()])
        await asyncio.sleep(0)

        # One turn of the loop is all that it took: it waited for nothing.
        assert good.done()
        assert await good == "accepted"
        clerk.gate.set()
        assert Counter(await asyncio.gather(*forgeries)) == {"token-invalid": 20}

    play(scenario)


def test_only_so_many_wait_for_a_fetch(play: Callable[[Scenario], None], issuer: Issuer) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        clerk.now += 30
        clerk.gate.clear()
        tasks = started(core, [FOREIGN.issue()] * ATTACKERS)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

        refused = [task for task in tasks if task.done()]
        assert len(refused) == ATTACKERS - MAX_WAITING
        assert {task.result() for task in refused} == {"keys-unavailable"}
        assert await outcome(core, issuer.issue()) == "accepted"
        clerk.gate.set()
        assert Counter(await asyncio.gather(*tasks))["token-invalid"] == MAX_WAITING
        assert clerk.fetches == 2

    play(scenario)


def test_whoever_goes_away_makes_room_and_ends_nothing(
    play: Callable[[Scenario], None],
) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        clerk.now += 30
        clerk.gate.clear()
        tasks = started(core, [FOREIGN.issue()] * MAX_WAITING)
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

        late = started(core, [Issuer("ins_2").issue()])
        clerk.gate.set()

        assert await late[0] == "token-invalid"
        assert clerk.fetches == 2

    play(scenario)


def test_a_hanging_fetch_ends_by_itself(play: Callable[[Scenario], None], issuer: Issuer) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        assert core.keys._request.timeout_s == 3.0
        core.keys._request = dataclasses.replace(core.keys._request, timeout_s=0.01)
        clerk.now += 30
        clerk.gate.clear()

        assert await attack(core, 20) == {"token-invalid": 20}
        assert await outcome(core, issuer.issue()) == "accepted"

    play(scenario)


@pytest.mark.parametrize("kid", ["ins_1", "ins_2"])
def test_the_first_token_of_a_rotated_key_is_served(
    play: Callable[[Scenario], None], kid: str
) -> None:
    async def scenario(core: Services, clerk: Clerk) -> None:
        clerk.now += 30
        clerk.issuer = Issuer(kid)

        tokens = [clerk.issuer.issue(sid=f"sess_{number}") for number in range(20)]
        outcomes = await asyncio.gather(*(outcome(core, token) for token in tokens))

        assert outcomes == ["accepted"] * 20
        assert clerk.fetches == 2

    play(scenario)


def test_only_a_rejected_signature_asks_for_new_keys(
    play: Callable[[Scenario], None], issuer: Issuer
) -> None:
    hopeless = {
        FOREIGN.issue(padding="x" * 8192): "token-invalid",
        FOREIGN.issue({"cat": "cl_B7d4PD222AAA"}): "token-invalid",
        FOREIGN.issue({"typ": "at+jwt"}): "token-invalid",
        FOREIGN.sign({"alg": "HS256", "kid": "ins_2"}): "token-invalid",
        "junk": "token-invalid",
        issuer.issue(exp=NOW - 60): "token-expired",
        issuer.issue(azp="https://evil.example"): "token-azp",
        issuer.issue(sts="pending"): "session-pending",
    }

    async def scenario(core: Services, clerk: Clerk) -> None:
        clerk.now += 1000
        for token, code in hopeless.items():
            assert await outcome(core, token) == code
        assert clerk.fetches == 1

    play(scenario)


def test_without_any_key_what_cannot_be_a_session_is_still_refused_as_such(
    make_services: Callable[..., Services], issuer: Issuer
) -> None:
    async def scenario() -> None:
        clerk = Clerk(issuer)
        clerk.is_down = True
        async with make_services(clerk.answer) as core:
            assert await outcome(core, issuer.issue()) == "keys-unavailable"
            assert await outcome(core, issuer.issue({"typ": "at+jwt"})) == "token-invalid"
            assert await outcome(core, "x" * 9000) == "token-invalid"

    asyncio.run(scenario())
