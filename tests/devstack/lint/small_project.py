"""A small data project without a fault, for tests to break."""

from collections.abc import Mapping
from pathlib import Path

from devstack.lint.linter import lint
from devstack.lint.policy import Policy

EVENTS = """SCHEMA >
    `tenant_id` String `json:$.tenant_id`,
    `user_id` String `json:$.user_id`,
    `event` String `json:$.event`,
    `timestamp` DateTime `json:$.timestamp`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "tenant_id, timestamp"
"""
USERS = """SCHEMA >
    `tenant_id` String `json:$.tenant_id`,
    `user_id` String `json:$.user_id`,
    `name` String `json:$.name`

ENGINE "MergeTree"
ENGINE_SORTING_KEY "tenant_id, user_id"
"""
DAILY = """SCHEMA >
    `tenant_id` String,
    `day` Date,
    `hits` SimpleAggregateFunction(sum, UInt64)

ENGINE "AggregatingMergeTree"
ENGINE_SORTING_KEY "tenant_id, day"
"""
DAYS = """NODE days
SQL >
    SELECT tenant_id, toDate(timestamp) AS day, count() AS hits
    FROM events
    GROUP BY tenant_id, day

TYPE materialized
DATASOURCE daily
"""
HITS = """NODE counted
SQL >
    %
    SELECT event, count() AS hits
    FROM events
    PREWHERE tenant_id = {{ String(tenant_id, required=True) }}
    GROUP BY event

TYPE endpoint
"""
FILES = {
    "datasources/events.datasource": EVENTS,
    "datasources/users.datasource": USERS,
    "datasources/daily.datasource": DAILY,
    "materializations/days.pipe": DAYS,
    "endpoints/hits.pipe": HITS,
}
TENANT = "{{ String(tenant_id, required=True) }}"


def endpoint(sql: str, *, node: str = "counted", head: str = "") -> str:
    """Return an endpoint of one node; `TENANT` in the SQL is the parameter as it should be."""
    lines = "\n".join(f"    {line}" for line in sql.replace("TENANT", TENANT).splitlines())
    return f"{head}NODE {node}\nSQL >\n    %\n{lines}\n\nTYPE endpoint\n"


def linted(
    root: Path, changes: Mapping[str, str] | None = None, policy: Policy | None = None
) -> list[str]:
    """Return the errors of the small project with `changes`: paths and their texts."""
    for path, text in {**FILES, **(changes or {})}.items():
        file = root / "tinybird" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    found = lint(root, root / "tinybird", policy)
    return [str(finding) for finding in found if not finding.is_warning]


def linted_sql(root: Path, sql: str) -> list[str]:
    """Return what the lint says where an endpoint has this SQL."""
    return linted(root, {"endpoints/hits.pipe": endpoint(sql)})
