"""Demo events for the local tenants: the users of a small product, over some weeks, up to now."""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from .assembly import make_services
from .core.errors import AppError
from .core.services import Services
from .core.session import Session
from .core.signins import SignIn
from .settings import load_settings

BATCH_ROWS = 10_000
# What a visit consists of: event, and how likely it is.
VISIT = (
    ("page_view", 1.0),
    ("sign_up", 0.3),  # of a new user
    ("report_viewed", 0.62),
    ("project_created", 0.24),
    ("report_shared", 0.17),
    ("teammate_invited", 0.08),
    ("export_downloaded", 0.11),
    ("plan_upgraded", 0.02),
)
PAGES = ("/", "/reports", "/projects", "/settings", "/pricing")
# Tenants differ, so that a look at the page tells whose numbers it shows.
SHARES = (1.0, 0.45, 0.2)


class SeedImpossible(Exception):
    """There is nobody to seed, or Tinybird did not take the events; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A demo tenant: a share of the events, its real demo users and its made-up ones."""

    id: str
    share: float
    users: tuple[str, ...]


async def seed(events: int, days: int) -> None:
    """Send events of every demo tenant for `days` up to now, and say how many.

    Args: events: of the largest tenant.
    What an earlier run has sent is not sent again: only what happened since. An event's id
    depends on tenant, day and number alone, so that a repetition would count once all the same.
    Raises: SeedImpossible.
    """
    pairs = demo_pairs(os.environ)
    async with make_services(load_settings()) as services:
        for tenant in _tenants(pairs):
            since = await _last_event(services, tenant)
            rows = [
                row
                for row in tenant_events(tenant, events, days, datetime.now(UTC))
                if row["timestamp"] > since
            ]
            await _send(services, tenant.id, rows)


def demo_pairs(environ: Mapping[str, str]) -> list[tuple[str, str]]:
    """Read the (user, tenant) pairs that the devstack passes on.

    Raises: SeedImpossible: the devstack did not start this process.
    """
    text = environ.get("DEMO_PAIRS")
    if not text:
        raise SeedImpossible("There are no demo tenants here: run `uv run poe seed`.")
    return [(user, tenant) for user, tenant in json.loads(text)]


def tenant_events(
    tenant: Tenant, events: int, days: int, now: datetime
) -> Iterator[dict[str, str]]:
    """Make the events of a tenant in order of time, the last not after `now`."""
    per_visit = sum(chance for _event, chance in VISIT)
    visits_a_day = max(1, round(events * tenant.share / days / per_visit))
    first = (now - timedelta(days=days - 1)).date()
    for number in range(days):
        day = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=number)
        yield from _events_of_day(tenant, day, visits_a_day, number / days, now)


def _events_of_day(
    tenant: Tenant, day: datetime, visits: int, progress: float, now: datetime
) -> list[dict[str, str]]:
    # The day's own numbers, whenever the seed runs.
    chance = random.Random(f"{tenant.id} {day:%Y-%m-%d}")  # noqa: S311 - demo data
    weekend = 0.45 if day.weekday() >= 5 else 1.0
    count = round(visits * weekend * (0.6 + 0.8 * progress) * chance.uniform(0.85, 1.15))
    rows = [row for n in range(count) for row in _visit(tenant, day, n, chance)]
    return sorted(
        (row for row in rows if row["timestamp"] <= _text(now)), key=lambda row: row["timestamp"]
    )


def _visit(
    tenant: Tenant, day: datetime, number: int, chance: random.Random
) -> Iterator[dict[str, str]]:
    user, is_new = _visitor(tenant, day, chance)
    at = day + timedelta(hours=chance.triangular(5, 22, 14))
    for event, likelihood in VISIT:
        if chance.random() > likelihood or (event == "sign_up" and not is_new):
            continue
        name = uuid5(NAMESPACE_URL, f"{tenant.id} {day:%Y-%m-%d} {number} {event}")
        yield {
            "event_id": str(name),
            "event": event,
            "user_id": user,
            "session_id": f"visit-{day:%y%m%d}-{number}",
            "timestamp": _text(at),
            "properties": json.dumps({"path": chance.choice(PAGES)}),
        }
        at += timedelta(seconds=chance.expovariate(1 / 90))


def _visitor(tenant: Tenant, day: datetime, chance: random.Random) -> tuple[str, bool]:
    # Each week brings new users; most come back often at first, and less with time.
    week = day.toordinal() // 7
    age = min(int(chance.expovariate(0.55)), 7)
    if chance.random() < 0.15:
        return chance.choice(tenant.users), False
    number = chance.randrange(max(3, round(150 * tenant.share)))
    return f"user_{(week - age) % 1000:03}_{number}", age == 0


def _tenants(pairs: list[tuple[str, str]]) -> list[Tenant]:
    ids = list(dict.fromkeys(tenant for _user, tenant in pairs))
    return [
        Tenant(id, SHARES[n % len(SHARES)], tuple(user for user, of in pairs if of == id))
        for n, id in enumerate(ids)
    ]


async def _last_event(services: Services, tenant: Tenant) -> str:
    now = time.time()
    session = Session(tenant.users[0], "seed", now + 60, now, org_id=tenant.id)
    sign_in = SignIn(session, tenant.id, 0)
    try:
        body, _type = await services.read(
            sign_in, "recent_events", "limit=1&date_from=2000-01-01", None, ""
        )
    except AppError as error:
        raise SeedImpossible(f"Tinybird cannot be read: {error}. Is `uv run poe dev` up?") from None
    newest = json.loads(body)["data"]
    return newest[0]["timestamp"] if newest else ""


async def _send(services: Services, tenant_id: str, rows: list[dict[str, str]]) -> None:
    for start in range(0, len(rows), BATCH_ROWS):
        try:
            await services.ingestion.send(tenant_id, rows[start : start + BATCH_ROWS])
        except AppError as error:
            raise SeedImpossible(f"Tinybird did not take the events: {error}") from None
        print(f"  {tenant_id}: {min(start + BATCH_ROWS, len(rows)):,} events", file=sys.stderr)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
