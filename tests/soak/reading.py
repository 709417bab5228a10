"""Steps that read: through the app and at Tinybird, as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
import random

import httpx2

from .books import Row
from .load import Load
from .people import OWNERS, TENANTS, Person, claims_of
from .writing import VERBS

TENANT_ENDPOINTS = (
    *("active_users", "events_over_time", "funnel", "my_activity"),
    *("recent_events", "retention", "top_events", "totals"),
)
# These show rows that name their sender.
TELLING_ENDPOINTS = ("recent_events", "top_events")
DIRECT_FORMATS = ("json", "csv", "ndjson")


async def read_json(load: Load, person: Person, dice: random.Random) -> None:
    """Read an endpoint through the app."""
    endpoint = dice.choice(TENANT_ENDPOINTS)
    await _read(load, person, endpoint, _params(endpoint, person, dice), "application/json")


async def read_csv(load: Load, person: Person, dice: random.Random) -> None:
    """Read an endpoint through the app, as a spreadsheet takes it."""
    endpoint = dice.choice(TELLING_ENDPOINTS)
    await _read(load, person, endpoint, _params(endpoint, person, dice), "text/csv")


async def read_the_default(load: Load, person: Person, dice: random.Random) -> None:
    """Read an endpoint without parameters: what a cache would mix up first."""
    await _read(load, person, dice.choice(TELLING_ENDPOINTS), {}, "application/json")


async def read_a_foreign_name(load: Load, person: Person, dice: random.Random) -> None:
    """Ask for another tenant's events by their name: there are none."""
    other = f"soak{(int(person.tenant.mark[4:]) + dice.randint(1, TENANTS - 1)) % TENANTS:02}"
    params = {"event": f"{other}_{dice.choice(VERBS)}"}
    response = await load.ask("read", person, "/api/analytics/totals", params=params)
    if response is not None and response.status_code == 200:
        events = response.json()["data"][0]["events"]
        if events != 0:
            load.problems.append(f"{person.tenant.mark} counted {events} events of {other}")


async def read_directly(load: Load, person: Person, dice: random.Random) -> None:
    """Read an endpoint at Tinybird with the minted token, as the page does."""
    token = await minted_token(load, person)
    if token is None:
        return
    endpoint, suffix = dice.choice(TENANT_ENDPOINTS), dice.choice(DIRECT_FORMATS)
    params = _params(endpoint, person, dice)
    response = await load.ask_tinybird(person, f"/v0/pipes/{endpoint}.{suffix}", token, **params)
    if response is not None:
        load.problems += load.books.check_rows(person.tenant, endpoint, _rows_of(response))


async def read_own_writes(load: Load, person: Person, dice: random.Random) -> None:
    """Count at Tinybird, past every cache: what is acknowledged is there at once."""
    token = await minted_token(load, person)
    if token is None:
        return
    least = load.books.acknowledged(person.tenant)
    response = await load.ask_tinybird(person, "/v0/pipes/totals.json", token)
    if response is not None:
        events = response.json()["data"][0]["events"]
        if not least <= events <= load.books.sent(person.tenant):
            sent = load.books.sent(person.tenant)
            load.problems.append(f"{person.tenant.mark} has {events}, not {least} to {sent}")


async def who_am_i(load: Load, person: Person, dice: random.Random) -> None:
    """Ask the app whom it takes the session for."""
    headers = {"X-Expected-Tenant": person.tenant.id} if dice.random() < 0.5 else {}
    response = await load.ask("session", person, "/api/me", headers=headers)
    if response is not None and response.status_code == 200:
        me = response.json()
        if (me["tenant_id"], me["user_id"]) != (person.tenant.id, person.tenant.owner):
            load.problems.append(f"{person.tenant.mark} was taken for {me}")


async def read_as_a_visitor(load: Load, person: Person, dice: random.Random) -> None:
    """Read the public endpoint without a session: no tenant's event is in it."""
    response = await load.ask("public", None, "/api/analytics/event_types")
    if response is not None and any(name in response.text for name in ("soak", *OWNERS)):
        load.problems.append(f"a visitor was shown {response.text[:200]}")


READING_STEPS = [
    (read_json, 6),
    (read_csv, 2),
    (read_the_default, 3),
    (read_a_foreign_name, 1),
    (read_directly, 4),
    (read_own_writes, 2),
    (who_am_i, 1),
    (read_as_a_visitor, 1),
]


async def minted_token(load: Load, person: Person) -> str | None:
    """Have the app mint a token, and check that it opens the own tenant alone."""
    response = await load.ask("session", person, "/api/tinybird/token")
    if response is None or response.status_code != 200:
        return None
    token = response.json()["token"]
    claims = claims_of(token)
    load.problems += load.books.foreign_in(person.tenant, json.dumps(claims))
    scopes = claims["scopes"]
    assert isinstance(scopes, list)
    if {scope["fixed_params"]["tenant_id"] for scope in scopes} != {person.tenant.id}:
        load.problems.append(f"{person.tenant.mark} got a token with {scopes}")
    return token


async def _read(
    load: Load, person: Person, endpoint: str, params: dict[str, str], accept: str
) -> None:
    response = await load.ask(
        "read", person, f"/api/analytics/{endpoint}", headers={"Accept": accept}, params=params
    )
    if response is not None and response.status_code == 200:
        load.problems += load.books.check_rows(person.tenant, endpoint, _rows_of(response))


def _params(endpoint: str, person: Person, dice: random.Random) -> dict[str, str]:
    names = [f"{person.tenant.mark}_{verb}" for verb in VERBS]
    if endpoint == "funnel":
        return {"steps": ",".join(dice.sample(names, 2))}
    if endpoint in TELLING_ENDPOINTS:
        return {"limit": str(dice.randint(1, 60))}
    if endpoint == "events_over_time":
        return {"granularity": dice.choice(("day", "week", "month"))}
    return {"event": dice.choice(names)} if dice.random() < 0.5 else {}


def _rows_of(response: httpx2.Response) -> list[Row]:
    media_type = response.headers["content-type"]
    if media_type.startswith("text/csv"):
        return list(csv.DictReader(io.StringIO(response.text)))
    if media_type.startswith("application/x-ndjson"):
        return [json.loads(line) for line in response.text.splitlines()]
    return response.json()["data"]
