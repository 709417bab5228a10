"""What is asked of the workspace in which a project was built, and what its refusals end with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpx2
import jwt
import pytest
from devstack.proof.built import Column, Parameter, Pipe
from devstack.proof.reads import Request
from devstack.proof.rows import Row
from devstack.proof.workspace_client import WorkspaceClient, WorkspaceRefused

from .small_project import project

KEY = "p.local_0123456789abcdef0123456789abcdef"
ROWS = (
    Row("events", {"tenant_id": "acme", "event": "a", "amount": 1}),
    Row("snapshot", {"tenant_id": "acme"}),
)
LISTED = {
    "/v0/pipes": {
        "pipes": [
            {"name": "top", "type": "endpoint", "nodes": [{"name": "top_0", "sql": "SELECT 1"}]},
            {"name": "fill", "type": "materialized", "nodes": [{"name": "f", "sql": "SELECT 2"}]},
            {"name": "keep", "type": "copy", "nodes": [{"name": "k", "sql": "SELECT 3"}]},
        ]
    },
    "/v0/datasources": {
        "datasources": [
            {
                "name": "events",
                "columns": [
                    {
                        "name": "amount",
                        "type": "Int32",
                        "nullable": True,
                        "jsonpath": "$.a.amount",
                        "default_value": None,
                    },
                    {
                        "name": "tenant_id",
                        "type": "String",
                        "nullable": False,
                        "jsonpath": None,
                        "default_value": "DEFAULT ''",
                    },
                    {
                        "name": "day",
                        "type": "Date",
                        "nullable": False,
                        "jsonpath": None,
                        "default_value": "MATERIALIZED today()",
                    },
                ],
            }
        ]
    },
}


@dataclass
class Tinybird:
    """What was asked of it, and what it refuses."""

    seen: list[httpx2.Request] = field(default_factory=list)
    refuses: str = ""

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        path = request.url.path
        if self.refuses and self.refuses in path:
            return httpx2.Response(400, text="no")
        if path == "/v0/events":
            sent = len(request.content.decode().splitlines())
            return httpx2.Response(202, json={"successful_rows": sent, "quarantined_rows": 0})
        if path.startswith("/v1/pipes/"):
            return httpx2.Response(200, text="TYPE materialized\nDATASOURCE daily\n")
        return httpx2.Response(200, json=LISTED.get(path, {}))

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.seen]


@pytest.fixture
def tinybird() -> Tinybird:
    return Tinybird()


@pytest.fixture
def client(tinybird: Tinybird) -> Iterator[WorkspaceClient]:
    api = httpx2.Client(
        base_url="http://127.0.0.1:1", transport=httpx2.MockTransport(tinybird.answer)
    )
    with WorkspaceClient("the-id", KEY, api, ThreadPoolExecutor(1)) as client:
        yield client


def test_what_was_built_is_read_with_its_targets_and_without_computed_columns(
    client: WorkspaceClient,
) -> None:
    parameter = {
        "name": "n",
        "type": "Int32",
        "required": False,
        "default": 3,
        "description": "how many",
    }
    entry = {
        "name": "top",
        "description": "",
        "public": False,
        "parameters": [parameter],
        "errors": [],
    }

    built = client.built_project({"endpoints": [entry]})

    assert built.endpoints[0].parameters == (Parameter("n", "Int32", False, 3, "how many"),)
    assert built.tables["events"].columns == (
        Column("amount", "Int32", True, "$.a.amount"),
        Column("tenant_id", "String", False, "$.tenant_id"),
    )
    assert [(p.name, p.target, p.is_copy) for p in built.pipes.values()] == [
        ("top", None, False),
        ("fill", "daily", False),
        ("keep", "daily", True),
    ]
    assert isinstance(built.pipes["top"], Pipe)
    assert client.touched == {"events"}


def test_only_tables_that_may_hold_rows_are_emptied_before_new_rows_come(
    client: WorkspaceClient, tinybird: Tinybird
) -> None:
    client.fill(project(), [ROWS[:1]])
    client.fill(project(), [ROWS[1:]])
    client.fill(project(), [])

    assert tinybird.paths() == [
        "POST /v0/events",
        "POST /v0/datasources/daily/truncate",
        "POST /v0/datasources/events/truncate",
        "POST /v0/events",
        "POST /v0/datasources/daily/truncate",
        "POST /v0/datasources/snapshot/truncate",
    ]
    assert json.loads(tinybird.seen[0].content) == {
        "tenant_id": "acme",
        "event": "a",
        "details": {"amount": 1},
    }


def test_a_copys_target_holds_what_the_copy_makes_where_copies_run(
    client: WorkspaceClient, tinybird: Tinybird
) -> None:
    client.fill(project(), [ROWS], copying=True)

    assert tinybird.paths() == [
        "POST /v0/events",
        "POST /v0/pipes/snapshot_copy/copy",
        "POST /v0/pipes/later_copy/copy",
    ]
    assert tinybird.seen[0].url.params["name"] == "events"


def test_a_read_brings_a_token_for_this_workspace_with_its_one_scope(
    client: WorkspaceClient, tinybird: Tinybird
) -> None:
    request = Request("top", {"tenant_id": "acme"}, {"n": "1"}, "csv")

    client.read_all([request])

    asked = tinybird.seen[0]
    token = asked.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, KEY, algorithms=["HS256"])
    assert asked.url.path == "/v0/pipes/top.csv"
    assert claims["workspace_id"] == "the-id"
    assert claims["scopes"] == [request.scope()]


@pytest.mark.parametrize(
    ("refuses", "sentence"),
    [
        ("/copy", "Tinybird answered POST /v0/pipes/snapshot_copy/copy with 400: no"),
        ("/v0/events", "Tinybird answered POST /v0/events with 400: no"),
    ],
)
def test_what_the_workspace_refuses_ends_the_proof_with_its_answer(
    client: WorkspaceClient, tinybird: Tinybird, refuses: str, sentence: str
) -> None:
    tinybird.refuses = refuses

    with pytest.raises(WorkspaceRefused) as raised:
        client.fill(project(), [ROWS], copying=True)

    assert str(raised.value) == sentence


def test_a_row_that_does_not_fit_proves_nothing(tinybird: Tinybird) -> None:
    counts = {"successful_rows": 0, "quarantined_rows": 1}
    transport = httpx2.MockTransport(lambda _request: httpx2.Response(202, json=counts))
    api = httpx2.Client(base_url="http://127.0.0.1:1", transport=transport)

    with (
        WorkspaceClient("the-id", KEY, api, ThreadPoolExecutor(1)) as client,
        pytest.raises(WorkspaceRefused) as raised,
    ):
        client.fill(project(), [ROWS[:1]])

    assert str(raised.value).startswith("Not every generated row fits events: ")
