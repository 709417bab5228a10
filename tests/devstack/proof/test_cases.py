"""Pairs of databases that differ in other tenants' rows alone, and what is asked of both."""

from __future__ import annotations

import pytest
from devstack.proof.cases import Case, cases
from devstack.proof.columns import Vocabulary
from devstack.proof.rows import Rows

from .small_project import pipe, project

PROJECT = project()
KNOWN = Vocabulary(("all", "paid"), (3, 12), ("2026-05-01", "2026-05-02", "2026-05-03"))


def drawn(count: int, seed: str = "isolation") -> list[Case]:
    return list(cases(PROJECT, KNOWN, count, seed))


@pytest.fixture(scope="module")
def forty() -> list[Case]:
    return drawn(40)


def test_a_seed_draws_the_same_cases_and_another_one_others(forty: list[Case]) -> None:
    assert drawn(3) == forty[:3]
    assert drawn(3, "other") != forty[:3]


def test_both_databases_hold_the_readers_rows_and_differ_in_all_others(forty: list[Case]) -> None:
    for case in forty:
        assert tenants(case.own) == {case.tenant}
        assert case.tenant not in tenants(case.left) | tenants(case.right)
        assert case.left != case.right


def test_every_tenant_table_that_rows_are_sent_to_is_filled(forty: list[Case]) -> None:
    for case in forty:
        assert {row.table for row in case.own} == {"events", "snapshot", "later"}


def test_databases_come_in_every_shape(forty: list[Case]) -> None:
    assert any(not case.left for case in forty)
    assert any(len(case.right) > 2000 for case in forty)
    assert any(sum(row.table == "events" for row in case.own) == 1 for case in forty)
    assert any(sum(row.table == "events" for row in case.own) > 100 for case in forty)
    assert {case.order.copying for case in forty} == {True, False}
    assert {case.order.place for case in forty} == {"first", "last", "between"}
    assert {case.order.apart for case in forty} == {True, False}


def test_every_endpoint_is_asked_as_the_app_asks_and_as_nobody_should(forty: list[Case]) -> None:
    for case in forty:
        assert [r.fixed.get("tenant_id") for r in case.usual] == [case.tenant, case.tenant, None]
        assert {r.endpoint for r in case.odd} >= {"top", "daily", "snapshot", "later", "events"}
    asked = {value for case in forty for r in case.odd for value in r.asked.values()}
    assert {"events", "tenant_id", "paid"} <= asked
    assert {"2026-13-45", "0000-00-00", "9999-99-99"} & asked


def test_what_a_caller_sends_names_another_tenant_at_times(forty: list[Case]) -> None:
    claims = [
        (case.tenant, r.asked["tenant_id"])
        for case in forty
        for r in case.usual
        if "tenant_id" in r.asked
    ]

    assert len(claims) > 10
    assert all(claimed != reader for reader, claimed in claims)


def test_a_tenant_whom_a_query_names_reads_too() -> None:
    named = project(pipe("odd", "SELECT 1 FROM events WHERE tenant_id = 'org_internal'"))

    readers = {case.tenant for case in cases(named, KNOWN, 40, "isolation")}

    assert "org_internal" in readers


def tenants(rows: Rows) -> set[object]:
    return {row.values["tenant_id"] for row in rows}
