"""Dropping a database so that what it held is given back."""

from __future__ import annotations

import uuid

from .engine import Engine, literal, quoted

_VIEWS = ("View", "MaterializedView")


def drop_database(engine: Engine, name: str) -> None:
    """Drop a database with its tables, in memory and on disk; one that is not there stays so.

    An Atomic database only marks its tables as dropped, and chDB has nobody who comes for them
    later; SYNC would wait for ever (chdb 4.0.2). An Ordinary one deletes them at once.
    """
    found = engine.rows(f"SELECT name, engine FROM system.tables WHERE database = {literal(name)}")
    for view in (table for table, kind in found if kind in _VIEWS):
        engine.execute(f"DROP TABLE {quoted(name)}.{quoted(view)}")
    if tables := [table for table, kind in found if kind not in _VIEWS]:
        _delete(engine, name, tables)
    engine.execute(f"DROP DATABASE IF EXISTS {quoted(name)}")


def _delete(engine: Engine, database: str, tables: list[str]) -> None:
    own, bin_ = quoted(database), quoted(f"dropped_{uuid.uuid4().hex}")
    engine.execute(f"CREATE DATABASE {bin_} ENGINE = Ordinary")
    moved = (f"{own}.{quoted(name)} TO {bin_}.{quoted(name)}" for name in tables)
    engine.execute(f"RENAME TABLE {', '.join(moved)}")
    engine.execute(f"DROP DATABASE {bin_}")
