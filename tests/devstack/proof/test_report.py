"""A counterexample in words: the rows and the node that its reader has to look at."""

from __future__ import annotations

from devstack.proof.blame import Culprit
from devstack.proof.built import Node
from devstack.proof.claims import Body
from devstack.proof.forgeries import Forgery
from devstack.proof.leaks import Leak
from devstack.proof.reads import Answer, Request
from devstack.proof.report import forged, report, unstable
from devstack.proof.rows import Order, Row

READ = Request("top", {"tenant_id": "acme"}, {"kind": "paid"})
NODE = Node("top", "counted", "SELECT 1")
ALONE = Answer(200, b'{"meta": [], "data": [{"n": 0}], "rows": 1', "json")
TOGETHER = Answer(200, b'{"meta": [], "data":\n  [{"n": 1}], "rows": 1', "json")
OTHER = Row("events", {"tenant_id": "acmex", "event": "é"})


def test_a_leak_is_one_row_an_endpoint_and_a_node() -> None:
    leak = Leak(READ, (), (OTHER,), Order(), is_least=True)

    text = report(leak, Culprit(NODE, "it reads events, unfiltered"), ALONE, TOGETHER)

    assert text.splitlines() == [
        "endpoint    top",
        "node        counted of the pipe top",
        "            it reads events, unfiltered",
        'read by     a token that fixes {"tenant_id": "acme"}',
        'parameters  {"kind": "paid"}',
        "one row of another tenant changed the answer:",
        '    events {"tenant_id": "acmex", "event": "\\u00e9"}',
        "the tenant's own rows: 0",
        'without     200 [{"n": 0}], "rows": 1',
        'with        200 [{"n": 1}], "rows": 1',
    ]


def test_order_copies_format_doubt_and_many_long_rows_are_told() -> None:
    read = Request("top", {}, {"name": "x" * 200}, "csv")
    leak = Leak(read, (OTHER,), (OTHER,) * 14, Order("last", apart=True, copying=True))

    text = report(leak, Culprit(NODE, "why", is_sure=False), ALONE, Answer(200, b"y" * 601, "csv"))

    lines = text.splitlines()
    assert lines[1] == "node        counted of the pipe top (not sure)"
    assert lines[3] == "read by     a token that fixes no tenant_id: it must show nobody's rows"
    assert lines[4] == f'parameters  {{"name": "{"x" * 120}... (200 characters)"}}'
    assert lines[5:9] == [
        "format      csv",
        "inserted    the tenant's own rows after the others', in an insert of their own",
        "copied      the copy pipes ran afterwards",
        "14 rows, maybe more than needed, of another tenant changed the answer:",
    ]
    assert "    and 2 more" in lines
    assert lines[-1] == f"with        200 {'y' * 600} ..."


def test_a_datasource_shows_its_question_and_no_node() -> None:
    read = Request("events", {"tenant_id": "acme"}, sql="SELECT 1 FROM events")

    text = report(Leak(read, (), (OTHER,) * 2, Order(), True), Culprit(None, "why"), ALONE, ALONE)

    lines = text.splitlines()
    assert lines[:2] == ["datasource  events", "            why"]
    assert lines[4] == "SQL         SELECT 1 FROM events"
    assert lines[5] == "2 rows, all of them needed, of another tenant changed the answer:"


def test_a_forged_body_is_shown_as_it_was_sent() -> None:
    body = Body("application/json", '[{"tenant_id":"acme"}]')

    assert forged(Forgery(READ, body, ALONE, Answer(500, b"no"))).splitlines() == [
        "endpoint    top",
        'read by     a token that fixes {"tenant_id": "acme"}',
        'parameters  {"kind": "paid"}',
        "sent by another tenant, as application/json:",
        '[{"tenant_id":"acme"}]',
        'before      200 [{"n": 0}], "rows": 1',
        "after       500 no",
    ]


def test_an_endpoint_that_differs_by_itself_proves_nothing() -> None:
    assert unstable(READ).splitlines() == [
        "endpoint    top",
        "            answers one read of the same rows in two ways, so nothing can be proven:",
        "            give its result one order, and leave the clock out of it",
        'parameters  {"kind": "paid", "tenant_id": "acme"}',
    ]
