"""The rows of a workspace's datasources: storing, counting and deleting them."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadRequest
from ..project.resources import Datasource
from ..sql.engine import Engine, EngineFailure, as_api_error, literal
from .ingest import (
    AS_SENT,
    MISFIT,
    Statements,
    insert_plain,
    keeps_lines,
    readable_numbers,
    statements,
)
from .plain_rows import plain_rows
from .tables import change_ttl, table

# Digits become 0 and what stands before a number a colon: texts, such as ids, have others there.
_OUTLINE = bytes.maketrans(b"123456789,[- \t\r\n", b"000000000:::::::")
_LONG_INTEGER = b":" + 19 * b"0"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many rows of a request were stored and how many were quarantined."""

    successful: int
    quarantined: int
    import_id: str
    # Of the quarantined ones, those that were lines of another form than the file's.
    invalid: int = 0

    @property
    def complaint(self) -> str | None:
        """What Tinybird says of the rows that were not stored, None where all were."""
        counts = (
            f"{count} {what}{'' if count == 1 else 's'}{where}"
            for count, what, where in (
                (self.quarantined, "row", " in quarantine"),
                (self.invalid, "invalid line", ""),
            )
            if count
        )
        told = " and ".join(counts)
        return f"There was an error with file contents: {told}." if told else None


class Rows:
    """Writes take turns on `writing`, which a deployment holds too."""

    def __init__(
        self, engine: Engine, database: str, spool: Path, writing: threading.RLock
    ) -> None:
        self._engine, self.database = engine, database
        self._spool, self._writing = spool, writing

    def store(
        self, source: Datasource, groups: list[list[bytes]], into: str | None = None
    ) -> list[Outcome]:
        """Store the rows of several requests at once; they are on disk when it returns.

        Args: groups: for each request its lines, one JSON object each.  into: the table that
            takes the good ones, the datasource's own where it is None.
        """
        import_id = str(uuid.uuid4())
        lines = [line for group in groups for line in group]
        if not lines:
            return [Outcome(0, 0, import_id) for _ in groups]
        try:
            with self._writing:
                bad = self._store(source, lines, import_id, into or source.name)
        except EngineFailure as failure:
            raise as_api_error(failure, self.database) from failure
        return _outcomes(groups, bad, import_id)

    def truncate(self, source: Datasource) -> None:
        """Delete all rows of a datasource."""
        with self._writing:
            self._engine.execute(f"TRUNCATE TABLE {table(self.database, source.name)}")

    def delete(self, source: Datasource, condition: str, counting: str, *, dry_run: bool) -> int:
        """Delete the rows that meet a condition and return how many they were.

        Args: counting: the checked SELECT that counts them.
        """
        try:
            with self._writing:
                count = int(self._engine.rows(counting)[0][0])
                if count and not dry_run:
                    self._engine.execute(
                        f"ALTER TABLE {table(self.database, source.name)} DELETE "
                        f"WHERE {condition} SETTINGS mutations_sync = 1"
                    )
        except EngineFailure as failure:
            raise as_api_error(failure, self.database) from failure
        return count

    def switch_ttl(self, source: Datasource, *, on: bool) -> None:
        """Let rows expire as the datafile says, or keep them."""
        statement = change_ttl(self.database, source, ttl=on)
        if statement is None:
            return
        try:
            self._engine.execute(statement)
        except EngineFailure:
            # There was no TTL to remove.
            if on:
                raise

    def any(self, name: str) -> bool:
        """Tell whether a datasource holds a row."""
        return bool(self._engine.rows(f"SELECT 1 FROM {table(self.database, name)} LIMIT 1"))

    def sizes(self) -> dict[str, tuple[int, int]]:
        """Return rows and bytes of each table."""
        rows = self._engine.rows(
            "SELECT table, sum(rows), sum(bytes_on_disk) FROM system.parts "
            f"WHERE active AND database = {literal(self.database)} GROUP BY table"
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    def parquet_lines(self, body: bytes) -> list[bytes]:
        """Turn a Parquet file into lines of JSON.

        Raises: BadRequest: not Parquet.
        """
        path = self._spool / f"{uuid.uuid4()}.parquet"
        path.write_bytes(body)
        try:
            return self._engine.read_file(str(path), "Parquet").body.splitlines()
        except EngineFailure as failure:
            raise BadRequest("The body is not a Parquet file.") from failure
        finally:
            path.unlink()

    def _store(
        self, source: Datasource, lines: list[bytes], import_id: str, into: str
    ) -> list[bool]:
        if rows := plain_rows(source, lines):
            self._engine.execute(insert_plain(self.database, source, rows, into))
            return []
        path = self._spool / f"{import_id}.ndjson"
        path.write_bytes(_readable(lines, as_sent=keeps_lines(source)))
        try:
            return self._store_file(statements(self.database, source, str(path), import_id, into))
        finally:
            path.unlink()

    def _store_file(self, todo: Statements) -> list[bool]:
        try:
            self._engine.execute(todo.insert)
        except EngineFailure as failure:
            if MISFIT not in failure.message:
                raise
            return self._store_fitting(todo)
        return []

    def _store_fitting(self, todo: Statements) -> list[bool]:
        verdicts = [bool(fits) for fits in self._engine.rows(todo.verdicts)[0][0]]
        if any(verdicts):
            self._engine.execute(todo.insert_fitting)
        self._engine.execute(todo.quarantine)
        return verdicts


def _readable(lines: list[bytes], *, as_sent: bool) -> bytes:
    if as_sent:
        # One control character is as wrong in JSON as another.
        lines = [line.replace(AS_SENT, b"\x1f") for line in lines]
    text = b"\n".join(lines) + b"\n"
    if not _has_long_integer(text):
        return text
    return b"".join(_readable_line(line, as_sent) + b"\n" for line in lines)


def _readable_line(line: bytes, as_sent: bool) -> bytes:
    if not _has_long_integer(line):
        return line
    readable = readable_numbers(line)
    return readable + AS_SENT + line if as_sent else readable


def _has_long_integer(text: bytes) -> bool:
    return _LONG_INTEGER in text.translate(_OUTLINE)


def _outcomes(groups: list[list[bytes]], verdicts: list[bool], import_id: str) -> list[Outcome]:
    outcomes, start = [], 0
    for group in groups:
        # Without verdicts every row was good.
        bad = verdicts[start : start + len(group)].count(False)
        outcomes.append(Outcome(len(group) - bad, bad, import_id))
        start += len(group)
    return outcomes
