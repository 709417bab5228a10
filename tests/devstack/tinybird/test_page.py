"""The page for looking at local data: what it shows, whom it lets in, that it changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest
from devstack.identity import data_page
from devstack.tinybird.page.door import Door
from starlette.responses import PlainTextResponse

from .tinybird_server import NO_AUTHORITIES, Server


@pytest.fixture
def looking(built: Server) -> Iterator[httpx2.Client]:
    """A browser that has opened the address that `devstack data` prints."""
    url = f"http://127.0.0.1:{built.port}"
    with httpx2.Client(base_url=url, timeout=60, verify=NO_AUTHORITIES) as client:
        client.get(data_page(url, built.identity))
        yield client


def test_it_shows_tables_endpoints_and_tokens_by_name(
    looking: httpx2.Client, built: Server
) -> None:
    page = looking.get("/data").text

    for part in ("Tables", "Endpoints", "Tokens"):
        assert f"<h2>{part}</h2>" in page
    assert '<a href="/data/events">events</a>' in page
    assert "<h3>top_events</h3>" in page
    assert "<td>tenant_id</td><td>String</td><td>yes</td>" in page
    assert "<td>app_ingest</td><td>DATASOURCES:APPEND:events</td>" in page


def test_no_token_stands_in_any_page(looking: httpx2.Client, built: Server) -> None:
    with built.client() as client:
        values = {one["token"] for one in client.get("/v0/tokens").json()["tokens"]}
    pages = "".join(looking.get(path).text for path in ("/data", "/data/events"))

    identity = built.identity
    values |= {identity.workspace_token, identity.admin_token, identity.page_key}
    assert len(values) > 4
    assert not [value for value in values if value in pages]
    assert "p.local_" not in pages


def test_it_shows_the_rows_and_columns_of_a_table(looking: httpx2.Client) -> None:
    page = looking.get("/data/events").text

    assert "<h1>events</h1>" in page
    assert "<td>tenant_id</td><td>String</td><td></td><td>$.tenant_id</td>" in page
    assert page.partition("<h2>Rows</h2>")[2].count("<tr>") == 1 + 3


def test_rows_are_escaped_and_turned_fifty_at_a_time_and_refused_ones_are_shown(
    fresh: Server,
) -> None:
    url = f"http://127.0.0.1:{fresh.port}"
    good = ['{"tenant_id":"<b>t</b>","event":"e","timestamp":"2026-01-01 00:00:00"}'] * 60
    bad = '{"tenant_id":"t","event":"e","timestamp":"never"}'
    with fresh.client() as client:
        client.post("/v0/events?name=events&wait=true", content="\n".join([*good, bad]))
    with httpx2.Client(base_url=url, timeout=60, verify=NO_AUTHORITIES) as client:
        client.get(data_page(url, fresh.identity))

        overview = client.get("/data").text
        first = client.get("/data/events").text.partition("<h2>Rows</h2>")[2]
        second = client.get("/data/events?page=2").text.partition("<h2>Rows</h2>")[2]
        refused = client.get("/data/events_quarantine").text

    assert '<a href="/data/events_quarantine">1</a>' in overview
    assert (first.count("<tr>"), second.count("<tr>")) == (1 + 50, 1 + 13)
    assert '<a href="/data/events?page=2">Next page</a>' in first
    assert '<a href="/data/events?page=1">Page before</a>' in second
    assert "&lt;b&gt;t&lt;/b&gt;" in first + second
    assert "<b>" not in first + second
    assert "never" in refused


def test_it_runs_and_loads_nothing_and_no_other_page_reads_it(looking: httpx2.Client) -> None:
    answer = looking.get("/data", headers={"Origin": "http://localhost:8000"})

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert policy.endswith("base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
    assert "<script" not in answer.text
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


def test_without_the_key_there_is_nothing_to_see(built: Server) -> None:
    with httpx2.Client(base_url=f"http://127.0.0.1:{built.port}", verify=NO_AUTHORITIES) as client:
        for query in ({}, {"key": ""}, {"key": "p.local_0"}):
            answer = client.get("/data", params=query)

            assert answer.status_code == 403
            assert "Open the address that `devstack data` prints" in answer.text
            assert "set-cookie" not in answer.headers


def test_the_key_leaves_the_address_and_opens_the_page_alone(built: Server) -> None:
    url = f"http://127.0.0.1:{built.port}"
    with built.client("") as client:
        opened = client.get(data_page(url, built.identity))
        api = client.get("/v0/pipes", params={"token": built.identity.page_key})

    assert (opened.status_code, opened.headers["location"]) == (303, "/data")
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/data" in cookie
    assert "SameSite=strict" in cookie
    assert built.identity.page_key not in cookie
    assert api.status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_changed_through_it(looking: httpx2.Client, method: str) -> None:
    assert looking.request(method, "/data/events").status_code == 405


@pytest.mark.parametrize("name", ["nothing", "events; DROP TABLE events", "system.parts", "a`b"])
def test_what_is_no_table_is_not_found(looking: httpx2.Client, name: str) -> None:
    assert looking.get(f"/data/{name}").status_code == 404


@pytest.mark.parametrize(
    ("client", "host", "status"),
    [
        ("127.0.0.1", "127.0.0.1:7181", 303),
        ("::1", "localhost", 303),
        ("192.168.1.7", "127.0.0.1:7181", 403),
        ("127.0.0.1", "tinybird:7181", 403),
    ],
)
def test_the_door_opens_for_this_machine_alone(client: str, host: str, status: int) -> None:
    door = Door(PlainTextResponse("inside"), "the key")
    transport = httpx2.ASGITransport(door, client=(client, 1))

    async def ask() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=transport, base_url="http://server") as browser:
            return await browser.get("/data?key=the+key", headers={"Host": host})

    assert asyncio.run(ask()).status_code == status
