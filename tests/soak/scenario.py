"""A soak: sessions live, faults come and go, and at the end everything is counted."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import psutil

from ..product import stack
from .books import Books, Settlement
from .faults import Conductor
from .figures import Memory, app_process, memory_findings, memory_of
from .load import Load
from .people import Person, Tenant, clerk_client, client_of, sign_in, sign_in_all
from .proxy import Proxy
from .reading import minted_token
from .refusals import FaultLog
from .services import LocalTinybird
from .visits import live

# Until then caches fill and code is loaded; memory counts from there.
WARM_UP_SHARE = 0.2
PROGRESS_EVERY_S = 10.0
# What recovering from the last faults and delivering the last events may take.
ENDS_WITHIN_S = 120.0
PAGE_ROWS = 1000


@dataclass(slots=True)
class Soak:
    """One run of `seconds` of load; `say` shows a line at once. `env`: the stack's."""

    tinybird: LocalTinybird
    tenants: list[Tenant]
    project: Path
    env: Mapping[str, str]
    seconds: float
    say: Callable[[str], None]
    proxy: Proxy = field(init=False)
    app: psutil.Process = field(init=False)
    memory: list[Memory] = field(default_factory=list)

    async def run(self) -> list[str]:
        """Serve the app, let everything happen to it and print the figures; return the findings."""
        self.proxy = Proxy(self.tinybird.url)
        with contextlib.ExitStack() as running:
            async with self.proxy.open():
                env = {**self.env, "TINYBIRD_API_URL": self.proxy.url}
                serving = stack.running_app(env, self.project)
                # It waits for the app, which asks through the proxy, which needs this loop.
                await asyncio.to_thread(running.enter_context, serving)
                self.app = app_process(self.project)
                return await self._soak()

    async def _soak(self) -> list[str]:
        origin = f"http://127.0.0.1:{self.env['PORT']}"
        async with (
            clerk_client(self.env) as clerk,
            client_of(origin) as app,
            client_of(self.tinybird.url) as tinybird,
        ):
            people = await sign_in_all(self.tenants, clerk, origin)
            load = Load(app, tinybird, Books(self.tenants), FaultLog())
            await self._load(load, people, clerk)
            self.say("every session is done; comparing what is stored with what was sent")
            settlement = await self._settle(load, people)
        self._print(load, settlement)
        return load.problems + settlement.problems + memory_findings(*self.memory)

    async def _load(self, load: Load, people: list[Person], clerk: httpx2.AsyncClient) -> None:
        started = time.monotonic()
        # Its tenant's other sessions go on with their own tokens.
        witness = await sign_in(self.tenants[0], len(people), clerk, people[0].origin, None)
        conductor = Conductor(
            load=load,
            tinybird=self.tinybird,
            proxy=self.proxy,
            clerk=clerk,
            witness=witness,
            project=self.project,
            ends_at=started + self.seconds,
        )
        async with asyncio.timeout(self.seconds + ENDS_WITHIN_S), asyncio.TaskGroup() as tasks:
            for person in people:
                tasks.create_task(live(load, person))
            async with self._watched(load, started):
                await conductor.trouble()
                await asyncio.sleep(started + self.seconds - time.monotonic())
                self.memory.append(memory_of(self.app))
            load.over.set()

    @contextlib.asynccontextmanager
    async def _watched(self, load: Load, started: float) -> AsyncGenerator[None]:
        async with asyncio.TaskGroup() as tasks:
            watchers = [
                tasks.create_task(self._show_progress(load, started)),
                tasks.create_task(self._note_memory()),
            ]
            yield
            for watcher in watchers:
                watcher.cancel()

    async def _show_progress(self, load: Load, started: float) -> None:
        while True:
            await asyncio.sleep(PROGRESS_EVERY_S)
            self.say(load.figures.line(time.monotonic() - started))

    async def _note_memory(self) -> None:
        await asyncio.sleep(self.seconds * WARM_UP_SHARE)
        self.memory.append(memory_of(self.app))

    async def _settle(self, load: Load, people: list[Person]) -> Settlement:
        for person in people:
            if person.number == 0:
                load.problems += await _all_shown(load, person)
        return load.books.settle(await self.tinybird.stored(load.tinybird, self.tenants))

    def _print(self, load: Load, settlement: Settlement) -> None:
        figures, (warm, end) = load.figures, self.memory
        faults = ", ".join(f"{count} {name}" for name, count in sorted(figures.faults.items()))
        for line in [
            *figures.table(),
            f"faults      {faults}",
            f"events      {figures.acknowledged} acknowledged, {figures.cut_off} times cut off;"
            f" {settlement.rows} rows, {settlement.duplicates} of them duplicates",
            f"memory      app {warm.own:.0f} MB own ({warm.resident:.0f} MB resident) when warm,"
            f" {end.own:.0f} ({end.resident:.0f}) at the end; Tinybird"
            f" {self.tinybird.memory_mb():.0f}",
        ]:
            self.say(line)


async def _all_shown(load: Load, person: Person) -> list[str]:
    """Read all of a tenant's events as the page does, page by page."""
    # The key of the last one may have been withdrawn meanwhile.
    person.drop_token()
    token = await minted_token(load, person)
    assert token is not None
    event_ids: list[str] = []
    while True:
        page = {"limit": str(PAGE_ROWS), "offset": str(len(event_ids))}
        answer = await load.ask_tinybird(person, "/v0/pipes/recent_events.json", token, **page)
        assert answer is not None
        rows = answer.json()["data"]
        event_ids += [row["event_id"] for row in rows]
        if len(rows) < PAGE_ROWS:
            break
    return load.books.check_all_shown(person.tenant, event_ids)
