"""What reading costs: answers that are kept, and a tenant's budget of queries for a day."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx2
from roost.testing.stack import Stack

from .answers import PARAMETER, PUBLIC, READ, problem
from .apps import serving, with_policy
from .proxy import Proxy


def test_a_tenant_that_has_spent_its_queries_sees_what_is_kept(
    stack: Stack, ada: dict[str, str]
) -> None:
    member = stack.token_of(stack.new_member("Frugal"))
    with serving(stack.env | {"DAILY_QUERY_BUDGET": "1"}) as app:
        first = app.get(READ, headers=ada)
        # One of them may find a new day.
        app.get(READ, headers={**ada, "Accept": "text/csv"})
        refused = app.get(f"{READ}?{PARAMETER}=1", headers=ada)
        again = app.get(READ, headers=ada)
        of_others = app.get(READ, headers={"Authorization": f"Bearer {member}"})

        assert problem(refused) == (429, "budget-spent")
        assert 0 < int(refused.headers["retry-after"]) <= 86_400
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.content == first.content
        assert of_others.status_code == 200
        for endpoint in PUBLIC:
            assert app.get(f"/api/analytics/{endpoint}").status_code == 200


def test_a_stale_answer_bridges_an_outage_for_its_own_tenant_alone(
    stack: Stack, ada: dict[str, str], tmp_path: Path
) -> None:
    stranger = {"Authorization": f"Bearer {stack.token_of(stack.new_member('Stranger'))}"}
    sources = with_policy("CACHE_SECONDS = 0.2\nSTALE_SECONDS = 3600.0", tmp_path)
    with (
        Proxy(stack.env["TINYBIRD_API_URL"]) as tinybird,
        serving(stack.env | {"TINYBIRD_API_URL": tinybird.url}, sources) as app,
    ):
        first = app.get(READ, headers=ada)
        tinybird.shut()
        stale = until_age(lambda: app.get(READ, headers=ada), lambda age: age >= 1)
        of_a_stranger, of_a_visitor = app.get(READ, headers=stranger), app.get(READ)
        tinybird.open()
        newer = until_age(lambda: app.get(READ, headers=ada), lambda age: age < 1)

        assert stale.content == first.content
        assert stale.headers["cache-control"] == "private, no-store"
        assert problem(of_a_stranger) == (503, "tinybird-unavailable")
        assert problem(of_a_visitor) == (401, "token-missing")
        assert newer.json()["data"] == first.json()["data"]


def until_age(
    ask: Callable[[], httpx2.Response], is_wanted: Callable[[int], bool]
) -> httpx2.Response:
    """Ask until the age of the answer, which must be one each time, is as wanted."""
    deadline = time.monotonic() + 60
    while not is_wanted(int((response := ask()).headers["age"])):
        assert response.status_code == 200
        assert time.monotonic() < deadline, response.headers["age"]
        time.sleep(0.1)
    return response
