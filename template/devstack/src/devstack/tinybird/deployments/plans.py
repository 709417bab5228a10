"""What has to change in a workspace's database for a project: tables, views, what fills them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ..data.tables import QUARANTINE, create_table, create_view, view_name
from ..project.resources import Datasource, Pipe
from ..queries.namespace import Namespace
from ..queries.pipes import pipe_sql
from ..sql.engine import Engine, literal
from ..sql.templates import used_tables


@dataclass(frozen=True, slots=True)
class View:
    """A materialized pipe as it will be in the database; `sources` are table names.

    `fills` its target with what is there already, and anew when it changes unless it `alters`.
    """

    pipe: str
    target: str
    statement: str
    sources: frozenset[str]
    fills: bool = True
    alters: bool = False

    @property
    def tables(self) -> frozenset[str]:
        return self.sources | {self.target}


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change; `fill` lists built tables in the order in which they can be filled.

    Of all `views` those are `remade` that change, or whose tables do.

    A fed table whose own definition changes is not among them if its FORWARD_QUERY says how its
    rows are kept: what feeds it may have forgotten theirs.
    Source: https://www.tinybird.co/docs/forward/test-and-deploy/evolve-data-source
    """

    build: Mapping[str, Datasource]
    fill: tuple[str, ...]
    drop: tuple[str, ...]
    backfill: tuple[View, ...]
    views: tuple[View, ...]
    remade: tuple[View, ...]
    existing: frozenset[str] = field(default=frozenset())


def views_of(namespace: Namespace) -> tuple[View, ...]:
    """Return the views of a project, with their SQL over its database."""
    return tuple(_view(namespace, pipe) for pipe in namespace.project.materialized)


def plan(engine: Engine, namespace: Namespace, *, refill: bool = False) -> Plan:
    """Compare a project with its database.

    Args: refill: fill every fed table anew, after an interrupted migration.
    """
    signatures = _signatures(engine, namespace.database)
    views = views_of(namespace)
    project = namespace.project
    build = {
        name: source
        for name, source in project.datasources.items()
        if signatures.get(name) != table_signature(namespace.database, source)
    }
    fresh = [v for v in views if signatures.get(view_name(v.pipe)) != signature(v.statement)]
    filling = tuple(v for v in views if v.fills)
    known_views = {v.pipe for v in fresh if refill or view_name(v.pipe) in signatures}
    changed = {v.target for v in filling if v.pipe in known_views and not v.alters}
    newly_fed = {v.target for v in filling if not refill and view_name(v.pipe) not in signatures}
    forwarded = {
        name for name in build.keys() & signatures.keys() - newly_fed if build[name].forward_query
    }
    for name in _downstream(filling, changed | {v.target for v in filling if v.target in build}):
        build[name] = project.datasources[name]
    unfilled = [v for v in fresh if v.fills and not (v.alters and v.pipe in known_views)]
    known = set(project.datasources)
    tables = {name for name in signatures if not name.startswith(".")}
    return Plan(
        build=build,
        fill=tuple(name for name in _in_order(filling) if name in build and name not in forwarded),
        drop=tuple(sorted(tables - known - {name + QUARANTINE for name in known})),
        backfill=tuple(v for v in unfilled if v.target not in build),
        views=views,
        remade=tuple(v for v in views if refill or v in fresh or v.tables & build.keys()),
        existing=frozenset(signatures),
    )


def changes_tables(engine: Engine, namespace: Namespace) -> bool:
    """Tell whether a project needs tables or views that are not there."""
    todo = plan(engine, namespace)
    return bool(todo.build or todo.drop or todo.backfill)


def movements(engine: Engine, namespace: Namespace) -> list[dict[str, str | None]]:
    """Return which datasources `migrate` would fill anew and from what, as the CLI prints it."""
    todo = plan(engine, namespace)
    fed = {view.target: view.pipe for view in todo.views if view.target in todo.fill}
    return [
        {
            "datasource_name": name,
            "kind": f"backfill_with_{'mv_queries' if name in fed else 'forward_query'}",
            "source_mv_name": fed.get(name),
        }
        for name in todo.build
        if name in fed or name in todo.existing
    ]


def _view(namespace: Namespace, pipe: Pipe) -> View:
    target = pipe.output.datasource or ""
    source = namespace.project.datasources.get(target)
    sql = pipe_sql(namespace, pipe, {})
    return View(
        pipe=pipe.name,
        target=target,
        statement=create_view(namespace.database, pipe.name, target, sql),
        sources=frozenset(name for _, name in used_tables(sql)),
        fills=source is None or source.backfilled,
        alters=pipe.alters,
    )


def table_signature(database: str, source: Datasource) -> str:
    """Return what a stored table's comment says when it is as `source` wants it."""
    return signature(create_table(database, source.name, source))


def signature(statement: str) -> str:
    """Return the comment that tells of which statement a table or view was made."""
    return hashlib.sha256(statement.encode()).hexdigest()


def _signatures(engine: Engine, database: str) -> dict[str, str]:
    rows = engine.rows(
        f"SELECT name, comment FROM system.tables WHERE database = {literal(database)}"
    )
    return {row[0]: row[1] for row in rows}


def _downstream(views: tuple[View, ...], dirty: set[str]) -> set[str]:
    reached = set(dirty)
    while True:
        more = {v.target for v in views if v.sources & reached} - reached
        if not more:
            return reached
        reached |= more


def _in_order(views: tuple[View, ...]) -> Iterator[str]:
    waiting = {v.target for v in views}
    while waiting:
        ready = {
            name
            for name in waiting
            if not any(v.target == name and v.sources & (waiting - {name}) for v in views)
        }
        # A cycle has no first table; any order is as good as another.
        ready = ready or waiting
        yield from sorted(ready)
        waiting -= ready
