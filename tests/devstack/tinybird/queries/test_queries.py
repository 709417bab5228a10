"""Endpoints and SQL over HTTP."""

import pytest

from ..tinybird_server import Server

URL = "/v0/pipes/top_events"
ACME = {"tenant_id": "acme"}


def test_json_has_meta_rows_and_true_statistics(built: Server) -> None:
    with built.client() as client:
        body = client.get(f"{URL}.json", params=ACME).json()

    assert body["meta"] == [
        {"name": "event", "type": "LowCardinality(String)"},
        {"name": "hits", "type": "UInt64"},
    ]
    assert body["data"] == [{"event": "login", "hits": 2}]
    assert (body["rows"], body["rows_before_limit_at_least"]) == (1, 1)
    assert body["statistics"]["rows_read"] > 0
    assert body["statistics"]["bytes_read"] > 0


def test_the_other_formats(built: Server) -> None:
    with built.client() as client:
        texts = {
            form: client.get(f"{URL}.{form}", params=ACME) for form in ("csv", "ndjson", "parquet")
        }

    assert texts["csv"].text == '"event","hits"\n"login",2\n'
    assert texts["ndjson"].text == '{"event":"login","hits":2}\n'
    assert texts["parquet"].content[:4] == b"PAR1"


def test_a_missing_parameter_is_a_400_in_the_words_of_the_engine(built: Server) -> None:
    with built.client() as client:
        answer = client.get(f"{URL}.json")

    assert answer.status_code == 400
    assert answer.json()["error"].startswith("Template Syntax Error: Required parameter is not")


def test_a_hostile_tenant_stays_a_value(built: Server) -> None:
    with built.client() as client:
        answer = client.get(f"{URL}.json", params={"tenant_id": "acme' OR 1=1 --"})

    assert answer.json()["data"] == []


def test_q_runs_over_the_result_and_nothing_else(built: Server) -> None:
    with built.client() as client:
        over = client.get(f"{URL}.json", params={**ACME, "q": "SELECT sum(hits) AS n FROM _"})
        beyond = client.get(f"{URL}.json", params={**ACME, "q": "SELECT * FROM events"})

    assert over.json()["data"] == [{"n": 2}]
    assert beyond.status_code == 400


def test_sql_answers_in_the_format_it_names_or_tsv(built: Server) -> None:
    with built.client() as client:
        sql = {"q": "SELECT count() AS n FROM events FORMAT CSVWithNames"}
        values = {"q": "SELECT * FROM values(('a', 1), ('b\\tc', 2))"}
        unnamed = client.get("/v0/sql", params=values)
        by_get = client.get("/v0/sql", params=sql)
        by_post = client.post("/v0/sql", content="SELECT 1 AS a FORMAT JSON")
        by_json = client.post(
            "/v0/sql", json={"q": "% SELECT {{Int8(x)}} AS a FORMAT JSON", "x": 3}
        )

    assert unnamed.text == "a\t1\nb\\tc\t2\n"
    assert unnamed.headers["content-type"].startswith("text/tab-separated-values")
    assert by_get.text == '"n"\n3\n'
    assert by_get.headers["content-type"].startswith("text/csv")
    assert by_post.json()["data"] == [{"a": 1}]
    assert by_json.json()["data"] == [{"a": 3}]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM system.tables",
        "SELECT * FROM `system`.`processes`",
        "SELECT (SELECT count() FROM system.tables)",
        "SELECT 1 WHERE 1 IN system.users",
        "SELECT * FROM information_schema.tables",
        "SELECT file('/etc/passwd')",
        "SELECT * FROM file('/etc/passwd', LineAsString)",
        "SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')",
        "SELECT * FROM merge('.*', '.*')",
        "SELECT * FROM remote('127.0.0.1', system.one)",
        "SELECT * FROM executable('x', 'y', 'z')",
        "SELECT 1 INTO OUTFILE '/tmp/roost-outfile'",
        "SELECT 1; SELECT 2",
        "DROP TABLE events",
        "INSERT INTO events VALUES (1)",
        "SELECT 1 SETTINGS readonly = 0",
        "SELECT 1 FORMAT JSON SETTINGS readonly = 0",
        "SELECT * FROM (SELECT 1 SETTINGS max_execution_time = 0)",
        "SELECT * FROM nowhere",
        "SELECT {x:String}",
        "SELECT throwIf(1)",
        "SELECT",
        "",
        "\x00",
        "SELECT '\\",
        "((((",
    ],
)
def test_sql_that_is_no_query_of_the_workspace_is_refused(built: Server, sql: str) -> None:
    with built.client() as client:
        answer = client.post("/v0/sql", json={"q": sql})

    assert answer.status_code in (400, 403)
    assert sorted(answer.json()) == ["documentation", "error"]
    assert "w_" + built.identity.workspace_id.replace("-", "") not in answer.text


