"""Bring the tables and views of a workspace's database to what a project says.

New and changed tables are filled beside the old ones under a `.new.` name, so that whatever
fails leaves the old ones serving; then they change places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from .engine import Engine, EngineFailure, literal, quoted
from .errors import ApiError
from .queries import Catalog, pipe_sql
from .resources import Datasource, Pipe
from .tables import (
    QUARANTINE,
    create_quarantine,
    create_table,
    create_view,
    table,
    view_name,
)
from .templates import used_tables

STAGED = ".new."


@dataclass(frozen=True, slots=True)
class View:
    """A materialized pipe as it will be in the database; `sources` are table names."""

    pipe: str
    target: str
    statement: str
    sources: frozenset[str]


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to change; `fill` lists built tables in the order in which they can be filled."""

    build: Mapping[str, Datasource]
    fill: tuple[str, ...]
    drop: tuple[str, ...]
    backfill: tuple[View, ...]
    views: tuple[View, ...]
    existing: frozenset[str] = field(default=frozenset())


def views_of(catalog: Catalog) -> tuple[View, ...]:
    """Return the views of a project, with their SQL over the catalog's database."""
    return tuple(_view(catalog, pipe) for pipe in catalog.project.materialized)


def plan(engine: Engine, catalog: Catalog, *, refill: bool = False) -> Plan:
    """Compare a project with its database.

    Args: refill: fill every fed table anew, after an interrupted migration.
    """
    signatures = _signatures(engine, catalog.database)
    views = views_of(catalog)
    project = catalog.project
    build = {
        name: source
        for name, source in project.datasources.items()
        if signatures.get(name) != _signature(_ddl(catalog.database, source))
    }
    fresh = [v for v in views if signatures.get(view_name(v.pipe)) != _signature(v.statement)]
    changed = {v.target for v in fresh if refill or view_name(v.pipe) in signatures}
    for name in _downstream(views, changed | {v.target for v in views if v.target in build}):
        build[name] = project.datasources[name]
    known = set(project.datasources)
    tables = {name for name in signatures if not name.startswith(".")}
    return Plan(
        build=build,
        fill=tuple(name for name in _in_order(views) if name in build),
        drop=tuple(sorted(tables - known - {name + QUARANTINE for name in known})),
        backfill=tuple(v for v in fresh if v.target not in build),
        views=views,
        existing=frozenset(signatures),
    )


def changes_tables(engine: Engine, catalog: Catalog) -> bool:
    """Tell whether a project needs tables or views that are not there."""
    todo = plan(engine, catalog)
    return bool(todo.build or todo.drop or todo.backfill)


def movements(engine: Engine, catalog: Catalog) -> list[dict[str, str | None]]:
    """Return which datasources `migrate` would fill anew and from what, as the CLI prints it."""
    todo = plan(engine, catalog)
    fed = {view.target: view.pipe for view in todo.views}
    return [
        {
            "datasource_name": name,
            "kind": f"backfill_with_{'mv_queries' if name in fed else 'forward_query'}",
            "source_mv_name": fed.get(name),
        }
        for name in todo.build
        if name in fed or name in todo.existing
    ]


def migrate(
    engine: Engine, catalog: Catalog, *, refill: bool = False, rehearse: bool = False
) -> None:
    """Do what `plan` says; nothing is changed if filling the new tables fails.

    Args: rehearse: fill the new tables and drop them again.
    Raises: EngineFailure: rows of a changed datasource do not fit its new schema.
    """
    todo = plan(engine, catalog, refill=refill)
    try:
        for name, source in todo.build.items():
            _stage(engine, catalog, todo, name, source)
        for name in todo.fill:
            _fill(engine, catalog, todo, name)
    except (EngineFailure, ApiError):
        _drop_staged(engine, catalog.database, todo.build)
        raise
    if rehearse:
        _drop_staged(engine, catalog.database, todo.build)
    else:
        _commit(engine, catalog, todo)


def _columns_of(engine: Engine, database: str, name: str) -> dict[str, str]:
    """Return the stored columns of a table with their types."""
    rows = engine.rows(
        "SELECT name, type FROM system.columns "
        f"WHERE database = {literal(database)} AND table = {literal(name)} "
        "AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position"
    )
    return {row[0]: row[1] for row in rows}


