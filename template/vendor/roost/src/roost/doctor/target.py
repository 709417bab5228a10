"""What is examined: the app's settings and policy, and a line to Clerk and Tinybird."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from roost.net.client import Answer, AsyncClient, Outgoing, Unreachable
from roost.policy.access import Policy
from roost.policy.catalog import Catalog
from roost.settings import Settings

# Gentle to a Free plan, which takes 10 queries a second.
# Source: https://www.tinybird.co/docs/forward/pricing/limits
_AT_ONCE = 4
_TRIES = 6
_LONGEST_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    """What the person who asks knows: a tenant with rows, expected users, the plan's limit."""

    tenants: tuple[str, ...] = ()
    users: int | None = None
    plan_rps: int = 10


@dataclass(frozen=True, slots=True)
class Target:
    """An app as its environment describes it.

    admin_token: TINYBIRD_ADMIN_TOKEN, or empty; the app itself never has it.
    """

    settings: Settings
    policy: Policy
    catalog: Catalog
    options: Options
    client: AsyncClient
    clock: Callable[[], float]
    admin_token: str = field(default="", repr=False)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    @property
    def api_url(self) -> str:
        """Tinybird's API."""
        return self.settings.tinybird_api_url

    @property
    def secrets(self) -> tuple[str, ...]:
        """All that must never be shown."""
        settings = self.settings
        return (
            settings.token_rules.secret,
            settings.tinybird_ingest_token,
            settings.tinybird_api_key,
            settings.clerk_secret_key,
            *settings.clerk_webhook_secrets,
            self.admin_token,
        )

    async def ask(self, outgoing: Outgoing) -> Answer | None:
        """Send a read and return the answer, None if there is none; waits where told to.

        Everything that the doctor sends may be sent again: it changes nothing.
        """
        async with self._turns:
            for _try in range(_TRIES):
                try:
                    answer = await self.client.exchange(outgoing)
                except Unreachable:
                    return None
                if answer.status != 429:
                    return answer
                await asyncio.sleep(_wait_s(answer))
        return answer


def _wait_s(answer: Answer) -> float:
    given = answer.headers.get("retry-after", "")
    return min(float(given), _LONGEST_WAIT_S) if given.isdecimal() else 1.0
