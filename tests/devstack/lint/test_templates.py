"""What a template leaves to its caller: names, several values, and ways that nobody can read."""

from pathlib import Path

import pytest

from .small_project import linted_sql

PLACE = "tinybird/endpoints/hits.pipe"
FILTERED = "SELECT event FROM events PREWHERE tenant_id = TENANT"
BRANCH = "{% if String(choice, 'a') == 'a' %} ... {% else %} ... {% end %}"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (
            "{{ symbol(String(by, 'event')) }}",
            f"{{{{ symbol(String(by, 'event')) }}}} lets a caller choose a name: write each in"
            f" {BRANCH}.",
        ),
        (
            "{{ column(by, 'tenant_id') }}",
            "{{ column(by, 'tenant_id') }} lets a caller choose a name where it decides whose rows"
            " are read: write the name itself.",
        ),
        (
            "{{ columns(some, 'event', 'lower') }}",
            "{{ columns(some, 'event', 'lower') }} lets a caller name the results: write each in"
            f" {BRANCH}.",
        ),
        (
            "{{ some }}",
            "{{ some }} has no type, so that a caller may give a list of names: write"
            " {{ String(some) }}.",
        ),
        (
            "{{ JSON(some, '[]') }}",
            "{{ JSON(some, '[]') }} may write more than one value: put each value into a type, as"
            " in {{ String(word) }}.",
        ),
        (
            "{{ max_threads(String(some, '1')) }}\nevent",
            "{{ max_threads(String(some, '1')) }} lets a caller write into it: write a constant,"
            " such as max_threads(4).",
        ),
        (
            "/* {{ String(some, '') }} */ event",
            "{{ String(some, '') }} stands inside a text, a quoted name or a comment, which it can"
            " end: put it outside, as in concat('%', {{ String(word, '') }}, '%').",
        ),
    ],
)
def test_what_a_caller_may_not_choose_is_named_with_its_fix(
    tmp_path: Path, value: str, problem: str
) -> None:
    found = linted_sql(tmp_path, f"{FILTERED}\nORDER BY\n{value}")

    assert f"{PLACE}:6 TENANT10 {problem}" in found


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        (
            "{% try %} AND 1 {% except %} AND 2 {% end %}",
            "Nobody can tell how a `try` ends: check the parameter in an {% if %} and refuse it"
            " with error().",
        ),
        (
            "{% while defined(x) %} AND 1 {% end %}",
            "Nobody can tell how a `while` ends: write {% for %}.",
        ),
        (
            "{% for x in [1, 2] %}{% break %}{% end %}",
            "A `break` hides what a loop leaves out: write it without.",
        ),
    ],
)
def test_a_way_that_nobody_can_read_is_named_with_its_fix(
    tmp_path: Path, block: str, problem: str
) -> None:
    assert f"{PLACE}:5 LINT04 {problem}" in linted_sql(tmp_path, f"{FILTERED}\n{block}")


@pytest.mark.parametrize(
    "sql",
    [
        "{% set me = String(tenant_id, required=True) %}\n"
        "SELECT event FROM events PREWHERE tenant_id = {{ me }}",
        "{% set me = String(tenant_id, required=True) %}\n"
        "SELECT event FROM events PREWHERE tenant_id = {{ String(other, me) }}",
        "SELECT event FROM events PREWHERE tenant_id = if({{ Boolean(all, 0) }}, '', TENANT)",
        "SELECT event FROM events PREWHERE identity(tenant_id) = TENANT",
        "SELECT {{ column(by, 'event') }} tenant_id FROM events WHERE tenant_id = TENANT",
    ],
)
def test_what_may_be_another_than_the_tenant_is_no_filter(tmp_path: Path, sql: str) -> None:
    assert any(" TENANT01 counted reads events " in line for line in linted_sql(tmp_path, sql))


def test_a_loop_is_read_although_its_default_never_runs_it(tmp_path: Path) -> None:
    loop = "{% for x in JSON(more, '[]') %} OR event = {{ String(x['e']) }} {% end %}"
    sql = f"{FILTERED}\n{loop}"

    (found,) = linted_sql(tmp_path, sql)

    assert found.startswith(f"{PLACE}:1 TENANT02 counted filters events only in a part of")


def test_two_branches_that_only_meet_together_are_read(tmp_path: Path) -> None:
    switches = "".join(
        f"{{% if defined(p{n}) %}} AND event != 'x{n}' {{% end %}}" for n in range(9)
    )
    sql = (
        "SELECT event FROM events WHERE\n"
        "{% if defined(a) %} 1 {% else %} tenant_id = TENANT {% end %} AND\n"
        f"{{% if defined(b) %}} 1 {{% else %}} tenant_id = TENANT {{% end %}}\n{switches}"
    )

    assert any(" TENANT01 counted reads events " in line for line in linted_sql(tmp_path, sql))


def test_too_many_combinations_of_branches_are_refused(tmp_path: Path) -> None:
    words = ", ".join(
        f"{{% if defined(p{n}) %}} {n} {{% else %}} -{n} {{% end %}} AS c{n}" for n in range(9)
    )

    (found,) = linted_sql(tmp_path, f"SELECT {words} FROM events PREWHERE tenant_id = TENANT")

    assert found == (
        f"{PLACE}:1 LINT04 counted has more than 256 combinations of branches: move some into nodes"
        " of their own, or let each add `AND` and one condition."
    )


def test_a_with_that_nothing_uses_is_found(tmp_path: Path) -> None:
    sql = f"WITH every AS (SELECT * FROM events) {FILTERED}"

    assert linted_sql(tmp_path, sql) == [
        f"{PLACE}:1 TENANT01 counted names events where ClickHouse's own reading leaves it out, so"
        " nobody sees its filter: remove what is not used, such as a WITH."
    ]


@pytest.mark.parametrize(
    "sql",
    [
        f"{FILTERED} WHERE event = {{{{ String(e, '') if defined(e) else 'x' }}}}",
        f"{FILTERED} LIMIT {{{{ Int32(page, 0) * Int32(size, 10) }}}}",
        f"{FILTERED} ORDER BY {{{{ column(sort, 'event') }}}} DESC",
        f"{FILTERED} -- AND event = {{{{ String(e, '') }}}}",
        f"{FILTERED} WHERE user_id IN {{{{ Array(users, 'String', 'a,b') }}}}",
        f"{FILTERED} WHERE event LIKE {{{{ sql_unescape(String(e, '%'), '%') }}}}",
        "{{ max_threads(Int32(n, 2)) }}\n" + FILTERED,
        "SELECT e.{{ column(by, 'event') }} AS k FROM events AS e PREWHERE e.tenant_id = TENANT",
        "SELECT event FROM events"
        " PREWHERE {{ sql_and(tenant_id=String(tenant_id, required=True), event=String(e, 'x')) }}",
        "SELECT event FROM events PREWHERE (tenant_id, user_id) = (TENANT, {{ String(u, 'a') }})",
        "SELECT event FROM events PREWHERE tenant_id = toString(TENANT)",
        "SELECT tenant_id, count() FROM events GROUP BY tenant_id HAVING tenant_id = TENANT",
        "SELECT event FROM (SELECT tenant_id, event FROM events) WHERE tenant_id = TENANT",
        "WITH RECURSIVE s AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM s WHERE n < 5)"
        f" SELECT n, ({FILTERED} LIMIT 1) FROM s",
    ],
)
def test_what_leaves_a_caller_no_choice_is_clean(tmp_path: Path, sql: str) -> None:
    assert linted_sql(tmp_path, sql) == []
