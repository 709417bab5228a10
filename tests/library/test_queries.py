from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.errors import AppError
from roost.policy.catalog import Endpoint, Parameter
from roost.tinybird.queries import Query, cache_key, choose_format, expected_tenants, parse_query

NAMES = ("tenant_id", "user_id", "date_from", "limit", "q")
ENDPOINT = Endpoint("orders", False, {name: Parameter(name, "String", True, "") for name in NAMES})
FIXED = {"tenant_id": "org_acme", "user_id": "user_ada"}


def parse(query_string: str, accept: str | None = None) -> Query:
    return parse_query(ENDPOINT, FIXED.keys(), query_string, accept)


def refusal(query_string: str) -> str:
    with pytest.raises(AppError) as caught:
        parse(query_string)
    assert caught.value.status == 400
    return caught.value.code


def test_declared_parameters_pass_in_one_order() -> None:
    query = parse("limit=5&date_from=2026-01-01")

    assert query == Query("orders", "json", (("date_from", "2026-01-01"), ("limit", "5")))
    assert query == parse("date_from=2026-01-01&limit=%35")


def test_the_tenant_that_a_page_believes_in_is_no_parameter() -> None:
    assert parse("expected_tenant=org_acme").params == ()


@pytest.mark.parametrize(
    ("query_string", "code"),
    [
        ("color=red", "parameter-unknown"),
        ("Limit=5", "parameter-unknown"),
        ("=5", "parameter-unknown"),
        ("limit=5&limit=5", "parameter-repeated"),
        ("limit=5&li%6dit=6", "parameter-repeated"),
        ("tenant_id=org_globex", "parameter-reserved"),
        ("user_id=user_eve", "parameter-reserved"),
        ("tenant%5fid=", "parameter-reserved"),
        ("q=select+1", "parameter-reserved"),
        ("token=x", "parameter-reserved"),
        ("format=csv", "parameter-reserved"),
        ("__tb__semver=1", "parameter-reserved"),
        ("limit=%ff", "request-invalid"),
        ("limit=%00", "request-invalid"),
        ("&".join(f"a{n}=1" for n in range(101)), "request-invalid"),
        ("limit=" + "1" * 17_000, "request-invalid"),
    ],
)
def test_anything_else_is_refused(query_string: str, code: str) -> None:
    assert refusal(query_string) == code


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/csv", "csv"),
        ("TEXT/CSV; q=0.9, application/json;q=0.5", "csv"),
        ("text/csv, application/json", "json"),
        ("text/csv;q=0.5, */*;q=0.1", "csv"),
        ("text/html, application/*;q=0.8", "json"),
    ],
)
def test_the_accept_header_chooses_the_format(accept: str | None, wanted: str) -> None:
    assert choose_format(accept) == wanted


@pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", "text/csv;q=x"])
def test_a_format_that_nobody_serves_is_refused(accept: str) -> None:
    with pytest.raises(AppError) as caught:
        choose_format(accept)

    assert (caught.value.status, caught.value.code) == (406, "not-acceptable")


_PAIRS = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3)


@given(_PAIRS, _PAIRS, _PAIRS, _PAIRS)
def test_two_questions_share_a_cache_key_only_if_they_are_the_same(
    params: dict[str, str],
    fixed: dict[str, str],
    other_params: dict[str, str],
    other_fixed: dict[str, str],
) -> None:
    query = Query("orders", "json", tuple(sorted(params.items())))
    other = Query("orders", "json", tuple(sorted(other_params.items())))

    is_same = (params, fixed) == (other_params, other_fixed)

    assert (cache_key("w", query, fixed) == cache_key("w", other, other_fixed)) is is_same
    assert cache_key("w", query, fixed) != cache_key("w", query, None)
    assert cache_key("w", query, fixed) != cache_key("v", query, fixed)


@pytest.mark.parametrize(
    ("header", "query_string", "tenants"),
    [
        (None, "", ()),
        (None, "limit=3", ()),
        ("org_a", "", ("org_a",)),
        (
            "org_a, org_b",
            "expected_tenant=org_c&expected%5Ftenant=",
            ("org_a", "org_b", "org_c", ""),
        ),
        ("", "expected_tenant=%FF", ("", "\ufffd")),
    ],
)
def test_every_tenant_that_a_page_believes_in_counts(
    header: str | None, query_string: str, tenants: tuple[str, ...]
) -> None:
    assert expected_tenants(header, query_string) == tenants