@pytest.mark.parametrize(
    ("sql", "text"),
    [
        ("SELECT dummy FROM system.one", "0\n"),
        ("SELECT number FROM `system`.`numbers` LIMIT 2", "0\n1\n"),
        ("SELECT sum(number) FROM (SELECT * FROM system.numbers_mt LIMIT 4)", "6\n"),
        ("SELECT dummy, n.number FROM system.one, numbers(1) AS n", "0\t0\n"),
        ("SELECT row_number() OVER (ORDER BY dummy) FROM system.one", "1\n"),
        ("SELECT zero FROM system.zeros LIMIT 1", "0\n"),
    ],
)
def test_tables_that_only_generate_are_read(built: Server, sql: str, text: str) -> None:
    with built.client() as client:
        assert client.get("/v0/sql", params={"q": sql}).text == text


@pytest.mark.parametrize("name", ["workspaces", "pipe_stats_rt", "nowhere"])
def test_what_is_of_an_organization_is_not_emulated(built: Server, name: str) -> None:
    with built.client() as client:
        answer = client.get("/v0/sql", params={"q": f"SELECT * FROM organization.{name}"})

    assert answer.status_code == 501
    assert f"organization.{name}" in answer.json()["error"]


COUNTED = (
    "WITH RECURSIVE x AS (SELECT 1 AS n UNION ALL"
    " SELECT n + 1 FROM x WHERE n < (SELECT count() FROM events)) SELECT max(n) AS m FROM x"
)


@pytest.mark.parametrize(
    "sql",
    [
        COUNTED,
        COUNTED.replace("x", "events_daily").replace("maevents_daily", "max").lower(),
        "WITH RECURSIVE `x` AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM `x` WHERE n < 3),"
        " y AS (SELECT max(n) AS m FROM x) SELECT m FROM y",
    ],
)
def test_a_query_with_recursion_reads_what_it_defines(built: Server, sql: str) -> None:
    assert built.rows(sql) == [{"m": 3}]


def test_a_pipe_with_recursion_is_built(built: Server) -> None:
    one = "NODE one\nSQL >\n    SELECT count() AS n FROM events\n\n"
    two = f"NODE two\nSQL >\n    {COUNTED.replace('count() FROM events', 'n FROM one')}\n\n"

    done = built.deploy({"endpoints/r.pipe": f"{one}{two}TYPE endpoint\n"}, check="true")

    assert done.json()["result"] == "success", done.text


@pytest.mark.parametrize("name", ["events", "DATABASE.events", "names"])
def test_a_name_that_recursion_defines_opens_no_table(built: Server, name: str) -> None:
    read = name.replace("DATABASE", f"w_{built.identity.workspace_id.replace('-', '')}")
    sql = f"SELECT 1 WHERE 1 IN (WITH RECURSIVE events AS (SELECT 1) SELECT 1) AND 1 IN {read}"
    scope = {"type": "DATASOURCES:READ", "resource": "events_daily"}

    with built.client(built.jwt(scope)) as client:
        assert client.get("/v0/sql", params={"q": sql}).status_code in (400, 403)


JOINED = "SELECT b.x FROM numbers(1) AS a LEFT JOIN (SELECT 7 AS x, 8 AS y) AS b ON a.number = b.y"


@pytest.mark.parametrize(
    ("sql", "row"),
    [
        (JOINED, {"x": 0}),
        (f"{JOINED} SETTINGS join_use_nulls = 1", {"x": None}),
        (f"{JOINED} SETTINGS join_algorithm = 'hash', join_use_nulls = 1", {"x": None}),
        (f"SELECT * FROM ({JOINED} SETTINGS join_use_nulls = 1)", {"x": None}),
    ],
)
def test_a_join_leaves_nulls_where_it_is_set_so(
    built: Server, sql: str, row: dict[str, object]
) -> None:
    assert built.rows(sql) == [row]


