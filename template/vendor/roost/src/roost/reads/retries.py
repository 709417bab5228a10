"""Asking again: reads alone, once, after a pause that nobody else takes, out of a budget."""

from __future__ import annotations

import asyncio
import dataclasses
import random
from collections.abc import Awaitable, Callable

from roost.net.client import Answer, AsyncClient, Outgoing, Unreachable
from roost.net.timeouts import RETRY_BURST, RETRY_PAUSE_S, RETRY_SHARE

_PASSING = frozenset({502, 503, 504})


class RetryBudget:
    """How many requests may be repeated: a share of those that were sent, and a few at once."""

    def __init__(self, share: float = RETRY_SHARE, burst: float = RETRY_BURST) -> None:
        self._share = share
        self._burst = burst
        self._left = burst

    def earn(self) -> None:
        """Count a first attempt."""
        self._left = min(self._burst, self._left + self._share)

    def spend(self) -> bool:
        """Tell whether a repetition is allowed, and count it."""
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Reads:
    """Sends requests that change nothing, a failed one once more.

    pause: given seconds, waits; a test's own does not.
    """

    def __init__(
        self,
        client: AsyncClient,
        budget: RetryBudget | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._budget = budget or RetryBudget()
        self._pause = pause

    async def exchange(self, outgoing: Outgoing) -> Answer:
        """Send a request, again if that may help; both attempts share its time.

        Raises: Unreachable: as `AsyncClient.exchange` does.
        """
        until = asyncio.get_running_loop().time() + outgoing.timeout_s
        self._budget.earn()
        try:
            answer = await self._client.exchange(outgoing)
        except Unreachable:
            left = await self._time_for_another(until)
            if left is None:
                raise
        else:
            # With Retry-After the service has said itself when to come again.
            is_passing = answer.status in _PASSING and "retry-after" not in answer.headers
            left = await self._time_for_another(until) if is_passing else None
            if left is None:
                return answer
        return await self._client.exchange(dataclasses.replace(outgoing, timeout_s=left))

    async def _time_for_another(self, until: float) -> float | None:
        clock = asyncio.get_running_loop().time
        if clock() + RETRY_PAUSE_S >= until or not self._budget.spend():
            return None
        await self._pause(random.uniform(0, RETRY_PAUSE_S))  # noqa: S311 - no secret
        return until - clock()
