"""Filters that are missing, or stand where they come too late or let rows through."""

from __future__ import annotations

from .variant import MINE, TENANT, Variant, endpoint

FILTER = f"tenant_id = {TENANT}"


def _counted(name: str, condition: str, rule: str) -> Variant:
    sql = f"SELECT count() AS n, uniqExact(user_id) AS users FROM events {condition}"
    return Variant(name, endpoint(name, sql), rule=rule)


VARIANTS = (
    _counted("tenant_or_nobody", f"WHERE {FILTER} OR user_id = ''", "TENANT02"),
    _counted("tenant_in_a_xor", f"WHERE xor({FILTER}, user_id = 'nobody')", "TENANT02"),
    _counted("tenant_in_an_if", f"WHERE if(user_id != '', 1, {FILTER})", "TENANT02"),
    _counted("tenant_in_a_sum", f"WHERE ({FILTER}) + (user_id != '') > 0", "TENANT02"),
    _counted("tenant_that_is_not", f"WHERE NOT ({FILTER})", "TENANT02"),
    _counted("tenant_in_a_list", f"WHERE tenant_id IN ({TENANT}, 'org_demo')", "TENANT01"),
    _counted("tenant_not_in", f"WHERE tenant_id NOT IN ({TENANT}, '')", "TENANT01"),
    _counted("tenant_without_case", f"WHERE tenant_id ILIKE {TENANT}", "TENANT01"),
    _counted("tenant_by_a_pattern", f"WHERE match(tenant_id, {TENANT})", "TENANT01"),
    _counted("tenant_by_its_start", f"WHERE substring(tenant_id, 1, 3) = {TENANT}", "TENANT01"),
    _counted(
        "tenant_by_a_hash",
        f"WHERE cityHash64(tenant_id) % 8 = cityHash64({TENANT}) % 8",
        "TENANT01",
    ),
    _counted("tenant_up_to", f"WHERE tenant_id <= {TENANT}", "TENANT01"),
    _counted("tenant_between", f"WHERE tenant_id BETWEEN '' AND {TENANT}", "TENANT01"),
    _counted("tuple_up_to", f"WHERE (tenant_id, user_id) <= ({TENANT}, 'zzzz')", "TENANT01"),
    _counted("tuple_in_another_order", f"WHERE (user_id, tenant_id) != ({TENANT}, '')", "TENANT01"),
    _counted("tuple_of_one_list", f"WHERE (tenant_id, 1) IN (({TENANT}, 1), ('b', 1))", "TENANT01"),
    _counted("user_as_tenant", f"WHERE user_id != {TENANT}", "TENANT01"),
    Variant(
        "limit_before_the_filter",
        endpoint(
            "limit_before_the_filter",
            "SELECT count() AS n FROM (SELECT tenant_id FROM events ORDER BY event_id LIMIT 3)"
            f" WHERE {FILTER}",
        ),
        rule="TENANT02",
    ),
    Variant(
        "newest_of_each_user",
        endpoint(
            "newest_of_each_user",
            "SELECT count() AS n FROM (SELECT tenant_id, event_id FROM events"
            f" ORDER BY timestamp DESC, event_id LIMIT 1 BY user_id) WHERE {FILTER}",
        ),
        rule="TENANT02",
    ),
    Variant(
        "place_in_a_window",
        endpoint(
            "place_in_a_window",
            "SELECT event_id, place FROM (SELECT tenant_id, event_id, row_number()"
            f" OVER (ORDER BY event_id) AS place FROM events) WHERE {FILTER} ORDER BY event_id",
        ),
        rule="TENANT02",
    ),
    Variant(
        "average_of_all_windows",
        endpoint(
            "average_of_all_windows",
            "SELECT tenant_id, count() AS n, avg(count()) OVER () AS average FROM events"
            f" GROUP BY tenant_id QUALIFY {FILTER}",
        ),
        rule="TENANT02",
    ),
    Variant(
        "quantile_over_all_counts",
        endpoint(
            "quantile_over_all_counts",
            f"SELECT count() AS n, (SELECT quantileExact(0.5)(c) FROM counts) AS median"
            f" FROM events {MINE}",
            counts="SELECT count() AS c FROM events GROUP BY tenant_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "totals_of_all_groups",
        endpoint(
            "totals_of_all_groups",
            "SELECT tenant_id, count() AS n FROM events GROUP BY tenant_id WITH TOTALS"
            f" HAVING {FILTER}",
        ),
        rule="TENANT02",
    ),
    Variant(
        "having_without_a_group",
        endpoint(
            "having_without_a_group",
            "SELECT min(tenant_id) AS first_tenant, count() AS n FROM events"
            f" HAVING first_tenant <= {TENANT}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "grouped_by_event_alone",
        endpoint(
            "grouped_by_event_alone",
            "SELECT event, any(tenant_id) AS owner, count() AS n FROM events GROUP BY event"
            f" HAVING owner = {TENANT} ORDER BY event",
        ),
        rule="TENANT01",
    ),
    Variant(
        "kept_side_of_a_join",
        endpoint(
            "kept_side_of_a_join",
            "SELECT e.event_id AS event_id FROM events AS e LEFT JOIN event_catalog AS c"
            f" ON e.event = c.event AND e.tenant_id = {TENANT} ORDER BY event_id",
        ),
        rule="TENANT02",
    ),
    Variant(
        "unfiltered_side_of_a_join",
        endpoint(
            "unfiltered_side_of_a_join",
            "SELECT mine.event_id AS event_id, count() AS n FROM mine JOIN events AS e"
            " ON toString(e.event) = mine.name GROUP BY event_id ORDER BY event_id",
            mine=f"SELECT event_id, toString(event) AS name FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "users_who_are_elsewhere_too",
        endpoint(
            "users_who_are_elsewhere_too",
            f"SELECT event_id FROM events {MINE}"
            " WHERE user_id NOT IN (SELECT user_id FROM tenants) ORDER BY event_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "names_that_others_have",
        endpoint(
            "names_that_others_have",
            f"SELECT DISTINCT toString(event) AS name FROM events {MINE}\n"
            "EXCEPT SELECT toString(event) FROM events_hourly",
        ),
        rule="TENANT01",
    ),
    Variant(
        "place_within_the_part",
        endpoint(
            "place_within_the_part",
            f"SELECT event_id, _part_offset AS place FROM events {MINE} ORDER BY event_id",
        ),
        rule="TENANT02",
    ),
)
