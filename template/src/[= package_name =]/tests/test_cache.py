from __future__ import annotations

import asyncio

import pytest

from ..core import cache
from ..core.cache import AnswerCache
from ..core.errors import AppError
from ..core.limits import Buckets, Limit


class Origin:
    """Answers slowly, and counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 0.0
        self.gate = asyncio.Event()
        self.error: Exception | None = None

    async def ask(self) -> bytes:
        self.asked += 1
        await self.gate.wait()
        if self.error:
            raise self.error
        return b"answer %d" % self.asked


def test_many_callers_ask_once_and_the_answer_is_kept_for_its_time() -> None:
    async def scenario() -> None:
        origin = Origin()
        answers = AnswerCache(2.0, lambda: origin.now)
        waiting = [asyncio.create_task(answers.get("key", origin.ask)) for _ in range(20)]
        origin.gate.set()

        assert set(await asyncio.gather(*waiting)) == {b"answer 1"}
        origin.now = 1.9
        assert await answers.get("key", origin.ask) == b"answer 1"
        origin.now = 2.0
        assert await answers.get("key", origin.ask) == b"answer 2"
        assert await answers.get("other", origin.ask) == b"answer 3"

    asyncio.run(scenario())


def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    async def scenario() -> None:
        origin = Origin()
        origin.error = AppError("tinybird-unavailable")
        answers = AnswerCache(2.0, lambda: origin.now)
        waiting = [asyncio.create_task(answers.get("key", origin.ask)) for _ in range(3)]
        origin.gate.set()

        results = await asyncio.gather(*waiting, return_exceptions=True)

        assert [type(result) for result in results] == [AppError] * 3
        origin.error = None
        assert await answers.get("key", origin.ask) == b"answer 2"

    asyncio.run(scenario())


def test_a_caller_that_hangs_up_takes_nobody_with_it() -> None:
    async def scenario() -> None:
        origin = Origin()
        answers = AnswerCache(2.0, lambda: origin.now)
        first = asyncio.create_task(answers.get("key", origin.ask))
        second = asyncio.create_task(answers.get("key", origin.ask))
        await asyncio.sleep(0)
        first.cancel()
        origin.gate.set()

        assert await second == b"answer 1"
        assert first.cancelled() or first.cancelling()

    asyncio.run(scenario())


def test_the_cache_stays_within_its_bounds() -> None:
    async def scenario() -> None:
        answers = AnswerCache(60.0)

        async def large() -> bytes:
            return b"x" * cache.MAX_ENTRY_BYTES

        for key in range(200):
            await answers.get(key, large)

        assert answers._kept_bytes <= cache.MAX_TOTAL_BYTES
        assert answers._kept_bytes == sum(len(body) for _, body in answers._kept.values())

    asyncio.run(scenario())


def test_a_bucket_empties_and_fills_again() -> None:
    now = 0.0
    buckets = Buckets(Limit(per_second=2, burst=4), lambda: now)
    buckets.take("org_acme", 4)
    buckets.take("org_globex", 4)

    with pytest.raises(AppError) as caught:
        buckets.take("org_acme", 3)

    assert (caught.value.status, caught.value.code) == (429, "rate-limited")
    assert caught.value.headers == {"Retry-After": "2"}
    now = 1.5
    buckets.take("org_acme", 3)


def test_more_than_a_full_bucket_passes_once_it_is_full() -> None:
    now = 0.0
    buckets = Buckets(Limit(per_second=1, burst=10), lambda: now)

    buckets.take("org_acme", 100)

    with pytest.raises(AppError):
        buckets.take("org_acme")


def test_only_the_keys_seen_last_are_remembered() -> None:
    buckets = Buckets(Limit(per_second=1, burst=1), lambda: 0.0, capacity=10)

    for number in range(100):
        buckets.take(str(number))

    assert len(buckets._left) == 10
