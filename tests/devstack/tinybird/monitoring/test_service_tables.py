"""`tinybird.*`: what really happened, and who may read it."""

from pathlib import Path

import pytest

from ..tinybird_server import Server, serving

STATS = "SELECT * FROM tinybird.pipe_stats_rt"


def test_a_request_is_noted_without_its_token(rich: Server) -> None:
    with rich.client() as client:
        token = {"token": rich.identity.workspace_token}
        answer = client.get("/v0/pipes/top_events.json", params={"tenant_id": "seen", **token})

    [row] = rich.rows(f"{STATS} WHERE request_id = '{answer.headers['x-request-id']}'")

    assert (row["pipe_name"], row["status_code"], row["error"]) == ("top_events", 200, 0)
    assert row["url"] == "/v0/pipes/top_events.json?tenant_id=seen"
    assert row["parameters"] == {"tenant_id": "seen"}
    assert row["token_name"] == "workspace admin token"
    assert row["duration"] > 0


def test_an_error_is_in_endpoint_errors_and_counted_by_endpoint_stats(rich: Server) -> None:
    with rich.client() as client:
        refused = client.get("/v0/pipes/top_events.json", params={"limit": "many"})
        request_id = rich.rows("SELECT max(request_id) AS id FROM tinybird.endpoint_errors")[0]

    [row] = rich.rows(
        f"SELECT * FROM tinybird.endpoint_errors WHERE request_id = '{request_id['id']}'"
    )
    stats = rich.tb("endpoint", "stats", "--format", "json")

    assert (row["status_code"], row["error"]) == (400, refused.json()["error"])
    assert '"name": "top_events"' in stats.stdout
    assert '"errors": 0' not in stats.stdout.split('"top_events"')[1].split("}")[0]


def test_operations_are_noted_with_their_rows(rich: Server) -> None:
    with rich.client() as client:
        client.post("/v0/events", params={"name": "landed"}, content='{"a":"x"}')
        client.post("/v0/events", params={"name": "landed"}, content='{"b":"x"}')
        client.post("/v0/datasources/landed/truncate")

    # No other test writes to it: what happened in one second comes in no order.
    rows = rich.rows(
        "SELECT event_type, rows, rows_quarantine, result FROM tinybird.datasources_ops_log "
        "WHERE datasource_name = 'landed'"
    )

    assert sorted((row["event_type"], row["rows"], row["rows_quarantine"]) for row in rows) == [
        ("append-hfi", 0, 1),
        ("append-hfi", 1, 0),
        ("truncate", None, None),
    ]
    assert {row["result"] for row in rows} == {"ok"}


@pytest.mark.parametrize("source", [(), ("--source", "*")])
def test_the_cli_shows_the_logs(rich: Server, source: tuple[str, ...]) -> None:
    done = rich.tb("logs", *source)

    assert done.returncode == 0, done.stdout
    assert "tinybird.datasources_ops_log" in done.stdout
    assert "tinybird.jobs_log" in done.stdout


def test_only_admins_and_tokens_of_that_very_table_read_it(rich: Server) -> None:
    own = rich.jwt({"type": "DATASOURCES:READ", "resource": "tinybird.pipe_stats_rt"})
    other = rich.jwt({"type": "DATASOURCES:READ", "resource": "events"})

    answers = {}
    for token in (own, other, rich.identity.public_token):
        with rich.client(token) as client:
            answers[token] = client.get("/v0/sql", params={"q": STATS}).status_code

    assert list(answers.values()) == [200, 403, 403]


def test_an_endpoint_can_read_service_tables_and_a_materialization_cannot(rich: Server) -> None:
    view = "NODE n\nSQL >\n    SELECT pipe_name AS event, 1 AS hits FROM tinybird.pipe_stats_rt\n"

    done = rich.deploy(
        {"pipes/v.pipe": f"{view}\nTYPE materialized\nDATASOURCE snapshots\n"}, check="true"
    )

    with rich.client() as client:
        assert client.get("/v0/pipes/own_requests.json").json()["data"] == [{"asked": 1}]
        unknown = client.get("/v0/sql", params={"q": "SELECT * FROM tinybird.data_transfer"})
    assert "cannot read service datasources" in done.json()["deployment"]["errors"][0]["error"]
    assert unknown.status_code == 501


def test_what_happened_survives_a_restart(tmp_path: Path) -> None:
    with serving(tmp_path) as server, server.client() as client:
        client.get("/v0/sql", params={"q": "SELECT 'before the restart'"})

    with serving(tmp_path) as server:
        found = server.rows(f"{STATS} WHERE parameters['q'] = 'SELECT \\'before the restart\\''")

    assert len(found) == 1
