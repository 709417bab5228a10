"""What depends on the rows around a row: where it lies in a part, a block or a series."""

from __future__ import annotations

from collections.abc import Iterator

from .tree import Item

# Columns that every MergeTree has and that tell of the part or the block of a row.
# https://clickhouse.com/docs/engines/table-engines/mergetree-family/mergetree#virtual-columns
COLUMNS = frozenset(
    {"_part", "_part_index", "_part_starting_offset", "_part_uuid", "_part_offset", "_disk_name"}
    | {"_part_granule_offset", "_part_data_version", "_sample_factor"}
    | {"_block_number", "_block_offset"}
)
# https://clickhouse.com/docs/sql-reference/functions/other-functions
FUNCTIONS = frozenset(
    {"rowNumberInAllBlocks", "rowNumberInBlock", "blockNumber", "blockSize", "neighbor"}
    | {"runningDifference", "runningDifferenceStartingWithFirstValue", "runningAccumulate"}
    | {"runningConcurrency", "generateSerialID", "generateSnowflakeID"}
)


def positions(item: Item, tables: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield the tables and their columns below `item` that tell where a row lies."""
    read = {table.id: table.table for table in item.walk() if table.label == "TABLE"}
    for column in item.walk():
        name = column.fields.get("column_name", "")
        table = read.get(column.source, "") if name in COLUMNS else ""
        if table in tables:
            yield table.partition(".")[2], name


def series(item: Item) -> str | None:
    """Return a function below `item` whose result depends on the rows before; None if none."""
    names = (below.fields.get("function_name", "") for below in item.walk())
    return next((name for name in names if name in FUNCTIONS), None)
