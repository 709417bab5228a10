"""The service datasources `tinybird.*`: their columns, and how what happened becomes them.

Columns: as the installed `tinybird` package lists them.
Source: https://www.tinybird.co/docs/forward/monitoring/service-datasources
"""

from __future__ import annotations

from collections.abc import Mapping

from tinybird.service_datasources import get_tinybird_service_datasources

from ..data.tables import table
from ..sql.engine import quoted

# What is written, row by row, and the column that says when.
WRITTEN: Mapping[str, str] = {
    "pipe_stats_rt": "start_datetime",
    "datasources_ops_log": "timestamp",
    "jobs_log": "created_at",
}
# What cannot happen here, so that the truth about it is an empty table.
EMPTY = ("kafka_ops_log", "sinks_ops_log", "llm_usage")
# What follows from the written ones; {source} is the database.
DERIVED: Mapping[str, str] = {
    "pipe_stats": """
        SELECT toDateTime(toStartOfDay(start_datetime)) AS date, pipe_id, pipe_name,
            avgState(duration) AS avg_duration_state, countIf(error = 1) AS error_count,
            count() AS view_count,
            quantilesTimingState(0.9, 0.95, 0.99)(toFloat64(duration) * 1000)
                AS quantile_timing_state,
            sum(read_bytes) AS read_bytes_sum, sum(read_rows) AS read_rows_sum,
            sum(toFloat64(cpu_time)) AS cpu_time_sum, emptyArrayString() AS resource_tags
        FROM {source}.pipe_stats_rt GROUP BY date, pipe_id, pipe_name""",
    "endpoint_errors": """
        SELECT start_datetime, request_id, pipe_id, pipe_name,
            toNullable(toJSONString(r.parameters)) AS params, url,
            toNullable(r.status_code) AS status_code, r.error_message AS error, resource_tags
        FROM {source}.pipe_stats_rt AS r
        WHERE r.error = 1 AND pipe_id != 'query_api'
            AND start_datetime > now() - INTERVAL 30 DAY""",
    "datasources_ops_stats": """
        SELECT toDateTime(toStartOfDay(timestamp)) AS event_date, datasource_id, datasource_name,
            CAST(event_type, 'LowCardinality(String)') AS event_type, pipe_id, pipe_name,
            countIf(result = 'error') AS error_count, count() AS executions,
            avgState(elapsed_time) AS avg_elapsed_time_state,
            quantilesState(0.9, 0.95, 0.99)(toFloat64(elapsed_time)) AS quantiles_state,
            sum(o.read_rows) AS read_rows, sum(o.read_bytes) AS read_bytes,
            sum(o.written_rows) AS written_rows, sum(o.written_bytes) AS written_bytes,
            sum(o.written_rows_quarantine) AS written_rows_quarantine,
            sum(o.written_bytes_quarantine) AS written_bytes_quarantine,
            sum(toFloat64(o.cpu_time)) AS cpu_time, emptyArrayString() AS resource_tags
        FROM {source}.datasources_ops_log AS o
        GROUP BY event_date, datasource_id, datasource_name, event_type, pipe_id, pipe_name""",
    "block_log": """
        SELECT timestamp, request_id, assumeNotNull(o.import_id) AS import_id, job_id,
            event_type AS source, assumeNotNull(o.import_id) AS block_id,
            if(result = 'ok', 'done', result) AS status, datasource_id, datasource_name,
            CAST(NULL, 'Nullable(Int64)') AS start_offset,
            CAST(NULL, 'Nullable(Int64)') AS end_offset,
            CAST(o.rows + o.rows_quarantine, 'Nullable(Int32)') AS rows,
            CAST(NULL, 'Nullable(String)') AS parser,
            CAST(o.rows_quarantine, 'Nullable(UInt32)') AS quarantine_lines,
            CAST(NULL, 'Nullable(UInt32)') AS empty_lines,
            CAST(NULL, 'Nullable(UInt32)') AS bytes,
            toNullable(elapsed_time) AS processing_time, error AS processing_error
        FROM {source}.datasources_ops_log AS o
        WHERE event_type IN ('append', 'append-hfi', 'replace')""",
}
NAMES = frozenset({*WRITTEN, *EMPTY, *DERIVED})


def statements(database: str) -> list[str]:
    """Return what creates the tables and views in `database`; those that exist stay."""
    created = [_create_table(database, name) for name in (*WRITTEN, *EMPTY)]
    return created + [
        f"CREATE OR REPLACE VIEW {table(database, name)} AS "
        f"{select.format(source=quoted(database))}"
        for name, select in DERIVED.items()
    ]


def trim(database: str, name: str, most_rows: int) -> str:
    """Return the statement that deletes all but the newest `most_rows` rows of a table."""
    at = WRITTEN[name]
    return (
        f"ALTER TABLE {table(database, name)} DELETE WHERE {at} < (SELECT {at} FROM "
        f"{table(database, name)} ORDER BY {at} DESC LIMIT 1 OFFSET {most_rows}) "
        "SETTINGS mutations_sync = 1"
    )


def column_names(name: str) -> list[str]:
    """Return the columns of the service datasource `name`, in their order."""
    return [column for column, _ in _columns(name)]


def _columns(name: str) -> list[tuple[str, str]]:
    columns = next(
        entry["columns"]
        for entry in get_tinybird_service_datasources()
        if entry["name"] == f"tinybird.{name}"
    )
    return [(column["name"], column["type"]) for column in columns]


def _create_table(database: str, name: str) -> str:
    body = ", ".join(f"{quoted(column)} {type_}" for column, type_ in _columns(name))
    order = WRITTEN.get(name, "tuple()")
    return (
        f"CREATE TABLE IF NOT EXISTS {table(database, name)} ({body}) "
        f"ENGINE = MergeTree ORDER BY {order}"
    )
