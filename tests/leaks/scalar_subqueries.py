"""Scalar sub-queries that read a tenant table, which the engine's query tree folds away."""

from __future__ import annotations

from .variant import MINE, TENANT, Variant, copied, datasource, endpoint, rollup

ALL_NAMES = "(SELECT groupArray(toString(event)) FROM events)"

VARIANTS = (
    Variant(
        "array_in_a_with",
        endpoint("array_in_a_with", f"WITH {ALL_NAMES} AS names SELECT names, {TENANT} AS tenant"),
        rule="TENANT01",
    ),
    Variant(
        "sorted_array_beside_rows",
        endpoint(
            "sorted_array_beside_rows",
            "SELECT event_id, arraySort((SELECT groupUniqArray(user_id) FROM events)) AS users"
            f" FROM events {MINE} ORDER BY event_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "tuple_of_extremes",
        endpoint(
            "tuple_of_extremes",
            "SELECT count() AS n, tupleElement((SELECT (min(user_id), max(user_id)) FROM events),"
            f" 2) AS last_user FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "two_columns_are_a_tuple",
        endpoint(
            "two_columns_are_a_tuple",
            "SELECT count() AS n, (SELECT count(), uniqExact(user_id) FROM events) AS totals"
            f" FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "map_of_counts",
        endpoint(
            "map_of_counts",
            "SELECT count() AS n, (SELECT mapFromArrays(groupArray(k), groupArray(c)) FROM"
            " (SELECT toString(event) AS k, count() AS c FROM events GROUP BY k ORDER BY k))"
            f" AS counts FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "summed_map",
        endpoint(
            "summed_map",
            "SELECT count() AS n, (SELECT sumMap(map(toString(event), 1)) FROM events) AS counts"
            f" FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "state_of_everybody",
        endpoint(
            "state_of_everybody",
            "SELECT count() AS n, finalizeAggregation((SELECT uniqExactState(user_id)"
            f" FROM events)) AS users FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "state_compared_in_having",
        endpoint(
            "state_compared_in_having",
            f"SELECT user_id, count() AS n FROM events {MINE} GROUP BY user_id"
            " HAVING n * 2 > length(finalizeAggregation((SELECT groupArrayState(1) FROM events)))"
            " ORDER BY user_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_joined",
        endpoint(
            "array_joined",
            f"SELECT name, {TENANT} AS tenant FROM numbers(1) ARRAY JOIN {ALL_NAMES} AS name"
            " ORDER BY name",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_in_the_filter",
        endpoint(
            "array_in_the_filter",
            f"SELECT event_id FROM events {MINE}"
            " WHERE has((SELECT groupArray(event_id) FROM events WHERE user_id != ''), event_id)"
            " ORDER BY event_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_within_a_scalar",
        endpoint(
            "array_within_a_scalar",
            "SELECT (SELECT length((SELECT groupArray(user_id) FROM events))) AS n,"
            f" {TENANT} AS tenant",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_in_a_lambda",
        endpoint(
            "array_in_a_lambda",
            "SELECT arrayMap(x -> indexOf((SELECT arraySort(groupUniqArray(user_id)) FROM events),"
            f" x), groupUniqArray(user_id)) AS places FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_of_tuples_of_a_node",
        endpoint(
            "array_of_tuples_of_a_node",
            "SELECT count() AS n, (SELECT groupArray((user_id, n)) FROM everybody) AS counts"
            f" FROM events {MINE}",
            everybody="SELECT user_id, count() AS n FROM events GROUP BY user_id ORDER BY user_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_filtered_by_another_tenant",
        endpoint(
            "array_filtered_by_another_tenant",
            "SELECT count() AS n, (SELECT groupArray(user_id) FROM events"
            f" WHERE tenant_id != {TENANT}) AS others FROM events {MINE}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "array_in_a_rollup",
        datasource(
            "array_in_a_rollup_daily",
            "`tenant_id` String",
            "`day` Date",
            "`before` SimpleAggregateFunction(max, UInt64)",
            key="tenant_id, day",
            engine="AggregatingMergeTree",
        )
        | rollup(
            "array_in_a_rollup_daily",
            "SELECT tenant_id, toDate(timestamp) AS day,"
            " max(length((SELECT groupArray(event_id) FROM events))) AS before"
            " FROM events GROUP BY tenant_id, day",
        )
        | endpoint(
            "array_in_a_rollup",
            f"SELECT day, max(before) AS n FROM array_in_a_rollup_daily {MINE}"
            " GROUP BY day ORDER BY day",
        ),
        rule="TENANT05",
    ),
    Variant(
        "array_in_a_copy",
        datasource(
            "array_in_a_copy_users",
            "`tenant_id` String",
            "`user_id` String",
            "`all_users` Array(String)",
            key="tenant_id, user_id",
        )
        | copied(
            "array_in_a_copy_users",
            "SELECT tenant_id, user_id, (SELECT groupUniqArray(user_id) FROM events) AS all_users"
            " FROM events GROUP BY tenant_id, user_id",
        )
        | endpoint(
            "array_in_a_copy",
            f"SELECT user_id, all_users FROM array_in_a_copy_users {MINE} ORDER BY user_id",
        ),
        rule="TENANT07",
    ),
)
