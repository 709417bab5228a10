"""What a read's token holds, where it is asked, and which bytes of its answer count."""

from __future__ import annotations

import pytest
from devstack.proof.reads import Answer, Request


def test_an_endpoint_is_read_with_the_tenant_fixed_in_the_token_alone() -> None:
    request = Request("top", {"tenant_id": "acme"}, {"tenant_id": "globex", "n": "1"}, "csv")

    assert request.scope() == {
        "type": "PIPES:READ",
        "resource": "top",
        "fixed_params": {"tenant_id": "acme"},
    }
    assert request.address() == ("/v0/pipes/top.csv", {"tenant_id": "globex", "n": "1"})
    assert request.parameters == {"tenant_id": "acme", "n": "1"}


def test_a_datasource_is_read_through_a_filter_that_no_name_of_a_tenant_ends() -> None:
    request = Request("events", {"tenant_id": "o'r\\1"}, sql="SELECT 1")

    assert request.scope() == {
        "type": "DATASOURCES:READ",
        "resource": "events",
        "filter": "tenant_id = 'o\\'r\\\\1'",
    }
    assert request.address() == ("/v0/sql", {"q": "SELECT 1"})


def test_the_statistics_of_an_answer_do_not_count() -> None:
    request = Request("top", {})
    bodies = [
        b'{"data": [{"rows": 7}], "rows": 1, "statistics": {"elapsed": %s}}' % elapsed
        for elapsed in (b"0.1", b"0.2")
    ]

    answers = [request.answer(200, body) for body in bodies]

    assert answers[0] == answers[1]
    assert answers[0].body == b'{"data": [{"rows": 7}], "rows": 1'


def test_all_of_an_error_and_of_another_format_counts() -> None:
    assert Request("top", {}).answer(400, b'"rows": 1, x') == Answer(400, b'"rows": 1, x')
    assert Request("top", {}, format="csv").answer(200, b"a\nb").body == b"a\nb"


def test_rows_of_a_datasource_have_no_order() -> None:
    request = Request("events", {"tenant_id": "acme"}, sql="SELECT 1")

    assert request.answer(200, b"b\na\n") == request.answer(200, b"a\nb\n")
    assert request.answer(200, b"a\na\n") != request.answer(200, b"a\n")


@pytest.mark.parametrize(
    ("answer", "has_rows"),
    [
        (Answer(200, b'"data": [1], "rows": 1', "json"), True),
        (Answer(200, b'"data": [], "rows": 0', "json"), False),
        (Answer(200, b'"data": [1], "rows": 10', "json"), True),
        (Answer(200, b"1", "csv"), False),
        (Answer(400, b"1", ""), False),
    ],
)
def test_rows_show_in_json_alone(answer: Answer, has_rows: bool) -> None:
    assert answer.has_rows is has_rows
