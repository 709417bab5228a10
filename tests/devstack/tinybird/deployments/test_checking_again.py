"""What has not changed is not tried again; whatever it depends on has not changed either."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from devstack.tinybird.deployments.passed import MOST_KEPT, Passed, WatchedProject
from devstack.tinybird.project.datafiles import parse_pipe, parse_project
from devstack.tinybird.sql.engine import Engine
from devstack.tinybird.state import State
from devstack.tinybird.workspaces.workspace import Workspace

EVENTS = (
    'SCHEMA >\n    `id` Int32 `json:$.id`,\n    `city` String `json:$.city`\n\nENGINE "MergeTree"\n'
)
NO_CITY = EVENTS.replace("`city` String `json:$.city`", "`town` String `json:$.town`")
OTHER_TYPE = EVENTS.replace("`city` String", "`city` Array(String)")
CITIES = "NODE cities\nSQL >\n    SELECT upper(city) AS city FROM {source}\n"
TOP = "NODE top\nSQL >\n    SELECT city, count() AS n FROM cities GROUP BY city\n\nTYPE endpoint\n"
FEED = "NODE feed\nSQL >\n    SELECT id, city FROM events\n\nTYPE materialized\nDATASOURCE fed\n"
COPY = "NODE copied\nSQL >\n    SELECT id, city FROM events\n\nTYPE copy\nTARGET_DATASOURCE fed\n"
CHAIN = {
    "datasources/events.datasource": EVENTS,
    "pipes/cities.pipe": CITIES.format(source="events"),
    "endpoints/top.pipe": TOP,
}


@dataclass
class Builder:
    """Builds files in workspaces that share a memory, and says which files were refused."""

    engine: Engine
    folder: Path
    passed: Passed

    def workspace(self) -> Workspace:
        return Workspace(
            self.engine,
            State(self.folder / f"{uuid.uuid4().hex}.sqlite"),
            self.folder,
            workspace_id=str(uuid.uuid4()),
            name="",
            token="",
            given_tokens={},
            passed=self.passed,
            ttl=False,
        )


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = Engine(tmp_path_factory.mktemp("checking"))
    yield engine
    engine.close()


@pytest.fixture
def builder(engine: Engine, tmp_path: Path) -> Builder:
    return Builder(engine, tmp_path, Passed())


def refused(workspace: Workspace, files: Mapping[str, str]) -> list[str]:
    return [error.filename for error in workspace.builds.build(files).errors]


def knows(builder: Builder, workspace: Workspace, files: Mapping[str, str]) -> list[str]:
    project, _ = parse_project(files)
    names = frozenset(workspace.secrets.all())
    pipes = project.pipes.values()
    return [pipe.name for pipe in pipes if builder.passed.knows(pipe, project, names)]


def made(builder: Builder, workspace: Workspace, name: str) -> list[list[object]]:
    """Ask which table or view it is that has a name."""
    return builder.engine.rows(
        "SELECT uuid FROM system.tables "
        f"WHERE database = '{workspace.database}' AND name = '{name}'"
    )


def test_a_pipe_that_passed_is_not_tried_again_while_another_changes(builder: Builder) -> None:
    workspace = builder.workspace()
    other = {"endpoints/other.pipe": "NODE one\nSQL >\n    SELECT 1 AS n\n\nTYPE endpoint\n"}
    assert refused(workspace, CHAIN | other) == []

    changed = {"endpoints/other.pipe": other["endpoints/other.pipe"].replace("1 AS", "2 AS")}

    assert knows(builder, workspace, CHAIN | changed) == ["top", "cities"]


@pytest.mark.parametrize(
    "changed",
    [
        {"datasources/events.datasource": NO_CITY},
        {"datasources/events.datasource": OTHER_TYPE},
        {"pipes/events.pipe": "NODE gone\nSQL >\n    SELECT 1 AS id\n"},
    ],
    ids=["a column goes", "a column has another type", "a pipe takes the name"],
)
def test_a_pipe_is_tried_again_when_what_it_reads_changes(
    builder: Builder, changed: dict[str, str]
) -> None:
    workspace = builder.workspace()
    assert refused(workspace, CHAIN) == []
    files = CHAIN | changed
    if "pipes/events.pipe" in changed:
        del files["datasources/events.datasource"]

    assert "pipes/cities.pipe" in refused(workspace, files)


def test_a_pipe_is_tried_again_when_another_changes_that_it_reads(builder: Builder) -> None:
    workspace = builder.workspace()
    assert refused(workspace, CHAIN) == []
    renamed = CITIES.format(source="events").replace("AS city", "AS town")

    assert refused(workspace, CHAIN | {"pipes/cities.pipe": renamed}) == ["endpoints/top.pipe"]


def test_a_pipe_is_tried_again_when_what_it_reads_is_gone(builder: Builder) -> None:
    workspace = builder.workspace()
    assert refused(workspace, CHAIN) == []
    without = {path: text for path, text in CHAIN.items() if "cities" not in path}

    assert refused(workspace, without) == ["endpoints/top.pipe"]


def test_a_pipe_is_tried_again_when_the_table_behind_a_materialization_changes(
    builder: Builder,
) -> None:
    workspace = builder.workspace()
    files = CHAIN | {
        "datasources/fed.datasource": EVENTS,
        "materializations/feed.pipe": FEED,
        "pipes/cities.pipe": CITIES.format(source="feed"),
    }
    assert refused(workspace, files) == []

    changed = files | {"datasources/fed.datasource": NO_CITY}

    assert "pipes/cities.pipe" in refused(workspace, changed)


@pytest.mark.parametrize(
    ("path", "text"),
    [("materializations/feed.pipe", FEED), ("copies/feed.pipe", COPY)],
    ids=["materialized", "copy"],
)
def test_what_writes_is_tried_again_when_its_target_changes(
    builder: Builder, path: str, text: str
) -> None:
    workspace = builder.workspace()
    files = {
        "datasources/events.datasource": EVENTS,
        "datasources/fed.datasource": EVENTS,
        path: text,
    }
    assert refused(workspace, files) == []

    assert refused(workspace, files | {"datasources/fed.datasource": NO_CITY}) == [path]


def test_a_pipe_is_tried_again_when_a_table_that_its_template_names_changes(
    builder: Builder,
) -> None:
    workspace = builder.workspace()
    built = "NODE one\nSQL >\n    %\n    SELECT city FROM {{ table('eve' + 'nts') }}\n"
    files = {"datasources/events.datasource": EVENTS, "pipes/one.pipe": built}
    assert refused(workspace, files) == []

    changed = files | {"datasources/events.datasource": NO_CITY}

    assert refused(workspace, changed) == ["pipes/one.pipe"]


def test_a_file_cannot_include_another_that_would_change_without_it() -> None:
    _, errors = parse_project({"pipes/one.pipe": "INCLUDE cities.incl\n"})

    assert [error.error for error in errors] == ["line 1: INCLUDE is not supported yet"]


def test_a_pipe_is_tried_again_when_a_secret_comes_or_goes(builder: Builder) -> None:
    workspace = builder.workspace()
    workspace.secrets.put("CITY", "Rome")
    reads = "NODE one\nSQL >\n    %\n    SELECT {{ tb_secret('CITY') }} AS city\n"
    files = {"pipes/one.pipe": reads}
    assert refused(workspace, files) == []
    assert knows(builder, workspace, files) == ["one"]

    workspace.secrets.remove("CITY")

    assert knows(builder, workspace, files) == []


def test_another_workspace_shares_what_passed_but_not_over_other_tables(builder: Builder) -> None:
    assert refused(builder.workspace(), CHAIN) == []
    other = builder.workspace()
    assert knows(builder, other, CHAIN) == ["top", "cities"]

    files = CHAIN | {"datasources/events.datasource": NO_CITY}

    assert refused(other, files) == ["pipes/cities.pipe"]


def test_what_failed_is_tried_again_though_nothing_changed(builder: Builder) -> None:
    workspace = builder.workspace()
    files = CHAIN | {"endpoints/top.pipe": TOP.replace("city, count()", "county, count()")}
    assert refused(workspace, files) == ["endpoints/top.pipe"]

    assert knows(builder, workspace, files) == ["cities"]
    assert refused(workspace, files) == ["endpoints/top.pipe"]


def test_another_server_remembers_nothing_so_another_engine_tries_everything(
    builder: Builder,
) -> None:
    assert refused(builder.workspace(), CHAIN) == []
    later = Builder(builder.engine, builder.folder, Passed())

    assert knows(later, later.workspace(), CHAIN) == []


def test_a_check_that_looks_at_every_name_is_never_remembered() -> None:
    project, _ = parse_project(CHAIN)
    passed, watched = Passed(), WatchedProject.of(project)
    assert sorted(watched.project.datasources) == ["events"]

    passed.note(project.pipes["top"], watched, frozenset())

    assert not passed.knows(project.pipes["top"], project, frozenset())


def test_the_memory_has_an_end() -> None:
    project, _ = parse_project(CHAIN)
    passed = Passed()
    text = "NODE one\nSQL >\n    SELECT {number} AS n\n"
    pipes = [parse_pipe("one", text.format(number=n)) for n in range(MOST_KEPT + 1)]
    for pipe in pipes:
        passed.note(pipe, WatchedProject.of(project), frozenset())

    assert not passed.knows(pipes[0], project, frozenset())
    assert passed.knows(pipes[-1], project, frozenset())


def test_a_view_stays_while_nothing_of_it_changes_and_rows_flow_on(builder: Builder) -> None:
    workspace = builder.workspace()
    files = CHAIN | {"datasources/fed.datasource": EVENTS, "materializations/feed.pipe": FEED}
    assert refused(workspace, files) == []
    before = made(builder, workspace, ".view.feed")

    assert refused(workspace, files | {"endpoints/top.pipe": TOP.replace("AS n", "AS m")}) == []

    assert made(builder, workspace, ".view.feed") == before
    workspace.store("events", [[b'{"id": 1, "city": "Rome"}']], named=False)
    assert builder.engine.rows(f"SELECT city FROM {workspace.database}.fed") == [["Rome"]]


@pytest.mark.parametrize("name", ["events", "fed"])
def test_a_view_is_made_anew_when_a_table_of_it_changes(builder: Builder, name: str) -> None:
    workspace = builder.workspace()
    files = CHAIN | {"datasources/fed.datasource": EVENTS, "materializations/feed.pipe": FEED}
    assert refused(workspace, files) == []
    before = made(builder, workspace, ".view.feed")
    more = EVENTS.replace("`id` Int32", "`more` String DEFAULT 'x' `json:$.more`,\n    `id` Int32")

    assert refused(workspace, files | {f"datasources/{name}.datasource": more}) == []

    assert made(builder, workspace, ".view.feed") != before
    lines = [b'{"id": 1, "city": "Rome"}', b'{"id": 2, "city": "Oslo"}']
    workspace.store("events", [lines], named=False)
    assert builder.engine.rows(f"SELECT count() FROM {workspace.database}.fed") == [[2]]
