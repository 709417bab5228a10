"""Bring the tables and views of a workspace's database to what a project says.

New and changed tables are filled beside the old ones under a `.new.` name, so that whatever
fails leaves the old ones serving; then they change places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
from ..queries.namespace import Namespace
from ..queries.pipes import pipe_sql
from ..sql.columns import columns_of, output_names
from ..sql.engine import Engine, EngineFailure, literal, quoted
from .plans import Plan, View, plan, signature, table_signature

STAGED = ".new."
_SELECT = re.compile(r"^\s*SELECT\b", re.IGNORECASE)


def migrate(
    engine: Engine, namespace: Namespace, *, refill: bool = False, rehearse: bool = False
) -> Callable[[], None]:
    """Prepare what `plan` says and return what makes it live; nothing is changed before that.

    Args: rehearse: fill the new tables and drop them again.
    Raises: EngineFailure: rows of a changed datasource do not fit its new schema.
    """
    todo = plan(engine, namespace, refill=refill)
    try:
        for name, source in todo.build.items():
            _stage(engine, namespace, todo, name, source)
        for name in todo.fill:
            _fill(engine, namespace, todo, name)
        for view in todo.backfill:
            _stage_backfill(engine, namespace, todo, view)
    except (EngineFailure, ApiError):
        _drop_staged(engine, namespace.database, todo)
        raise
    if rehearse:
        _drop_staged(engine, namespace.database, todo)
        return lambda: None
    return lambda: _commit(engine, namespace, todo)


def _stage(engine: Engine, namespace: Namespace, todo: Plan, name: str, source: Datasource) -> None:
    database = namespace.database
    if STAGED + name in todo.existing:
        engine.execute(f"DROP TABLE {table(database, STAGED + name)}")
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


def _fill(engine: Engine, namespace: Namespace, todo: Plan, name: str) -> None:
    staged = replace(namespace, renamed={built: STAGED + built for built in todo.build})
    for view in todo.views:
        if view.target == name:
            sql = pipe_sql(staged, namespace.project.pipes[view.pipe], {})
            _insert(engine, namespace, STAGED + name, sql)


def _insert(engine: Engine, namespace: Namespace, name: str, sql: str) -> None:
    names = output_names(engine, sql)
    engine.execute(f"INSERT INTO {table(namespace.database, name)} ({names}) {sql}")


def _stage_backfill(engine: Engine, namespace: Namespace, todo: Plan, view: View) -> None:
    # Made beside its target, so that a query that fails half-way adds no row to it.
    name = STAGED + view_name(view.pipe)
    staged, target = table(namespace.database, name), table(namespace.database, view.target)
    engine.execute(f"DROP TABLE IF EXISTS {staged}")
    engine.execute(f"CREATE TABLE {staged} AS {target} ENGINE = MergeTree ORDER BY tuple()")
    renamed = replace(namespace, renamed={built: STAGED + built for built in todo.build})
    _insert(engine, namespace, name, pipe_sql(renamed, namespace.project.pipes[view.pipe], {}))


def _drop_staged(engine: Engine, database: str, todo: Plan) -> None:
    names = [*todo.build, *(view_name(view.pipe) for view in todo.backfill)]
    for name in names:
        engine.execute(f"DROP TABLE IF EXISTS {table(database, STAGED + name)}")


def _commit(engine: Engine, namespace: Namespace, todo: Plan) -> None:
    database = namespace.database
    kept = {view_name(view.pipe) for view in todo.views if view not in todo.remade}
    for name in todo.existing - kept:
        if name.startswith(view_name("")):
            engine.execute(f"DROP TABLE {table(database, name)}")
    _name(engine, database, [name for name in todo.build if name not in todo.existing])
    for name, source in todo.build.items():
        if name in todo.existing:
            _exchange(engine, database, name)
        _renew_quarantine(engine, database, todo, source)
    for name in todo.drop:
        engine.execute(f"DROP TABLE {table(database, name)}")
    for view in todo.remade:
        engine.execute(f"{view.statement} COMMENT {literal(signature(view.statement))}")
    for view in todo.backfill:
        staged = table(database, STAGED + view_name(view.pipe))
        names = ", ".join(map(quoted, columns_of(engine, database, STAGED + view_name(view.pipe))))
        target = table(database, view.target)
        engine.execute(f"INSERT INTO {target} ({names}) SELECT {names} FROM {staged}")
        engine.execute(f"DROP TABLE {staged}")


def _name(engine: Engine, database: str, names: Sequence[str]) -> None:
    renamed = (f"{table(database, STAGED + name)} TO {table(database, name)}" for name in names)
    if names:
        engine.execute(f"RENAME TABLE {', '.join(renamed)}")


def _exchange(engine: Engine, database: str, name: str) -> None:
    staged, live = table(database, STAGED + name), table(database, name)
    engine.execute(f"EXCHANGE TABLES {staged} AND {live}")
    engine.execute(f"DROP TABLE {staged}")


def _renew_quarantine(engine: Engine, database: str, todo: Plan, source: Datasource) -> None:
    name = source.name + QUARANTINE
    stored = columns_of(engine, database, name) if name in todo.existing else {}
    if stored and not set(stored) >= {column.name for column in source.columns}:
        engine.execute(f"DROP TABLE {table(database, name)}")
    engine.execute(create_quarantine(database, source))
