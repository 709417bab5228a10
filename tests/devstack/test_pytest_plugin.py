"""The fixtures that the pytest plugin gives to any project."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import jwt
import pytest
from devstack.pytest_plugin import FreshWorkspace
from devstack.testing.clerk_server import ClerkServer
from devstack.testing.tinybird_server import ProjectDoesNotBuild, TinybirdServer
from devstack.testing.workspace import Refused, RowsQuarantined, Workspace

FILTER = "tenant_id = {{ String(tenant_id, required=True) }}"


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with thirty endpoints, a rollup, a secret and a token."""
    files = {
        "events.datasource": "TOKEN ingest APPEND\nSCHEMA >\n"
        "    `tenant_id` String `json:$.tenant_id`,\n    `page` String `json:$.page`,\n"
        "    `hits` Int32 `json:$.hits`\nENGINE MergeTree\nENGINE_SORTING_KEY tenant_id\n",
        "pages.datasource": "SCHEMA >\n    `tenant_id` String,\n    `hits` Int64\n"
        "ENGINE SummingMergeTree\nENGINE_SORTING_KEY tenant_id\n",
        "fill.pipe": "NODE fill\nSQL >\n    SELECT tenant_id, toInt64(hits) AS hits FROM events\n"
        "TYPE materialized\nDATASOURCE pages\n",
        "rollup.pipe": "NODE rollup\nSQL >\n    %\n    SELECT sum(hits) AS hits, "
        f"{{{{ tb_secret('salt') }}}} AS salt FROM pages PREWHERE {FILTER}\nTYPE endpoint\n",
    }
    for n in range(29):
        files[f"top_{n}.pipe"] = (
            f"NODE top\nSQL >\n    %\n    SELECT page, sum(hits) AS total FROM events "
            f"PREWHERE {FILTER} WHERE hits >= {n} GROUP BY page ORDER BY page\nTYPE endpoint\n"
        )
    folder = tmp_path_factory.mktemp("large")
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def workspace(tinybird_workspace: FreshWorkspace, large: Path) -> Workspace:
    return tinybird_workspace(large, {"salt": "pepper"})


def test_rows_go_in_and_a_tenants_come_out(workspace: Workspace) -> None:
    workspace.send(
        "events",
        {"tenant_id": "acme", "page": "/", "hits": 2},
        {"tenant_id": "globex", "page": "/secret", "hits": 9},
    )

    acme = workspace.jwt("top_0", "rollup", tenant_id="acme")

    assert workspace.endpoint("top_0", token=acme) == [{"page": "/", "total": 2}]
    assert workspace.endpoint("top_0", {"tenant_id": "globex"}, token=acme) == [
        {"page": "/", "total": 2}
    ]
    assert workspace.endpoint("rollup", token=acme) == [{"hits": 2, "salt": "pepper"}]
    assert workspace.endpoint("top_9", {"tenant_id": "globex"}) == [{"page": "/secret", "total": 9}]
    assert workspace.sql("SELECT count() AS n FROM events") == [{"n": 2}]


@pytest.mark.parametrize("round_", range(4))
def test_no_test_sees_rows_of_another(workspace: Workspace, round_: int) -> None:
    before = workspace.sql("SELECT count() AS n FROM pages")

    workspace.send("events", {"tenant_id": "acme", "page": "/", "hits": round_})

    assert before == [{"n": 0}]
    assert workspace.sql("SELECT count() AS n FROM events") == [{"n": 1}]


def test_two_workspaces_of_one_test_share_nothing(
    tinybird_workspace: FreshWorkspace, workspace: Workspace, large: Path
) -> None:
    other = tinybird_workspace(large, {"salt": "paprika"})
    workspace.send("events", {"tenant_id": "acme", "page": "/", "hits": 1})
    acme = workspace.jwt("rollup", tenant_id="acme")

    assert other.sql("SELECT count() AS n FROM events") == [{"n": 0}]
    assert other.endpoint("rollup", {"tenant_id": "acme"})[0]["salt"] == "paprika"
    # As in Tinybird, a token belongs to one workspace, whoever it is sent to.
    assert other.endpoint("rollup", token=acme) == [{"hits": 1, "salt": "pepper"}]
    with pytest.raises(Refused, match="403"):
        other.sql("SELECT * FROM events", token=workspace.static_token("ingest"))


def test_a_refusal_and_a_quarantined_row_are_told(workspace: Workspace) -> None:
    with pytest.raises(Refused, match="403") as refused:
        workspace.endpoint("top_1", token=workspace.jwt("top_0", tenant_id="acme"))
    with pytest.raises(RowsQuarantined, match="1 of 2 rows"):
        workspace.send(
            "events",
            {"tenant_id": "acme", "page": "/", "hits": "many"},
            {"tenant_id": "acme", "page": "/", "hits": 1},
        )

    assert refused.value.status == 403
    assert workspace.sql("SELECT hits FROM events") == [{"hits": 1}]


def test_a_workspace_is_gone_after_its_test(tinybird: TinybirdServer, large: Path) -> None:
    made = tinybird.workspace(large, {"salt": "pepper"})

    tinybird.delete(made)

    with pytest.raises(Refused, match="403"):
        made.sql("SELECT 1")


def test_a_changed_project_is_built_anew(
    tinybird_workspace: FreshWorkspace, tmp_path: Path
) -> None:
    pipe = tmp_path / "one.pipe"
    pipe.write_text("NODE n\nSQL >\n    SELECT 1 AS n\nTYPE endpoint\n")
    first = tinybird_workspace(tmp_path)
    pipe.write_text("NODE n\nSQL >\n    SELECT 2 AS n\nTYPE endpoint\n")

    assert first.endpoint("one") == [{"n": 1}]
    assert tinybird_workspace(tmp_path).endpoint("one") == [{"n": 2}]

    pipe.write_text("NODE n\nSQL >\n    SELECT nothing\nTYPE endpoint\n")
    with pytest.raises(ProjectDoesNotBuild, match=r"one\.pipe: .*nothing"):
        tinybird_workspace(tmp_path)


def test_a_fresh_workspace_that_waits_takes_less_than_twenty_questions(
    tinybird_workspace: FreshWorkspace, workspace: Workspace, large: Path
) -> None:
    def took_s(work: Callable[[], object]) -> float:
        since = time.perf_counter()
        work()
        return time.perf_counter() - since

    question = sorted(took_s(lambda: workspace.sql("SELECT 1")) for _ in range(9))[4]
    fresh = min(took_s(lambda: tinybird_workspace(large, {"salt": "pepper"})) for _ in range(5))

    assert fresh < 20 * question


def test_a_session_is_verified_by_the_keys_of_the_local_clerk(
    clerk: ClerkServer, clerk_session: Callable[..., str]
) -> None:
    token = clerk_session("user_local_grace", "org_local_globex")

    keys = jwt.PyJWKSet.from_dict(httpx2.get(clerk.jwks_url).json())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key.key, algorithms=["RS256"], issuer=clerk.env["CLERK_PROXY_URL"])
    assert claims["sub"] == "user_local_grace"
    assert claims["o"]["id"] == "org_local_globex"
    assert claims["azp"] == clerk.env["CLERK_AUTHORIZED_PARTIES"]
    assert clerk_session() != token
