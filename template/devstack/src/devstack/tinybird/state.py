"""What must survive a restart beside the rows: workspaces, files, tokens, variables.

Documents carry the time at which they were made or changed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# One document for each key of a kind in a workspace.
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    workspace TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (workspace, kind, key)
)
"""


def now() -> str:
    """Return the time in UTC, to the microsecond, as the API writes it and ClickHouse reads it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


class State:
    """A small store of JSON documents; every write is durable when the call returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute(_SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def all(self, workspace: str, kind: str) -> dict[str, Any]:
        """Return the documents of one kind by key, in the order of their keys."""
        with self._lock:
            rows = self._connection.execute(
                "SELECT key, value FROM documents WHERE workspace = ? AND kind = ? ORDER BY key",
                (workspace, kind),
            ).fetchall()
        return {key: json.loads(value) for key, value in rows}

    def put(self, workspace: str, kind: str, documents: Mapping[str, Any]) -> None:
        """Write documents, all or none."""
        with self._transaction() as connection:
            connection.executemany(
                "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)",
                [(workspace, kind, key, json.dumps(value)) for key, value in documents.items()],
            )

    def replace(self, workspace: str, kind: str, documents: Mapping[str, Any]) -> None:
        """Put `documents` in the place of all of their kind."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM documents WHERE workspace = ? AND kind = ?", (workspace, kind)
            )
            connection.executemany(
                "INSERT INTO documents VALUES (?, ?, ?, ?)",
                [(workspace, kind, key, json.dumps(value)) for key, value in documents.items()],
            )

    def remove(self, workspace: str, kind: str, key: str) -> None:
        """Remove one document."""
        with self._transaction() as connection:
            connection.execute(
                "DELETE FROM documents WHERE workspace = ? AND kind = ? AND key = ?",
                (workspace, kind, key),
            )

    def remove_workspace(self, workspace: str) -> None:
        """Remove every document of a workspace."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM documents WHERE workspace = ?", (workspace,))

    @contextmanager
    def _transaction(self) -> Generator[sqlite3.Connection]:
        with self._lock, self._connection:
            self._connection.execute("BEGIN")
            yield self._connection
