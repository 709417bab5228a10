"""What tells of rows that a filter drops: types that share state, and filters that come late."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from devstack.lint.linter import lint

from .small_project import EVENTS, endpoint, linted

HITS = "tinybird/endpoints/hits.pipe:1"
EARLY = (
    "write `PREWHERE tenant_id = {{ String(tenant_id, required=True) }}` after the FROM that names"
    " it, other conditions in WHERE."
)
LATE = (
    "counted does not filter {} first, so other conditions may run over rows of other tenants, and"
    " fail on them: "
)


def warned(root: Path, changes: Mapping[str, str], *, strict: bool = False) -> list[str]:
    """Return all that the lint says of the small project with `changes`."""
    linted(root, changes)
    return [str(finding) for finding in lint(root, root / "tinybird", None, strict=strict)]


def test_a_late_filter_is_a_warning_and_in_a_strict_project_an_error(tmp_path: Path) -> None:
    changes = {"endpoints/hits.pipe": endpoint("SELECT event FROM events WHERE tenant_id = TENANT")}

    assert warned(tmp_path, changes) == [f"{HITS} TENANT15 warning: {LATE.format('events')}{EARLY}"]
    assert warned(tmp_path, changes, strict=True) == [
        f"{HITS} TENANT15 {LATE.format('events')}{EARLY}"
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT event FROM events PREWHERE event != '' AND tenant_id = TENANT",
        "SELECT event FROM events PREWHERE event != '' WHERE tenant_id = TENANT",
        "SELECT event FROM events PREWHERE (tenant_id, lower(event)) = (TENANT, 'a')",
        "SELECT event FROM (SELECT tenant_id, event FROM events) WHERE tenant_id = TENANT",
        "SELECT tenant_id FROM events GROUP BY tenant_id HAVING tenant_id = TENANT",
        "SELECT (SELECT max(event) FROM events WHERE tenant_id = TENANT) AS last",
    ],
)
def test_a_filter_that_does_not_come_first_is_found(tmp_path: Path, sql: str) -> None:
    assert warned(tmp_path, {"endpoints/hits.pipe": endpoint(sql)}) == [
        f"{HITS} TENANT15 warning: {LATE.format('events')}{EARLY}"
    ]


def test_a_joined_table_is_asked_to_have_a_sub_query_of_its_own(tmp_path: Path) -> None:
    sql = (
        "SELECT name FROM events AS e JOIN users AS u USING (tenant_id, user_id)"
        " PREWHERE e.tenant_id = TENANT"
    )

    assert warned(tmp_path, {"endpoints/hits.pipe": endpoint(sql)}) == [
        f"{HITS} TENANT15 warning: {LATE.format('users')}read it in a sub-query of its own,"
        " `(SELECT ... FROM users PREWHERE tenant_id = {{ String(tenant_id, required=True) }})`."
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT event FROM events PREWHERE tenant_id = TENANT WHERE event != ''",
        "SELECT event FROM events PREWHERE tenant_id = TENANT AND event != ''",
        "SELECT event FROM events PREWHERE (tenant_id, user_id) = (TENANT, 'a')",
        "SELECT name FROM events AS e JOIN (SELECT * FROM users PREWHERE tenant_id = TENANT) AS u"
        " USING (user_id) PREWHERE e.tenant_id = TENANT",
        "SELECT sum(hits) FROM days PREWHERE tenant_id = TENANT",
    ],
)
def test_a_filter_that_comes_first_is_clean(tmp_path: Path, sql: str) -> None:
    changes = {"endpoints/hits.pipe": endpoint(sql)}

    assert warned(tmp_path, changes, strict=True) == []


def test_an_engine_without_prewhere_is_asked_for_none(tmp_path: Path) -> None:
    events = EVENTS.replace('"MergeTree"', '"Null"').replace(
        'ENGINE_SORTING_KEY "tenant_id, timestamp"\n', ""
    )
    changes = {
        "datasources/events.datasource": events,
        "endpoints/hits.pipe": endpoint("SELECT event FROM events WHERE tenant_id = TENANT"),
    }

    assert warned(tmp_path, changes, strict=True) == []


@pytest.mark.parametrize(
    ("type_", "fix"),
    [
        ("LowCardinality(String)", "write String"),
        ("Array(LowCardinality(String))", "write Array(String)"),
        ("Tuple(a LowCardinality(FixedString(2)), b UInt8)", "write its type without it"),
    ],
)
def test_a_column_whose_rows_share_a_dictionary_is_found(
    tmp_path: Path, type_: str, fix: str
) -> None:
    events = EVENTS.replace("`event` String `json:$.event`", f"`event` {type_} `json:$.event[:]`")
    changes = {
        "datasources/events.datasource": events,
        "endpoints/hits.pipe": endpoint("SELECT user_id FROM events PREWHERE tenant_id = TENANT"),
    }

    assert warned(tmp_path, changes) == [
        "tinybird/datasources/events.datasource:4 TENANT14 warning: event of events is"
        " LowCardinality, so functions on it run over values of other tenants too, whatever is"
        f" filtered: {fix}."
    ]


def test_an_exception_excuses_a_warning(tmp_path: Path) -> None:
    head = "# roost: allow TENANT15 Its events are the same for all.\n"
    sql = "SELECT event FROM events WHERE tenant_id = TENANT"

    assert warned(tmp_path, {"endpoints/hits.pipe": endpoint(sql, head=head)}, strict=True) == []
