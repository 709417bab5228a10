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
