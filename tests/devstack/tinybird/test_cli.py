"""The unpatched official CLI as a client."""

import shutil
import subprocess
from pathlib import Path

from devstack.tinybird.cli import cli_environment

from .tinybird_server import Server, serving


def test_build_loads_the_fixtures_and_a_second_one_skips(built: Server) -> None:
    done = built.tb("build")

    assert "No changes. Build skipped." in done.stdout
    assert built.count("events") == 3


def test_build_reaches_the_workspace_of_the_identity(built: Server) -> None:
    with built.client() as client:
        workspace = client.get("/v1/workspace").json()

    assert workspace["id"] == built.identity.workspace_id
    # What Tinybird's Python SDK takes, which refuses other keys.
    assert sorted(workspace) == ["id", "main", "name", "scope", "user_email", "user_id"]


def test_test_run_passes_and_its_workspace_goes_with_the_next_one(fresh: Server) -> None:
    first, second = fresh.tb("test", "run"), fresh.tb("test", "run")

    assert (first.returncode, second.returncode) == (0, 0), first.stdout + second.stdout
    with fresh.client(fresh.identity.derived_token("user")) as client:
        names = [w["name"] for w in client.get("/v1/user/workspaces").json()["workspaces"]]
    assert len([name for name in names if name.startswith("Tinybird_Local_Test_")]) == 1


def test_a_wrong_expectation_fails_test_run(fresh: Server) -> None:
    path = fresh.project / "tests" / "top_events.yaml"
    path.write_text(path.read_text().replace('"hits":2', '"hits":3'))

    done = fresh.tb("test", "run")

    assert done.returncode == 1
    assert '{"event":"login","hits":2}' in done.stdout


def test_test_run_reads_a_pipe_that_is_no_endpoint_as_tsv(rich: Server) -> None:
    tests = rich.project / "tests"
    expected = "- name: acme\n  parameters: ''\n  expected_result: \"login\\t2\\n\"\n"
    (tests / "snapshot.yaml").write_text(expected)

    done = rich.tb("test", "run", "snapshot")

    assert done.returncode == 0, done.stdout
    assert "1/1 passed" in done.stdout


def test_a_failed_build_names_the_file_and_leaves_the_old_one_serving(fresh: Server) -> None:
    (fresh.project / "endpoints" / "broken.pipe").write_text(
        "NODE n\nSQL >\n    SELECT nothing FROM events\nTYPE endpoint\n"
    )

    done = fresh.tb("build")

    assert done.returncode == 1
    assert "endpoints/broken.pipe" in done.stdout
    assert "nothing" in done.stdout
    with fresh.client() as client:
        assert client.get("/v0/pipes/names.json").status_code == 200
        assert client.get("/v0/pipes/broken.json").status_code == 404


def test_a_missing_table_fails_the_build(fresh: Server) -> None:
    (fresh.project / "endpoints" / "broken.pipe").write_text(
        "NODE n\nSQL >\n    %\n    SELECT {{ Int32(x) }} FROM nowhere\nTYPE endpoint\n"
    )

    done = fresh.tb("build")

    assert "Resource 'nowhere' not found" in done.stdout


def test_a_rebuild_keeps_the_rows_and_backfills_a_new_materialization(fresh: Server) -> None:
    (fresh.project / "datasources" / "tenants.datasource").write_text(
        "SCHEMA >\n    `tenant_id` String,\n    `hits` UInt64\n\n"
        'ENGINE "SummingMergeTree"\nENGINE_SORTING_KEY "tenant_id"\n'
    )
    (fresh.project / "materializations" / "tenants_rollup.pipe").write_text(
        "NODE n\nSQL >\n    SELECT count() AS hits, tenant_id FROM events GROUP BY tenant_id\n"
        "TYPE materialized\nDATASOURCE tenants\n"
    )

    done = fresh.tb("build")

    assert done.returncode == 0, done.stdout
    assert fresh.count("events") == 3
    assert fresh.rows("SELECT * FROM tenants ORDER BY tenant_id") == [
        {"tenant_id": "acme", "hits": 2},
        {"tenant_id": "globex", "hits": 1},
    ]


def test_a_new_column_keeps_the_rows(fresh: Server) -> None:
    _edit_schema(fresh, "`amount` Nullable(Int32)", "`extra` String DEFAULT 'x' , `amount` Int64")

    done = fresh.tb("build")

    assert done.returncode == 1
    assert "column 'amount' changes from Nullable(Int32) to Int64" in done.stdout
    assert fresh.count("events") == 3


