"""Fill a data directory of the embedded Tinybird with rows; its own Python runs this file.

Straight into the tables, because millions of rows through HTTP would take an hour; the materialized
views see each block, as they would there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chdb.state.sqlitelike import Connection

# What ClickHouse writes as one part, and later merges.
BLOCK = 1_000_000
# Long enough for hourly rollups of every month, short enough to be asked as a whole.
DAYS = 30
MEASURED = "org_measured"
# The rows of the tenant that is measured, however many the others have.
ITS_ROWS = 10_000
_NAMES = "['page_view', 'report_opened', 'report_shared', 'plan_upgraded', 'signed_in']"


def fill(directory: Path, tenants: int, rows: int) -> None:
    """Store `rows` events: `ITS_ROWS` of the measured tenant, the rest of the others."""
    # Of the devstack's packages; and it takes its time zone from here when it is loaded.
    os.environ["TZ"] = "UTC"
    import chdb

    database = chdb.connect(str(directory))
    table = _table(database)
    for start in range(0, rows, BLOCK):
        database.query(_insert(table, tenants, rows, start, min(BLOCK, rows - start)))
    _merge(database)
    print(database.query(f"SELECT count() FROM {table}", "CSV").data().strip())
    database.close()


def _insert(table: str, tenants: int, rows: int, start: int, count: int) -> str:
    others = f"concat('org_', leftPad(toString(cityHash64(number, 1) % {tenants}), 8, '0'))"
    return f"""
        INSERT INTO {table}
            (tenant_id, user_id, session_id, event_id, event, timestamp, properties)
        SELECT
            if(number % {rows // ITS_ROWS} = 0, '{MEASURED}', {others}),
            concat('user_', toString(cityHash64(number, 2) % 200)),
            concat('session_', toString(cityHash64(number, 3) % 5000)),
            concat('evt_', hex(cityHash64(number, 4))),
            {_NAMES}[1 + cityHash64(number, 5) % 5],
            now64(3) - toIntervalMillisecond(
                intDiv(({rows} - number) * {DAYS * 86_400_000}, {rows})),
            concat('{{"plan":"team","seats":', toString(number % 50), '}}')
        FROM numbers({start}, {count})
        SETTINGS max_block_size = {BLOCK}, max_insert_block_size = {BLOCK},
            min_insert_block_size_rows = {BLOCK}, max_insert_threads = 1
    """


def _table(database: Connection) -> str:
    found = database.query(
        "SELECT concat('`', database, '`.`', name, '`') FROM system.tables "
        "WHERE startsWith(database, 'w_') AND name = 'events'",
        "TSVRaw",
    )
    (table,) = found.data().split()
    return table


def _merge(database: Connection) -> None:
    # Every part that a read touches gives a few rows of the neighbours: with what was merged by
    # chance, two sizes would differ by their parts and not by their rows.
    tables = database.query(
        "SELECT concat('`', database, '`.`', name, '`') FROM system.tables "
        "WHERE startsWith(database, 'w_') AND engine LIKE '%MergeTree'",
        "TSVRaw",
    )
    for table in tables.data().split():
        database.query(f"OPTIMIZE TABLE {table} FINAL")


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
