"""GET /api/analytics/{endpoint} over HTTP."""

from __future__ import annotations

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import ADAS_TENANT, ENDPOINT, OTHER_TENANT, PARAMETER, PUBLIC, READ, problem
from .holders import claims_of


def test_an_endpoint_answers_json_and_csv(client: httpx2.Client, ada: dict[str, str]) -> None:
    as_json = client.get(READ, headers=ada)
    as_csv = client.get(READ, headers={**ada, "Accept": "text/csv"})

    assert as_json.status_code == as_csv.status_code == 200
    assert as_json.headers["content-type"] == "application/json"
    # What it took to answer depends on others' rows too.
    assert set(as_json.json()) == {"meta", "data", "rows"}
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["cache-control"] == "private, no-store"
    assert as_csv.headers["vary"] == "Accept, Origin"
    assert as_csv.headers["age"].isdecimal()
    html = client.get(READ, headers={**ada, "Accept": "text/html"})
    assert problem(html) == (406, "not-acceptable")


def test_a_session_is_told_which_endpoints_it_may_read(
    client: httpx2.Client, ada: dict[str, str]
) -> None:
    token = client.get("/api/tinybird/token", headers=ada).json()

    answer = client.get("/api/analytics", headers=ada)

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.json() == {"tenant_id": ADAS_TENANT, "endpoints": token["endpoints"]}
    assert list(answer.json()) == ["tenant_id", "endpoints"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("color=red", "parameter-unknown"),
        (f"{PARAMETER}=1&{PARAMETER}=1", "parameter-repeated"),
        (f"tenant_id={OTHER_TENANT}", "parameter-reserved"),
        (f"tenant%5Fid={OTHER_TENANT}", "parameter-reserved"),
        ("q=select%201", "parameter-reserved"),
        ("token=x", "parameter-reserved"),
        (f"{PARAMETER}=%FF", "request-invalid"),
    ],
)
def test_parameters_that_no_caller_may_set_are_refused(
    client: httpx2.Client, ada: dict[str, str], query: str, code: str
) -> None:
    assert problem(client.get(f"{READ}?{query}", headers=ada)) == (400, code)


def test_what_a_grant_fixes_cannot_be_chosen(client: httpx2.Client, ada: dict[str, str]) -> None:
    scopes = claims_of(client.get("/api/tinybird/token", headers=ada).json()["token"])["scopes"]

    fixed = [(scope["resource"], name) for scope in scopes for name in scope["fixed_params"]]

    assert (ENDPOINT, "tenant_id") in fixed
    for endpoint, name in fixed:
        chosen = client.get(f"/api/analytics/{endpoint}?{name}=user_local_grace", headers=ada)
        assert problem(chosen) == (400, "parameter-reserved")


@pytest.mark.parametrize("endpoint", ["unknown", f"{ENDPOINT}.csv", "..%2Fsql", ENDPOINT.upper()])
def test_an_unknown_endpoint_is_404(
    client: httpx2.Client, ada: dict[str, str], endpoint: str
) -> None:
    status, code = problem(client.get(f"/api/analytics/{endpoint}", headers=ada))

    assert status == 404
    assert code in {"endpoint-unknown", "not-found"}


def test_visitors_read_what_is_public_and_nothing_else(
    client: httpx2.Client, ada: dict[str, str], stack: Stack
) -> None:
    for endpoint in PUBLIC:
        visitor = client.get(f"/api/analytics/{endpoint}")
        member = client.get(f"/api/analytics/{endpoint}", headers=ada)

        assert visitor.status_code == member.status_code == 200
        assert visitor.json()["data"] == member.json()["data"]
        assert stack.env["TINYBIRD_API_KEY"] not in visitor.text + str(visitor.headers)
    assert problem(client.get(READ)) == (401, "token-missing")
