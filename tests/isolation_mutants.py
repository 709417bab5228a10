"""Data projects that leak, one way each: what the isolation proof has to find.

`MUTANTS` show with a few rows. `HARD_MUTANTS` show only where there are many rows or few, in
another order, after a copy, or to a caller who asks what nobody should.
"""

from __future__ import annotations

from dataclasses import dataclass

TENANT = "{{ String(tenant_id, required=True) }}"


@dataclass(frozen=True, slots=True)
class Mutant:
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


def copied(name: str, schema: str, sql: str) -> dict[str, str]:
    """Return the files of a copy pipe and of the datasource that it fills."""
    table = f'SCHEMA >\n    {schema}\n\nENGINE "MergeTree"\nENGINE_SORTING_KEY "tenant_id"\n'
    end = f"TYPE copy\nTARGET_DATASOURCE {name}\nCOPY_SCHEDULE @on-demand"
    return {
        f"datasources/{name}.datasource": table,
        f"copies/{name}_copy.pipe": _pipe({"copied_rows": sql}, end),
    }


def _pipe(nodes: dict[str, str], type_: str) -> str:
    blocks = [f"NODE {name}\nSQL >\n    %\n    {sql}\n" for name, sql in nodes.items()]
    return "\n".join([*blocks, f"{type_}\n"])


