"""Merge every table of a data directory into one part a partition; nothing serves it meanwhile."""

from __future__ import annotations

import sys
from pathlib import Path

from devstack.tinybird.data.tables import table
from devstack.tinybird.sql.engine import Engine


def merge(directory: Path) -> None:
    """Merge the tables of the workspaces in `directory`."""
    engine = Engine(directory / "clickhouse")
    named = "startsWith(database, 'w_') AND engine LIKE '%MergeTree'"
    for database, name in engine.rows(f"SELECT database, name FROM system.tables WHERE {named}"):
        engine.execute(f"OPTIMIZE TABLE {table(database, name)} FINAL")
    engine.close()


if __name__ == "__main__":
    merge(Path(sys.argv[1]))
