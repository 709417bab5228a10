"""Copy pipes, their jobs, and what does not run locally."""

import threading
from concurrent.futures import ThreadPoolExecutor

from ..tinybird_server import Server

SNAPSHOTS = "SELECT event, hits FROM snapshots ORDER BY event, hits"
COPY = "/v0/pipes/snapshot/copy"
DO_NOT_RUN = (
    "/v0/pipes/exported/sink",
    "/v0/pipes/snapshot/copy/pause",
    "/v0/datasources/landed/scheduling/runs",
    "/v0/connectors",
)


def test_a_copy_appends_and_replaces_as_the_cli_asks(rich: Server) -> None:
    with rich.client() as client:
        client.post("/v0/datasources/snapshots/truncate")
        client.post(COPY)
        client.post(COPY)
    appended = rich.rows(SNAPSHOTS)

    done = rich.tb(
        *("copy", "run", "snapshot", "--param", "tenant=globex", "--mode", "replace", "--wait")
    )

    assert appended == [{"event": "login", "hits": 2}, {"event": "login", "hits": 2}]
    assert "Data copied to 'snapshots'" in done.stdout
    assert rich.rows(SNAPSHOTS) == [{"event": "buy", "hits": 1}]


def test_a_reader_sees_the_old_rows_or_the_new_ones_never_none(rich: Server) -> None:
    seen: set[int] = set()
    with rich.client() as client, ThreadPoolExecutor(3) as readers:
        client.post(COPY, params={"_mode": "replace"})
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                seen.add(rich.count("snapshots"))

        reading = [readers.submit(read) for _ in range(3)]
        statuses = {
            client.post(COPY, params={"_mode": "replace"}).json()["job"]["status"]
            for _ in range(20)
        }
        done.set()
        assert [reader.result() for reader in reading] == [None] * 3

    assert (statuses, seen) == ({"done"}, {1})
    assert "No changes. Build skipped." in rich.tb("build").stdout


def test_a_failed_copy_is_a_failed_job_and_keeps_the_rows(rich: Server) -> None:
    with rich.client() as client:
        client.post(COPY, params={"_mode": "replace"})
        answer = client.post(COPY, params={"_mode": "replace", "forbidden": "login"}).json()
        job = client.get(f"/v0/jobs/{answer['job']['id']}").json()

    assert (job["kind"], job["status"]) == ("copy", "error")
    assert "throwIf" in job["error"]
    assert rich.rows(SNAPSHOTS) == [{"event": "login", "hits": 2}]
    [logged] = rich.rows(
        "SELECT result, pipe_name FROM tinybird.datasources_ops_log "
        "WHERE event_type = 'copy' ORDER BY timestamp DESC, result LIMIT 1"
    )
    assert logged == {"result": "error", "pipe_name": "snapshot"}


def test_a_copy_takes_an_admin_and_a_copy_pipe(rich: Server) -> None:
    with rich.client(rich.identity.public_token) as client:
        assert client.post(COPY).status_code == 403
    with rich.client() as client:
        assert client.post("/v0/pipes/names/copy").status_code == 400
        assert client.post(COPY, params={"_mode": "other"}).status_code == 400


def test_jobs_are_listed_described_and_not_cancelled(rich: Server) -> None:
    with rich.client() as client:
        job = client.post(COPY).json()["job"]
        listed = client.get("/v0/jobs", params={"kind": "copy", "status": "done"}).json()["jobs"]
        cancelled = client.post(f"/v0/jobs/{job['id']}/cancel")
        unknown = client.get("/v0/jobs/nothing")

    assert job["id"] in [one["id"] for one in listed]
    assert {one["kind"] for one in listed} == {"copy"}
    assert (cancelled.status_code, unknown.status_code) == (400, 404)
    assert job["id"] in rich.tb("job", "ls", "-k", "copy").stdout


def test_connections_are_kept_and_say_that_they_do_not_run(rich: Server) -> None:
    listed = rich.tb("connection", "ls")

    assert "service: s3" in listed.stdout
    assert "connected_datasources: streamed" in listed.stdout
    with rich.client() as client:
        refused = [client.post(path) for path in DO_NOT_RUN]
    assert [answer.status_code for answer in refused] == [501] * len(DO_NOT_RUN)
    assert "does not emulate running a sink" in refused[0].json()["error"]


def test_a_connection_that_does_not_exist_or_lacks_its_secret_fails_the_build(
    rich: Server,
) -> None:
    lacking = "TYPE kafka\nKAFKA_BOOTSTRAP_SERVERS a:1\nKAFKA_KEY k\nKAFKA_SECRET "
    secret = f"{lacking}{{{{ tb_secret('NOWHERE') }}}}\n"
    landed = (rich.project / "datasources" / "landed.datasource").read_text()

    absent = rich.deploy(
        {"datasources/landed.datasource": landed.replace("bucket\n", "nowhere\n", 1)}, check="true"
    )
    secretless = rich.deploy({"connections/broker.connection": secret}, check="true")

    assert "connection 'nowhere'" in absent.json()["deployment"]["errors"][0]["error"]
    assert "NOWHERE" in secretless.json()["deployment"]["errors"][0]["error"]


def test_what_a_copy_replaces_feeds_the_materializations_of_its_target(fresh: Server) -> None:
    source = "SCHEMA >\n    `event` String\n\nENGINE MergeTree\nENGINE_SORTING_KEY event\n"
    select = "NODE n\nSQL >\n    SELECT event FROM {}\n\nTYPE {}\n{} {}\n"
    files = {
        "datasources/copied.datasource": source,
        "datasources/fed.datasource": source,
        "copies/copied_events.pipe": select.format("events", "copy", "TARGET_DATASOURCE", "copied"),
        "materializations/feeding.pipe": select.format(
            "copied", "materialized", "DATASOURCE", "fed"
        ),
    }
    deployed = fresh.deploy(files, auto_promote="true").json()
    assert deployed["result"] == "success", deployed["deployment"]["errors"]

    with fresh.client() as client:
        for _ in range(2):
            answer = client.post("/v0/pipes/copied_events/copy", params={"_mode": "replace"})
            assert answer.json()["job"]["status"] == "done"

    assert (fresh.count("copied"), fresh.count("fed")) == (3, 6)
