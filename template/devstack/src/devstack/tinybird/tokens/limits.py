"""Rate limits, counted by the name of a token."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass

from ..errors import TooManyRequests

MOST_BUCKETS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled_at: float


class RateLimits:
    """Token buckets of one second's requests, one for each key."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[tuple[str, str], _Bucket] = OrderedDict()

    def take(self, key: tuple[str, str], rps: float, now: float) -> dict[str, str]:
        """Take one request from the bucket and return the X-RateLimit headers.

        Args: key: workspace id and token name.  now: seconds of a monotonic clock.
        Raises: TooManyRequests: nothing is left; its headers carry Retry-After in seconds.
        """
        capacity = max(1.0, rps)
        bucket = self._bucket(key, capacity, now)
        bucket.tokens = min(capacity, bucket.tokens + max(0.0, now - bucket.filled_at) * rps)
        bucket.filled_at = now
        if bucket.tokens < 1:
            wait_s = max(1, math.ceil((1 - bucket.tokens) / rps))
            headers = _headers(capacity, 0, wait_s) | {"Retry-After": str(wait_s)}
            raise TooManyRequests("Too Many Requests", headers)
        bucket.tokens -= 1
        return _headers(capacity, int(bucket.tokens), 1)

    def _bucket(self, key: tuple[str, str], capacity: float, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(key, _Bucket(capacity, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        return bucket


def _headers(limit: float, remaining: int, reset_s: int) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(int(limit)),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": str(reset_s),
    }
