"""Data projects that leak, one way each: what the isolation test of a render has to find.

Copy pipes are not among them, because the embedded Tinybird does not run them yet (501): of a
copy that drops the tenant the lint of the data project is the guard.
"""

from __future__ import annotations

from dataclasses import dataclass

TENANT = "{{ String(tenant_id, required=True) }}"


@dataclass(frozen=True, slots=True)
class Tooth:
    """Files to write into `tinybird/`, the node to name, and how many foreign rows it takes."""

    files: dict[str, str]
    node: str
    pipe: str = ""
    rows: int = 1


def endpoint(name: str, **nodes: str) -> dict[str, str]:
    """Return the file of an endpoint with these nodes, in their order."""
    return {f"endpoints/{name}.pipe": _pipe(nodes, "TYPE endpoint")}


def rollup(name: str, schema: str, key: str, sql: str) -> dict[str, str]:
    """Return the files of a materialization and of the datasource that it fills."""
    columns = f"SCHEMA >\n    {schema}\n"
    engine = f'ENGINE "AggregatingMergeTree"\nENGINE_SORTING_KEY "{key}"\n'
    pipe = _pipe({"states": sql}, f"TYPE materialized\nDATASOURCE {name}")
    return {
        f"datasources/{name}.datasource": f"{columns}\n{engine}",
        f"materializations/{name}_fill.pipe": pipe,
    }


def _pipe(nodes: dict[str, str], type_: str) -> str:
    blocks = [f"NODE {name}\nSQL >\n    %\n    {sql}\n" for name, sql in nodes.items()]
    return "\n".join([*blocks, f"{type_}\n"])


TEETH = {
    "no_filter_in_one_node_of_a_join": Tooth(
        endpoint(
            "no_filter_in_one_node_of_a_join",
            mine=f"SELECT event_id, event FROM events WHERE tenant_id = {TENANT}",
            users="SELECT event, uniqExact(user_id) AS users FROM events GROUP BY event",
            joined="SELECT event, count() AS n, any(users) AS users FROM mine "
            "JOIN users USING event GROUP BY event ORDER BY event",
        ),
        node="users",
    ),
    "filter_on_a_subquery_only": Tooth(
        endpoint(
            "filter_on_a_subquery_only",
            counted="SELECT event, count() AS n FROM events WHERE event IN "
            f"(SELECT event FROM events WHERE tenant_id = {TENANT}) GROUP BY event ORDER BY event",
        ),
        node="counted",
    ),
    "defined_guard": Tooth(
        endpoint(
            "defined_guard",
            counted="SELECT count() AS n FROM events WHERE 1 "
            "{% if defined(tenant_id) %} AND tenant_id = {{ String(tenant_id) }} {% end %}",
        ),
        node="counted",
    ),
    "optional_when_empty": Tooth(
        endpoint(
            "optional_when_empty",
            counted="SELECT count() AS n FROM events WHERE 1 {% if String(tenant_id, '') %} "
            "AND tenant_id = {{ String(tenant_id, '') }} {% end %}",
        ),
        node="counted",
    ),
    "default_value": Tooth(
        endpoint(
            "default_value",
            counted="SELECT count() AS n FROM events "
            "WHERE tenant_id = {{ String(tenant_id, 'org_demo') }}",
        ),
        node="counted",
    ),
    "array_parameter": Tooth(
        endpoint(
            "array_parameter",
            counted="SELECT count() AS n FROM events "
            "WHERE tenant_id IN {{ Array(tenant_id, 'String', required=True) }}",
        ),
        node="counted",
    ),
    "or_condition": Tooth(
        endpoint(
            "or_condition",
            listed=f"SELECT event, count() AS n FROM events WHERE tenant_id = {TENANT} "
            "AND event = 'sign_up' OR event = 'page_view' GROUP BY event ORDER BY event",
        ),
        node="listed",
    ),
    "filter_after_aggregation": Tooth(
        endpoint(
            "filter_after_aggregation",
            per_event="SELECT event, min(tenant_id) AS tenant_id, count() AS n "
            "FROM events GROUP BY event",
            mine=f"SELECT event, n FROM per_event WHERE tenant_id = {TENANT} ORDER BY event",
        ),
        node="per_event",
    ),
    "like": Tooth(
        endpoint("like", counted=f"SELECT count() AS n FROM events WHERE tenant_id LIKE {TENANT}"),
        node="counted",
    ),
    "lower": Tooth(
        endpoint(
            "lower",
            counted=f"SELECT count() AS n FROM events WHERE lower(tenant_id) = lower({TENANT})",
        ),
        node="counted",
    ),
    "prefix": Tooth(
        endpoint(
            "prefix",
            counted=f"SELECT count() AS n FROM events WHERE startsWith(tenant_id, {TENANT})",
        ),
        node="counted",
    ),
    "suffix": Tooth(
        endpoint(
            "suffix",
            counted=f"SELECT count() AS n FROM events WHERE endsWith(tenant_id, {TENANT})",
        ),
        node="counted",
    ),
    "trimmed": Tooth(
        endpoint(
            "trimmed",
            counted=f"SELECT count() AS n FROM events WHERE trimBoth(tenant_id) = {TENANT}",
        ),
        node="counted",
    ),
    "branch_without_filter": Tooth(
        endpoint(
            "branch_without_filter",
            counted="SELECT count() AS n FROM events WHERE event != 'x' "
            "{% if String(granularity, 'day', description='day or hour') == 'day' %} "
            f"AND tenant_id = {TENANT} {{% end %}}",
        ),
        node="counted",
    ),
    "rank_among_all": Tooth(
        endpoint(
            "rank_among_all",
            ranked="SELECT tenant_id, count() AS n, rank() OVER (ORDER BY count() DESC) AS place "
            "FROM events GROUP BY tenant_id",
            mine=f"SELECT n, place FROM ranked WHERE tenant_id = {TENANT}",
        ),
        node="ranked",
        # One row is as many as the reader has.
        rows=2,
    ),
    "through_another_pipe": Tooth(
        endpoint(
            "through_another_pipe",
            counted=f"SELECT n, {TENANT} AS tenant FROM all_of_them",
        )
        | {"pipes/all_of_them.pipe": _pipe({"everybody": "SELECT count() AS n FROM events"}, "")},
        node="everybody",
        pipe="all_of_them",
    ),
    "rollup_drops_the_tenant": Tooth(
        endpoint(
            "rollup_drops_the_tenant",
            merged="SELECT event, countMerge(n) AS n FROM no_tenant "
            f"WHERE event != {TENANT} GROUP BY event ORDER BY event",
        )
        | rollup(
            "no_tenant",
            "`event` String,\n    `n` AggregateFunction(count)",
            "event",
            "SELECT toString(event) AS event, countState() AS n FROM events GROUP BY event",
        ),
        node="states",
        pipe="no_tenant_fill",
    ),
    "rollup_keyed_without_the_tenant": Tooth(
        endpoint(
            "rollup_keyed_without_the_tenant",
            merged=f"SELECT event, countMerge(n) AS n FROM other_key FINAL "
            f"WHERE tenant_id = {TENANT} GROUP BY event ORDER BY event",
        )
        | rollup(
            "other_key",
            "`event` String,\n    `tenant_id` String,\n    `n` AggregateFunction(count)",
            "event",
            "SELECT toString(event) AS event, tenant_id, countState() AS n FROM events "
            "GROUP BY event, tenant_id",
        ),
        node="states",
        pipe="other_key_fill",
    ),
}
