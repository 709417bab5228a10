"""`kill -9` while clients store rows: what was acknowledged is there and rolled up, once."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import httpx2

from ..tinybird_server import Server, serving

CLIENTS = 4
ROWS = 25
# So many acknowledged requests are waited for before the server is killed, each time.
ENOUGH = 40
STORE = "/v0/events?name=events&wait=true"
TOTALS = (
    'SCHEMA >\n    `request` String,\n    `hits` UInt64\n\nENGINE "SummingMergeTree"\n'
    'ENGINE_SORTING_KEY "request"\n'
)
COUNTED = (
    "NODE n\nSQL >\n    SELECT event AS request, count() AS hits FROM events GROUP BY request\n"
    "TYPE materialized\nDATASOURCE totals\n"
)


def test_acknowledged_rows_outlive_a_kill_once_and_none_is_half(tmp_path: Path) -> None:
    acknowledged: list[str] = []
    sent: list[str] = []

    for life in range(2):
        with serving(tmp_path) as server:
            if life == 0:
                _prepare(server)
            _store_until_killed(server, f"life{life}", sent, acknowledged)

    with serving(tmp_path) as server:
        found = _counts(server, "SELECT event AS r, count() AS n FROM events GROUP BY r")
        totals = _counts(server, "SELECT request AS r, sum(hits) AS n FROM totals GROUP BY r")
        quarantined = server.count("events_quarantine")

    assert len(acknowledged) >= 2 * ENOUGH
    assert {name: found.get(name, 0) for name in acknowledged} == dict.fromkeys(acknowledged, ROWS)
    # What was under way is there as a whole or not at all, and nothing else is.
    assert set(found.values()) == {ROWS}
    assert found.keys() <= set(sent)
    # ClickHouse writes a materialization after its datasource: a request that a kill cut between
    # the two was not acknowledged; of all others the rollup counts every row, and never one more.
    assert {name: totals.get(name, 0) for name in acknowledged} == dict.fromkeys(acknowledged, ROWS)
    assert totals.items() <= found.items()
    assert quarantined == 0


def _prepare(server: Server) -> None:
    files = {
        "datasources/totals.datasource": TOTALS,
        "materializations/counted.pipe": COUNTED,
    }
    assert server.deploy(files, auto_promote="true").json()["result"] == "success"


def _store_until_killed(
    server: Server, life: str, sent: list[str], acknowledged: list[str]
) -> None:
    enough, begun = Event(), Barrier(CLIENTS + 1)
    before = len(acknowledged)

    def store(client_number: int) -> None:
        begun.wait()
        with server.client() as client:
            for number in range(100_000):
                name = f"{life}-{client_number}-{number}"
                sent.append(name)
                try:
                    answer = client.post(STORE, content=_body(name))
                except httpx2.TransportError:
                    return
                assert answer.json() == {"successful_rows": ROWS, "quarantined_rows": 0}
                acknowledged.append(name)
                if len(acknowledged) - before >= ENOUGH:
                    enough.set()

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(store, number) for number in range(CLIENTS)]
        begun.wait()
        assert enough.wait(120)
        server.process.kill()
        server.process.wait(60)
        for client in clients:
            client.result()


def _body(name: str) -> str:
    row = {"tenant_id": "acme", "event": name, "timestamp": "2024-01-01 00:00:00"}
    return "\n".join(json.dumps(row | {"amount": number}) for number in range(ROWS))


def _counts(server: Server, sql: str) -> dict[str, int]:
    return {row["r"]: row["n"] for row in server.rows(sql)}
