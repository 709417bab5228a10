"""How much a tenant, a user or a visitor may send: token buckets, in this process alone."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from roost.errors import AppError


@dataclass(frozen=True, slots=True)
class Limit:
    """A steady rate, and how much may come at once."""

    per_second: float
    burst: float


# What a policy means that does not speak of the requests for tokens.
DEFAULT_TOKEN_REQUESTS = Limit(per_second=1, burst=60)


@dataclass(frozen=True, slots=True)
class EventLimits:
    """What one tenant may send to one process of the app, and what one event may look like."""

    requests: Limit
    rows: Limit
    bytes: Limit
    rows_per_request: int
    oldest_days: int
    ahead_minutes: int


class Buckets:
    """One bucket for each key, of the `capacity` keys seen last; for any thread."""

    def __init__(
        self, limit: Limit, clock: Callable[[], float] = time.monotonic, capacity: int = 10_000
    ) -> None:
        self._limit = limit
        self._clock = clock
        self._capacity = capacity
        # key: (what is left, at which time)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str, amount: float = 1.0) -> None:
        """Take an amount out of a key's bucket; more than a full bucket counts as a full one.

        Raises: AppError: `rate-limited` (429, Retry-After) if there is not enough in it.
        """
        now = self._clock()
        amount = min(amount, self._limit.burst)
        with self._lock:
            left, since = self._left.get(key, (self._limit.burst, now))
            left = min(self._limit.burst, left + (now - since) * self._limit.per_second)
            if left < amount:
                wait_s = math.ceil((amount - left) / self._limit.per_second)
                raise AppError("rate-limited", headers={"Retry-After": str(max(1, wait_s))})
            self._left[key] = (left - amount, now)
            self._left.move_to_end(key)
            if len(self._left) > self._capacity:
                self._left.popitem(last=False)
