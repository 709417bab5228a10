"""Demo events for the local tenants: the people of a small product, over some weeks, up to now."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import fmean
from uuid import NAMESPACE_URL, uuid5

from roost import AppError, Services
from roost.identity.tenancy import Tenancy
from roost.seeding import SeedImpossible

BATCH_ROWS = 10_000
# What a visit consists of, in this order: event, and how likely it is. In a first visit people try
# out twice as much.
VISIT = (
    ("page_view", 1.0),
    ("sign_up", 0.4),  # in a first visit alone
    ("page_view", 0.5),
    ("project_created", 0.24),
    ("report_viewed", 0.62),
    ("page_view", 0.3),
    ("report_shared", 0.19),
    ("teammate_invited", 0.06),
    ("export_downloaded", 0.1),
    ("plan_upgraded", 0.045),
)
PAGES = ("/", "/reports", "/projects", "/settings", "/pricing")
# How busy the days are, from Monday to Sunday.
WEEK = (1.0, 1.08, 1.1, 1.04, 0.9, 0.42, 0.38)
# After so many days nobody comes back.
LIFE_DAYS = 120
# Tenants differ, so that a look at the page tells whose numbers it shows: share of the largest
# one's events, newcomers of a week to those of the week before, chance of a return the next day.
CHARACTERS = ((1.0, 1.05, 0.4), (0.45, 1.01, 0.6), (0.2, 0.96, 0.25))


@dataclass(frozen=True, slots=True)
class Tenant:
    """A demo tenant with its demo users, and what sets it apart: see CHARACTERS."""

    id: str
    users: tuple[str, ...]
    share: float
    growth: float
    loyalty: float


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit of a person: the `number`-th of the day, and whether it is the first ever."""

    tenant_id: str
    user: str
    day: date
    number: int = 0
    is_first: bool = False

    @property
    def session(self) -> str:
        """The visit's name, the tenant's only one."""
        return f"{self.user}-{self.day:%y%m%d}-{self.number}"


async def seed(services: Services, pairs: list[tuple[str, str]], events: int, days: int) -> None:
    """Send events of every demo tenant for `days` up to now, and say how many.

    Args: pairs: of user and tenant.  events: of the largest tenant, about.
    What an earlier run has sent is not sent again: only what happened since. An event's id
    depends on tenant, person, day and number alone, so that a repetition would count once all
    the same.
    Raises: SeedImpossible.
    """
    for tenant in _tenants(pairs, services.policy.product.tenancy):
        since = await _last_event(services, tenant)
        rows = tenant_events(tenant, events, days, datetime.now(UTC))
        await _send(services, tenant.id, [row for row in rows if row["timestamp"] > since])


def tenant_events(tenant: Tenant, events: int, days: int, now: datetime) -> list[dict[str, str]]:
    """Make the events of a tenant in order of time, the last not after `now`."""
    first = now.date() - timedelta(days=days - 1)
    newcomers = events * tenant.share / days / _events_of_a_life(tenant)
    rows = [row for user in tenant.users for row in _demo_user(tenant, user, first, now.date())]
    for number in range(-LIFE_DAYS, days):
        day = first + timedelta(days=number)
        # Whom the middle of these days sees came a month before, on average.
        growth = tenant.growth ** ((number - days / 2 + 30) / 7)
        for n in range(_number_around(newcomers * growth, tenant, day)):
            rows += _life(tenant, f"user_{day:%y%m%d}_{n}", day, now.date())
    rows = [row for row in rows if f"{first}" <= row["timestamp"] <= _text(now)]
    return sorted(rows, key=lambda row: row["timestamp"])


def _events_of_a_life(tenant: Tenant) -> float:
    returns = sum(_chance_of_return(tenant, age) for age in range(1, LIFE_DAYS)) * fmean(WEEK)
    return (1 + returns) * sum(chance for event, chance in VISIT if event != "sign_up")


