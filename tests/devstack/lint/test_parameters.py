"""Uses of tenant_id that a request could leave out, default or repeat."""

from pathlib import Path

import pytest

from .small_project import endpoint, linted, linted_sql

PLACE = "tinybird/endpoints/hits.pipe:5"
MEND = "write {{ String(tenant_id, required=True) }}."
TENANT01 = (
    "tinybird/endpoints/hits.pipe:1 TENANT01 counted reads events without its tenant: write"
    " `PREWHERE tenant_id = {{ String(tenant_id, required=True) }}` after the FROM that names it,"
    " other conditions in WHERE, outside of any branch."
)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("{{ String(tenant_id) }}", "tenant_id is optional"),
        ("{{ String(tenant_id, required=False) }}", "tenant_id is optional"),
        ("{{ String(tenant_id, 'acme') }}", "tenant_id has a default"),
        ("{{ String(tenant_id, default='acme', required=True) }}", "tenant_id has a default"),
        ("{{ Int32(tenant_id, required=True) }}", "Int32(tenant_id) is no required text"),
    ],
)
def test_a_parameter_that_is_no_required_text_is_found(
    tmp_path: Path, value: str, sentence: str
) -> None:
    sql = f"SELECT event FROM events\nWHERE tenant_id = {value}"

    found = linted_sql(tmp_path, sql)

    assert f"{PLACE} TENANT03 {sentence}: {MEND}" in found


def test_an_array_of_tenants_is_found(tmp_path: Path) -> None:
    sql = "SELECT event FROM events\nWHERE tenant_id IN {{ Array(tenant_id, 'String') }}"

    assert linted_sql(tmp_path, sql) == [
        TENANT01,
        f"{PLACE} TENANT03 An Array of tenant_id reads several tenants: {MEND}",
    ]


def test_a_defined_guard_is_found(tmp_path: Path) -> None:
    sql = (
        "SELECT event FROM events\n"
        "{% if defined(tenant_id) %}\n"
        "WHERE tenant_id = {{ String(tenant_id, required=True) }}\n"
        "{% end %}"
    )

    assert linted_sql(tmp_path, sql) == [
        TENANT01,
        f"{PLACE} TENANT03 defined(tenant_id) lets a request leave it out: {MEND}",
    ]


def test_a_choice_between_the_tenant_and_something_else_is_found(tmp_path: Path) -> None:
    value = "{{ String(tenant_id, required=True) if not defined(other) else String(other) }}"

    assert linted_sql(tmp_path, f"SELECT event FROM events\nWHERE tenant_id = {value}") == [
        TENANT01,
        f"{PLACE} TENANT03 tenant_id stands inside a longer expression: {MEND}",
    ]


def test_a_parameter_without_a_type_is_found_wherever_it_stands(tmp_path: Path) -> None:
    sql = (
        "{% set org = tenant_id %}\n"
        "SELECT event FROM events WHERE tenant_id = {{ String(tenant_id, required=True) }}\n"
        "{% if String(event, '') == 'x' %} AND 1 {% elif tenant_id == 'acme' %} AND 2 {% end %}"
    )
    pipe = endpoint(sql, head="DESCRIPTION >\n    Of `tenant_id`.\n\n")

    assert linted(tmp_path, {"endpoints/hits.pipe": pipe}) == [
        "tinybird/endpoints/hits.pipe:7 TENANT03 tenant_id is used without its type, so it may be"
        f" missing: {MEND}",
        "tinybird/endpoints/hits.pipe:9 TENANT03 tenant_id is used without its type, so it may be"
        f" missing: {MEND}",
    ]
