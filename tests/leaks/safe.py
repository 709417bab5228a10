"""Odd projects that show nobody another tenant's row: the lint has to let them pass."""

from __future__ import annotations

from .variant import MINE, TENANT, Variant, copied, datasource, endpoint, pipe, rollup

FILTER = f"tenant_id = {TENANT}"


def _asked(
    name: str, sql: str, *, is_late: bool = False, builds: bool = True, **nodes: str
) -> Variant:
    return Variant(name, endpoint(name, sql, **nodes), is_late=is_late, builds=builds)


def _counted(name: str, condition: str, *, is_late: bool = False) -> Variant:
    return _asked(name, f"SELECT count() AS n FROM events {condition}", is_late=is_late)


VARIANTS = (
    _counted("safe_tuple", f"PREWHERE (tenant_id, user_id) = ({TENANT}, {{{{ String(u, 'a') }}}})"),
    _counted("safe_tuple_turned", f"WHERE ('a', {TENANT}) = (user_id, tenant_id)", is_late=True),
    _counted("safe_tuple_in", f"PREWHERE (tenant_id, 1) IN (({TENANT}, 1))"),
    _counted("safe_to_string", f"PREWHERE tenant_id = toString({TENANT})"),
    _counted("safe_cast", f"PREWHERE tenant_id = CAST({TENANT} AS String)"),
    _counted("safe_turned", f"PREWHERE {TENANT} = tenant_id"),
    _counted("safe_in_one", f"PREWHERE tenant_id IN ({TENANT})"),
    _counted("safe_where", f"WHERE {FILTER}", is_late=True),
    _counted("safe_twice", f"{MINE} WHERE {FILTER} AND user_id != ''"),
    _counted("safe_in_brackets", f"PREWHERE (({FILTER}) AND (user_id != '' OR event_id != ''))"),
    _counted(
        "safe_described",
        "PREWHERE tenant_id = {{ String(tenant_id, required=True, description='Whose') }}",
    ),
    _counted(
        "safe_sql_and",
        "PREWHERE {{ sql_and(tenant_id=String(tenant_id, required=True)) }}",
    ),
    _counted(
        "safe_sql_and_more",
        "PREWHERE {{ sql_and(tenant_id=String(tenant_id, required=True), "
        "user_id__in=Array(users, 'String', defined=False)) }}",
    ),
    _counted(
        "safe_text_of_a_value",
        f"{MINE} WHERE user_id LIKE concat('%', {{{{ String(needle, '') }}}}, '%')",
    ),
    _counted("safe_commented_value", f"{MINE}\n-- AND user_id = {{{{ String(u, '') }}}}\n"),
    _counted("safe_quotes_in_texts", f"{MINE} WHERE user_id != 'it''s -- /* \\' x'"),
    _counted(
        "safe_optional_conditions",
        f"{MINE} WHERE 1\n"
        + "\n".join(
            f"{{% if defined(p{n}) %}} AND user_id != {{{{ String(p{n}) }}}} {{% end %}}"
            for n in range(9)
        ),
    ),
    _counted(
        "safe_loop",
        f"{MINE} WHERE 1\n"
        "{% for name in split_to_array(names, '') %} AND user_id != {{ String(name) }} {% end %}",
    ),
    _counted(
        "safe_loop_of_alternatives",
        f"{MINE} WHERE (0\n"
        "{% for last, name in enumerate_with_last(split_to_array(names, 'a,b')) %}\n"
        "OR user_id = {{ String(name) }} {% if last %} OR user_id = '' {% end %}\n"
        "{% end %})",
    ),
    _counted(
        "safe_loop_over_json",
        f"{MINE} WHERE 1\n"
        "{% for pair in JSON(filters, '[]') %} AND user_id != {{ String(pair['user']) }} {% end %}",
    ),
    _counted(
        "safe_refusals",
        "{% if not String(tenant_id, required=True) %} {{ error('No tenant.') }} {% end %}\n"
        "{% if Int32(n, 1) > 9 %} {{ custom_error({'error': 'Too many.'}) }} {% end %}\n"
        f"{MINE}",
    ),
    _counted(
        "safe_either_way",
        "{% if defined(day) %}\n"
        f"{MINE} WHERE toDate(timestamp) = {{{{ Date(day) }}}}\n"
        "{% else %}\n"
        f"{MINE}\n"
        "{% end %}",
    ),
    _counted(
        "safe_variable", f"{{% set u = String(user, 'a') %}}\n{MINE} WHERE user_id != {{{{ u }}}}"
    ),
    _counted("safe_hints", f"{MINE} {{{{ max_threads(4) }}}}"),
    _counted("safe_constant_column", f"PREWHERE {{{{ column('tenant_id') }}}} = {TENANT}"),
    _asked(
        "safe_constant_table",
        f"SELECT count() AS n FROM {{{{ table('events') }}}} {MINE}",
    ),
    _asked(
        "safe_chosen_order",
        f"SELECT event_id, user_id FROM events {MINE} ORDER BY {{{{ column(sort, 'event_id') }}}}",
    ),
    _asked(
        "safe_chosen_group",
        "SELECT toString({{ column(by, 'event') }}) AS k, count() AS n"
        f" FROM events {MINE} GROUP BY k ORDER BY k",
    ),
    _asked(
        "safe_chosen_columns",
        f"SELECT {{{{ columns(names, 'event_id,user_id') }}}} FROM events {MINE} ORDER BY event_id",
    ),
    _asked(
        "safe_chosen_branch",
        "SELECT {% if String(by, 'user') == 'user' %} user_id {% else %} session_id {% end %} AS k,"
        f" count() AS n FROM events {MINE} GROUP BY k ORDER BY k",
    ),
    _asked(
        "safe_having",
        f"SELECT tenant_id, count() AS n FROM events GROUP BY tenant_id HAVING {FILTER}",
        is_late=True,
    ),
    _asked(
        "safe_having_of_two",
        "SELECT tenant_id, user_id, count() AS n FROM events GROUP BY tenant_id, user_id"
        f" HAVING n > 0 AND {FILTER} ORDER BY user_id",
        is_late=True,
    ),
    _asked(
        "safe_projection",
        f"SELECT event_id FROM (SELECT tenant_id, event_id FROM events) WHERE {FILTER}"
        " ORDER BY event_id",
        is_late=True,
    ),
    _asked(
        "safe_projection_of_groups",
        "SELECT user_id, n FROM (SELECT tenant_id, user_id, count() AS n FROM events"
        f" GROUP BY tenant_id, user_id) WHERE {FILTER} ORDER BY user_id",
        is_late=True,
    ),
    _asked(
        "safe_with",
        "WITH every AS (SELECT tenant_id, event_id FROM events)"
        f" SELECT event_id FROM every WHERE {FILTER} ORDER BY event_id",
        is_late=True,
    ),
    _asked(
        "safe_with_early",
        f"WITH mine AS (SELECT event_id, user_id FROM events {MINE})"
        " SELECT count() AS n FROM mine AS a JOIN mine AS b ON a.user_id = b.user_id",
    ),
    _asked(
        "safe_recursion",
        "WITH RECURSIVE series AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM series WHERE n < 5)"
        f" SELECT n, (SELECT count() FROM events {MINE}) AS total FROM series ORDER BY n",
        # Tinybird's own parser takes the name for a resource.
        builds=False,
    ),
    _asked(
        "safe_numbers",
        f"SELECT number, {TENANT} AS tenant FROM numbers(3) ORDER BY number",
    ),
    _asked(
        "safe_array",
        f"SELECT (SELECT arraySort(groupUniqArray(user_id)) FROM events {MINE}) AS users",
    ),
    _asked(
        "safe_tuple_of_extremes",
        f"WITH (SELECT (min(user_id), max(user_id)) FROM events {MINE}) AS ends SELECT ends.1 AS a",
    ),
    _asked(
        "safe_state",
        f"SELECT finalizeAggregation((SELECT uniqExactState(user_id) FROM events {MINE})) AS n",
    ),
    _asked(
        "safe_join",
        f"SELECT e.event_id AS event_id, t.name AS name FROM (SELECT * FROM events {MINE}) AS e"
        f" LEFT JOIN (SELECT user_id, name FROM tenants {MINE}) AS t ON t.user_id = e.user_id"
        " ORDER BY event_id",
    ),
    _asked(
        "safe_join_of_one",
        "SELECT e.event_id AS event_id, t.name AS name FROM events AS e"
        f" LEFT JOIN (SELECT user_id, name FROM tenants {MINE}) AS t ON t.user_id = e.user_id"
        f" PREWHERE e.tenant_id = {TENANT} ORDER BY event_id",
    ),
    _asked(
        "safe_join_with_shared",
        "SELECT e.event_id AS event_id, c.label AS label FROM events AS e"
        " LEFT JOIN event_catalog AS c ON c.event = toString(e.event)"
        f" PREWHERE e.tenant_id = {TENANT} ORDER BY event_id",
    ),
    _asked(
        "safe_join_by_tenant",
        "SELECT e.event_id AS event_id, t.name AS name FROM events AS e"
        " JOIN tenants AS t ON t.tenant_id = e.tenant_id AND t.user_id = e.user_id"
        f" WHERE e.tenant_id = {TENANT} ORDER BY event_id",
        is_late=True,
    ),
    _asked(
        "safe_union",
        f"SELECT event_id AS k FROM events {MINE}\nUNION ALL\nSELECT id FROM tenants {MINE}",
    ),
    _asked("safe_final", f"SELECT id, name FROM tenants FINAL {MINE} ORDER BY id"),
    _asked("safe_distinct", f"SELECT DISTINCT user_id FROM events {MINE} ORDER BY user_id"),
    _asked(
        "safe_window",
        "SELECT event_id, row_number() OVER (ORDER BY event_id) AS place"
        f" FROM events {MINE} ORDER BY event_id",
    ),
    _asked(
        "safe_array_join",
        f"SELECT event_id, x FROM events ARRAY JOIN [1, 2] AS x {MINE} ORDER BY event_id, x",
    ),
    _asked(
        "safe_in",
        f"SELECT event_id FROM events {MINE}"
        f" WHERE user_id IN (SELECT user_id FROM tenants {MINE}) ORDER BY event_id",
    ),
    _asked(
        "safe_nodes",
        "SELECT count() AS n FROM safe_nodes_mine WHERE user_id != ''",
        safe_nodes_mine=f"SELECT user_id FROM events {MINE}",
    ),
    _asked(
        "safe_rollup_read",
        f"SELECT toString(event) AS k, uniqExactMerge(user_ids) AS n FROM events_hourly {MINE}"
        " GROUP BY k ORDER BY k",
    ),
    _asked("safe_shared_rows", "SELECT event, label FROM event_catalog FINAL ORDER BY event"),
    Variant(
        "safe_inner_pipe",
        {"pipes/safe_inner.pipe": pipe({"safe_inner_mine": f"SELECT user_id FROM events {MINE}"})}
        | endpoint("safe_inner_pipe", "SELECT count() AS n FROM safe_inner"),
    ),
    Variant(
        "safe_daily_rollup",
        datasource(
            "safe_daily",
            "`tenant_id` String",
            "`day` Date",
            "`n` SimpleAggregateFunction(sum, UInt64)",
            key="tenant_id, day",
            engine="AggregatingMergeTree",
        )
        | rollup(
            "safe_daily",
            "SELECT tenant_id, toDate(timestamp) AS day, count() AS n FROM events"
            " GROUP BY tenant_id, day",
        )
        | endpoint(
            "safe_daily_rollup", f"SELECT day, sum(n) AS n FROM safe_daily {MINE} GROUP BY day"
        ),
    ),
    Variant(
        "safe_nested_rollup",
        datasource("safe_nested", "`tenant_id` String", "`item` String", key="tenant_id, item")
        | rollup(
            "safe_nested",
            "SELECT tenant_id, item FROM (SELECT e.tenant_id AS tenant_id, e.event_id AS item"
            " FROM events AS e WHERE e.user_id != '')",
        )
        | endpoint("safe_nested_rollup", f"SELECT item FROM safe_nested {MINE} ORDER BY item"),
    ),
    Variant(
        "safe_labelled_rollup",
        datasource("safe_labelled", "`tenant_id` String", "`label` String", key="tenant_id, label")
        | rollup(
            "safe_labelled",
            "SELECT events.tenant_id AS tenant_id, c.label AS label FROM events"
            " LEFT JOIN event_catalog AS c ON c.event = toString(events.event)",
        )
        | endpoint(
            "safe_labelled_rollup", f"SELECT label FROM safe_labelled {MINE} ORDER BY label"
        ),
    ),
    Variant(
        "safe_copy",
        datasource(
            "safe_ranked",
            "`tenant_id` String",
            "`user_id` String",
            "`place` UInt64",
            key="tenant_id, user_id",
        )
        | copied(
            "safe_ranked",
            "SELECT tenant_id, user_id, rank() OVER (PARTITION BY tenant_id ORDER BY n DESC)"
            " AS place FROM (SELECT tenant_id, user_id, count() AS n FROM events"
            " GROUP BY tenant_id, user_id)",
        )
        | endpoint("safe_copy", f"SELECT user_id, place FROM safe_ranked {MINE} ORDER BY user_id"),
    ),
    Variant(
        "safe_shared_copy",
        datasource(
            "safe_labels",
            "`label` String",
            key="label",
            head="# roost: allow TENANT09 Labels are the product's own.\n",
        )
        | copied("safe_labels", "SELECT label FROM event_catalog")
        | endpoint("safe_shared_copy", "SELECT label FROM safe_labels ORDER BY label"),
    ),
    Variant(
        "safe_migration",
        datasource(
            "safe_migrated",
            "`tenant_id` String `json:$.tenant_id`",
            "`item` String `json:$.item`",
            end="\nFORWARD_QUERY >\n    SELECT tenant_id, CAST(item, 'String') AS item\n",
        )
        | endpoint("safe_migration", f"SELECT item FROM safe_migrated {MINE} ORDER BY item"),
        builds=False,
    ),
    Variant(
        "safe_types",
        datasource(
            "safe_typed",
            "`tenant_id` String `json:$.tenant_id`",
            "`tags` Array(String) `json:$.tags[:]`",
            "`extra` Map(String, String) `json:$.extra`",
            "`seen` Nullable(DateTime) `json:$.seen`",
        )
        | endpoint("safe_types", f"SELECT tags, extra, seen FROM safe_typed {MINE} ORDER BY tags"),
    ),
)
