"""Deployments that wait for their promotion."""

from collections.abc import Iterator

import pytest

from ..tinybird_server import Server

NAMES = "endpoints/names.pipe"
LOUD_NAMES = {
    NAMES: 'TOKEN "app_public" READ\n\nNODE endpoint\nSQL >\n'
    "    SELECT DISTINCT upper(event) AS event FROM events ORDER BY event\n\nTYPE endpoint\n"
}


@pytest.fixture(autouse=True)
def nothing_waits(rich: Server) -> Iterator[None]:
    """What a test leaves waiting is discarded."""
    yield
    with rich.client() as client:
        for deployment in client.get("/v1/deployments").json()["deployments"]:
            if not deployment["live"]:
                client.delete(f"/v1/deployments/{deployment['id']}")


def test_a_deployment_waits_until_the_cli_promotes_it(rich: Server) -> None:
    path = rich.project / NAMES
    own = path.read_text()
    path.write_text(LOUD_NAMES[NAMES])

    created = rich.tb("deployment", "create", "--wait")
    listed, before = rich.tb("deployment", "ls"), _names(rich)
    staged = rich.tb("--staging", "endpoint", "data", "names")
    promoted = rich.tb("deployment", "promote", "--wait")
    after = _names(rich)
    path.write_text(own)
    back = rich.deploy({}, auto_promote="true")

    assert "won't be auto-promoted" in created.stdout
    assert "Staging" in listed.stdout
    assert "LOGIN" in staged.stdout
    assert "is live!" in promoted.stdout
    assert (before, after) == (["buy", "login"], ["BUY", "LOGIN"])
    assert back.json()["result"] == "success"


def test_a_discarded_deployment_changes_nothing(rich: Server) -> None:
    created = rich.deploy(LOUD_NAMES).json()["deployment"]

    done = rich.tb("deployment", "discard", "--wait")

    assert "Discard process successfully completed" in done.stdout
    assert _names(rich) == ["buy", "login"]
    with rich.client() as client:
        gone = client.get(f"/v1/deployments/{created['id']}").json()["deployment"]
        again = client.post(f"/v1/deployments/{created['id']}/set-live")
    assert (gone["status"], again.status_code) == ("deleted", 400)


def test_one_deployment_waits_at_a_time(rich: Server) -> None:
    rich.deploy(LOUD_NAMES)

    second = rich.deploy(LOUD_NAMES, auto_promote="true")

    assert second.status_code == 409
    assert "waits to be promoted" in second.json()["error"]


def test_a_waiting_deployment_with_other_tables_is_not_read_and_none_is_written(
    rich: Server,
) -> None:
    rich.deploy({"datasources/extra.datasource": "SCHEMA >\n    `a` String\n"})
    staging = {"__tb__deployment": "staging"}

    with rich.client() as client:
        read = client.get("/v0/pipes/names.json", params=staging)
        written = client.post("/v0/events", params={"name": "events", **staging}, content="{}")

    assert (read.status_code, written.status_code) == (501, 501)


@pytest.mark.parametrize("options", [{}, {"check": "true"}], ids=["waiting", "check"])
def test_rows_that_do_not_fit_fail_before_anything_waits(
    rich: Server, options: dict[str, str]
) -> None:
    text = (rich.project / "datasources" / "events.datasource").read_text()
    changed = text.replace("`amount` Nullable(Int32)", "`amount` Int32") + (
        "\nFORWARD_QUERY >\n    SELECT tenant_id, event, timestamp,"
        " throwIf(event = 'buy') AS amount, properties\n"
    )

    done = rich.deploy({"datasources/events.datasource": changed}, **options)

    assert done.json()["result"] == "failed"
    with rich.client() as client:
        assert all(one["live"] for one in client.get("/v1/deployments").json()["deployments"])
    assert rich.rows("SELECT toTypeName(amount) AS t FROM events LIMIT 1") == [
        {"t": "Nullable(Int32)"}
    ]


def test_a_forward_query_that_names_no_column_of_the_schema_is_refused(rich: Server) -> None:
    text = (rich.project / "datasources" / "events.datasource").read_text()
    changed = text.replace("`amount` Nullable(Int32)", "`amount` Int64") + (
        "\nFORWARD_QUERY >\n    Select timestamp, toInt64(ifNull(amount, 0)) AS cost, event,"
        " tenant_id, properties\n"
    )

    done = rich.deploy({"datasources/events.datasource": changed}).json()

    assert done["result"] == "failed"
    assert done["deployment"]["errors"][0]["error"] == (
        "The FORWARD_QUERY of 'events' names no column: cost."
    )


def test_a_check_tells_what_is_copied_and_which_tokens_change(rich: Server) -> None:
    text = (rich.project / "datasources" / "events.datasource").read_text()
    changed = text.replace('TOKEN "app_ingest"', 'TOKEN "other"').replace("`amount` ", "`cost` ")
    forward = "SELECT tenant_id, event, timestamp, amount AS cost, properties\n"

    done = rich.deploy(
        {"datasources/events.datasource": f"{changed}\nFORWARD_QUERY >\n    {forward}"},
        check="true",
    ).json()

    assert done["result"] == "success"
    moved = {one["datasource_name"]: one["kind"] for one in done["deployment"]["data_movements"]}
    assert moved["events"] == "backfill_with_forward_query"
    changes = {one["token_name"]: one["change_type"] for one in done["deployment"]["token_changes"]}
    assert changes == {"app_ingest": "deleted", "other": "new"}


def _names(server: Server) -> list[str]:
    with server.client() as client:
        return [row["event"] for row in client.get("/v0/pipes/names.json").json()["data"]]


@pytest.mark.parametrize("path", ["/v1/build", "/v1/deploy?auto_promote=true"])
@pytest.mark.parametrize("body", [{}, {"name": "x"}, {"data_project": ""}, {"": "null"}])
def test_a_form_without_files_deletes_no_project(
    built: Server, path: str, body: dict[str, str]
) -> None:
    with built.client() as client:
        urlencoded = client.post(path, data=body)
        multipart = client.post(path, files={name: (None, text) for name, text in body.items()})

    assert (urlencoded.status_code, multipart.status_code) == (400, 400)
    assert built.count("events") > 0
