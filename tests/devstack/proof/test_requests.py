"""Reads of an endpoint: what its SQL treats specially, and what no parameter should take."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from devstack.proof.built import BuiltProject, Endpoint, Parameter
from devstack.proof.columns import Vocabulary
from devstack.proof.reads import Request
from devstack.proof.requests import nobodys_requests, odd_requests, tenant_requests

from .small_project import EVENTS, pipe, project

KNOWN = Vocabulary(("paid",), (12,), ("2026-05-01", "2026-05-02", "2026-05-03"))
Draw = Callable[[Random], tuple[Request, ...]]


def drawn(draw: Draw) -> list[Request]:
    random = Random("requests")
    return [request for _ in range(150) for request in draw(random)]


def usual(built: BuiltProject) -> list[Request]:
    return drawn(lambda random: tenant_requests(random, built, KNOWN, "acme", ["acmex"]))


def odd(built: BuiltProject) -> list[Request]:
    return drawn(lambda random: odd_requests(random, built, KNOWN, "acme", ["acmex", "heard"]))


def values(requests: list[Request], name: str) -> set[str]:
    return {request.asked[name] for request in requests if name in request.asked}


def chosen() -> BuiltProject:
    parameters = (Parameter("source", "String", False, None, ""),)
    sql = "SELECT * FROM {{ table(String(source, 'ev' + 'ents')) }}"
    return BuiltProject(
        (Endpoint("any", parameters),), {"any": pipe("any", sql)}, {"events": EVENTS}
    )


def test_the_token_fixes_the_tenant_and_at_times_what_is_required() -> None:
    requests = usual(project())

    assert {r.fixed["tenant_id"] for r in requests} == {"acme"}
    assert {"date_from" in r.fixed for r in requests} == {True, False}
    assert all("date_from" in r.fixed or "date_from" in r.asked for r in requests)
    assert values(requests, "tenant_id") == {"acmex"}


def test_a_parameter_takes_what_its_description_lists_and_what_its_default_is() -> None:
    requests = usual(project())

    assert {"all", "paid", "", "nonsense"} == values(requests, "kind")
    assert {"3", "0", "-1", "12"} <= values(requests, "least")
    assert values(requests, "date_from") <= {"2026-05-01", "2026-05-02", "2026-05-03"}


def test_answers_are_read_in_every_format() -> None:
    assert {r.format for r in usual(project())} == {"json", "csv", "ndjson", "parquet"}


def test_nobody_in_particular_reads_every_endpoint_too() -> None:
    requests = drawn(lambda random: nobodys_requests(random, project(), KNOWN))

    assert all(dict(r.fixed) == {} and "tenant_id" not in r.asked for r in requests)


def test_a_number_beside_a_parameter_is_tried_with_its_neighbours_and_so_is_no_number() -> None:
    least = values(odd(project()), "least")

    assert {"2", "3", "4"} <= least
    assert {"1 OR 1=1", "1.5.1", ""} <= least


def test_a_text_is_tried_as_a_column_another_tenant_a_pipe_and_the_end_of_a_comment() -> None:
    kind = values(odd(project()), "kind")

    assert {"tenant_id", "events", "heard", "top", "*/ OR 1 /*"} <= kind
    assert "1\nUNION ALL SELECT count() FROM events " in kind


def test_what_chooses_a_table_is_asked_for_each_of_them_in_every_case() -> None:
    random = Random("choice")

    requests = odd_requests(random, chosen(), KNOWN, "acme", ["acmex"])

    assert {"events", "ents"} <= values(list(requests), "source")
