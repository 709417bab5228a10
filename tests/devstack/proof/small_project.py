"""A small project as the proof sees it, built of its resources without a workspace."""

from __future__ import annotations

from devstack.proof.built import BuiltProject, Column, Endpoint, Node, Parameter, Pipe, Table

TENANT = "{{ String(tenant_id, required=True) }}"
EVENTS = Table(
    "events",
    (
        Column("tenant_id", "String", False, "$.tenant_id"),
        Column("event", "String", False, "$.event"),
        Column("amount", "Int32", True, "$.details.amount"),
    ),
)
DAILY = Table("daily", (Column("tenant_id", "String", False, "$.tenant_id"),))
SNAPSHOT = Table("snapshot", (Column("tenant_id", "String", False, "$.tenant_id"),))
LATER = Table("later", (Column("tenant_id", "String", False, "$.tenant_id"),))
COUNTRIES = Table("countries", (Column("name", "String", False, "$.name"),))

TOP = Endpoint(
    "top",
    (
        Parameter("tenant_id", "String", True, None, ""),
        Parameter("kind", "String", False, None, "all or paid"),
        Parameter("least", "Int32", False, 3, ""),
        Parameter("date_from", "Date", True, None, ""),
    ),
)


def pipe(name: str, *sql: str, target: str | None = None, is_copy: bool = False) -> Pipe:
    """Make a pipe whose nodes are called after it: name_0, name_1, ..."""
    nodes = tuple(Node(name, f"{name}_{n}", text) for n, text in enumerate(sql))
    return Pipe(name, nodes, target, is_copy)


def project(*more: Pipe) -> BuiltProject:
    """Return the project: an endpoint over `events`, a rollup, two copies, a shared table."""
    pipes = [
        pipe(
            "top",
            f"SELECT * FROM events PREWHERE tenant_id = {TENANT}",
            "SELECT event FROM top_0 WHERE {% if String(kind, 'all') == 'paid' %} amount > 12 "
            "{% end %} LIMIT {{ Int32(least, 3) }}",
        ),
        pipe("daily_fill", "SELECT tenant_id FROM events", target="daily"),
        pipe("later_copy", "SELECT tenant_id FROM snapshot", target="later", is_copy=True),
        pipe("snapshot_copy", "SELECT tenant_id FROM daily", target="snapshot", is_copy=True),
        *more,
    ]
    tables = (EVENTS, DAILY, SNAPSHOT, LATER, COUNTRIES)
    return BuiltProject(
        (TOP,), {each.name: each for each in pipes}, {table.name: table for table in tables}
    )
