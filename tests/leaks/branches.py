"""Templates whose leak stands in a branch that no default takes."""

from __future__ import annotations

from .variant import TENANT, Variant, endpoint

FILTER = f"tenant_id = {TENANT}"

VARIANTS = (
    Variant(
        "try_the_filter",
        endpoint(
            "try_the_filter",
            "SELECT count() AS n FROM events PREWHERE\n"
            "{% try %}{% if Int32(level, 0) >= 0 %}"
            f" {FILTER} {{% end %}}{{% except %}} 1 {{% end %}}",
        ),
        rule="LINT04",
    ),
    Variant(
        "try_a_number",
        endpoint(
            "try_a_number",
            "SELECT count() AS n FROM events\n"
            "{% try %}{% set number = Int32(at_least, 1) %}"
            f" PREWHERE {FILTER} AND length(user_id) >= {{{{ number }}}}"
            " {% except Exception %} {% end %}",
        ),
        rule="LINT04",
    ),
    Variant(
        "refusal_that_is_caught",
        endpoint(
            "refusal_that_is_caught",
            "SELECT count() AS n FROM events WHERE 1\n"
            "{% try %}{% if defined(all) %} {{ error('No.') }} {% end %}"
            f" AND {FILTER} {{% except %}} AND 1 {{% end %}}",
        ),
        rule="LINT04",
    ),
    Variant(
        "refusal_under_a_condition",
        endpoint(
            "refusal_under_a_condition",
            "SELECT count() AS n FROM events\n"
            "{% if defined(all) %}\n"
            "-- {{ error('No.') if not defined(really) else 'fine' }}\n"
            "WHERE user_id != ''\n"
            "{% else %}\n"
            f"PREWHERE {FILTER}\n"
            "{% end %}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "refusal_of_another_branch",
        endpoint(
            "refusal_of_another_branch",
            f"SELECT count() AS n, {TENANT} AS tenant FROM events\n"
            "{% if String(mode, 'mine') == 'mine' %}\n"
            f"PREWHERE {FILTER}\n"
            "{% elif String(mode, 'mine') == 'none' %}\n"
            "{{ error('No.') }}\n"
            "{% else %}\n"
            "WHERE user_id != ''\n"
            "{% end %}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "refusal_within_an_inner_branch",
        endpoint(
            "refusal_within_an_inner_branch",
            "SELECT count() AS n FROM events\n"
            "{% if defined(scope) %}\n"
            "{% if String(scope, '') == 'none' %} {{ error('No.') }} {% end %}\n"
            "WHERE user_id != ''\n"
            "{% else %}\n"
            f"PREWHERE {FILTER}\n"
            "{% end %}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "two_conditions_that_defaults_never_meet",
        endpoint(
            "two_conditions_that_defaults_never_meet",
            f"SELECT count() AS n FROM events PREWHERE 1\n"
            "{% if not (defined(a) and String(b, 'x') == 'y') %}"
            f" AND {FILTER} {{% end %}}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "two_switches_together",
        endpoint(
            "two_switches_together",
            "SELECT count() AS n FROM\n"
            "{% if String(source, 'catalog') == 'catalog' %} event_catalog\n"
            "{% else %} events {% end %}\n"
            "{% if String(whose, 'all') == 'all' %} WHERE event != ''\n"
            f"{{% else %}} WHERE event != {TENANT} {{% end %}}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "a_table_among_four_switches",
        endpoint(
            "a_table_among_four_switches",
            "SELECT count() AS n,\n"
            "{% if defined(a) %} 1 {% else %} 2 {% end %} AS a,\n"
            "{% if defined(b) %} 1 {% else %} 2 {% end %} AS b\n"
            "FROM {% if defined(c) %} event_catalog {% else %} events {% end %}\n"
            "{% if defined(d) %} WHERE event != ''"
            f" {{% elif defined(c) %}} WHERE event != {TENANT}"
            f" {{% else %}} PREWHERE {FILTER} {{% end %}}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "a_comment_over_the_filter",
        endpoint(
            "a_comment_over_the_filter",
            "SELECT count() AS n FROM events\n"
            f"{{% if defined(fast) %}} -- {{% end %}} PREWHERE {FILTER}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "a_block_comment_of_two_halves",
        endpoint(
            "a_block_comment_of_two_halves",
            "SELECT count() AS n FROM events\n"
            f"{{% if defined(a) %}} /* {{% end %}} PREWHERE {FILTER}"
            " {% if defined(a) %} */ {% end %}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "an_or_that_is_optional",
        endpoint(
            "an_or_that_is_optional",
            f"SELECT count() AS n FROM events PREWHERE {FILTER}\n"
            "{% if Int32(level, 0) > 3 %} OR {% else %} AND {% end %} user_id != ''",
        ),
        rule="TENANT02",
    ),
    Variant(
        "a_loop_that_brings_an_or",
        endpoint(
            "a_loop_that_brings_an_or",
            f"SELECT count() AS n FROM events PREWHERE {FILTER}\n"
            "{% for name in split_to_array(names, '') %}\n"
            "{% if name != '' %} OR user_id = {{ String(name) }} {% end %}\n"
            "{% end %}",
        ),
        rule="TENANT02",
    ),
    Variant(
        "a_loop_that_may_be_empty",
        endpoint(
            "a_loop_that_may_be_empty",
            "SELECT count() AS n FROM events PREWHERE 1\n"
            "{% for pair in JSON(filters, '[{}]') %}"
            f" AND {FILTER} {{% end %}}",
        ),
        rule="TENANT01",
    ),
    Variant(
        "a_while_that_may_not_run",
        endpoint(
            "a_while_that_may_not_run",
            "SELECT count() AS n FROM events PREWHERE 1\n"
            "{% set left = Int32(n, 1) %}\n"
            "{% while left > 0 %}\n{% set left = left - 1 %}"
            f" AND {FILTER} {{% end %}}",
        ),
        rule="LINT04",
    ),
    Variant(
        "a_loop_that_breaks",
        endpoint(
            "a_loop_that_breaks",
            "SELECT count() AS n FROM events WHERE user_id != ''\n"
            "{% for name in ['a', 'b'] %}\n"
            f"{{% if defined(stop) %}}{{% break %}}{{% end %}} AND {FILTER} {{% end %}}",
        ),
        rule="LINT04",
    ),
)
