"""What ends in a crash is noted as what was answered: a 500 with its sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from devstack.identity import load_identity
from devstack.tinybird.app import build_app
from devstack.tinybird.http.request import Services
from devstack.tinybird.sql.engine import Engine
from devstack.tinybird.state import State
from devstack.tinybird.tokens.limits import RateLimits
from devstack.tinybird.workspaces.batches import Batches
from devstack.tinybird.workspaces.workspaces import Workspaces

LANDED = 'SCHEMA >\n    `a` String\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "a"\n'
CRASHED = "The embedded Tinybird met an unexpected error; see its log."


@dataclass(frozen=True, slots=True)
class Crashing:
    """A server in this process, whose tables a test takes away behind its back."""

    engine: Engine
    workspaces: Workspaces

    def drop(self, database: str, name: str) -> None:
        self.engine.execute(f"DROP TABLE {database}.{name}")

    def ask(self, method: str, path: str, **query: str) -> httpx2.Response:
        app = build_app(Services(self.workspaces, Batches(), RateLimits()))
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        headers = {"authorization": f"Bearer {self.workspaces.home.token}"}

        async def answer() -> httpx2.Response:
            async with httpx2.AsyncClient(
                transport=transport, base_url="http://127.0.0.1", headers=headers
            ) as client:
                return await client.request(method, path, params=query)

        return asyncio.run(answer())

    def noted(self, columns: str, name: str) -> list[list[object]]:
        journal = self.workspaces.home.journal
        journal.flush()
        return self.engine.rows(f"SELECT {columns} FROM {journal.database}.{name}")


@pytest.fixture
def crashing(tmp_path: Path) -> Iterator[Crashing]:
    engine, state = Engine(tmp_path / "clickhouse"), State(tmp_path / "state.sqlite")
    workspaces = Workspaces(load_identity(tmp_path), tmp_path, engine, state, tmp_path, ttl=False)
    workspaces.home.builds.build({"datasources/landed.datasource": LANDED})
    yield Crashing(engine, workspaces)
    state.close()
    engine.close()


def test_a_query_that_crashes_is_noted_as_a_500(crashing: Crashing) -> None:
    home = crashing.workspaces.home
    crashing.drop(home.journal.database, "jobs_log")
    home.jobs.note("copy", "2026-01-01 00:00:00.000000")

    answer = crashing.ask("GET", "/v0/sql", q="SELECT * FROM tinybird.jobs_log")

    assert (answer.status_code, answer.json()["error"]) == (500, CRASHED)
    assert crashing.noted("status_code, error, error_message", "pipe_stats_rt") == [
        [500, 1, CRASHED]
    ]


def test_an_operation_that_crashes_is_noted_as_an_error(crashing: Crashing) -> None:
    crashing.drop(crashing.workspaces.home.database, "landed")

    answer = crashing.ask("POST", "/v0/datasources/landed/truncate")

    assert (answer.status_code, answer.json()["error"]) == (500, CRASHED)
    assert crashing.noted("event_type, result, error", "datasources_ops_log") == [
        ["truncate", "error", CRASHED]
    ]


def test_what_goes_well_is_noted_as_such(crashing: Crashing) -> None:
    answers = [
        crashing.ask("GET", "/v0/sql", q="SELECT 1 AS one"),
        crashing.ask("POST", "/v0/datasources/landed/truncate"),
    ]

    assert [answer.status_code for answer in answers] == [200, 205]
    assert crashing.noted("status_code, error, error_message", "pipe_stats_rt") == [[200, 0, None]]
    assert crashing.noted("event_type, result, error", "datasources_ops_log") == [
        ["truncate", "ok", None]
    ]
