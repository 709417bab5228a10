"""How bodies may arrive: how large, how slowly, and how much of them a process holds at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from roost.errors import AppError
from roost.net import timeouts

# What the bodies of all requests that are served at the moment may come to: a process that is sent
# hundreds of large ones stays within its memory, whatever they announce.
MAX_HELD_BYTES = 100_000_000
# Of webhooks, which anybody may begin: they take nothing from those who are signed in.
MAX_HELD_DELIVERY_BYTES = 20_000_000


class HeldBytes:
    """How many bytes of bodies a process holds; for any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._lock = threading.Lock()

    def take(self, count: int) -> None:
        """Hold more bytes.

        Raises: AppError: `overloaded` (503, Retry-After) if that were too many.
        """
        with self._lock:
            if self._held + count > self._most:
                raise AppError("overloaded", headers={"Retry-After": "1"})
            self._held += count

    def give_back(self, count: int) -> None:
        """Hold fewer bytes."""
        with self._lock:
            self._held -= count


class Arrival:
    """One body that arrives; its time begins with the first question how much is left of it.

    max_bytes: how large the body may become.  held: what it counts towards until it has ended.
    """

    def __init__(
        self, max_bytes: int, held: HeldBytes, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._max_bytes = max_bytes
        self._held = held
        self._clock = clock
        self._received = 0
        self._begun: float | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def left_s(self) -> float:
        """Return how long the next bytes may take: nothing is left to who sends too slowly."""
        now = self._clock()
        if self._begun is None:
            self._begun = now
        earned = timeouts.BODY_GRACE_S + self._received / timeouts.BODY_BYTES_PER_S
        return max(0.0, self._begun + min(earned, timeouts.BODY_S) - now)

    def take(self, count: int) -> None:
        """Count bytes that have arrived.

        Raises: AppError: `body-too-large` (413), `overloaded` (503, Retry-After), `body-timeout`
        (408) if nobody waits for them any more.
        """
        with self._lock:
            if self._is_over:
                raise AppError("body-timeout")
            if self._received + count > self._max_bytes:
                raise AppError("body-too-large")
            self._held.take(count)
            self._received += count

    def end(self) -> None:
        """Hold nothing of the body any more."""
        with self._lock:
            self._is_over = True
            self._held.give_back(self._received)
            self._received = 0
