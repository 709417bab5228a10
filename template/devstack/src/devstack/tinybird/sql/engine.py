"""One chDB database directory and its connections (the only importer of chdb)."""

from __future__ import annotations

import json
import os
import queue
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...left_out import left_out
from ..errors import ApiError, BadRequest, QueryTimeout

# ClickHouse takes its time zone from here when chdb is loaded; Tinybird's is UTC.
os.environ["TZ"] = "UTC"
# chdb brings a library for data frames, pandas with it, and Arrow, numpy with it: most of the time
# and more than a quarter of the memory that a start takes.
with left_out("datastore", "pyarrow"):
    import chdb

CONNECTIONS = 4
# Every statement of every connection runs with these, whoever wrote it.
SESSION_SETTINGS = {
    # As a scalar, `EXISTS (SELECT 1 FROM t WHERE ...)` is false though there are such rows
    # (chdb 4.0.2, ClickHouse 25.8).
    "execute_exists_as_scalar_subquery": 0,
    # It leaves an `and` of one argument of `(v IS NULL OR v IS NULL) AND (v IS NULL OR v IS NULL)`,
    # which then fails.
    "optimize_extract_common_expressions": 0,
    # Where tables go that are to be deleted at once: see databases.py.
    "allow_deprecated_database_ordinary": 1,
}
# Ties come out in a stable order with one thread; the rest is how Tinybird writes JSON.
OUTPUT_SETTINGS = {
    "max_threads": 1,
    "output_format_json_quote_64bit_integers": 0,
    "output_format_json_quote_denormals": 0,
    "join_use_nulls": 0,
}
MOST_RESULT_BYTES = 104_857_600
READ_LIMITS = {
    "readonly": 1,
    "max_execution_time": 10,
    "max_memory_usage": 4_000_000_000,
    "max_result_bytes": MOST_RESULT_BYTES,
    "max_ast_elements": 100_000,
    "max_expanded_ast_elements": 1_000_000,
}
# How many rows a LIMIT left out counts blocks that were read, and those hold rows of others.
EXACT_ROWS_BEFORE_LIMIT = {"exact_rows_before_limit": 1}
TIMEOUT_EXCEEDED = 159
TOO_MANY_AT_ONCE = 202
MEMORY_LIMIT_EXCEEDED = 241
TOO_MANY_BYTES = 396
_ERROR = re.compile(r"^Code: (\d+)\. DB::Exception: (.*?)(?: \([A-Z_0-9]+\))?\s*$", re.DOTALL)
_STATISTICS = re.compile(rb'"rows_read": 0,(\s+)"bytes_read": 0(\s*\}\s*\}\s*)$')


@dataclass(frozen=True, slots=True)
class Result:
    """The bytes that a query wrote, their rows, and what it read; `elapsed_s` in seconds."""

    body: bytes
    rows: int
    rows_read: int
    bytes_read: int
    elapsed_s: float


