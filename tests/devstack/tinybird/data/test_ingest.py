"""Rows in: events, files, the quarantine, and what survives."""

import gzip
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from devstack.tinybird.state import State

from ..tinybird_server import Server, serving

EVENTS = "/v0/events?name=events&wait=true"
GOOD = {"tenant_id": "t", "event": "e", "timestamp": "2024-01-01 00:00:00"}
TYPES = """SCHEMA >
    `i8` Int8 `json:$.i8`,
    `u64` UInt64 `json:$.u64` DEFAULT 7,
    `f` Nullable(Float64) `json:$.f`,
    `b` Nullable(Bool) `json:$.b`,
    `d` Nullable(Date) `json:$.d`,
    `t` Nullable(DateTime) `json:$.t`,
    `l` LowCardinality(Nullable(String)) `json:$.l`,
    `s` String `json:$.nested.deep.s` DEFAULT '',
    `a` Array(String) `json:$.a[:]` DEFAULT [],
    `n` Array(Int16) `json:$.items[:].n` DEFAULT [],
    `e` Nullable(Enum8('x' = 1, 'y' = 2)) `json:$.e`,
    `u` Nullable(UUID) `json:$.u`,
    `m` Nullable(Decimal(9, 2)) `json:$.m`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "i8"
"""


def test_rows_are_counted_and_the_bad_ones_quarantined_with_reasons(fresh: Server) -> None:
    rows = [
        json.dumps(GOOD | {"amount": 5}),
        json.dumps(GOOD | {"amount": "many"}),
        json.dumps({"tenant_id": "t", "event": "e"}),
        "{not json",
        "[1]",
        "",
    ]

    with fresh.client(fresh.identity.ingest_token) as client:
        answer = client.post(EVENTS, content="\n".join(rows))

    assert (answer.status_code, answer.json()) == (
        200,
        {"successful_rows": 1, "quarantined_rows": 4},
    )
    assert fresh.count("events") == 4
    quarantined = fresh.rows("SELECT c__error_column, c__error, tenant_id FROM events_quarantine")
    assert quarantined[0] == {
        "c__error_column": ["amount"],
        "c__error": ["value 'many' on column 'amount' is not Nullable(Int32)"],
        "tenant_id": "t",
    }
    assert quarantined[1]["c__error"] == ["value is missing on column 'timestamp'"]
    assert quarantined[2]["c__error"] == ["invalid JSON: {not json"]
    assert quarantined[3]["tenant_id"] is None


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"i8": 1}, {"i8": 1, "u64": 7, "f": None, "l": None, "s": "", "a": [], "n": []}),
        ({"i8": "-128", "u64": 18446744073709551615}, {"i8": -128, "u64": 18446744073709551615}),
        ({"i8": 1, "f": 1.5, "b": True, "m": "1.25"}, {"f": 1.5, "b": True, "m": 1.25}),
        ({"i8": 1, "d": "2024-02-29", "t": 1700000000}, {"d": "2024-02-29"}),
        ({"i8": 1, "t": "2024-01-01T01:00:00+01:00"}, {"t": "2024-01-01 00:00:00"}),
        ({"i8": 1, "nested": {"deep": {"s": {"k": [1, "é"]}}}}, {"s": '{"k":[1,"é"]}'}),
        ({"i8": 1, "nested": {"deep": {"s": '{"k": 1}'}}}, {"s": '{"k": 1}'}),
        ({"i8": 1, "nested": {"deep": {"s": 10**30}}}, {"s": "1" + "0" * 30}),
        (
            {"i8": 1, "a": ["x", "y,z"], "items": [{"n": 1}, {"n": 2}]},
            {"a": ["x", "y,z"], "n": [1, 2]},
        ),
        ({"i8": 1, "e": "y", "l": "text"}, {"e": "y", "l": "text"}),
    ],
)
def test_values_are_stored_as_they_came(
    typed: Server, row: dict[str, object], expected: dict[str, object]
) -> None:
    with typed.client() as client:
        client.post("/v0/datasources/typed/truncate")
        stored = client.post("/v0/events?name=typed&wait=true", content=json.dumps(row))
    found = typed.rows("SELECT * FROM typed")

    assert stored.json() == {"successful_rows": 1, "quarantined_rows": 0}
    assert {name: found[0][name] for name in expected} == expected


