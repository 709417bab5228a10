"""Steps of a tenant that claims to be another; its events claim so too."""

from __future__ import annotations

import random

import httpx2

from .load import Load
from .people import Person, Tenant
from .reading import minted_token


async def ask_as_the_victim(load: Load, person: Person, dice: random.Random) -> None:
    """Name the victim in a header that selects nothing."""
    headers = {"X-Expected-Tenant": _victim(person).id}
    response = await load.ask("hostile", person, "/api/analytics/top_events", 409, headers=headers)
    _check_refusal(load, response, 409, "tenant-changed")


async def reserve_the_victim(load: Load, person: Person, dice: random.Random) -> None:
    """Give the tenant as a parameter of the app's."""
    params = {"tenant_id": _victim(person).id}
    response = await load.ask("hostile", person, "/api/analytics/recent_events", 400, params=params)
    _check_refusal(load, response, 400, "parameter-reserved")


async def override_the_token(load: Load, person: Person, dice: random.Random) -> None:
    """Give the tenant as a parameter of Tinybird's, beside the token's own."""
    token = await minted_token(load, person)
    if token is not None:
        claim = {"tenant_id": _victim(person).id}
        await load.ask_tinybird(person, "/v0/pipes/recent_events.json", token, **claim)


HOSTILE_STEPS = [(ask_as_the_victim, 4), (reserve_the_victim, 4), (override_the_token, 8)]


def _check_refusal(load: Load, response: httpx2.Response | None, status: int, code: str) -> None:
    if response is not None and response.status_code == status:
        media_type = response.headers["content-type"]
        if media_type != "application/problem+json" or response.json()["code"] != code:
            load.problems.append(f"{status} without {code}: {response.text[:200]}")


def _victim(person: Person) -> Tenant:
    assert person.victim is not None
    return person.victim
