"""What SQL cannot reach, wherever it stands: nothing outside of the token's scope is read."""

import httpx2
import pytest

from ..tinybird_server import Server

PLACES = (
    "SELECT {}",
    "SELECT * FROM ({})",
    "WITH events_daily AS ({}) SELECT * FROM events_daily",
    "WITH x AS (SELECT 1) SELECT ({}) FROM x",
    "SELECT 1 WHERE 1 IN ({})",
    "SELECT 1 UNION ALL {}",
    "SELECT arrayMap(x -> ({}), [1])",
    "SELECT quantile(0.5)(({}))",
    "SELECT 1 AS a ORDER BY a WITH FILL FROM ({})",
    "SELECT count() OVER (ORDER BY ({}))",
    "SELECT count() OVER (ORDER BY 1 ROWS BETWEEN ({}) PRECEDING AND CURRENT ROW)",
    "SELECT count() OVER w FROM numbers(1) WINDOW w AS (PARTITION BY ({}))",
    "SELECT * APPLY(x -> ({})) FROM numbers(1)",
    "SELECT COLUMNS('n') APPLY(x -> ({})) FROM numbers(1)",
    "SELECT * FROM values('a String', ({}))",
    "SELECT * FROM `values`/**/('a String', ({}))",
    "SELECT * FROM numbers(assumeNotNull(({})))",
    "SELECT inIgnoreSet(1, ({}))",
    "SELECT * FROM numbers(1) LIMIT ({})",
    "SELECT * FROM numbers(1) AS n JOIN ({}) AS m ON 1 = 1",
)
BEYOND = (
    "SELECT count() FROM DATABASE.events",
    "SELECT count() FROM `DATABASE` /* . */ . -- .\n events",
    'SELECT count() FROM "\\x77_REST"."events"',
    "SELECT count() FROM merge('DATABASE', '.*')",
    "SELECT count() FROM merge('.*')",
    "SELECT count() FROM view(SELECT * FROM DATABASE.events)",
    "SELECT count() FROM loop('DATABASE', 'events')",
    "SELECT count() FROM system.tables",
    "SELECT count() FROM information_schema.tables",
    "SELECT count() FROM tinybird.pipe_stats_rt",
    "SELECT count() FROM events_quarantine",
    "SELECT count() FROM file('/etc/passwd', 'LineAsString')",
    "SELECT count() FROM url('http://127.0.0.1:1/', 'CSV', 'a String')",
    "SELECT file('/etc/passwd')",
)
TABLE_FUNCTIONS = (
    *("s3", "gcs", "remote", "remoteSecure", "cluster", "clusterAllReplicas", "executable"),
    *("input", "mysql", "postgresql", "sqlite", "jdbc", "odbc", "hdfs", "azureBlobStorage"),
    *("mongodb", "redis", "deltaLake", "iceberg", "icebergLocal", "dictionary", "fileCluster"),
    *("urlCluster", "mergeTreeIndex", "mergeTreeProjection", "python", "Python", "fuzzQuery"),
)
STATEMENTS = (
    "CREATE DICTIONARY d (a Int) PRIMARY KEY a SOURCE(FILE(path '/etc/passwd')) LAYOUT(FLAT())",
    "SELECT dictGet('d', 'a', 1)",
    "SELECT joinGet('DATABASE.events', 'event', 1)",
    "SELECT 1 /*x*/ INTO/**/OUTFILE '/tmp/roost-outfile'",
    "(SELECT 1) INTO OUTFILE '/tmp/roost-outfile'",
    "SELECT 1 UNION ALL SELECT 2 FORMAT CSV INTO OUTFILE '/tmp/roost-outfile'",
    "INSERT INTO FUNCTION file('/tmp/roost-outfile', CSV, 'a Int') SELECT 1",
    *("SET readonly = 0", "SELECT 1 SETTINGS max_memory_usage = 0", "EXPLAIN SELECT 1"),
    *("EXPLAIN PLAN SELECT * FROM DATABASE.events", "SELECT * FROM (EXPLAIN SELECT 1)"),
    *("SHOW TABLES", "SHOW TABLES FROM DATABASE", "SELECT * FROM (SHOW TABLES)", "USE system"),
    *("DESCRIBE DATABASE.events", "SYSTEM SHUTDOWN", "KILL QUERY WHERE 1", "SELECT 1; SELECT 2"),
    *("SELECT 1; DROP TABLE events", "CHECK TABLE events", "DESCRIBE file('/etc/passwd')"),
    *("SELECT * FROM {x:Identifier}", "SELECT * APPLY(file) FROM numbers(1)"),
    *("SELECT currentDatabase()", "SELECT getSetting('readonly')", "SELECT hostName()"),
    *("% SELECT {{ open('/etc/passwd') }}", "% {% import os %} SELECT 1"),
    "% SELECT {{ ().__class__ }}",
)


@pytest.mark.parametrize("place", PLACES)
def test_nothing_beyond_the_scope_is_read_from_any_place(built: Server, place: str) -> None:
    written = [place.format(_named(built, beyond)) for beyond in BEYOND]

    answers = [answer for sql in written for answer in _asked(built, sql)]

    assert [answer.text for answer in answers if answer.status_code not in (400, 403)] == []