def test_a_forward_query_migrates_the_rows(fresh: Server) -> None:
    _edit_schema(fresh, "`amount` Nullable(Int32)", "`amount` Int64")
    with (fresh.project / "datasources" / "events.datasource").open("a") as file:
        file.write(
            "\nFORWARD_QUERY >\n    SELECT tenant_id, event, timestamp,"
            " toInt64(ifNull(amount, -1)) AS amount, properties\n"
        )

    done = fresh.tb("build")

    assert done.returncode == 0, done.stdout
    assert fresh.rows("SELECT sum(amount) AS s FROM events") == [{"s": -1}]


def test_deploy_counts_and_destructive_operations_need_the_flag(fresh: Server) -> None:
    (fresh.project / "endpoints" / "top_events.pipe").unlink()
    (fresh.project / "tests" / "top_events.yaml").unlink()
    (fresh.project / "materializations" / "daily.pipe").unlink()
    (fresh.project / "datasources" / "events_daily.datasource").unlink()

    refused = fresh.tb("deploy")
    checked = fresh.tb("deploy", "--check", "--allow-destructive-operations")
    kept = fresh.count("events_daily")
    allowed = fresh.tb("deploy", "--allow-destructive-operations")

    assert refused.returncode == 1
    assert "--allow-destructive-operations" in refused.stdout
    assert checked.returncode == 0, checked.stdout
    assert kept == 2
    assert "Deployment #1 is live" in allowed.stdout


def test_sql_endpoint_and_datasource_commands_answer(fresh: Server) -> None:
    rows = fresh.project / "more.ndjson"
    rows.write_text('{"tenant_id":"acme","event":"x","timestamp":"2024-01-01 00:00:00"}\n')

    assert "globex" in fresh.tb("sql", "SELECT * FROM events").stdout
    assert "login" in fresh.tb("endpoint", "data", "top_events", "--tenant_id", "acme").stdout
    assert "/v0/pipes/names.json?token=" in fresh.tb("endpoint", "ls").stdout
    assert "row_count: 3" in fresh.tb("datasource", "ls").stdout
    assert fresh.tb("datasource", "append", "events", "--file", str(rows)).returncode == 0
    assert fresh.count("events") == 4
    assert fresh.tb("datasource", "truncate", "events", "--yes").returncode == 0
    assert fresh.count("events") == 0
    assert fresh.identity.ingest_token in fresh.tb("token", "ls").stdout


def test_secrets_are_set_and_read_by_templates(fresh: Server) -> None:
    (fresh.project / "endpoints" / "secret.pipe").write_text(
        "NODE n\nSQL >\n    %\n    SELECT {{ tb_secret('salt') }} AS salt\nTYPE endpoint\n"
    )

    assert fresh.tb("secret", "set", "salt", "p'epper").returncode == 0
    assert fresh.tb("build").returncode == 0

    with fresh.client() as client:
        assert client.get("/v0/pipes/secret.json").json()["data"] == [{"salt": "p'epper"}]
    assert "salt" in fresh.tb("secret", "ls").stdout


def test_a_branch_and_ci_variables_do_not_change_the_workspace(fresh: Server) -> None:
    for command in (["init", "-q", "-b", "feature/x"], ["symbolic-ref", "HEAD", "refs/heads/f"]):
        subprocess.run(["git", *command], cwd=fresh.root, check=True)
    (fresh.project / ".tinyb").write_text('{"name": "somewhere_else"}')
    ci = {"GITHUB_REF_NAME": "feature", "CI_COMMIT_BRANCH": "feature"}

    done = fresh.tb("build", env=ci | cli_environment(fresh.port, fresh.project))

    assert "No changes. Build skipped." in done.stdout


def test_the_cli_alone_gets_a_workspace_of_its_branch(fresh: Server) -> None:
    environment = cli_environment(fresh.port) | {"GITHUB_REF_NAME": "feature/x"}

    done = fresh.tb("build", env=environment)

    assert "events.datasource created" in done.stdout
    with fresh.client(fresh.identity.derived_token("user")) as client:
        names = [w["name"] for w in client.get("/v1/user/workspaces").json()["workspaces"]]
    assert "feature_x" in names


def test_a_moved_project_keeps_its_workspace(fresh: Server, tmp_path: Path) -> None:
    fresh.process.terminate()
    fresh.process.wait(30)
    moved = tmp_path.parent / f"{tmp_path.name}-moved"
    shutil.move(tmp_path, moved)

    with serving(moved) as server:
        done = server.tb("build")

    assert "No changes. Build skipped." in done.stdout


def _edit_schema(server: Server, old: str, new: str) -> None:
    path = server.project / "datasources" / "events.datasource"
    path.write_text(path.read_text().replace(old, new))
