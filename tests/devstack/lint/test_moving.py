"""Materializations and copies that lose a row's tenant."""

from pathlib import Path

import pytest

from .small_project import DAILY, DAYS, linted

PLACE = "tinybird/materializations/days.pipe:1"
COPY = """NODE copied
SQL >
    SELECT event, count() AS hits FROM events GROUP BY event

TYPE copy
TARGET_DATASOURCE totals
COPY_SCHEDULE @on-demand
"""
TOTALS = """# roost: allow TENANT09 Totals of the whole product.
SCHEMA >
    `event` String,
    `hits` UInt64

ENGINE "MergeTree"
ENGINE_SORTING_KEY "event"
"""


@pytest.mark.parametrize(
    ("what", "sql"),
    [
        (
            "does not select tenant_id as it is",
            "SELECT toDate(timestamp) AS day, count() AS hits FROM events GROUP BY day",
        ),
        (
            "does not select tenant_id as it is",
            "SELECT any(tenant_id) AS tenant_id, toDate(timestamp) AS day, count() AS hits"
            " FROM events GROUP BY day",
        ),
        (
            "does not select tenant_id as it is",
            "SELECT lower(tenant_id) AS tenant_id, toDate(timestamp) AS day, count() AS hits"
            " FROM events GROUP BY tenant_id, day",
        ),
        (
            "does not select tenant_id as it is",
            "SELECT user_id AS tenant_id, toDate(timestamp) AS day, count() AS hits"
            " FROM events GROUP BY tenant_id, day",
        ),
        (
            "joins tenant tables without the condition that tenant_id is the same",
            "SELECT e.tenant_id AS tenant_id, toDate(timestamp) AS day, count() AS hits"
            " FROM events AS e JOIN users AS u ON e.user_id = u.user_id GROUP BY tenant_id, day",
        ),
        (
            "has a LIMIT BY without tenant_id",
            "SELECT tenant_id, toDate(timestamp) AS day, toUInt64(1) AS hits FROM events"
            " LIMIT 1 BY event",
        ),
        (
            "has a window that is not partitioned by tenant_id",
            "SELECT tenant_id, toDate(timestamp) AS day, count() OVER (PARTITION BY event) AS hits"
            " FROM events",
        ),
        (
            "has a LIMIT over all tenants",
            "SELECT tenant_id, toDate(timestamp) AS day, toUInt64(1) AS hits FROM events"
            " ORDER BY timestamp LIMIT 10",
        ),
        (
            "adds totals over all tenants",
            "SELECT tenant_id, toDate(timestamp) AS day, count() AS hits FROM events"
            " GROUP BY tenant_id, day WITH ROLLUP",
        ),
        (
            "reads a tenant table in an expression, beside the rows that it is about",
            "SELECT tenant_id, toDate(timestamp) AS day, count() AS hits FROM events"
            " WHERE user_id IN (SELECT user_id FROM users) GROUP BY tenant_id, day",
        ),
    ],
)
def test_a_materialization_that_loses_the_tenant_is_found(
    tmp_path: Path, what: str, sql: str
) -> None:
    pipe = f"NODE days\nSQL >\n    {sql}\n\nTYPE materialized\nDATASOURCE daily\n"

    assert linted(tmp_path, {"materializations/days.pipe": pipe}) == [
        f"{PLACE} TENANT05 days {what}: select tenant_id as it is, group, join and limit by it."
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT tenant_id, toDate(timestamp) AS day, count() AS hits FROM events"
        " GROUP BY tenant_id, day",
        "SELECT tenant_id, day, sum(n) AS hits FROM"
        " (SELECT tenant_id, toDate(timestamp) AS day, 1 AS n FROM events) GROUP BY ALL",
        "SELECT u.tenant_id AS tenant_id, toDate(timestamp) AS day, count() AS hits"
        " FROM events AS e JOIN users AS u ON e.tenant_id = u.tenant_id AND e.user_id = u.user_id"
        " GROUP BY tenant_id, day",
        "SELECT tenant_id, toDate(timestamp) AS day, toUInt64(1) AS hits FROM events"
        " LIMIT 1 BY tenant_id, event",
    ],
)
def test_a_materialization_that_keeps_the_tenant_is_clean(tmp_path: Path, sql: str) -> None:
    pipe = f"NODE days\nSQL >\n    {sql}\n\nTYPE materialized\nDATASOURCE daily\n"

    assert linted(tmp_path, {"materializations/days.pipe": pipe}) == []


def test_the_node_of_a_materialization_that_drops_the_tenant_is_named(tmp_path: Path) -> None:
    pipe = """NODE raw
SQL >
    SELECT timestamp FROM events

NODE days
SQL >
    SELECT 'all' AS tenant_id, toDate(timestamp) AS day, count() AS hits FROM raw GROUP BY day

TYPE materialized
DATASOURCE daily
"""

    assert linted(tmp_path, {"materializations/days.pipe": pipe}) == [
        f"{PLACE} TENANT05 raw does not select tenant_id as it is: select tenant_id as it is,"
        " group, join and limit by it."
    ]


def test_a_target_without_the_tenant_is_found(tmp_path: Path) -> None:
    changes = {
        "materializations/days.pipe": DAYS.replace("daily", "totals")
        .replace("toDate(timestamp) AS day", "event")
        .replace("day", "event"),
        "datasources/totals.datasource": TOTALS,
    }

    assert linted(tmp_path, changes) == [
        "tinybird/materializations/days.pipe:1 TENANT05 events moves tenants' rows into totals,"
        " which has no tenant_id: add the column and put it first in ENGINE_SORTING_KEY."
    ]


def test_a_rollup_keyed_without_the_tenant_is_found(tmp_path: Path) -> None:
    daily = DAILY.replace('"tenant_id, day"', '"day"')

    assert linted(tmp_path, {"datasources/daily.datasource": daily}) == [
        f"{PLACE} TENANT06 daily has no tenant_id in its key, so rows that days writes for"
        " different tenants merge: put it first in ENGINE_SORTING_KEY."
    ]


def test_a_copy_into_a_table_without_tenant_is_found(tmp_path: Path) -> None:
    changes = {"copies/copied.pipe": COPY, "datasources/totals.datasource": TOTALS}

    assert linted(tmp_path, changes) == [
        "tinybird/copies/copied.pipe:1 TENANT07 copied does not select tenant_id as it is: select"
        " tenant_id as it is, group, join and limit by it."
    ]


def test_a_copy_that_keeps_the_tenant_is_clean(tmp_path: Path) -> None:
    copy = COPY.replace(
        "SELECT event, count()", "SELECT tenant_id, toDate(timestamp) AS day, count()"
    )
    copy = copy.replace("BY event", "BY tenant_id, day").replace("totals", "daily")

    assert linted(tmp_path, {"copies/copied.pipe": copy}) == []
