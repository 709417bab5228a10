from __future__ import annotations

import asyncio
import math

import httpx2
import pytest
from roost.net.client import AsyncClient, Outgoing, Unreachable
from roost.reads.retries import Reads, RetryBudget

QUESTION = Outgoing("GET", "http://127.0.0.1:7181/v0/pipes/top_events.json", timeout_s=5)


class Service:
    """Gives prepared answers, one after the other, and the last one for ever."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self.answers = list(answers)
        self.asked = 0
        self.pauses: list[float] = []

    def answer(self, _: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        answer = self.answers[0] if len(self.answers) == 1 else self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return httpx2.Response(answer.status_code, headers=answer.headers)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def reads(self, budget: RetryBudget | None = None) -> Reads:
        return Reads(AsyncClient(httpx2.MockTransport(self.answer)), budget, self.pause)


@pytest.mark.parametrize(
    "first",
    [
        httpx2.ConnectError(""),
        httpx2.RemoteProtocolError(""),
        httpx2.Response(502),
        httpx2.Response(503),
        httpx2.Response(504),
    ],
)
def test_a_read_that_fails_in_passing_is_asked_once_more(
    first: httpx2.Response | Exception,
) -> None:
    service = Service(first, httpx2.Response(200))

    answer = asyncio.run(service.reads().exchange(QUESTION))

    assert (answer.status, service.asked) == (200, 2)
    assert 0 <= service.pauses[0] <= 0.25


@pytest.mark.parametrize(
    "first",
    [
        httpx2.Response(400),
        httpx2.Response(403),
        httpx2.Response(429),
        httpx2.Response(500),
        httpx2.Response(503, headers={"Retry-After": "7"}),
    ],
)
def test_an_answer_that_means_what_it_says_is_not_asked_for_again(first: httpx2.Response) -> None:
    service = Service(first)

    answer = asyncio.run(service.reads().exchange(QUESTION))

    assert (answer.status, service.asked) == (first.status_code, 1)


def test_a_service_that_stays_down_is_asked_little_more_than_once() -> None:
    async def scenario() -> None:
        service = Service(httpx2.ConnectError(""))
        reads = service.reads(RetryBudget(share=0.1, burst=3))

        for _ in range(100):
            with pytest.raises(Unreachable):
                await reads.exchange(QUESTION)

        # 100 first attempts, 3 at once, and a tenth of those that followed.
        assert service.asked == pytest.approx(113, abs=1)

    asyncio.run(scenario())


def test_the_pauses_differ() -> None:
    async def scenario() -> None:
        service = Service(httpx2.Response(502))
        reads = service.reads(RetryBudget(share=1, burst=math.inf))

        for _ in range(20):
            await reads.exchange(QUESTION)

        assert len(set(service.pauses)) > 15

    asyncio.run(scenario())


def test_a_read_without_time_for_another_attempt_is_not_repeated() -> None:
    service = Service(httpx2.ConnectError(""))
    hurried = Outgoing("GET", QUESTION.url, timeout_s=0.2)

    with pytest.raises(Unreachable):
        asyncio.run(service.reads().exchange(hurried))

    assert service.asked == 1
