"""What happens in a workspace, kept for the service datasources.

Rows gather in memory and are written when somebody reads, every few seconds and at the end: a
request never waits for its own entry.
"""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping

from ..data.tables import table
from ..sql.databases import drop_database
from ..sql.engine import Engine, literal, quoted
from .service_tables import WRITTEN, statements, trim

MOST_ROWS = 100_000
MOST_WAITING = 20_000


class Journal:
    """The service datasources of one workspace; each keeps its newest `MOST_ROWS` rows."""

    def __init__(self, engine: Engine, workspace_id: str) -> None:
        self.database = f"s_{workspace_id.replace('-', '')}"
        self._engine = engine
        self._lock = threading.Lock()
        self._is_made = False
        self._counts: dict[str, int] = {}
        self._waiting = {name: deque[Mapping[str, object]](maxlen=MOST_WAITING) for name in WRITTEN}

    def note(self, name: str, row: Mapping[str, object]) -> None:
        """Add a row to the table `name`; columns that it lacks take their type's default."""
        self._waiting[name].append(row)

    def flush(self) -> None:
        """Write what waits."""
        with self._lock:
            for name, waiting in self._waiting.items():
                if waiting:
                    self._write(name, [waiting.popleft() for _ in range(len(waiting))])

    def prepare(self) -> None:
        """Write what waits, so that the tables can be read; make them where there are none."""
        with self._lock:
            self._make()
        self.flush()

    def drop(self) -> None:
        """Delete everything, and note nothing more."""
        with self._lock:
            # The tables are gone for a flush that comes late, and for a request under way.
            self._waiting = {name: deque(maxlen=0) for name in WRITTEN}
            drop_database(self._engine, self.database)

    def _make(self) -> None:
        if self._is_made:
            return
        self._engine.execute(
            f"CREATE DATABASE IF NOT EXISTS {quoted(self.database)} ENGINE = Atomic"
        )
        for statement in statements(self.database):
            self._engine.execute(statement)
        self._is_made = True

    def _counted(self) -> dict[str, int]:
        # Not before the first row: a workspace of a test may never have one.
        if not self._counts:
            found = self._engine.rows(
                "SELECT table, toUInt32(sum(rows)) FROM system.parts "
                f"WHERE active AND database = {literal(self.database)} GROUP BY table"
            )
            self._counts = dict.fromkeys(WRITTEN, 0) | {name: count for name, count in found}
        return self._counts

    def _write(self, name: str, rows: list[Mapping[str, object]]) -> None:
        self._make()
        counts = self._counted()
        text = "\n".join(map(json.dumps, rows))
        self._engine.execute(
            f"INSERT INTO {table(self.database, name)} "
            "SETTINGS input_format_allow_errors_ratio = 1, date_time_input_format = 'best_effort' "
            f"FORMAT JSONEachRow\n{text}\n"
        )
        counts[name] += len(rows)
        if counts[name] > 2 * MOST_ROWS:
            self._engine.execute(trim(self.database, name, MOST_ROWS))
            counts[name] = MOST_ROWS
