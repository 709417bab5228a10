"""Bring the tables and views of a workspace's database to what a project says.

New and changed tables are filled beside the old ones under a `.new.` name, so that whatever
fails leaves the old ones serving; then they change places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from ..data.tables import (
    QUARANTINE,
    create_quarantine,
    create_table,
    table,
    view_name,
)
from ..errors import ApiError
from ..project.resources import Datasource
from ..queries.queries import Catalog, pipe_sql
from ..sql.engine import Engine, EngineFailure, literal, quoted
from .plans import Plan, View, plan, signature, table_signature

STAGED = ".new."
_SELECT = re.compile(r"^\s*SELECT\b", re.IGNORECASE)


def migrate(
    engine: Engine, catalog: Catalog, *, refill: bool = False, rehearse: bool = False
) -> Callable[[], None]:
    """Prepare what `plan` says and return what makes it live; nothing is changed before that.

    Args: rehearse: fill the new tables and drop them again.
    Raises: EngineFailure: rows of a changed datasource do not fit its new schema.
    """
    todo = plan(engine, catalog, refill=refill)
    try:
        for name, source in todo.build.items():
            _stage(engine, catalog, todo, name, source)
        for name in todo.fill:
            _fill(engine, catalog, todo, name)
        for view in todo.backfill:
            _stage_backfill(engine, catalog, todo, view)
    except (EngineFailure, ApiError):
        _drop_staged(engine, catalog.database, todo)
        raise
    if rehearse:
        _drop_staged(engine, catalog.database, todo)
        return lambda: None
    return lambda: _commit(engine, catalog, todo)


def columns_of(engine: Engine, database: str, name: str) -> dict[str, str]:
    """Return the stored columns of a table with their types."""
    rows = engine.rows(
        "SELECT name, type FROM system.columns "
        f"WHERE database = {literal(database)} AND table = {literal(name)} "
        "AND default_kind NOT IN ('MATERIALIZED', 'ALIAS') ORDER BY position"
    )
    return {row[0]: row[1] for row in rows}


def _stage(engine: Engine, catalog: Catalog, todo: Plan, name: str, source: Datasource) -> None:
    database = catalog.database
    engine.execute(f"DROP TABLE IF EXISTS {table(database, STAGED + name)}")
    comment = literal(table_signature(database, source))
    engine.execute(f"{create_table(database, STAGED + name, source)} COMMENT {comment}")
    if name in todo.existing and name not in todo.fill and source.engine != "Null":
        fed = any(view.target == name and view.fills for view in todo.views)
        _copy(engine, database, name, source, fed=fed)


def _copy(engine: Engine, database: str, name: str, source: Datasource, *, fed: bool) -> None:
    stored = columns_of(engine, database, name)
    columns = [column.name for column in source.columns if column.name in stored]
    selected = ", ".join(quoted(column) for column in columns)
    names = columns
    if source.forward_query:
        selected = _SELECT.sub("", source.forward_query)
        names = _forwarded(engine, f"SELECT {selected} FROM {table(database, name)}", source)
    if fed:
        _refuse_gaps(source, names)
    if names:
        engine.execute(
            f"INSERT INTO {table(database, STAGED + name)} ({', '.join(map(quoted, names))}) "
            f"SELECT {selected} FROM {table(database, name)}"
        )


def _forwarded(engine: Engine, sql: str, source: Datasource) -> list[str]:
    # `SELECT * EXCEPT a, f(a) AS a` moves a column: what has a name goes to the column of the name.
    columns = [column.name for column in source.columns]
    named = [row[0] for row in engine.rows(f"DESCRIBE ({sql})")]
    if set(named) <= set(columns):
        return named
    in_place = len(named) == len(columns) and all(
        name == column or name not in columns for name, column in zip(named, columns, strict=True)
    )
    if not in_place:
        strange = ", ".join(sorted(set(named) - set(columns)))
        raise EngineFailure(0, f"The FORWARD_QUERY of '{source.name}' names no column: {strange}.")
    return columns


def _refuse_gaps(source: Datasource, names: Sequence[str]) -> None:
    # A default would stand there for what the materialization counts.
    gaps = [column.name for column in source.columns if column.name not in names]
    if gaps:
        raise EngineFailure(
            0,
            f"The FORWARD_QUERY of '{source.name}' gives no {', '.join(gaps)}. "
            "Add it, or remove the FORWARD_QUERY to have the table filled anew.",
        )


def _fill(engine: Engine, catalog: Catalog, todo: Plan, name: str) -> None:
    staged = replace(catalog, renamed={built: STAGED + built for built in todo.build})
    for view in todo.views:
        if view.target == name:
            sql = pipe_sql(staged, catalog.project.pipes[view.pipe], {})
            _insert(engine, catalog, STAGED + name, sql)


def _insert(engine: Engine, catalog: Catalog, name: str, sql: str) -> None:
    names = output_names(engine, sql)
    engine.execute(f"INSERT INTO {table(catalog.database, name)} ({names}) {sql}")


def output_names(engine: Engine, sql: str, secrets: Mapping[str, str] | None = None) -> str:
    """Return the quoted columns of a SELECT, as an INSERT names them."""
    # A view matches the columns of its target by name, an INSERT by position.
    return ", ".join(quoted(row[0]) for row in engine.rows(f"DESCRIBE ({sql})", secrets))


def _stage_backfill(engine: Engine, catalog: Catalog, todo: Plan, view: View) -> None:
    # Made beside its target, so that a query that fails half-way adds no row to it.
    name = STAGED + view_name(view.pipe)
    staged, target = table(catalog.database, name), table(catalog.database, view.target)
    engine.execute(f"DROP TABLE IF EXISTS {staged}")
    engine.execute(f"CREATE TABLE {staged} AS {target} ENGINE = MergeTree ORDER BY tuple()")
    renamed = replace(catalog, renamed={built: STAGED + built for built in todo.build})
    _insert(engine, catalog, name, pipe_sql(renamed, catalog.project.pipes[view.pipe], {}))


def _drop_staged(engine: Engine, database: str, todo: Plan) -> None:
    names = [*todo.build, *(view_name(view.pipe) for view in todo.backfill)]
    for name in names:
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
        engine.execute(f"{view.statement} COMMENT {literal(signature(view.statement))}")
    for view in todo.backfill:
        staged = table(database, STAGED + view_name(view.pipe))
        names = ", ".join(map(quoted, columns_of(engine, database, STAGED + view_name(view.pipe))))
        target = table(database, view.target)
        engine.execute(f"INSERT INTO {target} ({names}) SELECT {names} FROM {staged}")
        engine.execute(f"DROP TABLE {staged}")


def _exchange(engine: Engine, database: str, todo: Plan, name: str) -> None:
    staged, live = table(database, STAGED + name), table(database, name)
    if name not in todo.existing:
        engine.execute(f"RENAME TABLE {staged} TO {live}")
        return
    engine.execute(f"EXCHANGE TABLES {staged} AND {live}")
    engine.execute(f"DROP TABLE {staged}")


def _renew_quarantine(engine: Engine, database: str, source: Datasource) -> None:
    name = source.name + QUARANTINE
    stored = columns_of(engine, database, name)
    if stored and not set(stored) >= {column.name for column in source.columns}:
        engine.execute(f"DROP TABLE {table(database, name)}")
    engine.execute(create_quarantine(database, source))
