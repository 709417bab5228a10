from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from roost.errors import AppError
from roost.identity.credentials import RequestHead
from roost.serving.blocking import BlockingServices
from roost.serving.services import Services

from .issuer import Issuer

MakeServices = Callable[..., Services]


class Outside:
    """Clerk and Tinybird: counts what is asked, and can be without keys."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.asked: list[str] = []
        self.has_keys = True
        self.rows: list[int] = []

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request.url.path)
        if not request.url.path.endswith("jwks.json"):
            return httpx2.Response(200, json={"data": self.rows})
        return httpx2.Response(200, content=self.issuer.jwks()) if self.has_keys else _DOWN


_DOWN = httpx2.Response(500)


@pytest.fixture
def outside(issuer: Issuer) -> Outside:
    return Outside(issuer)


@pytest.fixture
def blocking(make_services: MakeServices, outside: Outside) -> Iterator[BlockingServices]:
    with BlockingServices(make_services(outside.answer)) as blocking:
        yield blocking


def bearer(issuer: Issuer) -> RequestHead:
    return RequestHead("GET", authorization=f"Bearer {issuer.issue()}")


def test_the_first_request_fetches_the_keys_and_the_next_do_not(
    blocking: BlockingServices, outside: Outside, issuer: Issuer
) -> None:
    signed = [blocking.authenticate(bearer(issuer)) for _ in range(5)]

    assert {sign_in.session.user_id for sign_in in signed if sign_in} == {"user_ada"}
    assert len(signed) == 5
    assert outside.asked == ["/.well-known/jwks.json"]


def test_many_threads_share_one_fetch_and_one_question(
    blocking: BlockingServices, outside: Outside, issuer: Issuer
) -> None:
    together = threading.Barrier(16)

    def read(_: int) -> bytes:
        together.wait(30)
        sign_in = blocking.authenticate(bearer(issuer))
        return blocking.answer_read(sign_in, "top_events", "limit=3", None, "").body

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(read, range(16)))

    assert answers == {b'{"data":[]}'}
    assert sorted(outside.asked) == ["/.well-known/jwks.json", "/v0/pipes/top_events.json"]


def test_a_stale_answer_is_refreshed_behind_the_threads(
    blocking: BlockingServices, outside: Outside, issuer: Issuer
) -> None:
    cache, now = blocking.core.analytics.cache, 0.0
    cache._clock = lambda: now

    def read() -> tuple[bytes, int]:
        sign_in = blocking.authenticate(bearer(issuer))
        answer = blocking.answer_read(sign_in, "top_events", "", None, "")
        return answer.body, answer.age_s

    assert read() == (b'{"data":[]}', 0)
    outside.rows, now = [1], 5.0
    ages = {read() for _ in range(3)} - {(b'{"data":[1]}', 0)}

    # Asked for by nobody any more, it comes all the same.
    deadline = time.monotonic() + 60
    while outside.asked.count("/v0/pipes/top_events.json") < 2 or cache._running:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert ages == {(b'{"data":[]}', 5)}
    assert read() == (b'{"data":[1]}', 0)
    assert outside.asked.count("/v0/pipes/top_events.json") == 2


def test_what_is_asked_behind_the_threads_ends_with_them(
    make_services: MakeServices, outside: Outside, issuer: Issuer
) -> None:
    async def answer_once(request: httpx2.Request) -> httpx2.Response:
        answer = outside.answer(request)
        if outside.asked.count("/v0/pipes/top_events.json") > 1:
            await asyncio.Event().wait()
        return answer

    with BlockingServices(make_services(answer_once)) as blocking:
        cache = blocking.core.analytics.cache
        cache._clock = lambda: 0.0
        sign_in = blocking.authenticate(bearer(issuer))
        blocking.answer_read(sign_in, "top_events", "", None, "")
        cache._clock = lambda: 5.0
        blocking.answer_read(sign_in, "top_events", "", None, "")
        assert len(cache._running) == 1

    assert cache._running == {}


def test_without_keys_the_answer_is_503(blocking: BlockingServices, outside: Outside) -> None:
    outside.has_keys = False

    with pytest.raises(AppError) as caught:
        blocking.authenticate(bearer(outside.issuer))

    assert (caught.value.status, caught.value.code) == (503, "keys-unavailable")


def test_a_visitor_asks_nobody_anything(blocking: BlockingServices, outside: Outside) -> None:
    assert blocking.authenticate(RequestHead("GET")) is None
    assert blocking.page(RequestHead("GET"))["page_title"] != ""
    assert [path for path in outside.asked if "jwks" not in path] == []
