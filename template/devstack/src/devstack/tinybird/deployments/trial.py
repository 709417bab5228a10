"""A database of its own in which a project is tried; a table is made when somebody asks for it."""

from __future__ import annotations

import uuid
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace

from ..data.tables import create_table, create_view
from ..project.resources import Datasource, Pipe
from ..queries.namespace import Namespace
from ..sql.engine import Engine, quoted


class Trial:
    """An empty database under a project."""

    def __init__(self, engine: Engine, namespace: Namespace) -> None:
        self.engine = engine
        self.namespace = replace(namespace, database=f"trial_{uuid.uuid4().hex}")
        self._made: set[str] = set()
        self._is_there = False

    def make(self, sources: Iterable[Datasource]) -> None:
        """Make the tables of datasources.  Raises: EngineFailure, ApiError."""
        self._begin()
        for source in sources:
            if source.name not in self._made:
                self.engine.execute(table_statement(self.namespace.database, source))
                self._made.add(source.name)

    def make_view(self, pipe: Pipe, sql: str) -> None:
        """Make the view of a materialized pipe.  Raises: EngineFailure."""
        self._begin()
        target = pipe.output.datasource or ""
        self.engine.execute(create_view(self.namespace.database, pipe.name, target, sql))

    def drop(self) -> None:
        """Drop what was made."""
        if self._is_there:
            self.engine.execute(f"DROP DATABASE {quoted(self.namespace.database)}")

    def _begin(self) -> None:
        if not self._is_there:
            # Nothing of it has to outlive the process: its definitions are kept in memory alone.
            name = quoted(self.namespace.database)
            self.engine.execute(f"CREATE DATABASE {name} ENGINE = Memory")
            self._is_there = True


@contextmanager
def trial_of(engine: Engine, namespace: Namespace) -> Generator[Trial]:
    """Give an empty database under the project of `namespace`, and drop it afterwards."""
    trial = Trial(engine, namespace)
    try:
        yield trial
    finally:
        trial.drop()


def table_statement(database: str, source: Datasource) -> str:
    """Return what makes the table of `source` as strictly as any deployment does."""
    return create_table(database, source.name, source, ttl=True)
