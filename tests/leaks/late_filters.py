"""Filters that stand outside of PREWHERE: other expressions run over other tenants' rows first.

What shows is an error or its absence, on one part that holds rows of two tenants.
"""

from __future__ import annotations

from .variant import MINE, TENANT, Variant, endpoint

LATE = "TENANT15"
FILTER = f"tenant_id = {TENANT}"


def _late(name: str, sql: str, **nodes: str) -> Variant:
    return Variant(name, endpoint(name, sql, **nodes), rule=LATE)


VARIANTS = (
    _late(
        "cast_beside_the_filter",
        f"SELECT count() AS n FROM events WHERE {FILTER} AND toDate(session_id) > '2020-01-01'",
    ),
    _late(
        "throw_beside_the_filter",
        "SELECT count() AS n FROM events"
        f" WHERE {FILTER} AND throwIf(user_id = {{{{ String(guess, '') }}}}) = 0",
    ),
    _late(
        "division_beside_the_filter",
        f"SELECT count() AS n FROM events WHERE {FILTER} AND intDiv(10, length(session_id)) > 0",
    ),
    _late(
        "filter_after_a_sub_query",
        "SELECT count() AS n FROM (SELECT tenant_id, toUInt8(session_id) AS number FROM events)"
        f" WHERE {FILTER} AND number > 1",
    ),
    _late(
        "filter_after_groups",
        "SELECT tenant_id, max(toUInt32(session_id)) AS n FROM events GROUP BY tenant_id"
        f" HAVING {FILTER}",
    ),
    _late(
        "filter_in_a_join",
        f"SELECT count() AS n FROM (SELECT event_id FROM events {MINE}) AS mine"
        f" LEFT JOIN events AS e ON e.event_id = mine.event_id AND e.{FILTER}"
        " AND toUInt32OrZero(e.session_id) = 0",
    ),
    _late(
        "filter_by_a_joined_tenant",
        "SELECT count() AS n FROM events AS e JOIN tenants AS t"
        " ON t.tenant_id = e.tenant_id AND t.user_id = e.user_id"
        f" PREWHERE e.{FILTER}",
    ),
    _late(
        "filter_of_a_node_that_is_asked",
        "SELECT event_id FROM mine ORDER BY event_id",
        mine=f"SELECT event_id, user_id FROM events WHERE {FILTER}",
    ),
    _late(
        "filter_in_one_half_of_a_union",
        f"SELECT toString(event) AS name FROM events {MINE}\n"
        f"UNION ALL SELECT toString(event) FROM events_hourly WHERE {FILTER}",
    ),
    _late(
        "filter_in_a_scalar_sub_query",
        f"SELECT count() AS n, (SELECT max(user_id) FROM events WHERE {FILTER}) AS last_user"
        f" FROM events {MINE}",
    ),
    _late(
        "throw_before_the_filter",
        "SELECT count() AS n FROM events"
        f" PREWHERE throwIf(user_id = {{{{ String(guess, '') }}}}) = 0 AND {FILTER}",
    ),
    _late(
        "cast_before_the_filter_in_prewhere",
        "SELECT count() AS n FROM events"
        f" PREWHERE toDate(session_id) > '2020-01-01' WHERE {FILTER}",
    ),
)