MUTANTS = {
    "no_filter_in_one_node_of_a_join": Mutant(
        endpoint(
            "no_filter_in_one_node_of_a_join",
            mine=f"SELECT event_id, event FROM events WHERE tenant_id = {TENANT}",
            users="SELECT event, uniqExact(user_id) AS users FROM events GROUP BY event",
            joined="SELECT event, count() AS n, any(users) AS users FROM mine "
            "JOIN users USING event GROUP BY event ORDER BY event",
        ),
        node="users",
    ),
    "filter_on_a_subquery_only": Mutant(
        endpoint(
            "filter_on_a_subquery_only",
            counted="SELECT event, count() AS n FROM events WHERE event IN "
            f"(SELECT event FROM events WHERE tenant_id = {TENANT}) GROUP BY event ORDER BY event",
        ),
        node="counted",
    ),
    "defined_guard": Mutant(
        endpoint(
            "defined_guard",
            counted="SELECT count() AS n FROM events WHERE 1 "
            "{% if defined(tenant_id) %} AND tenant_id = {{ String(tenant_id) }} {% end %}",
        ),
        node="counted",
    ),
    "optional_when_empty": Mutant(
        endpoint(
            "optional_when_empty",
            counted="SELECT count() AS n FROM events WHERE 1 {% if String(tenant_id, '') %} "
            "AND tenant_id = {{ String(tenant_id, '') }} {% end %}",
        ),
        node="counted",
    ),
    "default_value": Mutant(
        endpoint(
            "default_value",
            counted="SELECT count() AS n FROM events "
            "WHERE tenant_id = {{ String(tenant_id, 'org_demo') }}",
        ),
        node="counted",
    ),
    "array_parameter": Mutant(
        endpoint(
            "array_parameter",
            counted="SELECT count() AS n FROM events "
            "WHERE tenant_id IN {{ Array(tenant_id, 'String', required=True) }}",
        ),
        node="counted",
    ),
    "or_condition": Mutant(
        endpoint(
            "or_condition",
            listed=f"SELECT event, count() AS n FROM events WHERE tenant_id = {TENANT} "
            "AND event = 'sign_up' OR event = 'page_view' GROUP BY event ORDER BY event",
        ),
        node="listed",
    ),
    "filter_after_aggregation": Mutant(
        endpoint(
            "filter_after_aggregation",
            per_event="SELECT event, min(tenant_id) AS tenant_id, count() AS n "
            "FROM events GROUP BY event",
            mine=f"SELECT event, n FROM per_event WHERE tenant_id = {TENANT} ORDER BY event",
        ),
        node="per_event",
    ),
    "like": Mutant(
        endpoint("like", counted=f"SELECT count() AS n FROM events WHERE tenant_id LIKE {TENANT}"),
        node="counted",
    ),
    "lower": Mutant(
        endpoint(
            "lower",
            counted=f"SELECT count() AS n FROM events WHERE lower(tenant_id) = lower({TENANT})",
        ),
        node="counted",
    ),
    "prefix": Mutant(
        endpoint(
            "prefix",
            counted=f"SELECT count() AS n FROM events WHERE startsWith(tenant_id, {TENANT})",
        ),
        node="counted",
    ),
    "suffix": Mutant(
        endpoint(
            "suffix",
            counted=f"SELECT count() AS n FROM events WHERE endsWith(tenant_id, {TENANT})",
        ),
        node="counted",
    ),
    "trimmed": Mutant(
        endpoint(
            "trimmed",
            counted=f"SELECT count() AS n FROM events WHERE trimBoth(tenant_id) = {TENANT}",
        ),
        node="counted",
    ),
    "branch_without_filter": Mutant(
        endpoint(
            "branch_without_filter",
            counted="SELECT count() AS n FROM events WHERE event != 'x' "
            "{% if String(granularity, 'day', description='day or hour') == 'day' %} "
            f"AND tenant_id = {TENANT} {{% end %}}",
        ),
        node="counted",
    ),
    "rank_among_all": Mutant(
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
    "through_another_pipe": Mutant(
        endpoint(
            "through_another_pipe",
            counted=f"SELECT n, {TENANT} AS tenant FROM all_of_them",
        )
        | {"pipes/all_of_them.pipe": _pipe({"everybody": "SELECT count() AS n FROM events"}, "")},
        node="everybody",
        pipe="all_of_them",
    ),
    "rollup_drops_the_tenant": Mutant(
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
    "rollup_keyed_without_the_tenant": Mutant(
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

MINE = f"PREWHERE tenant_id = {TENANT}"
ITEMS = "`tenant_id` String,\n    `item` String,\n    `n` UInt64"


def _counting(name: str, sql: str, **nodes: str) -> Mutant:
    return Mutant(endpoint(name, **nodes, answer=sql), node="answer")


HARD_MUTANTS = {
    "quantile_over_all_counts": Mutant(
        endpoint(
            "quantile_over_all_counts",
            sizes="SELECT tenant_id, count() AS n FROM events GROUP BY tenant_id",
            answer="SELECT n >= (SELECT quantile(0.9)(n) FROM sizes) AS is_large FROM sizes "
            f"WHERE tenant_id = {TENANT}",
        ),
        node="sizes",
    ),
    "percentile_as_a_threshold": _counting(
        "percentile_as_a_threshold",
        "SELECT count() AS n FROM events "
        f"{MINE} WHERE length(properties) > (SELECT quantileExact(0.95)(length(properties)) "
        "FROM events)",
    ),
    "above_the_median": _counting(
        "above_the_median",
        f"SELECT count() > (SELECT median(n) FROM (SELECT count() AS n FROM events GROUP BY "
        f"tenant_id)) AS is_above FROM events {MINE}",
    ),
    "more_than_a_thousand": _counting(
        "more_than_a_thousand",
        f"SELECT (SELECT count() > 1000 FROM events) AS is_busy, count() AS n FROM events {MINE}",
    ),
    "hundreds_of_everybody": _counting(
        "hundreds_of_everybody",
        f"SELECT count() AS n FROM events {MINE} "
        "WHERE (SELECT uniqExact(event_id) FROM events) < 500",
    ),
    "approximate_uniq": _counting(
        "approximate_uniq",
        f"SELECT uniqCombined(12)(event_id) AS n, any((SELECT uniq(user_id) FROM events) > 40) "
        f"AS is_busy FROM events {MINE}",
    ),
    "most_frequent_of_all": _counting(
        "most_frequent_of_all",
        f"SELECT count() AS n FROM events {MINE} "
        "WHERE has((SELECT topK(1)(user_id) FROM events), user_id)",
    ),
    "any_of_everybody": _counting(
        "any_of_everybody",
        f"SELECT any((SELECT any(user_id) FROM events)) AS who FROM events {MINE}",
    ),
    "exists_over_all": _counting(
        "exists_over_all",
        f"SELECT count() AS n FROM events {MINE} "
        "WHERE NOT EXISTS (SELECT * FROM events WHERE user_id = 'root')",
    ),
    "divided_by_everybody": _counting(
        "divided_by_everybody",
        f"SELECT round(count() / (SELECT count() FROM events), 1) AS share FROM events {MINE}",
    ),
    "a_sample_of_all": _counting(
        "a_sample_of_all",
        "SELECT count() AS n FROM (SELECT tenant_id FROM events ORDER BY cityHash64(event_id, "
        f"tenant_id) LIMIT 100) WHERE tenant_id = {TENANT}",
    ),
    "first_delivery_of_anybody": _counting(
        "first_delivery_of_anybody",
        "SELECT count() AS n FROM (SELECT tenant_id FROM events ORDER BY timestamp LIMIT 1 BY "
        f"event_id) WHERE tenant_id = {TENANT}",
    ),
    "ties_broken_by_everybody": _counting(
        "ties_broken_by_everybody",
        "SELECT event_id FROM events AS mine LEFT JOIN (SELECT event_id, count() AS n FROM events "
        "GROUP BY event_id) AS every USING event_id "
        f"WHERE mine.tenant_id = {TENANT} ORDER BY every.n DESC, event_id",
    ),
    "error_that_quotes": _counting(
        "error_that_quotes",
        f"SELECT count() AS n FROM events WHERE tenant_id = {TENANT} "
        "AND toDate(session_id) > '2020-01-01'",
    ),
    "number_of_a_text": _counting(
        "number_of_a_text",
        f"SELECT sum(toInt32(properties)) AS n FROM events WHERE tenant_id = {TENANT} "
        "AND toInt32(properties) > 0",
    ),
    "throws_on_a_word": _counting(
        "throws_on_a_word",
        f"SELECT count() AS n FROM events WHERE tenant_id = {TENANT} "
        "AND throwIf(user_id = 'mallory') = 0",
    ),
    "throws_on_a_guess": _counting(
        "throws_on_a_guess",
        f"SELECT count() AS n FROM events WHERE tenant_id = {TENANT} "
        "AND throwIf(session_id = {{ String(guess, 'x') }}) = 0",
    ),
    "tried_and_excepted": _counting(
        "tried_and_excepted",
        "SELECT count() AS n FROM events WHERE {% try %} {% set least = Int32(least, 0) %} "
        "tenant_id = {{ String(tenant_id, required=True) }} {% except %} 1 {% end %}",
    ),
    "tenant_of_another_parameter": _counting(
        "tenant_of_another_parameter",
        "{% set me = String(tenant_id, required=True) %} SELECT count() AS n FROM events "
        "PREWHERE tenant_id = {{ String(as_tenant, me) }}",
    ),
    "table_of_a_parameter": _counting(
        "table_of_a_parameter",
        "SELECT count() AS n FROM {{ table(String(source, 'mine')) }}",
        mine=f"SELECT event_id FROM events {MINE}",
    ),
    "two_conditions": _counting(
        "two_conditions",
        "SELECT count() AS n FROM events WHERE 1 {% if String(view, 'mine') == 'all' and "
        "String(role, 'member') == 'root' %} AND event_id != '' {% else %} "
        f"AND tenant_id = {TENANT} {{% end %}}",
    ),
    "beyond_a_limit": _counting(
        "beyond_a_limit",
        "SELECT count() AS n FROM events WHERE 1 {% if Int32(limit, 10) <= 5000 %} "
        f"AND tenant_id = {TENANT} {{% end %}}",
    ),
    "rollup_that_numbers_rows": Mutant(
        endpoint(
            "rollup_that_numbers_rows",
            answer=f"SELECT item, n FROM numbered {MINE} ORDER BY item, n",
        )
        | rollup(
            "numbered",
            ITEMS,
            "tenant_id, item, n",
            "SELECT tenant_id, event_id AS item, rowNumberInAllBlocks() AS n FROM events",
        ),
        node="states",
        pipe="numbered_fill",
    ),
    "rollup_with_a_window": Mutant(
        endpoint(
            "rollup_with_a_window",
            answer=f"SELECT item, n FROM windowed {MINE} ORDER BY item, n",
        )
        | rollup(
            "windowed",
            ITEMS,
            "tenant_id, item, n",
            "SELECT tenant_id, event_id AS item, dense_rank() OVER (ORDER BY timestamp) AS n "
            "FROM events",
        ),
        node="states",
        pipe="windowed_fill",
    ),
    "copy_that_drops_the_tenant": Mutant(
        endpoint(
            "copy_that_drops_the_tenant",
            answer=f"SELECT item, n FROM dropped {MINE} ORDER BY item, n",
        )
        | copied(
            "dropped",
            ITEMS,
            "SELECT any(tenant_id) AS tenant_id, event_id AS item, count() AS n FROM events "
            "GROUP BY item",
        ),
        node="copied_rows",
        pipe="dropped_copy",
    ),
    "copy_of_the_largest": Mutant(
        endpoint(
            "copy_of_the_largest",
            answer=f"SELECT item, n FROM largest {MINE} ORDER BY item, n",
        )
        | copied(
            "largest",
            ITEMS,
            "SELECT tenant_id, event_id AS item, count() AS n FROM events GROUP BY tenant_id, item "
            "ORDER BY n DESC, tenant_id, item LIMIT 20",
        ),
        node="copied_rows",
        pipe="largest_copy",
    ),
}