class EngineFailure(Exception):
    """ClickHouse refused a statement; `code` is its error code, 0 where it named none."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Engine:
    """Run statements, each on a connection of its own while it runs.

    A failed query leaves the rows that it had written in the buffer of its connection, and the
    next query would answer them: so a connection is drained before it is used again.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._idle: queue.Queue[Any] = queue.Queue()
        for _ in range(CONNECTIONS):
            connection = chdb.connect(str(directory))
            connection.query(f"SET {_clause(SESSION_SETTINGS)}")
            self._idle.put(connection)

    def close(self) -> None:
        """Close the connections; the rows are on disk before."""
        for _ in range(CONNECTIONS):
            self._idle.get().close()

    def read(
        self,
        sql: str,
        output_format: str = "JSON",
        *,
        secrets: Mapping[str, str] | None = None,
        settings: Mapping[str, int | str] | None = None,
        counted: bool = True,
    ) -> Result:
        """Run a SELECT read-only, within the limits.

        Args: secrets: values of the query parameters `{name: String}`.  counted: let `statistics`
            of JSON say what was read, and not 0.
        Raises: EngineFailure.
        """
        chosen = {**OUTPUT_SETTINGS, **(settings or {}), **READ_LIMITS}
        statement = f"{sql}\nFORMAT {output_format}\nSETTINGS {_clause(chosen)}"
        params = dict(secrets) if secrets else None
        # ClickHouse counts a constant column once, however many rows repeat it.
        result = self._run(statement, output_format, params, MOST_RESULT_BYTES)
        return _with_statistics(result) if counted and output_format == "JSON" else result

    def rows(self, sql: str, secrets: Mapping[str, str] | None = None) -> list[list[Any]]:
        """Run a SELECT of our own and return its rows."""
        statement = f"{sql}\nFORMAT JSONCompactEachRow SETTINGS {_OWN}"
        result = self._run(statement, "JSON", dict(secrets) if secrets else None)
        return [json.loads(line) for line in result.body.splitlines()]

    def read_file(self, path: str, input_format: str) -> Result:
        """Read a file of our own as lines of JSON."""
        source = f"file({literal(path)}, {literal(input_format)})"
        return self._run(
            f"SELECT * FROM {source} FORMAT JSONEachRow SETTINGS {_OWN}", "JSONEachRow", None
        )

    def execute(self, statement: str, secrets: Mapping[str, str] | None = None) -> Result:
        """Run a statement of our own that returns no rows."""
        return self._run(statement, "Null", dict(secrets) if secrets else None)

    def _run(
        self,
        statement: str,
        output_format: str,
        params: dict[str, str] | None,
        most_bytes: int | None = None,
    ) -> Result:
        with self._connection() as connection:
            try:
                found = connection.query(statement, output_format, params=params)
            except RuntimeError as error:
                connection.query("SELECT 1 FORMAT Null", "Null")
                raise _failure(error) from error
            if most_bytes is not None and found.size() > most_bytes:
                raise EngineFailure(TOO_MANY_BYTES, _too_large(found.size()))
            return Result(
                body=found.bytes() or b"",
                rows=found.rows_read(),
                rows_read=found.storage_rows_read(),
                bytes_read=found.storage_bytes_read(),
                elapsed_s=found.elapsed(),
            )

    @contextmanager
    def _connection(self) -> Generator[Any]:
        connection = self._idle.get()
        try:
            yield connection
        finally:
            self._idle.put(connection)


_OWN = "output_format_json_quote_64bit_integers = 0, max_threads = 1"


def _clause(settings: Mapping[str, int | str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in settings.items())


def quoted(name: str) -> str:
    """Quote an identifier for ClickHouse."""
    escaped = name.replace("\\", "\\\\").replace("`", "\\`")
    return f"`{escaped}`"


def literal(text: str) -> str:
    """Quote a string for ClickHouse."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def as_api_error(failure: EngineFailure, database: str) -> ApiError:
    """Turn a refusal of ClickHouse into an answer that names no database of ours."""
    message = message_without(failure, database)
    if failure.code == TIMEOUT_EXCEEDED:
        return QueryTimeout(f"[Error] {message}")
    if failure.code == MEMORY_LIMIT_EXCEEDED:
        # How much it was by then depends on all that was read.
        return BadRequest("[Error] Query memory limit exceeded: a query has 4 GB.")
    return BadRequest(f"[Error] {message}")


def message_without(failure: EngineFailure, database: str) -> str:
    """Return ClickHouse's message without the name of the workspace's database."""
    return failure.message.replace(f"`{database}`.", "").replace(f"{database}.", "")


def _failure(error: RuntimeError) -> EngineFailure:
    match = _ERROR.match(str(error))
    if match is None:
        return EngineFailure(0, str(error))
    return EngineFailure(int(match[1]), match[2].strip())


def _too_large(size: int) -> str:
    most, found = (f"{one / 2**20:.2f} MiB" for one in (MOST_RESULT_BYTES, size))
    return f"Limit for result exceeded, max bytes: {most}, current bytes: {found}."


def _with_statistics(result: Result) -> Result:
    # chDB counts them, but writes zeros; they are the last thing in the document.
    counted = rb'"rows_read": %d,\g<1>"bytes_read": %d\g<2>' % (
        result.rows_read,
        result.bytes_read,
    )
    head, tail = result.body[:-200], result.body[-200:]
    return replace(result, body=head + _STATISTICS.sub(counted, tail))