def _chance_of_return(tenant: Tenant, age: int) -> float:
    # Of a person who was first here so many days ago: less and less, but slower and slower.
    return tenant.loyalty * age**-0.7


def _number_around(mean: float, tenant: Tenant, day: date) -> int:
    # The day's own chance, whenever the seed runs.
    chance = random.Random(f"{tenant.id} {day}")  # noqa: S311 - demo data
    return round(mean * WEEK[day.weekday()] * chance.uniform(0.85, 1.15))


def _life(tenant: Tenant, user: str, first: date, today: date) -> Iterator[dict[str, str]]:
    # The person's own chances: a life that has become longer begins as it did before.
    chance = random.Random(f"{tenant.id} {user}")  # noqa: S311 - demo data
    yield from _visit(Visit(tenant.id, user, first, is_first=True), chance)
    for age in range(1, min(LIFE_DAYS, (today - first).days + 1)):
        day = first + timedelta(days=age)
        if chance.random() < _chance_of_return(tenant, age) * WEEK[day.weekday()]:
            yield from _visit(Visit(tenant.id, user, day), chance)


def _demo_user(tenant: Tenant, user: str, first: date, today: date) -> Iterator[dict[str, str]]:
    # Works with the product: most days, several times.
    for day in (first + timedelta(days=n) for n in range((today - first).days + 1)):
        chance = random.Random(f"{tenant.id} {user} {day}")  # noqa: S311 - demo data
        if chance.random() < WEEK[day.weekday()] - 0.1:
            for number in range(chance.randint(1, 5)):
                yield from _visit(Visit(tenant.id, user, day, number), chance)


def _visit(visit: Visit, chance: random.Random) -> Iterator[dict[str, str]]:
    at = datetime.combine(visit.day, datetime.min.time(), UTC)
    at += timedelta(hours=chance.triangular(5, 22, 14))
    for step, (event, likelihood) in enumerate(VISIT):
        eagerness = 2 if visit.is_first else 1
        if chance.random() > likelihood * eagerness or (event == "sign_up" and not visit.is_first):
            continue
        yield {
            "event_id": str(uuid5(NAMESPACE_URL, f"{visit.tenant_id} {visit.session} {step}")),
            "event": event,
            "user_id": visit.user,
            "session_id": visit.session,
            "timestamp": _text(at),
            "properties": json.dumps({"path": chance.choice(PAGES)}),
        }
        at += timedelta(seconds=chance.expovariate(1 / 90))


def _tenants(pairs: list[tuple[str, str]], tenancy: Tenancy) -> list[Tenant]:
    if tenancy == "user":
        pairs = [(user, user) for user, _ in pairs]
    ids = list(dict.fromkeys(tenant for _user, tenant in pairs))
    return [
        Tenant(id, _users(pairs, id), *CHARACTERS[n % len(CHARACTERS)]) for n, id in enumerate(ids)
    ]


def _users(pairs: list[tuple[str, str]], tenant_id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(user for user, tenant in pairs if tenant == tenant_id))


async def _last_event(services: Services, tenant: Tenant) -> str:
    long_ago = {"date_from": "2000-01-01", "event": "report_viewed"}
    try:
        newest = await services.read("recent_events", tenant.id, limit=1, **long_ago)
    except AppError as error:
        raise SeedImpossible(f"Tinybird cannot be read ({error}) Is `uv run poe dev` up?") from None
    return newest[0]["timestamp"] if newest else ""


async def _send(services: Services, tenant_id: str, rows: list[dict[str, str]]) -> None:
    for start in range(0, len(rows), BATCH_ROWS):
        try:
            await services.send(tenant_id, rows[start : start + BATCH_ROWS])
        except AppError as error:
            raise SeedImpossible(f"Tinybird did not take the events: {error}") from None
        print(f"  {tenant_id}: {min(start + BATCH_ROWS, len(rows)):,} events", file=sys.stderr)


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03}"
