"""The faults, each begun when the load has got far enough and ended when the product is back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from .load import Load
from .people import Person, key_id
from .proxy import Proxy
from .services import LocalTinybird, change_data_project, deploy

# How much must have been acknowledged between two faults of Tinybird's, in events.
EVENTS_BETWEEN = 250
# How many answers must have come between two faults of Clerk's.
ANSWERS_BETWEEN = 300
REFUSALS_WHILE_DEAD = 5
ANSWERS_TO_CUT = 3
# A deployment is interrupted this much later for each one before it.
LATER_S = 0.05
BACK_WITHIN_S = 60.0
# The longest that a round takes when nothing is wrong: no round begins later than that.
TINYBIRD_ROUND_S = 40.0
KEYS_ROUND_S = 40.0


@dataclass(slots=True)
class Conductor:
    """Brings the faults of Tinybird and of Clerk about, both at once, each in rounds.

    witness: a session that no step uses; it tells when new tokens are taken again.
    ends_at: when no further round begins, seconds of the monotonic clock.
    """

    load: Load
    tinybird: LocalTinybird
    proxy: Proxy
    clerk: httpx2.AsyncClient
    witness: Person
    project: Path
    ends_at: float
    deployments: int = field(default=0)

    async def trouble(self) -> None:
        """Run every kind of fault at least once, and again until the time is over."""
        await asyncio.gather(
            self._rounds(
                *(TINYBIRD_ROUND_S, self._kill, self._deploy),
                *(self._cut_answers, self._kill_while_deploying),
            ),
            self._rounds(KEYS_ROUND_S, self._rotate, self._rotate_while_out),
        )

    async def _rounds(self, longest_s: float, *faults: Callable[[], Awaitable[None]]) -> None:
        for fault in faults:
            await fault()
        while time.monotonic() + longest_s < self.ends_at:
            for fault in faults:
                await fault()

    async def _kill(self) -> None:
        """Kill Tinybird while it stores rows."""
        await self._progress("acknowledged", EVENTS_BETWEEN)
        await _until(lambda: self.load.figures.in_flight > 0, "a write to interrupt")
        with self.load.log.during("tinybird"):
            await self._die_and_return()

    async def _deploy(self) -> None:
        """Deploy while the sessions go on."""
        await self._progress("acknowledged", EVENTS_BETWEEN)
        await self._check_deployed(change_data_project(self.project, self._next_number()))

    async def _kill_while_deploying(self) -> None:
        """Kill Tinybird in the middle of a deployment, each time somewhat later, and repeat it."""
        await self._progress("acknowledged", EVENTS_BETWEEN)
        endpoint = change_data_project(self.project, self._next_number())
        asked = self.proxy.deploys
        with self.load.log.during("tinybird"):
            interrupted = asyncio.create_task(deploy(self.project, self.proxy.port))
            await _until(lambda: self.proxy.deploys > asked, "the deployment to arrive")
            await asyncio.sleep(LATER_S * self.deployments)
            await self._die_and_return()
            await interrupted
        await self._check_deployed(endpoint)

    async def _die_and_return(self) -> None:
        self.tinybird.kill()
        self.load.figures.faults["kills"] += 1
        refused = self.load.figures.answered("503") + REFUSALS_WHILE_DEAD
        await _until(lambda: self.load.figures.answered("503") >= refused, "refusals")
        self.tinybird.start()
        await self._until_answers(self.load.tinybird, "/v0/pipes", {403})
        await self._until_answers(self.load.app, "/readyz", {200})

    async def _check_deployed(self, endpoint: str) -> None:
        code, said = await deploy(self.project, self.proxy.port)
        assert code == 0, said
        self.load.figures.faults["deployments"] += 1
        answer = await self.load.tinybird.get(
            f"/v0/pipes/{endpoint}.json",
            params={"tenant_id": "nobody"},
            headers={"Authorization": f"Bearer {self.tinybird.admin_token}"},
        )
        assert answer.json()["data"] == [{"events": 0, "users": 0}], answer.text

    def _next_number(self) -> int:
        self.deployments += 1
        return self.deployments

    async def _cut_answers(self) -> None:
        """Lose acknowledgements between Tinybird and the app: these rows are stored twice."""
        await self._progress("acknowledged", EVENTS_BETWEEN)
        with self.load.log.during("tinybird"):
            goal = self.proxy.cut + ANSWERS_TO_CUT
            self.proxy.to_cut = ANSWERS_TO_CUT
            await _until(lambda: self.proxy.cut >= goal, "writes to cut off")
            self.load.figures.faults["lost answers"] += ANSWERS_TO_CUT

    async def _rotate(self) -> None:
        """Sign with a new key; the old one is still published."""
        await self._progress("requests", ANSWERS_BETWEEN)
        with self.load.log.during("keys"):
            await self._control("rotate-keys", {"keep_old": True})
            self.load.figures.faults["rotations"] += 1
            await self._until_fresh_token_is_taken()

    async def _rotate_while_out(self) -> None:
        """Make the keys unreachable, which must not be noticed, and then withdraw them."""
        await self._progress("requests", ANSWERS_BETWEEN)
        keys = (await self.clerk.get("/v1/jwks")).raise_for_status().json()["keys"]
        await self._control("outage", {"seconds": 600})
        self.load.figures.faults["outages"] += 1
        await self._progress("requests", ANSWERS_BETWEEN // 4)
        with self.load.log.during("keys"):
            self.load.log.withdrawn |= {key["kid"] for key in keys}
            await self._control("rotate-keys", {"keep_old": False})
            self.load.figures.faults["rotations"] += 1
            await _until_true(self._fresh_token_is_refused, "the new key refused")
            await self._control("outage", {"seconds": 0})
            await self._until_fresh_token_is_taken()

    async def _control(self, action: str, body: dict[str, object]) -> None:
        (await self.clerk.post(f"/devstack/{action}", json=body)).raise_for_status()

    async def _progress(self, counter: str, amount: int) -> None:
        figures = self.load.figures
        goal = getattr(figures, counter) + amount
        await _until(lambda: getattr(figures, counter) >= goal, f"{amount} {counter}")

    async def _fresh_status(self) -> int:
        self.witness.drop_token()
        token = await self.witness.token()
        assert key_id(token) not in self.load.log.withdrawn
        headers = {"Authorization": f"Bearer {token}"}
        return (await self.load.app.get("/api/me", headers=headers)).status_code

    async def _fresh_token_is_refused(self) -> bool:
        status = await self._fresh_status()
        assert status in {401, 503}, f"a key that cannot be fetched was answered {status}"
        return True

    async def _until_fresh_token_is_taken(self) -> None:
        async def is_taken() -> bool:
            return await self._fresh_status() == 200

        await _until_true(is_taken, "new tokens taken")

    async def _until_answers(
        self, client: httpx2.AsyncClient, path: str, statuses: set[int]
    ) -> None:
        async def answers() -> bool:
            try:
                return (await client.get(path)).status_code in statuses
            except httpx2.TransportError:
                return False

        await _until_true(answers, path)


async def _until(condition: Callable[[], bool], what: str) -> None:
    async def holds() -> bool:
        return condition()

    await _until_true(holds, what)


async def _until_true(condition: Callable[[], Awaitable[bool]], what: str) -> None:
    deadline = time.monotonic() + BACK_WITHIN_S
    while not await condition():
        assert time.monotonic() < deadline, f"{what}: not within {BACK_WITHIN_S:.0f} s"
        await asyncio.sleep(0.1)
