"""GET /api/analytics/{endpoint} over HTTP."""

from __future__ import annotations

import httpx2
import pytest

from .answers import GLOBEX, Stack, problem


def test_an_endpoint_answers_json_and_csv(client: httpx2.Client, ada: dict[str, str]) -> None:
    as_json = client.get("/api/analytics/top_events?limit=3", headers=ada)
    as_csv = client.get("/api/analytics/top_events?limit=3", headers={**ada, "Accept": "text/csv"})

    assert as_json.status_code == as_csv.status_code == 200
    assert as_json.headers["content-type"] == "application/json"
    assert "data" in as_json.json()
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert as_csv.headers["cache-control"] == "private, no-store"
    html = client.get("/api/analytics/top_events", headers={**ada, "Accept": "text/html"})
    assert problem(html) == (406, "not-acceptable")


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("color=red", "parameter-unknown"),
        ("limit=1&limit=2", "parameter-repeated"),
        (f"tenant_id={GLOBEX}", "parameter-reserved"),
        (f"tenant%5Fid={GLOBEX}", "parameter-reserved"),
        ("q=select%201", "parameter-reserved"),
        ("token=x", "parameter-reserved"),
        ("limit=%FF", "request-invalid"),
    ],
)
def test_parameters_that_no_caller_may_set_are_refused(
    client: httpx2.Client, ada: dict[str, str], query: str, code: str
) -> None:
    assert problem(client.get(f"/api/analytics/top_events?{query}", headers=ada)) == (400, code)


def test_the_user_of_ones_own_activity_cannot_be_chosen(
    client: httpx2.Client, ada: dict[str, str]
) -> None:
    other = client.get("/api/analytics/my_activity?user_id=user_local_grace", headers=ada)

    assert problem(other) == (400, "parameter-reserved")
    assert client.get("/api/analytics/my_activity", headers=ada).status_code == 200


@pytest.mark.parametrize("endpoint", ["unknown", "top_events.csv", "..%2Fsql", "TOP_EVENTS"])
def test_an_unknown_endpoint_is_404(
    client: httpx2.Client, ada: dict[str, str], endpoint: str
) -> None:
    status, code = problem(client.get(f"/api/analytics/{endpoint}", headers=ada))

    assert status == 404
    assert code in {"endpoint-unknown", "not-found"}


def test_everybody_reads_public_endpoints(
    client: httpx2.Client, ada: dict[str, str], stack: Stack
) -> None:
    visitor = client.get("/api/analytics/event_types")
    member = client.get("/api/analytics/event_types", headers=ada)

    assert visitor.status_code == member.status_code == 200
    assert visitor.json()["data"] == member.json()["data"]
    assert stack.env["TINYBIRD_API_KEY"] not in visitor.text + str(visitor.headers)
