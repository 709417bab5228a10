"""How many queries each tenant may cause in Tinybird in a day (UTC), in this process alone."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable

from roost.errors import AppError

# Who pays for what is read without a session: all visitors together. No tenant's id is empty.
VISITORS = ""

_DAY_S = 86_400
# What a page asks at once, about; the rest of a budget is spread over so many questions.
_QUESTIONS = 10


class DailyBudget:
    """Counts the queries of each tenant; None is no limit.

    Of one event loop, so that nothing happens between looking and counting.
    """

    def __init__(self, queries: int | None, clock: Callable[[], float] = time.time) -> None:
        self._queries = queries
        self._clock = clock
        self._day = 0
        self._spent: Counter[str] = Counter()

    def spend(self, tenant_id: str) -> None:
        """Count a query.

        Raises: AppError: `budget-spent` (429, Retry-After until midnight UTC).
        """
        if self._queries is None:
            return
        if self._left(tenant_id) <= 0:
            wait_s = math.ceil(self._left_s())
            raise AppError("budget-spent", headers={"Retry-After": str(wait_s)})
        self._spent[tenant_id] += 1

    def pace_s(self, tenant_id: str) -> float:
        """Return how long an answer should do, so that the rest of the budget lasts all day.

        The first half is spent as it comes: 0.
        """
        if self._queries is None:
            return 0.0
        left = self._left(tenant_id)
        if left * 2 > self._queries:
            return 0.0
        return _QUESTIONS * self._left_s() / max(1, left)

    def _left(self, tenant_id: str) -> int:
        day = int(self._clock() // _DAY_S)
        if day != self._day:
            self._day = day
            self._spent.clear()
        return (self._queries or 0) - self._spent[tenant_id]

    def _left_s(self) -> float:
        return _DAY_S - self._clock() % _DAY_S
