"""Materializations and copies that give a row another tenant, or another tenant's data."""

from __future__ import annotations

from .variant import MINE, Variant, copied, datasource, endpoint, rollup


def _target(name: str) -> dict[str, str]:
    columns = ("`tenant_id` String", "`item` String", "`n` UInt64")
    return datasource(f"{name}_kept", *columns, key="tenant_id, item")


def _read(name: str) -> dict[str, str]:
    return endpoint(name, f"SELECT item, n FROM {name}_kept {MINE} ORDER BY item, n")


def _materialized(name: str, sql: str, more: dict[str, str] | None = None) -> Variant:
    files = _target(name) | rollup(f"{name}_kept", sql) | _read(name) | (more or {})
    return Variant(name, files, rule="TENANT05")


def _outdated(name: str, sql: str) -> Variant:
    # The engine itself refuses these functions.
    files = _target(name) | rollup(f"{name}_kept", sql) | _read(name)
    return Variant(name, files, rule="LINT03", builds=False)


def _copied(name: str, sql: str, more: dict[str, str] | None = None) -> Variant:
    files = _target(name) | copied(f"{name}_kept", sql) | _read(name) | (more or {})
    return Variant(name, files, rule="TENANT07")


def _owners(name: str) -> dict[str, str]:
    head = "# roost: allow TENANT09 It says which product belongs to whom.\n"
    return datasource(
        f"{name}_owners",
        "`owner` String `json:$.owner`",
        "`item` String `json:$.item`",
        key="item",
        head=head,
    )


VARIANTS = (
    _materialized(
        "a_constant_tenant",
        "SELECT 'org_demo' AS tenant_id, event_id AS item, toUInt64(1) AS n FROM events",
    ),
    _materialized(
        "a_constant_tenant_of_shared_rows",
        "SELECT 'org_demo' AS tenant_id, label AS item, toUInt64(1) AS n FROM event_catalog",
    ),
    _materialized(
        "a_user_as_the_tenant",
        "SELECT user_id AS tenant_id, event_id AS item, toUInt64(1) AS n FROM events",
    ),
    _materialized(
        "a_shared_column_as_the_tenant",
        "SELECT event AS tenant_id, label AS item, toUInt64(1) AS n FROM event_catalog",
    ),
    _materialized(
        "another_tables_column_as_the_tenant",
        "SELECT owner AS tenant_id, item, toUInt64(1) AS n"
        " FROM another_tables_column_as_the_tenant_owners",
        _owners("another_tables_column_as_the_tenant"),
    ),
    _materialized(
        "a_joined_owner_as_the_tenant",
        "SELECT o.owner AS tenant_id, e.event_id AS item, toUInt64(1) AS n FROM events AS e"
        " JOIN a_joined_owner_as_the_tenant_owners AS o ON e.user_id = o.item",
        _owners("a_joined_owner_as_the_tenant"),
    ),
    _materialized(
        "an_array_joined_tenant",
        "SELECT tenant_id, event_id AS item, toUInt64(1) AS n FROM"
        " (SELECT event_id, splitByChar(',', user_id) AS users FROM events)"
        " ARRAY JOIN users AS tenant_id",
    ),
    _materialized(
        "a_renamed_tenant",
        "SELECT tenant_id, item, toUInt64(1) AS n FROM"
        " (SELECT session_id AS tenant_id, event_id AS item FROM events)",
    ),
    _materialized(
        "a_tenant_of_a_text",
        "SELECT JSONExtractString(properties, 'tenant') AS tenant_id, event_id AS item,"
        " toUInt64(1) AS n FROM events",
    ),
    _materialized(
        "a_tenant_of_a_window",
        "SELECT lagInFrame(tenant_id) OVER (PARTITION BY tenant_id ORDER BY event_id) AS tenant_id,"
        " event_id AS item, toUInt64(1) AS n FROM events",
    ),
    _materialized(
        "a_tenant_of_a_state",
        "SELECT argMaxMerge(owner) AS tenant_id, item, toUInt64(1) AS n FROM"
        " (SELECT argMaxState(tenant_id, timestamp) AS owner, event_id AS item"
        " FROM events GROUP BY item) GROUP BY item",
    ),
    _materialized(
        "a_tenant_from_a_neighbour",
        "SELECT if(user_id = '', 'org_demo', tenant_id) AS tenant_id, event_id AS item,"
        " toUInt64(1) AS n FROM events",
    ),
    _materialized(
        "rows_numbered_as_they_come",
        "SELECT tenant_id, event_id AS item, rowNumberInAllBlocks() AS n FROM events",
    ),
    _outdated(
        "difference_from_the_row_before",
        "SELECT tenant_id, event_id AS item,"
        " toUInt64(abs(runningDifference(toUnixTimestamp(timestamp)))) AS n FROM events",
    ),
    _outdated(
        "neighbour_of_each_row",
        "SELECT tenant_id, event_id AS item, toUInt64(length(neighbor(user_id, -1))) AS n"
        " FROM events",
    ),
    _materialized(
        "size_of_the_block",
        "SELECT tenant_id, event_id AS item, toUInt64(blockSize()) AS n FROM events",
    ),
    _outdated(
        "running_sum_over_all",
        "SELECT tenant_id, event_id AS item,"
        " toUInt64(runningAccumulate(countState())) AS n FROM events GROUP BY tenant_id, item",
    ),
    _materialized(
        "window_over_all",
        "SELECT tenant_id, event_id AS item, toUInt64(count() OVER (ORDER BY event_id)) AS n"
        " FROM events",
    ),
    _materialized(
        "totals_beside_each_tenant",
        "SELECT tenant_id, event_id AS item, toUInt64(count()) AS n FROM events"
        " GROUP BY GROUPING SETS ((tenant_id, item), (item))",
    ),
    _copied(
        "fixed_rows_of_a_sequence",
        "SELECT toString(number) AS tenant_id, 'a' AS item, toUInt64(1) AS n FROM numbers(3)",
    ),
    _copied(
        "copy_with_a_constant_tenant",
        "SELECT 'org_demo' AS tenant_id, event_id AS item, toUInt64(1) AS n FROM events",
    ),
    _copied(
        "copy_of_shared_rows",
        "SELECT label AS tenant_id, event AS item, toUInt64(1) AS n FROM event_catalog",
    ),
    _copied(
        "copy_that_numbers_rows",
        "SELECT tenant_id, event_id AS item, rowNumberInAllBlocks() AS n FROM events",
    ),
    _copied(
        "copy_with_a_rank",
        "SELECT tenant_id, event_id AS item, rank() OVER (ORDER BY timestamp) AS n FROM events",
    ),
    _copied(
        "copy_with_a_limit",
        "SELECT tenant_id, event_id AS item, toUInt64(1) AS n FROM events"
        " ORDER BY timestamp LIMIT 5",
    ),
    _copied(
        "copy_with_an_id_of_a_series",
        "SELECT tenant_id, event_id AS item, toUInt64(_part_offset) AS n FROM events",
    ),
    _copied(
        "copy_of_a_joined_tenant",
        "SELECT t.tenant_id AS tenant_id, e.event_id AS item, toUInt64(1) AS n FROM events AS e"
        " JOIN tenants AS t ON e.user_id = t.user_id",
    ),
    _copied(
        "copy_with_gaps_filled",
        "SELECT tenant_id, event_id AS item, toUInt64(toUnixTimestamp(timestamp)) AS n"
        " FROM events ORDER BY n WITH FILL STEP 100000000 INTERPOLATE (tenant_id)",
    ),
)
