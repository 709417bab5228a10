"""Nodes that read a tenant table without its tenant, and nodes that only look like it."""

from pathlib import Path

import pytest

from .small_project import EVENTS, endpoint, linted, linted_sql

PLACE = "tinybird/endpoints/hits.pipe:1"
MEND = (
    "write `PREWHERE tenant_id = {{ String(tenant_id, required=True) }}` after the FROM that names"
    " it, other conditions in WHERE"
)


def test_a_project_without_a_fault_is_clean(tmp_path: Path) -> None:
    assert linted(tmp_path) == []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT event FROM events",
        "SELECT event FROM events WHERE event = 'a'",
        "SELECT event FROM events WHERE tenant_id != ''",
        "SELECT event FROM events WHERE tenant_id = 'acme'",
        "SELECT event FROM events WHERE tenant_id = {{ String(org, required=True) }}",
        "SELECT event FROM events WHERE tenant_id LIKE TENANT",
        "SELECT event FROM events WHERE lower(tenant_id) = lower(TENANT)",
        "SELECT event FROM events WHERE tenant_id = lower(TENANT)",
        "SELECT upper(event) AS tenant_id FROM events WHERE tenant_id = TENANT",
        "SELECT event FROM events WHERE tenant_id IN (TENANT, 'acme')",
        "SELECT event FROM events WHERE user_id = TENANT",
        "SELECT 1 AS one WHERE one IN (SELECT 1 FROM events)",
        "SELECT 1 AS one WHERE ('a', 'b', 'c', now()) IN events",
        "SELECT e.event FROM events AS e"
        " SEMI LEFT JOIN (SELECT TENANT AS org) AS o ON e.event = org",
        "SELECT event FROM events WHERE tenant_id > TENANT",
        "SELECT event FROM events WHERE startsWith(tenant_id, TENANT)",
        "WITH (SELECT max(event) FROM events) AS last SELECT last",
        "WITH TENANT AS tenant_id SELECT event FROM events WHERE tenant_id = TENANT",
        "SELECT event FROM events ARRAY JOIN [TENANT] AS org WHERE org = TENANT",
        "SELECT a.event FROM events AS a"
        " FULL JOIN (SELECT 'x' AS event, TENANT AS tenant_id) AS b ON a.event = b.event"
        " WHERE b.tenant_id = TENANT",
        "SELECT event FROM events WHERE 1\n"
        "{% for x in Array(xs) %} AND tenant_id = TENANT {% end %}",
    ],
)
def test_a_read_without_the_tenant_is_found(tmp_path: Path, sql: str) -> None:
    assert linted_sql(tmp_path, sql) == [
        f"{PLACE} TENANT01 counted reads events without its tenant: {MEND}, outside of any branch."
    ]


@pytest.mark.parametrize(
    ("near", "sql"),
    [
        (
            "only in a part of the condition (under OR or NOT), or after a join has chosen rows",
            "SELECT event FROM events WHERE tenant_id = TENANT OR event = 'public'",
        ),
        (
            "only in a part of the condition (under OR or NOT), or after a join has chosen rows",
            "SELECT event FROM events WHERE NOT (tenant_id = TENANT)",
        ),
        (
            "only in a part of the condition (under OR or NOT), or after a join has chosen rows",
            "SELECT event FROM events WHERE (tenant_id = TENANT) = 0",
        ),
        (
            "only in a part of the condition (under OR or NOT), or after a join has chosen rows",
            "SELECT event FROM (SELECT 1 AS x) AS a ANY LEFT JOIN events AS e"
            " ON a.x = length(e.event) WHERE e.tenant_id = TENANT",
        ),
        (
            "only after aggregation",
            "SELECT tenant_id, count() FROM events GROUP BY tenant_id WITH TOTALS"
            " HAVING tenant_id = TENANT",
        ),
        (
            "only outside the sub-query that reads it",
            "SELECT event FROM (SELECT tenant_id, event FROM events LIMIT 9)"
            " WHERE tenant_id = TENANT",
        ),
        (
            "only outside the sub-query that reads it",
            "WITH every AS (SELECT tenant_id, any(event) OVER () AS event FROM events)"
            " SELECT event FROM every WHERE tenant_id = TENANT",
        ),
        (
            "only in the ON of a join that keeps its other rows",
            "SELECT e.event FROM events AS e LEFT JOIN (SELECT 'a' AS event) AS o"
            " ON e.event = o.event AND e.tenant_id = TENANT",
        ),
    ],
)
def test_a_filter_that_stands_in_vain_is_found(tmp_path: Path, near: str, sql: str) -> None:
    assert linted_sql(tmp_path, sql) == [f"{PLACE} TENANT02 counted filters events {near}: {MEND}."]


