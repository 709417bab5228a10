"""The purge: who is due, what is removed, and the proof that nothing is left."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from roost.identity.tenancy import is_tenant_id
from roost.net.client import AsyncClient
from roost.purge.clerk import Clerk
from roost.purge.settings import PurgeSettings, load_purge_settings
from roost.purge.unfinished import PurgeUnfinished
from roost.purge.workspace import Sleep, Tombstone, Workspace

_DAY_S = 86_400
# So many tenants share one job of each table: it rewrites the same files for one as for fifty.
_AT_ONCE = 50
Say = Callable[[str], None]


async def purge(grace_days: int | None, *, dry_run: bool) -> None:
    """Remove what is due, as the environment says.

    Raises: SettingsInvalid, PurgeUnfinished: the next run does the rest.
    """
    settings = load_purge_settings(grace_days)
    async with AsyncClient() as client:
        await Purge.of(settings, client).run(dry_run=dry_run)


@dataclass(frozen=True, slots=True)
class Purge:
    """One run. Only a tombstone makes a tenant a candidate, and only Clerk makes it due."""

    clerk: Clerk
    workspace: Workspace
    grace_s: float
    token_life_s: float
    say: Say = print
    clock: Callable[[], float] = time.time
    sleep: Sleep = asyncio.sleep

    @classmethod
    def of(cls, settings: PurgeSettings, client: AsyncClient) -> Purge:
        """Make the purge of an app."""
        app = settings.app
        return cls(
            Clerk(app, client),
            Workspace(app.tinybird_api_url, settings.admin_token, client),
            grace_s=settings.grace_days * _DAY_S,
            token_life_s=app.token_rules.ttl_s,
        )

    async def run(self, *, dry_run: bool = False) -> None:
        """Remove the rows of every tenant that is due; with `dry_run` say what would be.

        Raises: PurgeUnfinished.
        """
        await self.clerk.check_instance()
        tables = await self.workspace.tables()
        due = [stone for stone in await self.workspace.tombstones() if await self._is_due(stone)]
        for batch in _batches(due):
            if dry_run:
                await self._announce(batch, tables)
            else:
                await self._erase(batch, tables)
        done = "would be removed" if dry_run else "removed, and nothing of them is left"
        self.say(f"{len(due)} tenants {done}; {len(tables)} tables hold tenants' rows.")

    async def _is_due(self, stone: Tombstone) -> bool:
        if not is_tenant_id(stone.id):
            self.say("A tombstone has an odd id and is left alone.")
            return False
        until = stone.at + self.grace_s
        if self.clock() < until:
            self.say(f"{stone.kind} {stone.id}: kept until {_day(until)}.")
            return False
        if not await self.clerk.is_gone(stone.kind, stone.id):
            self.say(f"{stone.kind} {stone.id}: Clerk still has it, so it is left alone.")
            return False
        return True

    async def _announce(self, batch: Sequence[Tombstone], tables: Sequence[str]) -> None:
        for stone in batch:
            counts = {table: await self.workspace.count(table, [stone.id]) for table in tables}
            rows = ", ".join(f"{count} of {table}" for table, count in counts.items() if count)
            self.say(f"{stone.kind} {stone.id}: deleted {_day(stone.at)}; rows: {rows}.")

    async def _erase(self, batch: Sequence[Tombstone], tables: Sequence[str]) -> None:
        ids = [stone.id for stone in batch]
        # The tombstones go last, once nothing can be added: a run that broke off is repeated.
        *others, _ = tables
        await self._sweep(others, ids)
        # Whoever was signed in at the time could still send events with a token of theirs.
        alive_s = max(stone.at for stone in batch) + self.token_life_s - self.clock()
        if alive_s > 0:
            self.say(f"Waiting {alive_s:.0f} s: until then a token of theirs may be alive.")
            await self.sleep(alive_s)
        await self._sweep(tables, ids)
        await self._prove(tables, ids)
        for stone in batch:
            self.say(f"{stone.kind} {stone.id}: removed.")

    async def _sweep(self, tables: Sequence[str], ids: Sequence[str]) -> None:
        for table in tables:
            count = await self.workspace.count(table, ids)
            if count:
                await self.workspace.delete(table, ids)
                self.say(f"{table}: {count} rows removed.")

    async def _prove(self, tables: Sequence[str], ids: Sequence[str]) -> None:
        left = [table for table in tables if await self.workspace.count(table, ids)]
        if left:
            raise PurgeUnfinished(f"Rows are left in {', '.join(left)}.")


def _batches(due: Sequence[Tombstone]) -> Iterator[Sequence[Tombstone]]:
    for start in range(0, len(due), _AT_ONCE):
        yield due[start : start + _AT_ONCE]


def _day(moment: float) -> str:
    return f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%d %H:%M} UTC"
