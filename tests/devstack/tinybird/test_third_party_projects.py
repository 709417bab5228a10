"""Projects as other people have them, with the official CLI and nothing changed for us."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .third_party_projects import THIRD_PARTY, ThirdParty, third_party
from .tinybird_server import Server, serving

TOP_PAGES = [
    {"pathname": "/", "visits": 2, "hits": 3, "slowest": 300, "version": "1"},
    {"pathname": "/pricing", "visits": 1, "hits": 1, "slowest": 0, "version": "2"},
]
NEW_ORDER = {
    "id": "66666666-6666-4666-8666-666666666666",
    "shop": "berlin",
    "status": "paid",
    "total": 2.25,
    "created_at": "2026-03-01 12:00:00",
    "version": 1,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("third_party")) as server:
        yield server


@pytest.fixture(scope="module")
def projects(server: Server, tmp_path_factory: pytest.TempPathFactory) -> dict[str, ThirdParty]:
    """The three projects, built once; a test leaves the rows and files that others assert."""
    names = ("web_analytics", "shop", "sensors")
    root = tmp_path_factory.mktemp("projects")
    return {name: third_party(server, name, root / name) for name in names}


@pytest.fixture(scope="module")
def web(projects: dict[str, ThirdParty]) -> ThirdParty:
    return projects["web_analytics"]


@pytest.fixture(scope="module")
def shop(projects: dict[str, ThirdParty]) -> ThirdParty:
    return projects["shop"]


@pytest.fixture(scope="module")
def sensors(projects: dict[str, ThirdParty]) -> ThirdParty:
    return projects["sensors"]


@pytest.fixture
def own(server: Server, tmp_path: Path) -> Callable[[str], ThirdParty]:
    """Make a project that the test alone changes."""
    return lambda name: third_party(server, name, tmp_path / name)


@pytest.mark.parametrize("name", ["web_analytics", "shop", "sensors"])
def test_a_project_passes_its_tests_and_its_build_is_what_is_deployed(
    projects: dict[str, ThirdParty], name: str
) -> None:
    tested = projects[name].done("test", "run")
    checked = projects[name].done("deploy", "--check")

    count = len(list((THIRD_PARTY / name / "tests").glob("*.yaml")))
    assert f"{count}/{count} passed" in tested
    assert "No changes to be deployed" in checked


def test_rows_that_arrive_go_down_the_whole_cascade(web: ThirdParty) -> None:
    hit = {
        "timestamp": "2027-01-03 00:00:00",
        "session_id": "s9",
        "action": "page_hit",
        "payload": {"page": {"path": "/new"}, "timing": {"total_ms": 7}},
    }
    web.write({"more.ndjson": json.dumps(hit)})

    web.done("datasource", "append", "analytics_events", "--file", "more.ndjson")

    assert web.endpoint("trend") == [
        {"month": "2026-10-01", "visits": 2, "hits": 3},
        {"month": "2026-11-01", "visits": 1, "hits": 1},
        {"month": "2027-01-01", "visits": 1, "hits": 1},
    ]
    [new] = web.endpoint("top_pages", date_from="2027-01-01", date_to="2027-02-01")
    assert new == {"pathname": "/new", "visits": 1, "hits": 1, "slowest": 7, "version": "1"}


def test_nested_paths_arrays_and_defaults_are_read(web: ThirdParty) -> None:
    rows = web.rows(
        "SELECT pathname, referrer, labels, first_item, skus, prices, duration, version"
        " FROM analytics_events ORDER BY timestamp LIMIT 2"
    )

    assert [list(row.values()) for row in rows] == [
        ["/", "https://news.example/a", ["a", "b"], None, [], [], 120, "1"],
        ["/pricing", None, [], "x", ["x", "y"], [1.5, 2], 0, "2"],
    ]
    assert web.endpoint("revenue", skus="x") == [
        {"sku": "x", "revenue": 4.75, "sessions": ["s1", "s3"]}
    ]


def test_a_copy_appends_each_time_it_runs(web: ThirdParty) -> None:
    web.done("copy", "run", "report", "--wait", "--param", "job_timestamp=2026-11-05 00:00:00")
    web.done("copy", "run", "report", "--wait", "--param", "day=2026-11-02")

    assert web.rows(
        "SELECT date, hits, visits, taken_at = '2026-11-05 00:00:00' AS first"
        " FROM daily_report WHERE date < '2027-01-01' ORDER BY date, first DESC"
    ) == [
        {"date": "2026-10-01", "hits": 2, "visits": 1, "first": 1},
        {"date": "2026-10-02", "hits": 1, "visits": 1, "first": 1},
        {"date": "2026-11-02", "hits": 1, "visits": 1, "first": 1},
        {"date": "2026-11-02", "hits": 1, "visits": 1, "first": 0},
    ]


def test_an_endpoint_is_asked_by_the_cli_and_counted(web: ThirdParty) -> None:
    with web.client() as client:
        client.get("/v0/pipes/top_pages.json", params={"date_from": "yesterday"})

    data = web.done("endpoint", "data", "top_pages", "--device", "bot", "--format", "csv")
    url = web.done("endpoint", "url", "top_pages")
    token = web.done("endpoint", "token", "top_pages").strip()
    stats = web.done("endpoint", "stats", "top_pages", "--format", "json")

    assert data.split()[:2] == ['"pathname","visits","hits","slowest","version"', '"/",1,1,0,"1"']
    assert f"/v0/pipes/top_pages.json?token={token}" in url
    with web.server.client(token) as client:
        assert client.get("/v0/pipes/top_pages.json").json()["data"] == TOP_PAGES
        assert client.get("/v0/sql", params={"q": "SELECT 1 FROM daily_report"}).status_code == 403
    # The CLI asks for the error, the answer and what the token gave.
    assert '"top_pages"' in stats


def test_a_schema_change_keeps_the_rows_by_its_forward_query(
    own: Callable[[str], ThirdParty],
) -> None:
    web = own("web_analytics")
    path = "datasources/analytics_events.datasource"
    web.edit(path, "`version` LowCardinality(String)", "`version` UInt16")
    web.edit(path, "DEFAULT '1'", "DEFAULT 1")

    refused = web.refused("deploy")
    web.edit(
        path,
        "ENGINE_TTL",
        "FORWARD_QUERY >\n    SELECT * EXCEPT version, toUInt16(version) AS version\n\nENGINE_TTL",
    )
    checked = web.done("deploy", "--check")
    untouched = web.rows("SELECT toTypeName(version) AS t FROM analytics_events LIMIT 1")
    deployed = web.done("deploy")

    assert "Add a FORWARD_QUERY" in refused
    assert "From live deployment using Forward Query" in checked
    assert untouched == [{"t": "LowCardinality(String)"}]
    assert "is live!" in deployed
    assert web.rows("SELECT groupArray(version) AS v, count() AS n FROM analytics_events") == [
        {"v": [1, 2, 1, 1, 1], "n": 5}
    ]
    assert web.endpoint("top_pages") == TOP_PAGES


def test_a_column_goes_or_becomes_nullable_without_a_forward_query(
    own: Callable[[str], ThirdParty],
) -> None:
    web = own("web_analytics")
    path = "datasources/analytics_events.datasource"
    web.edit(path, "    `first_item` Nullable(String) `json:$.payload.items[0].sku`,\n", "")
    web.edit(path, "`version` LowCardinality(String)", "`version` LowCardinality(Nullable(String))")
    web.edit(path, "`duration` UInt32", "`duration` Nullable(UInt32)")
    web.edit("materializations/pages_daily_mv.pipe", "(duration)", "(assumeNotNull(duration))")
    web.edit(
        "materializations/pages_daily_mv.pipe", "toString(version)", "toString(ifNull(version, ''))"
    )

    deployed = web.done("deploy")

    assert "is live!" in deployed
    assert web.endpoint("top_pages") == TOP_PAGES
    assert web.rows("SELECT sum(duration) AS s, count() AS n FROM analytics_events") == [
        {"s": 420, "n": 5}
    ]


def test_a_datasource_is_deleted_with_the_flag_alone(own: Callable[[str], ThirdParty]) -> None:
    shop = own("shop")
    for name in ("datasources/stock.datasource", "endpoints/stock_left.pipe"):
        (shop.folder / name).unlink()

    refused = shop.refused("deploy")
    left = shop.rows("SELECT count() AS n FROM stock")
    deployed = shop.done("deploy", "--allow-destructive-operations")

    assert "--allow-destructive-operations" in refused
    assert left == [{"n": 2}]
    assert "is live!" in deployed
    assert "'stock' not found" in shop.refused("sql", "SELECT * FROM stock")


def test_rows_are_exported_appended_replaced_deleted_and_truncated(
    own: Callable[[str], ThirdParty],
) -> None:
    shop = own("shop")
    target = shop.folder / "orders.csv"
    shop.write(
        {"one.ndjson": json.dumps(NEW_ORDER), "stock.csv": "sku,warehouse,quantity,sign\nz,w,1,1\n"}
    )

    shop.done(
        *("datasource", "export", "orders", "--format", "csv", "--target", str(target)),
        *("--where", "total > 50", "--rows", "5"),
    )
    shop.done("datasource", "delete", "orders", "--sql-condition", "total > 50", "--wait", "--yes")
    shop.done("datasource", "append", "orders", "--file", "one.ndjson")
    shop.done("datasource", "replace", "stock", "stock.csv")
    kept = shop.rows("SELECT toFloat64(total) AS total FROM orders FINAL ORDER BY total")
    stock = shop.endpoint("stock_left", source="stock")
    shop.done("datasource", "truncate", "orders", "--yes")

    assert (
        target.read_text()
        .splitlines()[1]
        .startswith(
            '"22222222-2222-4222-8222-222222222222","paris","paid",99.99,"USD","[\'b\']",\\N,'
        )
    )
    assert [row["total"] for row in kept] == [2.25, 5, 10.5]
    assert stock == [{"sku": "z", "quantity": 1}]
    assert shop.rows("SELECT count() AS n FROM orders") == [{"n": 0}]
    # A materialization keeps what it has seen, the row that was marked as deleted among it.
    assert shop.rows("SELECT toFloat64(sum(revenue)) AS r FROM revenue_by_shop FINAL") == [
        {"r": 113.74}
    ]


def test_a_row_that_does_not_fit_waits_in_the_quarantine(
    shop: ThirdParty, sensors: ThirdParty
) -> None:
    [order] = shop.rows("SELECT order_id, c__error_column, c__error FROM orders_quarantine")
    [reading] = sensors.rows("SELECT c__error FROM readings_quarantine")

    assert order["c__error_column"] == ["status"]
    assert order["order_id"] == "55555555-5555-4555-8555-555555555555"
    assert reading == {"c__error": ["value 'fast' on column 'value' is not Nullable(Float64)"]}


def test_a_template_names_its_table_and_its_error(shop: ThirdParty) -> None:
    assert shop.endpoint("stock_left", source="stock") == [
        {"sku": "a", "quantity": 7},
        {"sku": 'b "big"', "quantity": 2},
    ]
    with shop.client() as client:
        closed = client.get("/v0/pipes/revenue.json", params={"shop": "closed"})
        nowhere = client.get("/v0/pipes/stock_left.json", params={"source": "nowhere"})
        nothing = client.get("/v0/pipes/stock_left.json")

    assert (closed.status_code, closed.json()["error"]) == (410, "This shop is closed")
    assert closed.json()["shop"] == "closed"
    assert (nowhere.status_code, nothing.status_code) == (400, 400)


def test_connectors_and_sinks_build_and_say_that_they_do_not_run(sensors: ThirdParty) -> None:
    synced = sensors.refused("datasource", "sync", "archive", "--yes")
    exported = sensors.refused("sink", "run", "nightly")
    with sensors.client() as client:
        shared = client.get("/v0/datasources/readings").json()["shared_with"]

    assert "does not emulate" in synced
    assert "does not emulate" in exported
    assert shared == ["fleet_dashboards", "fleet_research"]
    assert sensors.rows("SELECT count() AS n FROM readings_kafka") == [{"n": 0}]


def test_two_materializations_fill_one_table_one_of_them_from_nothing(sensors: ThirdParty) -> None:
    sensors.done("datasource", "append", "inbox", "--events", '{"line":"fan-2=7.5"}')

    assert sensors.rows("SELECT * FROM readings_all ORDER BY origin, value NULLS LAST") == [
        {"device_id": "pump-1", "value": 1.5, "origin": "direct"},
        {"device_id": "pump-1", "value": 2.5, "origin": "direct"},
        {"device_id": "fan-2", "value": None, "origin": "direct"},
        {"device_id": "fan-2", "value": 7.5, "origin": "inbox"},
    ]
    assert sensors.rows("SELECT count() AS n FROM inbox") == [{"n": 0}]


def test_backfill_skip_and_deployment_method_alter_move_no_rows(
    own: Callable[[str], ThirdParty],
) -> None:
    sensors = own("sensors")
    select = "NODE n\nSQL >\n    SELECT device_id, {} AS value FROM readings\n\nTYPE materialized\n"
    schema = (
        "SCHEMA >\n    `device_id` String,\n    `value` Nullable(Float64)\n\n"
        'ENGINE "MergeTree"\nENGINE_SORTING_KEY "device_id"\n'
    )
    later, altered = "materializations/fill_later.pipe", "materializations/fill_altered.pipe"
    alter = "DATASOURCE altered\nDEPLOYMENT_METHOD alter\n"
    sensors.write(
        {
            "datasources/later.datasource": f"{schema}BACKFILL skip\n",
            "datasources/altered.datasource": schema,
            later: select.format("value") + "DATASOURCE later\n",
            altered: select.format("value") + alter,
        }
    )
    deployed = sensors.done("deploy")
    first = [
        sensors.rows(f"SELECT count() AS n FROM {one}")[0]["n"] for one in ("later", "altered")
    ]

    sensors.write(
        {
            later: select.format("value * 10") + "DATASOURCE later\n",
            altered: select.format("value * 10") + alter,
        }
    )
    sensors.done("deploy")
    sensors.done(
        *("datasource", "append", "readings", "--events"),
        '{"device":"new","value":1,"at":"2026-05-02 00:00:00"}',
    )

    assert "archive.datasource: connectors do not run locally" in deployed
    assert "nightly.pipe: sinks do not run locally" in deployed
    assert first == [0, 3]
    assert sensors.rows("SELECT * FROM later") == [{"device_id": "new", "value": 10}]
    assert sensors.rows("SELECT value FROM altered ORDER BY value NULLS FIRST") == [
        {"value": None},
        {"value": 1.5},
        {"value": 2.5},
        {"value": 10},
    ]


def test_what_tinybird_forward_refuses_is_refused_by_name(sensors: ThirdParty) -> None:
    path = "endpoints/devices.pipe"
    own = (sensors.folder / path).read_text()
    said = []
    for line in ('INCLUDE "../common.incl"\n', "ENGINE MergeTree\n"):
        sensors.write({path: own + line})
        said.append(sensors.refused("build"))
    sensors.write({path: own})

    assert "INCLUDE" in said[0]
    assert "ENGINE is not a valid option in pipe files" in said[1]
    assert len(sensors.endpoint("devices")) == 2
