from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx2
import pytest
from roost.errors import AppError
from roost.identity.jwks import parse_jwks, parse_pem
from roost.identity.keys import KeyRing, KeySource
from roost.net.client import AsyncClient

from .issuer import Issuer


class Clerk:
    """Serves keys, counts how often, and can be down."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.fetches = 0
        self.is_down = False
        self.now = 1000.0

    async def answer(self, _: httpx2.Request) -> httpx2.Response:
        self.fetches += 1
        await asyncio.sleep(0)
        if self.is_down:
            return httpx2.Response(500)
        return httpx2.Response(200, content=self.issuer.jwks())

    def source(self, ring: KeyRing | None = None) -> KeySource:
        client = AsyncClient(httpx2.MockTransport(self.answer))
        return KeySource(ring or KeyRing(), "https://clerk.test/jwks", client, lambda: self.now)


def with_clerk(issuer: Issuer, scenario: Callable) -> None:
    asyncio.run(scenario(Clerk(issuer)))


def test_many_callers_share_one_fetch(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source()

        await asyncio.gather(*(source.current() for _ in range(50)))

        assert clerk.fetches == 1

    with_clerk(issuer, scenario)


def test_an_attacker_causes_one_fetch_in_thirty_seconds(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source()
        await source.current()
        clerk.now += 30

        changed = [await source.after_rejection() for _ in range(200)]
        clerk.now += 29.9
        changed += [await source.after_rejection() for _ in range(200)]

        assert not any(changed)
        assert clerk.fetches == 2

    with_clerk(issuer, scenario)


def test_a_rotated_key_is_fetched_when_a_token_names_it(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source()
        await source.current()
        clerk.issuer = Issuer("ins_2")
        clerk.now += 30

        assert await source.after_rejection()
        assert source.ring.keys.find("ins_2") is not None
        assert source.ring.keys.find("ins_1") is None
        assert source.ring.generation == 2

    with_clerk(issuer, scenario)


def test_known_keys_stay_in_use_during_an_outage(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source()
        await source.current()
        clerk.is_down = True
        clerk.now += 100_000

        keys = await source.current()
        await source.after_rejection()

        assert keys.find("ins_1") is not None
        assert source.ring.keys.find("ins_1") is not None

    with_clerk(issuer, scenario)


def test_old_keys_are_renewed_without_waiting(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source()
        await source.current()
        clerk.now += 3600

        await source.current()

        assert clerk.fetches == 1
        await source.after_rejection()
        assert clerk.fetches == 2

    with_clerk(issuer, scenario)


def test_without_any_key_the_answer_is_503_until_clerk_is_back(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source()
        clerk.is_down = True
        for _ in range(10):
            with pytest.raises(AppError) as caught:
                await source.current()
            assert caught.value.status == 503
            assert caught.value.code == "keys-unavailable"
            assert caught.value.headers == {"Retry-After": "5"}
        assert clerk.fetches == 1
        clerk.is_down = False
        clerk.now += 2

        assert (await source.current()).find("ins_1") is not None

    with_clerk(issuer, scenario)


@pytest.mark.parametrize(
    "answer",
    [
        httpx2.Response(404),
        httpx2.Response(302, headers={"location": "https://evil.example"}),
        httpx2.Response(200, content=b"<html>"),
        httpx2.Response(200, content=b"\xff"),
        httpx2.Response(200, content=b"[" * 100_000),
        httpx2.Response(200, content=b" " * 256_001),
        httpx2.Response(200, json={"keys": []}),
    ],
)
def test_an_answer_that_holds_no_key_changes_nothing(
    issuer: Issuer, answer: httpx2.Response
) -> None:
    client = AsyncClient(httpx2.MockTransport(lambda _: answer))
    ring = KeyRing(parse_jwks(issuer.jwks()))
    source = KeySource(ring, "https://clerk.test/jwks", client)

    assert not asyncio.run(source.after_rejection())
    assert ring.keys.find("ins_1") is not None


def test_a_configured_key_is_never_fetched(issuer: Issuer) -> None:
    async def scenario(clerk: Clerk) -> None:
        source = clerk.source(KeyRing(parse_pem(issuer.pem())))
        clerk.now += 100_000

        await source.current()

        assert not await source.after_rejection()
        assert clerk.fetches == 0

    with_clerk(issuer, scenario)
