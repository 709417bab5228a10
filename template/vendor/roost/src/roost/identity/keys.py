"""Clerk's keys over time: fetched early, renewed behind the scenes, never on an attacker's beat."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable

from roost.errors import AppError
from roost.identity.jwks import KeySet, parse_jwks
from roost.net.client import Answer, AsyncClient, Outgoing, Unreachable
from roost.net.timeouts import KEYS_EMPTY_INTERVAL_S, KEYS_INTERVAL_S, KEYS_S, KEYS_TTL_S

# So many requests wait for one fetch; whoever comes after them is asked to come again.
MAX_WAITING = 256

_log = logging.getLogger(__name__)


class KeysUnavailable(AppError):
    """No key is known, so that no session can be verified."""

    def __init__(self) -> None:
        super().__init__("keys-unavailable", headers={"Retry-After": "5"})


class KeyRing:
    """Which keys are known and when to ask for them again; it does no I/O.

    generation: grows whenever the keys change, so that what was verified before is checked again.
    """

    def __init__(self, keys: KeySet | None = None) -> None:
        self.keys = keys or KeySet()
        self.generation = 0
        self._fetched_at = -math.inf
        self._tried_at = -math.inf

    @property
    def is_static(self) -> bool:
        """Tell whether the key comes from CLERK_JWT_KEY, so that nothing is ever fetched."""
        return self.keys.only is not None

    def known(self) -> tuple[int, KeySet]:
        """Return the known keys and their generation; for any thread.

        Raises: KeysUnavailable: 503 (Retry-After) if there is none.
        """
        # In this order: at worst, new keys are taken for older ones and asked once more.
        generation, keys = self.generation, self.keys
        if keys.is_empty():
            raise KeysUnavailable
        return generation, keys

    def is_due(self, now: float) -> bool:
        """Tell whether keys are missing or old, and asking for them is allowed."""
        is_old = self.keys.is_empty() or now - self._fetched_at >= KEYS_TTL_S
        return is_old and self.may_fetch(now)

    def may_fetch(self, now: float) -> bool:
        """Tell whether the last attempt is long enough ago."""
        interval = KEYS_EMPTY_INTERVAL_S if self.keys.is_empty() else KEYS_INTERVAL_S
        return not self.is_static and now - self._tried_at >= interval

    def begin(self, now: float) -> None:
        """Note an attempt, whatever becomes of it."""
        self._tried_at = now

    def accept(self, keys: KeySet, now: float) -> None:
        """Replace the known keys by the ones just fetched."""
        self._fetched_at = now
        # In this order, for the threads that read: see `known`.
        is_new = not keys.same_as(self.keys)
        self.keys = keys
        self.generation += is_new


class KeySource:
    """Keeps a key ring filled from a JWKS address.

    One fetch at a time serves everybody; while it fails, the keys known so far stay in use.
    """

    def __init__(
        self,
        ring: KeyRing,
        jwks_url: str,
        client: AsyncClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ring = ring
        self._request = Outgoing("GET", jwks_url, timeout_s=KEYS_S, max_bytes=256_000)
        self._client = client
        self._clock = clock
        self._running: asyncio.Task[None] | None = None
        self._waiting = 0

    def is_due(self) -> bool:
        """Tell whether `current` would fetch; for any thread."""
        return self.ring.is_due(self._clock())

    def renew(self) -> None:
        """Fetch the keys behind the scenes if that is due."""
        if self.ring.is_due(self._clock()):
            self._fetch()

    async def current(self) -> KeySet:
        """Return the known keys, and see to it that old ones are renewed.

        Raises: KeysUnavailable: 503 (Retry-After) if no key is known.
        """
        if self.ring.is_due(self._clock()):
            self._fetch()
        if self.ring.keys.is_empty():
            await self._wait()
        return self.ring.known()[1]

    async def after_rejection(self) -> bool:
        """Ask for new keys if that is allowed now; tell whether the keys have changed.

        Raises: KeysUnavailable: 503 (Retry-After) if too many wait for them already.
        """
        before = self.ring.generation
        if self.ring.may_fetch(self._clock()):
            self._fetch()
        await self._wait()
        return self.ring.generation != before

    async def close(self) -> None:
        """End a fetch that is under way."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    async def _wait(self) -> None:
        if self._running is None:
            return
        if self._waiting >= MAX_WAITING:
            raise KeysUnavailable
        self._waiting += 1
        try:
            # A caller who goes away must not end the fetch for the others.
            await asyncio.shield(self._running)
        finally:
            self._waiting -= 1

    def _fetch(self) -> None:
        if self._running is None:
            self.ring.begin(self._clock())
            self._running = asyncio.create_task(self._fetch_once())
            self._running.add_done_callback(self._forget)

    def _forget(self, _: asyncio.Task[None]) -> None:
        self._running = None

    async def _fetch_once(self) -> None:
        try:
            keys = _read(await self._client.exchange(self._request))
        except (Unreachable, ValueError, RecursionError) as error:
            _log.warning("Clerk's keys could not be fetched: %s", error)
        else:
            self.ring.accept(keys, self._clock())


def _read(answer: Answer) -> KeySet:
    if answer.status != 200:
        raise ValueError(f"status {answer.status}")
    return parse_jwks(answer.body)