@pytest.mark.parametrize("place", PLACES[:-2])
def test_each_place_takes_what_it_may_read(built: Server, place: str) -> None:
    with built.client() as client:
        answer = client.get("/v0/sql", params={"q": place.format("SELECT 1")})

    # Where ClickHouse itself takes no subquery it says so; nobody refuses it.
    assert answer.status_code in (200, 400)
    assert "restricted" not in answer.text
    assert "cannot be read" not in answer.text


@pytest.mark.parametrize("sql", STATEMENTS)
def test_a_statement_that_does_more_than_read_is_refused(built: Server, sql: str) -> None:
    answers = _asked(built, _named(built, sql))

    assert [answer.text for answer in answers if answer.status_code not in (400, 403)] == []


def test_table_functions_that_leave_the_workspace_are_refused(built: Server) -> None:
    hidden = "SELECT count() OVER (ORDER BY (SELECT 1 FROM {}('127.0.0.1:1', 'x')))"
    written = [
        text.format(name)
        for name in TABLE_FUNCTIONS
        for text in ("SELECT * FROM {}('127.0.0.1:1', 'x')", hidden)
    ]

    answers = [answer for sql in written for answer in _asked(built, sql)]

    assert [answer.text for answer in answers if answer.status_code not in (400, 403)] == []


def test_windows_apply_and_table_functions_work_within_the_scope(built: Server) -> None:
    sql = (
        "SELECT row_number() OVER (ORDER BY tenant_id DESC) AS n,"
        " lagInFrame(tenant_id) OVER w AS before,"
        " COLUMNS('tenant_id') APPLY(x -> upper(x)) FROM events"
        " WINDOW w AS (ORDER BY tenant_id DESC) ORDER BY n LIMIT 1"
    )

    assert built.rows(sql) == [{"n": 1, "before": "", "upper(tenant_id)": "GLOBEX"}]
    assert built.rows("SELECT sum(number) AS s FROM numbers(4)") == [{"s": 6}]
    assert built.rows("SELECT * FROM values('a Int8', 1 + 1)") == [{"a": 2}]


@pytest.mark.parametrize(
    "sql",
    [
        "select row_number() over (order by start_datetime) from tinybird.pipe_stats_rt",
        "SELECT any(url) OVER w FROM `tinybird`.`pipe_stats_rt` WINDOW w AS (ORDER BY duration)",
        "SELECT count() OVER () FROM numbers(1) AS n JOIN tinybird.jobs_log AS j ON 1 = 1",
        "SELECT * APPLY(toString) FROM tinybird.datasources_ops_log",
    ],
)
def test_windows_go_with_service_tables(built: Server, sql: str) -> None:
    with built.client() as client:
        client.get("/v0/pipes/names.json")
        answer = client.get("/v0/sql", params={"q": sql})

    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("place", PLACES)
def test_a_table_that_is_read_openly_opens_no_other(built: Server, place: str) -> None:
    own = {"type": "DATASOURCES:READ", "resource": "tinybird.pipe_stats_rt"}
    openly = "SELECT count() OVER () FROM tinybird.pipe_stats_rt UNION ALL {}"
    others = [sql for sql in BEYOND if "pipe_stats_rt" not in sql]
    written = [openly.format(place.format(_named(built, other))) for other in others]

    with built.client(built.jwt(own)) as client:
        answers = [client.get("/v0/sql", params={"q": sql}) for sql in written]

    assert [answer.text for answer in answers if answer.status_code not in (400, 403)] == []


def test_a_pipe_that_reads_beyond_the_workspace_is_not_built(built: Server) -> None:
    sql = _named(built, "SELECT count() OVER (ORDER BY (SELECT 1 FROM DATABASE.events))")
    for text in (sql, "SELECT count() OVER (ORDER BY file('/etc/passwd'))", "% {% import os %} 1"):
        pipe = f"NODE n\nSQL >\n    {text}\nTYPE endpoint\n"

        answer = built.deploy({"endpoints/beyond.pipe": pipe}, check="true")

        assert (answer.status_code, answer.json()["result"]) == (200, "failed"), text


def _asked(server: Server, sql: str) -> list[httpx2.Response]:
    pipe = {"type": "PIPES:READ", "resource": "top_events", "fixed_params": {"tenant_id": "acme"}}
    rows = {"type": "DATASOURCES:READ", "resource": "events", "filter": "tenant_id = 'acme'"}
    answers = []
    with server.client("") as client:
        for token in (server.jwt(pipe), server.jwt(rows), server.identity.public_token):
            answers.append(client.get("/v0/sql", params={"q": sql, "token": token}))
        over = {"q": sql, "token": server.identity.public_token}
        answers.append(client.get("/v0/pipes/names.json", params=over))
    return answers


def _named(server: Server, sql: str) -> str:
    rest = server.identity.workspace_id.replace("-", "")
    return sql.replace("DATABASE", f"w_{rest}").replace("REST", rest)