def test_numbers_that_are_none_are_null_or_quoted(built: Server) -> None:
    sql = "SELECT 1 / 0 AS x, nan AS y, 1 AS z FORMAT JSON"

    with built.client() as client:
        plain = client.get("/v0/sql", params={"q": sql})
        asked = {"q": sql, "output_format_json_quote_denormals": "1"}
        quoted = client.get("/v0/sql", params=asked)

    assert plain.json()["data"] == [{"x": None, "y": None, "z": 1}]
    assert quoted.json()["data"] == [{"x": "inf", "y": "nan", "z": 1}]


@pytest.mark.parametrize("column", ["generateUUIDv4()", "[generateUUIDv4()]"])
def test_a_uuid_in_parquet_is_not_emulated(built: Server, column: str) -> None:
    with built.client() as client:
        answer = client.get("/v0/sql", params={"q": f"SELECT {column} AS u FORMAT Parquet"})
        text = client.get("/v0/sql", params={"q": "SELECT toString(1) AS u FORMAT Parquet"})

    assert answer.status_code == 501
    assert "the type UUID in Parquet: select toString(column)" in answer.json()["error"]
    assert text.content[:4] == b"PAR1"


def test_a_failed_query_leaves_nothing_in_the_next_answer(built: Server) -> None:
    failing = "SELECT number, throwIf(number = 100000) FROM numbers(200000)"

    with built.client() as client:
        for _ in range(8):
            assert client.get("/v0/sql", params={"q": failing}).status_code == 400
        answers = [
            client.get("/v0/sql", params={"q": "SELECT 1 AS a FORMAT CSV"}) for _ in range(8)
        ]

    assert [answer.text for answer in answers] == ["1\n"] * 8


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v0/connectors"), ("POST", "/v0/analyze?url=x"), ("GET", "/v0/dependencies")],
)
def test_what_is_not_emulated_says_so(built: Server, method: str, path: str) -> None:
    with built.client() as client:
        answer = client.request(method, path)

    assert answer.status_code == 501
    assert answer.json()["error"].startswith("The embedded Tinybird does not emulate ")


def test_arrays_come_by_comma_and_as_json(fresh: Server) -> None:
    (fresh.project / "endpoints" / "lists.pipe").write_text(
        "NODE n\nSQL >\n    %\n    SELECT {{ Array(names, 'String') }} AS names\nTYPE endpoint\n"
    )
    fresh.tb("build")

    with fresh.client() as client:
        by_query = client.get("/v0/pipes/lists.json", params={"names": "a,b"})
        by_json = client.post("/v0/pipes/lists.json", json={"names": ["a,b", "c'"]})

    assert by_query.json()["data"] == [{"names": ["a", "b"]}]
    assert by_json.json()["data"] == [{"names": ["a,b", "c'"]}]


def test_error_and_custom_error_come_back_as_written(fresh: Server) -> None:
    (fresh.project / "endpoints" / "errors.pipe").write_text(
        "NODE n\nSQL >\n    %\n    {% if defined(odd) %}{{ custom_error('odd', 422) }}{% end %}\n"
        "    {% if defined(bad) %}{{ error('bad input') }}{% end %} SELECT 1 AS a\nTYPE endpoint\n"
    )
    fresh.tb("build")

    with fresh.client() as client:
        odd = client.get("/v0/pipes/errors.json?odd=1")
        bad = client.get("/v0/pipes/errors.json?bad=1")

    assert (odd.status_code, odd.json()["error"]) == (422, "odd")
    assert (bad.status_code, bad.json()["error"]) == (400, "bad input")


@pytest.mark.parametrize(
    ("key", "column"), [("j.a.:String", "j.a.:String"), ("text", "toString(j.a) AS text")]
)
def test_a_subcolumn_of_json_with_its_type_is_a_key(built: Server, key: str, column: str) -> None:
    rows = """SELECT '{"a": "x"}'::JSON AS j FROM numbers(2)"""

    with built.client() as client:
        sql = f"SELECT {column}, count() FROM ({rows}) GROUP BY {key} ORDER BY {key}"
        typed = client.get("/v0/sql", params={"q": sql})
        untyped = client.get("/v0/sql", params={"q": f"SELECT 1 FROM ({rows}) GROUP BY j.a"})

    assert typed.text == "x\t2\n"
    assert untyped.status_code == 400
    assert ".:Int64" in untyped.json()["error"]