def test_the_side_of_a_join_without_a_filter_is_found(tmp_path: Path) -> None:
    sql = (
        "SELECT u.name FROM events AS e JOIN users AS u ON e.user_id = u.user_id"
        " WHERE e.tenant_id = TENANT"
    )

    assert linted_sql(tmp_path, sql) == [
        f"{PLACE} TENANT01 counted reads users without its tenant: {MEND}, outside of any branch."
    ]


def test_the_node_without_a_filter_is_named_and_not_the_one_that_reads_it(tmp_path: Path) -> None:
    pipe = """NODE of_events
SQL >
    %
    SELECT user_id FROM events WHERE tenant_id = {{ String(tenant_id, required=True) }}

NODE of_users
SQL >
    SELECT tenant_id, user_id, name FROM users

NODE joined
SQL >
    %
    SELECT name FROM of_events JOIN of_users USING (user_id)
    WHERE of_users.tenant_id = {{ String(tenant_id, required=True) }}

TYPE endpoint
"""

    assert linted(tmp_path, {"endpoints/hits.pipe": pipe}) == [
        "tinybird/endpoints/hits.pipe:6 TENANT01 of_users reads users without its tenant:"
        f" {MEND}, outside of any branch."
    ]


def test_a_filter_in_one_branch_of_a_union_alone_is_found(tmp_path: Path) -> None:
    sql = (
        "SELECT event FROM events WHERE tenant_id = TENANT\n"
        "UNION ALL SELECT name FROM users WHERE name != ''"
    )

    assert linted_sql(tmp_path, sql) == [
        f"{PLACE} TENANT01 counted reads users without its tenant: {MEND}, outside of any branch."
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT event FROM events {% if defined(mine) %} WHERE tenant_id = TENANT {% end %}",
        "SELECT event FROM events\n{% if String(mine, '') == 'x' %} WHERE event = 'x'\n"
        "{% else %} WHERE tenant_id = TENANT {% end %}",
        "SELECT event FROM events\n{% if Int32(a, 0) == 7 %}\n{% if Int32(b, 0) == 9 %} WHERE 1\n"
        "{% else %} WHERE tenant_id = TENANT {% end %}\n"
        "{% else %} WHERE tenant_id = TENANT {% end %}",
    ],
)
def test_every_way_through_a_template_is_read(tmp_path: Path, sql: str) -> None:
    assert linted_sql(tmp_path, sql) == [
        f"{PLACE} TENANT01 counted reads events without its tenant: {MEND}, outside of any branch."
    ]


def test_every_branch_is_read_where_combinations_are_too_many(tmp_path: Path) -> None:
    switches = "\n".join(
        f"{{% if Int32(p{n}, 0) == 1 %}} AND event != '{n}' {{% end %}}" for n in range(12)
    )
    sql = f"SELECT event FROM events WHERE tenant_id = TENANT\n{switches}"
    broken = f"{sql}\n{{% if defined(last) %}} OR 1 {{% end %}}"

    assert linted_sql(tmp_path, sql) == []
    assert [line[:47] for line in linted_sql(tmp_path, broken)] == [f"{PLACE} TENANT02 counted"]


def test_a_branch_that_clickhouse_cannot_read_is_found(tmp_path: Path) -> None:
    sql = (
        "SELECT event FROM events\n"
        "{% if defined(sort) %}\n"
        "ORDER BY nothing\n"
        "{% else %}\n"
        "WHERE tenant_id = TENANT\n"
        "{% end %}"
    )

    (found,) = linted_sql(tmp_path, sql)

    assert found.startswith(
        "tinybird/endpoints/hits.pipe:5 LINT04 ClickHouse cannot read this branch of counted,"
        " whatever the others do: "
    )


