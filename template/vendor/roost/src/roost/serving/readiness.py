"""Whether the app can do its work now: Clerk's keys are known, Tinybird answers."""

from __future__ import annotations

import asyncio

from roost.errors import AppError
from roost.identity.keys import KeySource
from roost.net.client import AsyncClient, Unreachable
from roost.net.timeouts import READY_KEPT_S
from roost.reads.cache import AnswerCache
from roost.tinybird.api import is_alive, probe_request


class Readiness:
    """Answers `/readyz`; what it found is kept for a second."""

    def __init__(self, api_url: str, keys: KeySource, client: AsyncClient) -> None:
        self._request = probe_request(api_url)
        self._keys = keys
        self._client = client
        self._found = AnswerCache(READY_KEPT_S)

    async def check(self) -> None:
        """Do nothing if the app is ready.

        Raises: AppError: `not-ready` (503), naming what cannot be reached.
        """
        missing = (await self._found.get("ready", self._look)).body.decode()
        if missing:
            raise AppError("not-ready", f"Not reachable: {missing}.", {"Retry-After": "2"})

    async def _look(self) -> bytes:
        has_keys, has_tinybird = await asyncio.gather(self._has_keys(), self._has_tinybird())
        missing = [
            *([] if has_keys else ["Clerk's keys"]),
            *([] if has_tinybird else ["Tinybird"]),
        ]
        return ", ".join(missing).encode()

    async def _has_keys(self) -> bool:
        try:
            await self._keys.current()
        except AppError:
            return False
        return True

    async def _has_tinybird(self) -> bool:
        try:
            return is_alive(await self._client.exchange(self._request))
        except Unreachable:
            return False
