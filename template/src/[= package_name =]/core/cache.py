"""Answers kept for a moment, and asked for once however many callers wait."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

MAX_ENTRIES = 512
MAX_ENTRY_BYTES = 1_000_000
MAX_TOTAL_BYTES = 64_000_000


class AnswerCache:
    """A bounded cache of bytes with single flight; a failure reaches all who wait, and no more."""

    def __init__(self, ttl_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._ttl_s = ttl_s
        self._clock = clock
        self._kept: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()
        self._kept_bytes = 0
        self._running: dict[Hashable, asyncio.Task[bytes]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        """Return the kept answer, or ask for it.

        Raises: whatever `ask` raises.
        """
        kept = self._kept.get(key)
        if kept is not None and self._clock() < kept[0]:
            self._kept.move_to_end(key)
            return kept[1]
        task = self._running.get(key)
        if task is None:
            task = asyncio.create_task(self._ask(key, ask))
            self._running[key] = task
            task.add_done_callback(lambda done: self._settle(key, done))
        # Shielded: the first caller may hang up while the others still wait.
        return await asyncio.shield(task)

    async def _ask(self, key: Hashable, ask: Callable[[], Awaitable[bytes]]) -> bytes:
        answer = await ask()
        self._keep(key, answer)
        return answer

    def _settle(self, key: Hashable, done: asyncio.Task[bytes]) -> None:
        self._running.pop(key, None)
        # Looked at here, because every caller may have gone.
        if not done.cancelled():
            done.exception()

    def _keep(self, key: Hashable, answer: bytes) -> None:
        self._drop(key)
        if self._ttl_s <= 0 or len(answer) > MAX_ENTRY_BYTES:
            return
        self._kept[key] = (self._clock() + self._ttl_s, answer)
        self._kept_bytes += len(answer)
        while len(self._kept) > MAX_ENTRIES or self._kept_bytes > MAX_TOTAL_BYTES:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        _, answer = self._kept.pop(key, (0.0, b""))
        self._kept_bytes -= len(answer)
