from __future__ import annotations

import asyncio

import pytest
from roost.errors import AppError
from roost.policy.limits import Buckets, Limit
from roost.reads import cache
from roost.reads.cache import AnswerCache, Given


class Origin:
    """Answers when its gate opens, and counts."""

    def __init__(self, *, is_open: bool = False) -> None:
        self.asked = 0
        self.now = 0.0
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        if is_open:
            self.gate.set()

    async def ask(self) -> bytes:
        self.asked += 1
        await asyncio.wait_for(self.gate.wait(), 20)
        if self.error:
            raise self.error
        return b"answer %d" % self.asked


async def body(answers: AnswerCache, origin: Origin, pace_s: float = 0.0) -> bytes:
    return (await answers.get("key", origin.ask, pace_s)).body


async def refreshed() -> None:
    # Everything that can go on without a clock has gone on after a few turns.
    for _ in range(10):
        await asyncio.sleep(0)


def test_many_callers_ask_once_and_the_answer_is_kept_for_its_time() -> None:
    async def scenario() -> None:
        origin = Origin()
        answers = AnswerCache(2.0, clock=lambda: origin.now)
        waiting = [asyncio.create_task(answers.get("key", origin.ask)) for _ in range(20)]
        origin.gate.set()

        assert set(await asyncio.gather(*waiting)) == {Given(b"answer 1", 0.0)}
        origin.now = 1.5
        assert await answers.get("key", origin.ask) == Given(b"answer 1", 1.5)
        origin.now = 2.0
        assert await answers.get("key", origin.ask) == Given(b"answer 2", 0.0)
        assert await answers.get("other", origin.ask) == Given(b"answer 3", 0.0)

    asyncio.run(scenario())


def test_a_failure_reaches_everybody_and_is_not_kept() -> None:
    async def scenario() -> None:
        origin = Origin()
        origin.error = AppError("tinybird-unavailable")
        answers = AnswerCache(2.0, clock=lambda: origin.now)
        waiting = [asyncio.create_task(answers.get("key", origin.ask)) for _ in range(3)]
        origin.gate.set()

        results = await asyncio.gather(*waiting, return_exceptions=True)

        assert [type(result) for result in results] == [AppError] * 3
        origin.error = None
        assert await body(answers, origin) == b"answer 2"

    asyncio.run(scenario())


def test_a_caller_that_hangs_up_takes_nobody_with_it() -> None:
    async def scenario() -> None:
        origin = Origin()
        answers = AnswerCache(2.0, clock=lambda: origin.now)
        first = asyncio.create_task(answers.get("key", origin.ask))
        second = asyncio.create_task(answers.get("key", origin.ask))
        await asyncio.sleep(0)
        first.cancel()
        origin.gate.set()

        assert (await second).body == b"answer 1"
        assert first.cancelled() or first.cancelling()

    asyncio.run(scenario())


def test_a_stale_answer_is_given_at_once_while_one_caller_asks_for_a_newer_one() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 10.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.now = 5.0
        origin.gate.clear()

        stale = [await answers.get("key", origin.ask) for _ in range(20)]
        await refreshed()

        assert set(stale) == {Given(b"answer 1", 5.0)}
        assert origin.asked == 2
        origin.gate.set()
        await refreshed()
        assert await answers.get("key", origin.ask) == Given(b"answer 2", 0.0)

    asyncio.run(scenario())


def test_an_answer_past_its_stale_time_is_waited_for() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 10.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.now = 12.0

        assert await answers.get("key", origin.ask) == Given(b"answer 2", 0.0)

    asyncio.run(scenario())


def test_a_failed_refresh_keeps_the_stale_answer_until_its_time_is_over() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 10.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.error = AppError("tinybird-unavailable")
        for origin.now in (5.0, 6.9, 7.0, 11.9):
            assert await body(answers, origin) == b"answer 1"
            await refreshed()

        # Not at every request: two seconds lie between one try and the next.
        assert origin.asked == 4
        origin.now = 12.0
        with pytest.raises(AppError):
            await body(answers, origin)

    asyncio.run(scenario())


@pytest.mark.parametrize("code", ["tinybird-refused", "query-invalid"])
def test_what_tinybird_refuses_to_say_again_is_given_to_nobody(code: str) -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 10.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.now, origin.error = 3.0, AppError(code)
        await answers.get("key", origin.ask)
        await refreshed()

        with pytest.raises(AppError) as caught:
            await answers.get("key", origin.ask)

        assert caught.value.code == code
        assert answers._kept_bytes == 0

    asyncio.run(scenario())


def test_a_spent_budget_brings_out_what_is_kept_for_a_day_at_most() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 10.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.error = AppError("budget-spent")
        origin.now = 86_399.0
        assert await answers.get("key", origin.ask) == Given(b"answer 1", 86_399.0)

        origin.now = 86_400.0
        with pytest.raises(AppError):
            await answers.get("key", origin.ask)
        with pytest.raises(AppError):
            await answers.get("another", origin.ask)

    asyncio.run(scenario())


def test_a_slower_pace_keeps_an_answer_fresh_for_longer() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 0.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.now = 99.0

        assert await body(answers, origin, pace_s=100.0) == b"answer 1"
        assert await body(answers, origin, pace_s=99.0) == b"answer 2"

    asyncio.run(scenario())


def test_nothing_is_kept_where_nothing_is_fresh() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(0.0, 10.0, lambda: origin.now)
        bodies = [await body(answers, origin, pace_s=100.0) for _ in range(2)]
        origin.error = AppError("budget-spent")

        assert bodies == [b"answer 1", b"answer 2"]
        with pytest.raises(AppError):
            await answers.get("key", origin.ask)

    asyncio.run(scenario())


def test_what_is_being_asked_ends_with_the_cache() -> None:
    async def scenario() -> None:
        origin = Origin(is_open=True)
        answers = AnswerCache(2.0, 10.0, lambda: origin.now)
        await answers.get("key", origin.ask)
        origin.now = 3.0
        origin.gate.clear()
        await answers.get("key", origin.ask)

        await answers.close()

        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scenario())


def test_the_cache_stays_within_its_bounds() -> None:
    async def scenario() -> None:
        answers = AnswerCache(60.0)

        async def large() -> bytes:
            return b"x" * cache.MAX_ENTRY_BYTES

        for key in range(200):
            await answers.get(key, large)

        assert answers._kept_bytes <= cache.MAX_TOTAL_BYTES
        assert answers._kept_bytes == sum(len(kept.body) for kept in answers._kept.values())

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