def test_a_table_named_like_a_word_of_sql_is_read_as_any_other(tmp_path: Path) -> None:
    changes = {
        "datasources/table.datasource": EVENTS,
        "endpoints/hits.pipe": endpoint("SELECT event FROM `table`"),
    }

    assert linted(tmp_path, changes) == [
        f"{PLACE} TENANT01 counted reads table without its tenant: {MEND}, outside of any branch."
    ]


def test_a_quarantine_is_a_tenant_table(tmp_path: Path) -> None:
    assert linted_sql(tmp_path, "SELECT event FROM events_quarantine") == [
        f"{PLACE} TENANT01 counted reads events_quarantine without its tenant: {MEND}, outside of"
        " any branch."
    ]


def test_a_pipe_that_is_no_endpoint_is_read_too(tmp_path: Path) -> None:
    pipe = "NODE all_users\nSQL >\n    SELECT * FROM users\n"

    assert linted(tmp_path, {"pipes/inner.pipe": pipe}) == [
        "tinybird/pipes/inner.pipe:1 TENANT01 all_users reads users without its tenant:"
        f" {MEND}, outside of any branch."
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT event FROM events PREWHERE tenant_id = TENANT WHERE event != ''",
        "SELECT event FROM events WHERE TENANT = tenant_id",
        "SELECT event FROM events AS e WHERE (e.event != '' AND (e.tenant_id = TENANT))",
        "SELECT tenant_id AS t, count() FROM events WHERE t = TENANT GROUP BY t",
        "SELECT event FROM events WHERE tenant_id IN (TENANT)",
        "SELECT event FROM events WHERE tenant_id = TENANT\n"
        "UNION ALL SELECT name FROM users WHERE tenant_id = TENANT",
        "SELECT event FROM (SELECT * FROM events WHERE tenant_id = TENANT) WHERE event != ''",
        "SELECT name FROM events AS e JOIN users AS u ON e.user_id = u.user_id"
        " WHERE e.tenant_id = TENANT AND u.tenant_id = TENANT",
        "SELECT name FROM events AS e JOIN users AS u USING (tenant_id, user_id)"
        " WHERE e.tenant_id = TENANT",
        "SELECT name FROM events AS e LEFT JOIN users AS u"
        " ON e.tenant_id = u.tenant_id AND e.user_id = u.user_id WHERE e.tenant_id = TENANT",
        "SELECT name FROM events AS e LEFT JOIN users AS u"
        " ON u.tenant_id = TENANT AND e.user_id = u.user_id WHERE e.tenant_id = TENANT",
        "SELECT event FROM events AS e, users AS u WHERE e.tenant_id = TENANT"
        " AND u.tenant_id = e.tenant_id",
        "SELECT count() FROM events WHERE tenant_id = TENANT\n"
        "AND user_id IN (SELECT user_id FROM users WHERE tenant_id = TENANT)",
        "SELECT event FROM events WHERE tenant_id = TENANT\n"
        "{% if defined(x) %} AND event = 'x' {% end %}",
        "{% if not String(tenant_id, required=True) %} {{ error('No tenant.') }} {% end %}\n"
        "SELECT event FROM events WHERE tenant_id = TENANT",
        "{% if defined(x) %} {{ error('No.') }} {% else %}\n"
        "SELECT event FROM events WHERE tenant_id = TENANT {% end %}",
        "SELECT toDate(timestamp, {{ String(timezone) }}) FROM events WHERE tenant_id = TENANT",
        "SELECT sum(hits) FROM daily WHERE tenant_id = TENANT",
        "SELECT sum(hits) FROM days WHERE tenant_id = TENANT",
    ],
)
def test_an_unusual_spelling_that_is_right_is_clean(tmp_path: Path, sql: str) -> None:
    assert linted_sql(tmp_path, sql) == []


def test_a_node_that_reads_a_filtered_node_is_clean(tmp_path: Path) -> None:
    inner = endpoint("SELECT * FROM events WHERE tenant_id = TENANT", node="mine")
    changes = {
        "pipes/inner.pipe": inner.replace("TYPE endpoint\n", ""),
        "endpoints/hits.pipe": endpoint("SELECT event, count() FROM inner GROUP BY event"),
    }

    assert linted(tmp_path, changes) == []
