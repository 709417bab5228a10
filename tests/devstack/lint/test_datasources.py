"""Datasources whose tenant somebody else than the ingestion can set."""

from pathlib import Path

import pytest

from .small_project import EVENTS, linted

FILE = "datasources/events.datasource"
COLUMN = "`tenant_id` String `json:$.tenant_id`"


@pytest.mark.parametrize(
    ("column", "problem"),
    [
        ("`tenant_id` String `json:$.org`", "comes from $.org, which a sender may fill"),
        (
            "`tenant_id` String `json:$.tenant_id` DEFAULT 'acme'",
            "has DEFAULT, so a row may come without its tenant",
        ),
        ("`tenant_id` UUID `json:$.tenant_id`", "is UUID"),
    ],
)
def test_a_tenant_that_is_no_plain_string_of_the_ingestion_is_found(
    tmp_path: Path, column: str, problem: str
) -> None:
    found = linted(tmp_path, {FILE: EVENTS.replace(COLUMN, column)})

    assert (
        f"tinybird/{FILE}:2 TENANT11 tenant_id of events {problem}: write `tenant_id` String, and"
        " `json:$.tenant_id` where rows come as JSON."
    ) in found


def test_a_shared_tenant_table_is_found(tmp_path: Path) -> None:
    assert linted(tmp_path, {FILE: EVENTS + "\nSHARED_WITH >\n    partner\n"}) == [
        f"tinybird/{FILE}:10 TENANT12 events is shared with partner, where all tenants' rows are"
        " read: remove SHARED_WITH."
    ]


def test_a_second_token_that_appends_is_found(tmp_path: Path) -> None:
    tokens = 'TOKEN "app_ingest" APPEND\n\nTOKEN "partner" APPEND\n\n'

    assert linted(tmp_path, {FILE: tokens + EVENTS}) == [
        f"tinybird/{FILE}:3 TENANT12 The static token partner writes rows of any tenant into events"
        " past the app: remove the line, and let one token append."
    ]


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("SELECT user_id AS tenant_id, event", "sets tenant_id"),
        ("SELECT * REPLACE (lower(tenant_id) AS tenant_id)", "sets tenant_id"),
        ("WITH 'acme' AS tenant_id SELECT tenant_id, event", "sets tenant_id"),
        ("SELECT user_id, event", "does not select tenant_id as it is"),
        ("SELECT * EXCEPT tenant_id", "does not select tenant_id as it is"),
        (
            "SELECT tenant_id, (SELECT max(event) FROM events) AS event",
            "reads rows in a sub-query, whoever has them",
        ),
        (
            "SELECT tenant_id, any(event) OVER () AS event",
            "works out a value from the rows of all tenants",
        ),
    ],
)
def test_a_migration_that_changes_the_tenant_is_found(
    tmp_path: Path, query: str, problem: str
) -> None:
    assert linted(tmp_path, {FILE: f"{EVENTS}\nFORWARD_QUERY >\n    {query}\n"}) == [
        f"tinybird/{FILE}:10 TENANT13 The FORWARD_QUERY of events {problem}: select tenant_id as it"
        " is, and work out a row's columns from that row."
    ]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT *",
        "SELECT * REPLACE (lower(event) AS event)",
        "SELECT tenant_id, user_id, CAST(event, 'String') AS event, timestamp",
    ],
)
def test_a_migration_that_keeps_the_tenant_is_clean(tmp_path: Path, query: str) -> None:
    assert linted(tmp_path, {FILE: f"{EVENTS}\nFORWARD_QUERY >\n    {query}\n"}) == []
