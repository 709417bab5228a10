"""EXISTS is true where there is such a row, wherever a query runs."""

from ..tinybird_server import Server

EXISTS = (
    "EXISTS (SELECT 1 FROM events WHERE tenant_id = '{}')",
    "EXISTS (SELECT event FROM events WHERE tenant_id = '{}' LIMIT 1)",
    "EXISTS (SELECT count() FROM events WHERE tenant_id = '{}' GROUP BY event)",
    "EXISTS (SELECT 1 FROM (SELECT tenant_id FROM events) WHERE tenant_id = '{}')",
    "EXISTS (SELECT 1 FROM events AS a JOIN events AS b USING (event) WHERE a.tenant_id = '{}')",
    "EXISTS (SELECT 0 FROM events WHERE tenant_id = '{}' UNION ALL SELECT 0 WHERE 0)",
)
ASKED = [one.format(tenant) for one in EXISTS for tenant in ("acme", "nobody")]
SELECT = ", ".join(f"toUInt8({one}) AS c{at}" for at, one in enumerate(ASKED))
TRUE = {f"c{at}": int("acme" in one) for at, one in enumerate(ASKED)}
SCHEMA = ",\n".join(f"    `{name}` UInt8" for name in TRUE)
TARGET = f'SCHEMA >\n{SCHEMA}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "c0"\n'
NODE = f"NODE n\nSQL >\n    SELECT {SELECT}"


def test_sql_knows_which_rows_exist(built: Server) -> None:
    assert built.rows(f"SELECT {SELECT}") == [TRUE]
    for condition in ASKED:
        expected = built.count("events") if "acme" in condition else 0
        assert built.count(f"events WHERE {condition}") == expected, condition


def test_a_jwt_with_a_filter_knows_which_rows_exist(built: Server) -> None:
    scope = {"type": "DATASOURCES:READ", "resource": "events", "filter": "tenant_id = 'acme'"}

    with built.client(built.jwt(scope)) as client:
        answer = client.get("/v0/sql", params={"q": f"SELECT {SELECT} FORMAT JSON"})

    assert answer.json()["data"] == [TRUE]


def test_pipes_know_which_rows_exist(fresh: Server) -> None:
    deployed = fresh.deploy(
        {
            "endpoints/asked.pipe": f"{NODE}\n\nTYPE endpoint\n",
            "datasources/copied.datasource": TARGET,
            "datasources/filled.datasource": TARGET,
            "copies/copying.pipe": f"{NODE}\n\nTYPE copy\nTARGET_DATASOURCE copied\n",
            "materializations/filling.pipe": f"{NODE} FROM events LIMIT 1\n\n"
            "TYPE materialized\nDATASOURCE filled\n",
        },
        auto_promote="true",
    ).json()
    assert deployed["result"] == "success", deployed["deployment"]["errors"]

    with fresh.client() as client:
        asked = client.get("/v0/pipes/asked.json").json()["data"]
        copied = client.post("/v0/pipes/copying/copy").json()["job"]["status"]

    assert asked == [TRUE]
    assert copied == "done"
    assert fresh.rows("SELECT * FROM copied") == [TRUE]
    # As it was filled when it was deployed, from the rows that were there.
    assert fresh.rows("SELECT * FROM filled") == [TRUE]


def test_a_row_that_comes_later_is_materialized_with_what_exists(fresh: Server) -> None:
    deployed = fresh.deploy(
        {
            "datasources/filled.datasource": TARGET,
            "materializations/filling.pipe": f"{NODE} FROM events LIMIT 1\n\n"
            "TYPE materialized\nDATASOURCE filled\n",
        },
        auto_promote="true",
    ).json()
    assert deployed["result"] == "success", deployed["deployment"]["errors"]

    row = b'{"tenant_id": "acme", "event": "x", "timestamp": "2026-01-01 00:00:00"}'
    with fresh.client() as client:
        client.post("/v0/events?name=events&wait=true", content=row)

    assert fresh.rows("SELECT * FROM filled") == [TRUE, TRUE]
