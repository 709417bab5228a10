"""Answers kept for a while, given again while one caller's question brings a newer one."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import NamedTuple

from roost.errors import AppError

MAX_ENTRIES = 512
MAX_ENTRY_BYTES = 1_000_000
MAX_TOTAL_BYTES = 64_000_000
# What is older is given to nobody, whatever cannot be asked.
MAX_AGE_S = 86_400.0

# Failures that say nothing about what is kept. Any other may mean that it must not be read any
# more, so it is kept no longer.
_PASSING = frozenset({"budget-spent", "rate-limited", "tinybird-unavailable"})

Ask = Callable[[], Awaitable[bytes]]


class Given(NamedTuple):
    """An answer; `age_s`: how long ago it was new."""

    body: bytes
    age_s: float


@dataclass(slots=True)
class _Kept:
    body: bytes
    since: float
    # When it was last asked for; later than `since` if that has failed, or is under way.
    asked: float


class AnswerCache:
    """A bounded cache of bytes with single flight; a failure reaches all who wait, and no more.

    fresh_s: so long an answer is given without asking; 0 keeps nothing.  stale_s: so much longer
    it is given while a newer one is asked for.
    """

    def __init__(
        self, fresh_s: float, stale_s: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fresh_s = fresh_s
        self._stale_s = stale_s
        self._clock = clock
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._kept_bytes = 0
        self._running: dict[Hashable, asyncio.Task[Given]] = {}

    async def get(self, key: Hashable, ask: Ask, pace_s: float = 0.0) -> Given:
        """Return the kept answer, or ask for it.

        Args: pace_s: how long an answer stays fresh at least, where that is more than `fresh_s`.
        Raises: whatever `ask` raises; for `budget-spent` a kept answer is given in its place.
        """
        fresh_s = max(self._fresh_s, pace_s)
        given = self._find(key)
        if given and given.age_s < fresh_s + self._stale_s:
            if given.age_s >= fresh_s:
                self._refresh(key, ask, fresh_s)
            return given
        try:
            # Shielded: the first caller may hang up while the others still wait.
            return await asyncio.shield(self._asking(key, ask))
        except AppError as error:
            last = self._find(key) if error.code == "budget-spent" else None
            if last is None:
                raise
            return last

    async def close(self) -> None:
        """Give up what is being asked."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _find(self, key: Hashable) -> Given | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        age_s = self._clock() - kept.since
        if age_s >= MAX_AGE_S:
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return Given(kept.body, age_s)

    def _refresh(self, key: Hashable, ask: Ask, fresh_s: float) -> None:
        # A failure is not tried again at every request.
        kept, now = self._kept[key], self._clock()
        if now - kept.asked >= fresh_s:
            kept.asked = now
            self._asking(key, ask)

    def _asking(self, key: Hashable, ask: Ask) -> asyncio.Task[Given]:
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, ask))
            self._running[key] = task
            task.add_done_callback(lambda done: self._settle(key, done))
        return task

    async def _ask(self, key: Hashable, ask: Ask) -> Given:
        try:
            body = await ask()
        except AppError as error:
            if error.code not in _PASSING:
                self._drop(key)
            raise
        self._keep(key, body)
        return Given(body, 0.0)

    def _settle(self, key: Hashable, done: asyncio.Task[Given]) -> None:
        self._running.pop(key, None)
        # Looked at here, because every caller may have gone.
        if not done.cancelled():
            done.exception()

    def _keep(self, key: Hashable, body: bytes) -> None:
        self._drop(key)
        if self._fresh_s <= 0 or len(body) > MAX_ENTRY_BYTES:
            return
        now = self._clock()
        self._kept[key] = _Kept(body, now, now)
        self._kept_bytes += len(body)
        while len(self._kept) > MAX_ENTRIES or self._kept_bytes > MAX_TOTAL_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._kept_bytes -= len(kept.body)
