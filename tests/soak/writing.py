"""Steps that send events: each is repeated until the app has acknowledged it."""

from __future__ import annotations

import asyncio
import json
import random
import time
from datetime import UTC, datetime, timedelta

import httpx2

from .load import Load
from .people import Person

GIVE_UP_AFTER_S = 90.0
VERBS = ("opened", "shared", "upgraded")


async def write_one(load: Load, person: Person, dice: random.Random) -> None:
    """Send one event as an object."""
    (row,) = _rows(person, dice, 1)
    await _deliver(load, person, [row], json.dumps(row), "application/json")


async def write_array(load: Load, person: Person, dice: random.Random) -> None:
    """Send some events as an array."""
    rows = _rows(person, dice, dice.randint(1, 20))
    await _deliver(load, person, rows, json.dumps(rows), "application/json")


async def write_ndjson(load: Load, person: Person, dice: random.Random) -> None:
    """Send some events as lines."""
    rows = _rows(person, dice, dice.randint(1, 40))
    lines = "".join(json.dumps(row) + "\n" for row in rows)
    await _deliver(load, person, rows, lines, "application/x-ndjson")


WRITING_STEPS = [(write_one, 3), (write_array, 3), (write_ndjson, 2)]


def _rows(person: Person, dice: random.Random, count: int) -> list[dict[str, object]]:
    return [_row(person, dice) for _ in range(count)]


def _row(person: Person, dice: random.Random) -> dict[str, object]:
    mark = person.tenant.mark
    person.events_made += 1
    row: dict[str, object] = {
        "event": f"{mark}_{dice.choice(VERBS)}",
        # The same ids in every tenant: an event is counted once within its tenant alone.
        "event_id": f"{person.number}-{person.events_made}",
        "session_id": f"{mark}-{person.number}",
        "properties": {"by": mark},
    }
    if dice.random() < 0.5:
        moment = datetime.now(UTC) - timedelta(hours=dice.uniform(0, 20 * 24))
        row["timestamp"] = moment.isoformat(timespec="milliseconds")
    if person.victim is not None:
        row |= {"tenant_id": person.victim.id, "user_id": person.victim.owner}
    return row


async def _deliver(
    load: Load, person: Person, rows: list[dict[str, object]], body: str, media_type: str
) -> None:
    event_ids = [str(row["event_id"]) for row in rows]
    load.books.send(person.tenant, event_ids)
    deadline = time.monotonic() + GIVE_UP_AFTER_S
    while not await _attempt(load, person, event_ids, body, media_type):
        if time.monotonic() > deadline:
            load.problems.append(f"{person.tenant.mark} could not deliver {event_ids}")
            return


async def _attempt(
    load: Load, person: Person, event_ids: list[str], body: str, media_type: str
) -> bool:
    load.figures.in_flight += 1
    try:
        response = await load.ask(
            "write",
            person,
            "/api/events",
            expected=202,
            method="POST",
            headers={"Content-Type": media_type},
            content=body,
        )
    finally:
        load.figures.in_flight -= 1
    if response is not None and response.status_code == 202:
        _acknowledge(load, person, event_ids, response)
        return True
    if response is None or response.status_code == 503:
        load.books.cut_off(person.tenant, event_ids)
        load.figures.cut_off += len(event_ids)
    await asyncio.sleep(_wait_s(response))
    return False


def _acknowledge(
    load: Load, person: Person, event_ids: list[str], response: httpx2.Response
) -> None:
    load.books.acknowledge(person.tenant, event_ids)
    load.figures.acknowledged += len(event_ids)
    if response.json() != {"accepted": len(event_ids), "quarantined": 0}:
        load.problems.append(f"{len(event_ids)} events were answered {response.text}")


def _wait_s(response: httpx2.Response | None) -> float:
    wanted = response.headers.get("retry-after", "3") if response is not None else "1"
    return min(float(wanted), 3.0)