@pytest.mark.parametrize(
    "row",
    [
        {},
        {"i8": None},
        {"i8": 128},
        {"i8": 1.5},
        {"i8": ""},
        {"i8": [1]},
        {"i8": 1, "u64": -1},
        {"i8": 1, "f": "x"},
        {"i8": 1, "b": "maybe"},
        {"i8": 1, "d": "2024-13-01"},
        {"i8": 1, "t": "yesterday"},
        {"i8": 1, "t": "1"},
        {"i8": 1, "a": "x"},
        {"i8": 1, "items": [{"n": 1}, {"n": "x"}]},
        {"i8": 1, "items": [{"n": 100000}]},
        {"i8": 1, "e": "z"},
        {"i8": 1, "u": "x"},
    ],
)
def test_a_value_that_does_not_fit_is_quarantined(typed: Server, row: dict[str, object]) -> None:
    with typed.client() as client:
        stored = client.post("/v0/events?name=typed&wait=true", content=json.dumps(row))

    assert stored.json() == {"successful_rows": 0, "quarantined_rows": 1}


def test_gzip_json_and_the_size_limit(fresh: Server) -> None:
    line = json.dumps(GOOD).encode()

    with fresh.client() as client:
        zipped = client.post(
            EVENTS, content=gzip.compress(line), headers={"content-encoding": "gzip"}
        )
        broken = client.post(EVENTS, content=line, headers={"content-encoding": "gzip"})
        pretty = client.post(f"{EVENTS}&format=json", content=json.dumps(GOOD, indent=2))
        large = client.post(EVENTS, content=b" " * (10 * 1024 * 1024 + 1))
        bomb = gzip.compress(b" " * (10 * 1024 * 1024 + 1))
        unzipped = client.post(EVENTS, content=bomb, headers={"content-encoding": "gzip"})
        later = client.post("/v0/events?name=events", content=line)

    statuses = [a.status_code for a in (zipped, broken, pretty, large, unzipped, later)]
    assert statuses == [200, 400, 200, 413, 413, 202]
    assert fresh.count("events") == 6


def test_requests_that_are_stored_together_keep_their_own_counts(fresh: Server) -> None:
    good, bad = json.dumps(GOOD), json.dumps({"tenant_id": "t"})

    with fresh.client() as client, ThreadPoolExecutor(16) as pool:
        bodies = [good if number % 3 else f"{good}\n{bad}" for number in range(60)]
        answers = list(pool.map(lambda body: client.post(EVENTS, content=body).json(), bodies))

    assert [a["quarantined_rows"] for a in answers] == [0 if n % 3 else 1 for n in range(60)]
    assert fresh.count("events") == 63
    assert fresh.count("events_quarantine") == 20


def test_rows_reach_a_materialization_at_once(fresh: Server) -> None:
    row = GOOD | {"tenant_id": "acme", "event": "login"}

    with fresh.client() as client:
        client.post(EVENTS, content=json.dumps(row))
        answer = client.get("/v0/pipes/top_events.json?tenant_id=acme")

    assert answer.json()["data"] == [{"event": "login", "hits": 3}]


def test_files_of_csv_and_ndjson_are_appended_and_replaced(fresh: Server) -> None:
    csv = "tenant_id,event,timestamp,amount\nt,e,2024-01-01 00:00:00,\n"

    with fresh.client() as client:
        appended = client.post("/v1/datasources/events/append?format=csv", content=csv)
        by_sdk = client.post(
            "/v0/datasources?mode=append&name=events&format=ndjson", content=json.dumps(GOOD)
        )
        job = client.get(f"/v0/jobs/{appended.json()['import_id']}")
        total = fresh.count("events")
        client.post("/v1/datasources/events/replace?format=ndjson", content=json.dumps(GOOD))

    assert (by_sdk.status_code, job.json()["status"], total) == (200, "done", 5)
    assert fresh.count("events") == 1


