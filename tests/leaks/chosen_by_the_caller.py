"""Templates in which a caller chooses what only the author may choose."""

from __future__ import annotations

from .variant import MINE, TENANT, Variant, endpoint

CHOSEN = "TENANT10"

VARIANTS = (
    Variant(
        "table_with_a_default",
        endpoint(
            "table_with_a_default",
            "SELECT count() AS n FROM {{ table(String(source, 'event_catalog')) }}"
            f" WHERE event != {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "table_of_a_joined_name",
        endpoint(
            "table_of_a_joined_name",
            "{% set source = ''.join(['event', String(suffix, '_catalog')]) %}\n"
            f"SELECT count() AS n FROM {{{{ table(source) }}}} WHERE event != {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "symbol_as_a_table",
        endpoint(
            "symbol_as_a_table",
            "SELECT count() AS n FROM {{ symbol(String(source, 'event_catalog')) }}"
            f" WHERE event != {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "column_as_a_table",
        endpoint(
            "column_as_a_table",
            "SELECT count() AS n FROM {{ column(source, 'event_catalog') }}"
            f" WHERE event != {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "tables_of_a_loop",
        endpoint(
            "tables_of_a_loop",
            "SELECT sum(n) AS n FROM (\n"
            "{% for last, source in enumerate_with_last(split_to_array(sources, 'event_catalog'))"
            " %}\nSELECT count() AS n FROM {{ table(source) }}\n"
            "{% if not last %} UNION ALL {% end %}\n{% end %}\n"
            f") WHERE {TENANT} != ''",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "column_that_is_compared",
        endpoint(
            "column_that_is_compared",
            "SELECT count() AS n, uniqExact(tenant_id) AS tenants FROM events"
            f" PREWHERE {{{{ column(by, 'tenant_id') }}}} = {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "qualified_column_that_is_compared",
        endpoint(
            "qualified_column_that_is_compared",
            "SELECT count() AS n FROM events AS e"
            f" PREWHERE e.{{{{ column(by, 'tenant_id') }}}} = {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "symbol_that_is_compared",
        endpoint(
            "symbol_that_is_compared",
            "SELECT count() AS n FROM events"
            f" PREWHERE {{{{ symbol(String(by, 'tenant_id')) }}}} = {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "column_behind_an_alias",
        endpoint(
            "column_behind_an_alias",
            "SELECT count() AS n FROM (SELECT event_id, {{ column(by, 'tenant_id') }} AS owner"
            f" FROM events) WHERE owner = {TENANT}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "column_called_like_the_tenant",
        endpoint(
            "column_called_like_the_tenant",
            "SELECT {{ column(by, 'tenant_id') }} AS tenant_id, event_id FROM events"
            f" WHERE tenant_id = {TENANT} ORDER BY event_id",
        ),
        rule="TENANT01",
    ),
    Variant(
        "alias_that_hides_the_tenant",
        endpoint(
            "alias_that_hides_the_tenant",
            "SELECT user_id AS {{ column(label, 'who') }}, event_id FROM events"
            f" WHERE tenant_id = {TENANT} ORDER BY event_id",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "columns_with_a_function",
        endpoint(
            "columns_with_a_function",
            "SELECT {{ columns(names, 'user_id', 'lower') }}, event_id FROM events"
            f" WHERE tenant_id = {TENANT} ORDER BY event_id",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "default_that_names_a_variable",
        endpoint(
            "default_that_names_a_variable",
            "{% set me = String(tenant_id, required=True) %}\n"
            "SELECT count() AS n FROM events PREWHERE tenant_id = {{ String(as_tenant, me) }}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "variable_that_a_branch_changes",
        endpoint(
            "variable_that_a_branch_changes",
            "{% set me = String(tenant_id, required=True) %}\n"
            "{% if defined(as_tenant) %}{% set me = String(as_tenant) %}{% end %}\n"
            "SELECT count() AS n FROM events PREWHERE tenant_id = {{ me }}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "choice_of_the_tenant",
        endpoint(
            "choice_of_the_tenant",
            "{% set me = String(tenant_id, required=True) %}\n"
            "SELECT count() AS n FROM events\n"
            "PREWHERE tenant_id = {{ String(as_tenant) if defined(as_tenant) else me }}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "prefix_before_the_tenant",
        endpoint(
            "prefix_before_the_tenant",
            "SELECT count() AS n FROM events\n"
            f"PREWHERE tenant_id = concat({{{{ String(prefix, '') }}}}, {TENANT})",
        ),
        rule="TENANT01",
    ),
    Variant(
        "tenant_of_a_list",
        endpoint(
            "tenant_of_a_list",
            "{% set me = String(tenant_id, required=True) %}\n"
            "SELECT count() AS n FROM events\n"
            "PREWHERE tenant_id = {{ split_to_array(tenants, me)[0] }}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "tenant_of_a_json_text",
        endpoint(
            "tenant_of_a_json_text",
            "SELECT count() AS n FROM events\n"
            f"PREWHERE tenant_id = {TENANT}\n"
            "{% for pair in JSON(more, '[]') %} OR tenant_id = {{ String(pair['t']) }} {% end %}",
        ),
        rule="TENANT02",
    ),
    Variant(
        "engine_function_that_chooses",
        endpoint(
            "engine_function_that_chooses",
            "SELECT count() AS n FROM events\n"
            f"PREWHERE tenant_id = coalesce(nullIf({{{{ String(other, '') }}}}, ''), {TENANT})",
        ),
        rule="TENANT01",
    ),
    Variant(
        "condition_that_the_caller_switches_off",
        endpoint(
            "condition_that_the_caller_switches_off",
            "SELECT count() AS n FROM events\n"
            f"PREWHERE if({{{{ Boolean(everything, 0) }}}}, 1, tenant_id = {TENANT})",
        ),
        rule="TENANT02",
    ),
    Variant(
        "comment_that_a_hint_ends",
        endpoint(
            "comment_that_a_hint_ends",
            f"{{{{ backend_hint(String(hint, 'fast')) }}}}\nSELECT count() AS n FROM events {MINE}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "comment_that_threads_end",
        endpoint(
            "comment_that_threads_end",
            "SELECT count() AS n FROM events {{ max_threads(String(threads, '1')) }}\n"
            f"PREWHERE tenant_id = {TENANT}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "value_inside_a_text",
        endpoint(
            "value_inside_a_text",
            f"SELECT count() AS n FROM events PREWHERE tenant_id = {TENANT}\n"
            "AND user_id LIKE '%{{ String(needle, ' || ') }}%'",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "value_inside_a_comment",
        endpoint(
            "value_inside_a_comment",
            f"SELECT count() AS n FROM events PREWHERE tenant_id = {TENANT}\n"
            "/* asked by {{ String(who, 'a page') }} */",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "value_without_a_type",
        endpoint(
            "value_without_a_type",
            f"SELECT count() AS n FROM events PREWHERE tenant_id = {TENANT}\n"
            "{% if defined(names) %} AND user_id IN {{ names }} {% end %}",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "json_in_the_sql",
        endpoint(
            "json_in_the_sql",
            f"SELECT count() AS n FROM events PREWHERE tenant_id = {TENANT}\n"
            "AND (1 OR user_id IN {{ JSON(users, '[]') }})",
        ),
        rule=CHOSEN,
    ),
    Variant(
        "condition_names_of_a_variable",
        endpoint(
            "condition_names_of_a_variable",
            "{% set me = String(tenant_id, required=True) %}\n"
            "SELECT count() AS n FROM events\n"
            "PREWHERE {{ sql_and(tenant_id=String(as_tenant, me)) }}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "condition_of_another_operator",
        endpoint(
            "condition_of_another_operator",
            "SELECT count() AS n FROM events\n"
            "PREWHERE {{ sql_and(tenant_id__gte=String(tenant_id, required=True)) }}",
        ),
        rule="TENANT01",
    ),
)