def _view(catalog: Catalog, pipe: Pipe) -> View:
    target = pipe.output.datasource or ""
    sql = pipe_sql(catalog, pipe, {})
    return View(
        pipe=pipe.name,
        target=target,
        statement=create_view(catalog.database, pipe.name, target, sql),
        sources=frozenset(name for _, name in used_tables(sql)),
    )


def _ddl(database: str, source: Datasource) -> str:
    return create_table(database, source.name, source)


def _signature(statement: str) -> str:
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


def _stage(engine: Engine, catalog: Catalog, todo: Plan, name: str, source: Datasource) -> None:
    database = catalog.database
    engine.execute(f"DROP TABLE IF EXISTS {table(database, STAGED + name)}")
    comment = literal(_signature(_ddl(database, source)))
    engine.execute(f"{create_table(database, STAGED + name, source)} COMMENT {comment}")
    fed = any(view.target == name for view in todo.views)
    if name in todo.existing and not fed and source.engine != "Null":
        _copy(engine, database, name, source)


def _copy(engine: Engine, database: str, name: str, source: Datasource) -> None:
    stored = _columns_of(engine, database, name)
    columns = [column.name for column in source.columns if column.name in stored]
    selected = ", ".join(quoted(column) for column in columns)
    names = selected
    if source.forward_query:
        names = ", ".join(quoted(column.name) for column in source.columns)
        selected = source.forward_query.strip().removeprefix("SELECT").removeprefix("select")
    if names:
        engine.execute(
            f"INSERT INTO {table(database, STAGED + name)} ({names}) "
            f"SELECT {selected} FROM {table(database, name)}"
        )


def _fill(engine: Engine, catalog: Catalog, todo: Plan, name: str) -> None:
    staged = replace(catalog, renamed={built: STAGED + built for built in todo.build})
    for view in todo.views:
        if view.target == name:
            sql = pipe_sql(staged, catalog.project.pipes[view.pipe], {})
            _insert(engine, catalog, STAGED + name, sql)


def _insert(engine: Engine, catalog: Catalog, name: str, sql: str) -> None:
    names = _output_names(engine, sql)
    engine.execute(f"INSERT INTO {table(catalog.database, name)} ({names}) {sql}")


def _output_names(engine: Engine, sql: str) -> str:
    # A view matches the columns of its target by name, an INSERT by position.
    return ", ".join(quoted(row[0]) for row in engine.rows(f"DESCRIBE ({sql})"))


def _drop_staged(engine: Engine, database: str, build: Mapping[str, Datasource]) -> None:
    for name in build:
        engine.execute(f"DROP TABLE IF EXISTS {table(database, STAGED + name)}")


def _commit(engine: Engine, catalog: Catalog, todo: Plan) -> None:
    database = catalog.database
    for name in todo.existing:
        if name.startswith(view_name("")):
            engine.execute(f"DROP TABLE {table(database, name)}")
    for name, source in todo.build.items():
        _exchange(engine, database, todo, name)
        _renew_quarantine(engine, database, source)
    for name in todo.drop:
        engine.execute(f"DROP TABLE {table(database, name)}")
    for view in todo.views:
        engine.execute(f"{view.statement} COMMENT {literal(_signature(view.statement))}")
    for view in todo.backfill:
        pipe = catalog.project.pipes[view.pipe]
        _insert(engine, catalog, view.target, pipe_sql(catalog, pipe, {}))


def _exchange(engine: Engine, database: str, todo: Plan, name: str) -> None:
    staged, live = table(database, STAGED + name), table(database, name)
    if name not in todo.existing:
        engine.execute(f"RENAME TABLE {staged} TO {live}")
        return
    engine.execute(f"EXCHANGE TABLES {staged} AND {live}")
    engine.execute(f"DROP TABLE {staged}")


def _renew_quarantine(engine: Engine, database: str, source: Datasource) -> None:
    name = source.name + QUARANTINE
    stored = _columns_of(engine, database, name)
    if stored and not set(stored) >= {column.name for column in source.columns}:
        engine.execute(f"DROP TABLE {table(database, name)}")
    engine.execute(create_quarantine(database, source))