def test_acknowledged_rows_survive_a_kill_and_tokens_stay(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.tb("build")
        with server.client(server.identity.ingest_token) as client:
            for _ in range(5):
                assert client.post(EVENTS, content=json.dumps(GOOD)).status_code == 200
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(30)

    with serving(tmp_path) as server:
        assert server.count("events") == 8
        with server.client(server.identity.public_token) as client:
            assert client.get("/v0/pipes/names.json").status_code == 200
        assert "No changes. Build skipped." in server.tb("build").stdout


def test_rows_are_deleted_by_condition(fresh: Server) -> None:
    path = "/v0/datasources/events/delete"

    with fresh.client() as client:
        dry = client.post(path, data={"delete_condition": "tenant_id = 'acme'", "dry_run": "true"})
        kept = fresh.count("events")
        done = client.post(path, data={"delete_condition": "tenant_id = 'acme'"})
        hostile = client.post(path, data={"delete_condition": "1 IN (SELECT 1 FROM system.tables)"})

    assert (dry.json()["rows_to_be_deleted"], kept) == (2, 3)
    assert done.json()["status"] == "done"
    assert hostile.status_code == 400
    assert fresh.count("events") == 1


def test_rows_of_a_quarantine_are_deleted_too(fresh: Server) -> None:
    with fresh.client() as client:
        client.post(EVENTS, content=json.dumps({**GOOD, "timestamp": "never"}))
        put_aside = fresh.count("events_quarantine")
        done = client.post(
            "/v0/datasources/events_quarantine/delete", data={"delete_condition": "1 = 1"}
        )
        job = client.get(f"/v0/jobs/{done.json()['job_id']}").json()
        unknown = client.post(
            "/v0/datasources/no_quarantine/delete", data={"delete_condition": "1"}
        )

    assert put_aside > 0
    assert job["status"] == "done"
    assert fresh.count("events_quarantine") == 0
    assert unknown.status_code == 404


@pytest.fixture(scope="module")
def typed(tmp_path_factory: pytest.TempPathFactory):  # noqa: ANN201
    root = tmp_path_factory.mktemp("typed")
    with serving(root) as server:
        (server.project / "datasources" / "typed.datasource").write_text(TYPES)
        done = server.tb("build")
        assert done.returncode == 0, done.stdout
        yield server


def test_a_build_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.tb("build")
        (server.project / "endpoints" / "late.pipe").write_text(
            "NODE n\nSQL >\n    SELECT count() AS n FROM events_daily\nTYPE endpoint\n"
        )
        files = {
            path.relative_to(server.project).as_posix(): path.read_text()
            for path in server.project.rglob("*")
            if path.suffix in (".pipe", ".datasource")
        }
    state = State(tmp_path / ".devstack" / "tinybird" / "state.sqlite")
    state.replace(server.identity.workspace_id, "pending", files)
    state.close()

    with serving(tmp_path) as server, server.client() as client:
        assert client.get("/v0/pipes/late.json").json()["data"] == [{"n": 2}]
        assert client.get("/v0/pipes/top_events.json?tenant_id=acme").json()["rows"] == 1


def test_a_port_or_a_data_directory_in_use_is_named(fresh: Server) -> None:
    command = [sys.executable, "-m", "devstack", "tinybird", "--port"]

    port = subprocess.run(
        [*command, str(fresh.port)], cwd=fresh.root, capture_output=True, text=True, timeout=60
    )
    directory = subprocess.run(
        [*command, "0"], cwd=fresh.root, capture_output=True, text=True, timeout=60
    )

    assert (port.returncode, directory.returncode) == (1, 1)
    assert f"Port {fresh.port} is taken" in port.stderr
    assert "TB_LOCAL_PORT" in port.stderr
    assert "Another embedded Tinybird already uses" in directory.stderr
