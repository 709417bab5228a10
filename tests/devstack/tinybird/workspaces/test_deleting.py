"""What a deleted workspace held is given back at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from devstack.identity import load_identity
from devstack.tinybird.sql.databases import drop_database
from devstack.tinybird.sql.engine import Engine
from devstack.tinybird.state import State
from devstack.tinybird.workspaces.batches import Batches
from devstack.tinybird.workspaces.workspaces import Workspaces

LANDED = "SCHEMA >\n    `id` Int32 `json:$.id`\n"
FED = "NODE feed\nSQL >\n    SELECT id FROM landed\n\nTYPE materialized\nDATASOURCE fed\n"
FILES = {"landed.datasource": LANDED, "fed.datasource": LANDED, "feed.pipe": FED}
WAITING = "SELECT table FROM system.dropped_tables WHERE engine = 'MergeTree'"


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = Engine(tmp_path / "clickhouse")
    yield engine
    engine.close()


@pytest.fixture
def workspaces(engine: Engine, tmp_path: Path) -> Iterator[Workspaces]:
    state = State(tmp_path / "state.sqlite")
    yield Workspaces(load_identity(tmp_path), tmp_path, engine, state, tmp_path, ttl=False)
    state.close()


def stored(folder: Path) -> int:
    return len(list((folder / "clickhouse" / "store").rglob("*.bin")))


def test_no_table_of_a_deleted_workspace_waits_to_be_dropped(
    engine: Engine, workspaces: Workspaces, tmp_path: Path
) -> None:
    before = stored(tmp_path)
    workspace = workspaces.create("passing")
    assert workspace.builds.build(FILES).errors == ()
    workspace.store("landed", [[b'{"id": 1}']], named=False)
    assert stored(tmp_path) > before

    workspaces.delete(workspace.id)

    databases = [row[0] for row in engine.rows("SELECT name FROM system.databases")]
    assert workspace.database not in databases
    assert workspace.journal.database not in databases
    assert [name for name in databases if name.startswith("dropped_")] == []
    assert engine.rows(WAITING) == []
    assert stored(tmp_path) == before


def test_a_deleted_workspace_leaves_its_neighbour_as_it_is(workspaces: Workspaces) -> None:
    workspaces.home.builds.build(FILES)
    workspaces.home.store("landed", [[b'{"id": 1}']], named=False)
    other = workspaces.create("passing")
    other.builds.build(FILES)

    workspaces.delete(other.id)

    assert workspaces.home.rows.any("landed")
    assert workspaces.home.rows.any("fed")


def test_no_queue_is_left_of_what_was_stored(workspaces: Workspaces) -> None:
    workspaces.home.builds.build(FILES)
    batches = Batches()

    asyncio.run(batches.store(workspaces.home, "landed", [b'{"id": 1}']))

    assert batches.waiting == 0


def test_dropping_a_database_that_is_not_there_does_nothing(engine: Engine) -> None:
    drop_database(engine, "nobody")

    assert engine.rows("SELECT count() FROM system.databases WHERE name = 'nobody'") == [[0]]
