"""An owner deploys a starter of today over that of a release: every row is there, once."""

from __future__ import annotations

from pathlib import Path

import pytest

from .starter_projects import append, bring_released, bring_starter
from .tinybird_server import Server, serving

TENANTS = ("org_fixture_acme", "org_fixture_東京")
ROWS = {
    "events": "SELECT * FROM events ORDER BY ALL",
    "tenants": "SELECT * FROM tenants ORDER BY ALL",
    "events_hourly": "SELECT tenant_id, hour, event, uniqExactMerge(event_ids) AS events,"
    " uniqExactMerge(user_ids) AS users FROM events_hourly GROUP BY ALL ORDER BY ALL",
}
ASKED = {"date_from": "2026-01-01", "date_to": "2026-04-30", "timezone": "Asia/Kolkata"}
ENDPOINTS = {
    "product_analytics": {
        "active_users": {},
        "events_over_time": {"granularity": "week"},
        "funnel": {"steps": "page_view,été 🚀"},
        "my_activity": {"user_id": "user_1"},
        "recent_events": {"limit": "1000"},
        "retention": {},
        "top_events": {},
        "totals": {"event": "été 🚀"},
    },
    "empty": {"recent_events": {"limit": "1000"}},
}


@pytest.mark.parametrize("version", ["0.3.0", pytest.param("0.2.0", marks=pytest.mark.nightly)])
@pytest.mark.parametrize("starter", ["product_analytics", "empty"])
def test_a_starter_is_deployed_over_that_of_a_release(
    tmp_path: Path, starter: str, version: str
) -> None:
    bring_released(starter, version, tmp_path)
    with serving(tmp_path) as server:
        assert "is live!" in _tb(server, "deploy")
        _fill(server)
        stored = _tables(server)
        before, answered = _rows(server, stored), _answers(server, starter)
        bring_starter(starter, tmp_path)

        checked = _tb(server, "deploy", "--check")
        untouched = _rows(server, stored)
        deployed = _tb(server, "deploy")
        again = _tb(server, "deploy")

        assert "From live deployment using Forward Query" in checked
        assert untouched == before
        assert "is live!" in deployed
        assert "No changes to be deployed" in again
        assert _rows(server, stored) == before
        assert _answers(server, starter) == answered
        assert _shared_types(server) == []


def test_hours_whose_events_are_gone_stay_in_the_rollup(tmp_path: Path) -> None:
    bring_released("product_analytics", "0.3.0", tmp_path)
    with serving(tmp_path) as server:
        _tb(server, "deploy")
        _fill(server)
        before = server.rows(ROWS["events_hourly"])
        with server.client() as client:
            client.post("/v0/datasources/events/truncate").raise_for_status()
        bring_starter("product_analytics", tmp_path)

        checked = _tb(server, "deploy", "--check")
        _tb(server, "deploy")

        assert "Using Materialized Pipe" not in checked
        assert server.rows(ROWS["events_hourly"]) == before
        assert server.count("events") == 0


def test_a_starter_grows_a_column_of_its_owner_beside_the_forward_query(tmp_path: Path) -> None:
    bring_released("empty", "0.3.0", tmp_path)
    events = tmp_path / "tinybird" / "datasources" / "events.datasource"
    with serving(tmp_path) as server:
        _add_column(events, "plan")
        _tb(server, "deploy")
        append(server, "events", [_event(TENANTS[0], 1) | {"plan": "team"}])
        bring_starter("empty", tmp_path)
        _add_column(events, "plan")
        _tb(server, "deploy")
        _add_column(events, "seats")
        _tb(server, "deploy")

        kept = server.rows("SELECT plan, seats, event FROM events")

    assert kept == [{"plan": "team", "seats": "", "event": "été 🚀"}]


def _fill(server: Server) -> None:
    for tenant in TENANTS:
        append(server, "events", [_event(tenant, number) for number in range(60)])
    append(server, "events", [_event(TENANTS[0], number) for number in range(10)])
    if "tenants" in _tables(server):
        states = [(tenant, day) for tenant in TENANTS for day in (1, 2)]
        append(server, "tenants", [_state(tenant, day) for tenant, day in states])


def _event(tenant: str, number: int) -> dict[str, object]:
    return {
        "tenant_id": tenant,
        "user_id": f"user_{number % 7}",
        "event_id": f"evt_{number}",
        "event": ("page_view", "été 🚀", "sign_up")[(number + number // 7) % 3],
        "timestamp": f"2026-0{1 + number % 4}-{1 + number % 28:02} {number % 24:02}:40:00.000",
        "properties": '{"name":"Zoë"}',
    }


def _state(tenant: str, day: int) -> dict[str, object]:
    return {
        "tenant_id": tenant,
        "kind": "membership",
        "id": f"orgmem_{tenant}",
        "role": "org:admin",
        "updated_at": f"2026-03-0{day} 00:00:00.000",
    }


def _rows(server: Server, stored: set[str]) -> dict[str, list[dict[str, object]]]:
    return {name: server.rows(sql) for name, sql in ROWS.items() if name in stored}


def _tables(server: Server) -> set[str]:
    return {path.stem for path in server.project.glob("datasources/*.datasource")}


def _answers(server: Server, starter: str) -> dict[str, bytes]:
    asked = ASKED if starter == "product_analytics" else {}
    with server.client() as client:
        return {
            f"{name} {tenant}": client.get(
                f"/v0/pipes/{name}.csv", params=asked | own | {"tenant_id": tenant}
            )
            .raise_for_status()
            .content
            for name, own in ENDPOINTS[starter].items()
            for tenant in TENANTS
        }


def _shared_types(server: Server) -> list[str]:
    with server.client() as client:
        listed = client.get("/v0/datasources").json()["datasources"]
    return [
        f"{source['name']}.{column['name']}"
        for source in listed
        for column in source["columns"]
        if "LowCardinality" in column["type"]
    ]


def _add_column(datasource: Path, name: str) -> None:
    last = "    `properties` String"
    added = f"    `{name}` String `json:$.{name}` DEFAULT '',\n{last}"
    datasource.write_text(datasource.read_text().replace(last, added))


def _tb(server: Server, *args: str) -> str:
    done = server.tb(*args)
    assert done.returncode == 0, done.stdout
    return done.stdout
