"""Whoever reads finds the old state or the new one, whole; what fails leaves the old one."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from ..tinybird_server import SAMPLE, Server, serving

ROW = {"tenant_id": "acme", "event": "login", "timestamp": "2024-01-01 00:00:00"}
REPLACE = "/v1/datasources/events/replace?format=ndjson"
NAMED = """SCHEMA >
    `user_name` String `json:$.user.name`,
    `n` Int8 `json:$.n`
ENGINE "MergeTree"
"""
TOTALS = 'SCHEMA >\n    `tenant_id` String,\n    `hits` UInt64\nENGINE "MergeTree"\n'


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("atomicity")) as server:
        yield server


@pytest.fixture
def fresh(served: Server) -> Server:
    """The sample project alone, with the rows of its fixture."""
    done = served.deploy({}, auto_promote="true", allow_destructive_operations="true")
    assert done.json()["result"] in ("success", "no_changes"), done.text
    with served.client() as client:
        client.post("/v0/datasources/events/truncate")
        rows = (SAMPLE / "fixtures" / "events.ndjson").read_bytes()
        client.post("/v0/events?name=events&wait=true", content=rows)
    return served


@contextmanager
def reading(read: Callable[[], None], readers: int = 2) -> Iterator[None]:
    """Run `read` again and again beside the block; what it raises is raised at the end."""
    over = threading.Event()

    def until_over() -> None:
        while not over.is_set():
            read()

    with ThreadPoolExecutor(readers) as pool:
        running = [pool.submit(until_over) for _ in range(readers)]
        try:
            yield
        finally:
            over.set()
        for one in running:
            one.result()


def test_a_deployment_goes_live_in_one_step_for_readers_and_writers(fresh: Server) -> None:
    schema = (fresh.project / "datasources" / "events.datasource").read_text()
    pipe = "NODE n\nSQL >\n    SELECT count() AS n, any({0}) FROM events\nTYPE endpoint\n"
    forward = "\nFORWARD_QUERY >\n    SELECT tenant_id, event, timestamp, {} AS {}, properties\n"
    versions = [
        {
            "datasources/events.datasource": schema.replace("`amount`", f"`{new}`").replace(
                "json:$.amount", f"json:$.{new}"
            )
            + forward.format(old, new),
            "endpoints/counted.pipe": pipe.format(new),
        }
        for old, new in (("price", "amount"), ("amount", "price"))
    ]
    counts: list[int] = []
    acknowledged = 3

    with fresh.client() as client, fresh.client() as reader:
        assert (
            fresh.deploy(
                {"endpoints/counted.pipe": pipe.format("amount")}, auto_promote="true"
            ).json()["result"]
            == "success"
        )

        def read() -> None:
            known = acknowledged
            answer = reader.get("/v0/pipes/counted.json")
            assert answer.status_code == 200, answer.text
            counts.append(answer.json()["data"][0]["n"])
            assert counts[-1] >= known

        with reading(read, 1):
            for turn in range(6):
                stored = client.post("/v0/events?name=events&wait=true", content=json.dumps(ROW))
                assert stored.json() == {"successful_rows": 1, "quarantined_rows": 0}
                acknowledged += 1
                done = fresh.deploy(versions[(turn + 1) % 2], auto_promote="true")
                assert done.json()["result"] == "success", done.text

    assert counts == sorted(counts)
    assert fresh.count("events") == 9


def test_rows_are_counted_up_while_they_arrive(fresh: Server) -> None:
    counts: list[int] = []

    with fresh.client() as client:
        with reading(lambda: counts.append(fresh.count("events")), 1):
            for _ in range(20):
                client.post("/v0/events?name=events&wait=true", content=json.dumps(ROW))

    assert counts == sorted(counts)
    assert fresh.count("events") == 23


def test_a_backfill_that_fails_leaves_the_previous_build_with_its_rows(fresh: Server) -> None:
    files = {
        "datasources/aaa.datasource": TOTALS,
        "datasources/totals.datasource": TOTALS,
        "materializations/first.pipe": _materialized("aaa", "1"),
        "endpoints/counted.pipe": (
            "NODE n\nSQL >\n    SELECT count() AS n FROM aaa\nTYPE endpoint\n"
        ),
    }
    assert fresh.deploy(files, auto_promote="true").json()["result"] == "success"
    fails = "throwIf(tenant_id = 'globex') + 1"

    into_new = fresh.deploy(
        files | {"materializations/last.pipe": _materialized("totals", fails)}, auto_promote="true"
    ).json()
    into_fed = fresh.deploy(
        files
        | {
            "datasources/more.datasource": TOTALS,
            "materializations/last.pipe": _materialized("aaa", fails),
        },
        auto_promote="true",
    ).json()

    assert (into_new["result"], into_fed["result"]) == ("failed", "failed")
    assert "throwIf" in into_fed["deployment"]["errors"][0]["error"]
    assert fresh.count("events") == 3
    assert fresh.count("totals") == 0
    with fresh.client() as client:
        assert client.get("/v0/pipes/counted.json").json()["data"] == [{"n": 3}]
        assert client.get("/v0/datasources/more").status_code == 404
        client.post("/v0/events?name=events&wait=true", content=json.dumps(ROW))
        assert client.get("/v0/pipes/counted.json").json()["data"] == [{"n": 4}]


def test_a_replace_shows_the_old_rows_or_the_new_ones(fresh: Server) -> None:
    bodies = ["\n".join([json.dumps(ROW)] * size) for size in (3, 5)]
    counts: set[int] = set()

    with fresh.client() as client, reading(lambda: counts.add(fresh.count("events"))):
        statuses = {client.post(REPLACE, content=bodies[n % 2]).status_code for n in range(20)}

    assert statuses == {200}
    assert counts <= {3, 5}


def test_a_replace_that_fails_leaves_the_old_rows(fresh: Server) -> None:
    view = _materialized("totals", "throwIf(event = 'bad')")
    deployed = fresh.deploy(
        {"datasources/totals.datasource": TOTALS, "materializations/last.pipe": view},
        auto_promote="true",
    )
    assert deployed.json()["result"] == "success", deployed.text

    with fresh.client() as client:
        broken = client.post(REPLACE.replace("ndjson", "parquet"), content=b"PAR1")
        refused = client.post(REPLACE, content=json.dumps(ROW | {"event": "bad"}))
        kept = fresh.count("events")
        done = client.post(REPLACE, content=json.dumps(ROW))

    assert (broken.status_code, refused.status_code, kept) == (400, 400, 3)
    assert (done.status_code, fresh.count("events")) == (200, 1)


def test_a_csv_file_is_read_by_the_names_of_the_columns(fresh: Server) -> None:
    fresh.deploy({"datasources/named.datasource": NAMED}, auto_promote="true")
    path = "/v1/datasources/named/append"
    csv, line = "user_name,n\nada,1\n", '{"user":{"name":"grace"},"n":2}'

    with fresh.client() as client:
        for format_, body in (("csv", csv), ("ndjson", line)):
            answer = client.post(path, params={"format": format_}, content=body)
            assert answer.status_code == 200, answer.text

    assert fresh.rows("SELECT user_name, n FROM named ORDER BY n") == [
        {"user_name": "ada", "n": 1},
        {"user_name": "grace", "n": 2},
    ]


def _materialized(target: str, hits: str) -> str:
    return (
        f"NODE n\nSQL >\n    SELECT tenant_id, toUInt64({hits}) AS hits FROM events\n"
        f"TYPE materialized\nDATASOURCE {target}\n"
    )
