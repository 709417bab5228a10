"""Running a copy pipe: its result is appended to its target, or takes the place of the rows."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ..data.tables import table, view_name
from ..project.resources import Pipe
from ..queries.namespace import Namespace
from ..queries.parameters import Params
from ..queries.pipes import pipe_sql
from ..queries.queries import copy_query
from ..sql.columns import columns_of, output_names
from ..sql.engine import Engine, EngineFailure, as_api_error, literal, quoted
from ..state import now

MADE = ".copy."
SETTINGS = "max_execution_time = 300, max_memory_usage = 4000000000, max_threads = 1"


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy read and wrote."""

    read_rows: int
    read_bytes: int
    written_rows: int


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies take turns with every write on `writing`."""

    engine: Engine
    database: str
    writing: threading.RLock

    def run(
        self,
        namespace: Namespace,
        pipe: Pipe,
        params: Params,
        secrets: Mapping[str, str],
        mode: str,
    ) -> Copied:
        """Run a copy pipe; the target keeps its rows if that fails.

        Args: mode: append or replace.
        Raises: BadRequest: its SQL does not run or does not fit its target.
        """
        sql = copy_query(namespace, pipe, {"job_timestamp": now()[:19], **params}).sql
        target = pipe.output.datasource or ""
        try:
            with self.writing:
                return self._filled(namespace, sql, target, secrets, replacing=mode == "replace")
        except EngineFailure as failure:
            raise as_api_error(failure, self.database) from failure

    @contextmanager
    def replacing(self, namespace: Namespace, target: str) -> Generator[str]:
        """Give the name of an empty table that takes the place of `target` after the block.

        The caller holds `writing`; a block that fails leaves the old rows.
        """
        name = f"{MADE}{uuid.uuid4().hex}"
        made = table(self.database, name)
        self.engine.execute(f"CREATE TABLE {made} AS {table(self.database, target)}")
        try:
            yield name
            self._exchange(namespace, name, target)
        except EngineFailure as failure:
            raise as_api_error(failure, self.database) from failure
        finally:
            self.engine.execute(f"DROP TABLE {made}")

    def drop_leftovers(self) -> None:
        """Drop what a copy left that a crash ended."""
        found = self.engine.rows(
            "SELECT name FROM system.tables WHERE database = "
            f"{literal(self.database)} AND startsWith(name, {literal(MADE)})"
        )
        for row in found:
            self.engine.execute(f"DROP TABLE {table(self.database, row[0])}")

    def _filled(
        self,
        namespace: Namespace,
        sql: str,
        target: str,
        secrets: Mapping[str, str],
        *,
        replacing: bool,
    ) -> Copied:
        # The rows are made beside the target first: a failure half-way writes none of them.
        name = f"{MADE}{uuid.uuid4().hex}"
        made = table(self.database, name)
        live = table(self.database, target)
        kind = "" if replacing else " ENGINE = MergeTree ORDER BY tuple()"
        self.engine.execute(f"CREATE TABLE {made} AS {live}{kind}")
        try:
            names = output_names(self.engine, sql, secrets)
            result = self.engine.execute(
                f"INSERT INTO {made} ({names}) {sql}\nSETTINGS {SETTINGS}", secrets
            )
            written = int(self.engine.rows(f"SELECT count() FROM {made}")[0][0])
            if replacing:
                self._exchange(namespace, name, target)
            else:
                self.engine.execute(f"INSERT INTO {live} ({names}) SELECT {names} FROM {made}")
            return Copied(result.rows_read, result.bytes_read, written)
        finally:
            self.engine.execute(f"DROP TABLE {made}")

    def _exchange(self, namespace: Namespace, made: str, target: str) -> None:
        # One step: whoever reads, or starts after a crash, finds the old rows or the new ones.
        fed = {pipe.output.datasource or "": pipe for pipe in self._fed_by(namespace, target)}
        new, live = table(self.database, made), table(self.database, target)
        self.engine.execute(f"ALTER TABLE {new} MODIFY COMMENT {self._comment(target)}")
        try:
            for name, pipe in fed.items():
                self._prepare(replace(namespace, renamed={target: made}), pipe, f"{made}.{name}")
            self.engine.execute(f"EXCHANGE TABLES {new} AND {live}")
            for name in fed:
                self._append(f"{made}.{name}", name)
        finally:
            for name in fed:
                prepared = table(self.database, f"{made}.{name}")
                self.engine.execute(f"DROP TABLE IF EXISTS {prepared}")

    def _prepare(self, namespace: Namespace, pipe: Pipe, name: str) -> None:
        # What feeds a materialization may fail: that is known before anything has changed.
        prepared = table(self.database, name)
        fed = table(self.database, pipe.output.datasource or "")
        self.engine.execute(f"CREATE TABLE {prepared} AS {fed} ENGINE = MergeTree ORDER BY tuple()")
        sql = pipe_sql(namespace, pipe, {})
        self.engine.execute(f"INSERT INTO {prepared} ({output_names(self.engine, sql)}) {sql}")

    def _append(self, source: str, target: str) -> None:
        names = ", ".join(map(quoted, columns_of(self.engine, self.database, source)))
        self.engine.execute(
            f"INSERT INTO {table(self.database, target)} ({names}) "
            f"SELECT {names} FROM {table(self.database, source)}"
        )

    def _comment(self, target: str) -> str:
        rows = self.engine.rows(f"SELECT comment FROM system.tables WHERE {self._named(target)}")
        return literal(rows[0][0])

    def _fed_by(self, namespace: Namespace, target: str) -> list[Pipe]:
        rows = self.engine.rows(
            f"SELECT arrayJoin(dependencies_table) FROM system.tables WHERE {self._named(target)}"
        )
        fed = {row[0] for row in rows}
        return [pipe for pipe in namespace.project.materialized if view_name(pipe.name) in fed]

    def _named(self, target: str) -> str:
        return f"database = {literal(self.database)} AND name = {literal(target)}"
