"""The soak's verdict: every kind of finding is reported when it is there."""

from __future__ import annotations

import json
import time

import httpx2
import pytest

from .books import Books, StoredRow
from .figures import Memory, memory_findings
from .people import Tenant
from .refusals import Exchange, FaultLog, unexplained

ONE = Tenant("org_local_111111111111111111111111", "soak01", "user_local_ada")
TWO = Tenant("org_local_222222222222222222222222", "soak02", "user_local_grace")


@pytest.fixture
def books() -> Books:
    """One tenant's event is acknowledged; another's was cut off, then acknowledged."""
    books = Books([ONE, TWO])
    books.send(ONE, ["0-1"])
    books.acknowledge(ONE, ["0-1"])
    books.send(TWO, ["0-1"])
    books.cut_off(TWO, ["0-1"])
    books.acknowledge(TWO, ["0-1"])
    return books


def stored(tenant: Tenant, text: str = "", user_id: str = "", event_id: str = "0-1") -> StoredRow:
    return StoredRow(tenant.id, event_id, user_id or tenant.owner, text or f"{tenant.mark}_opened")


def test_rows_that_are_all_accounted_for_are_no_finding(books: Books) -> None:
    settlement = books.settle([stored(ONE), stored(TWO), stored(TWO)])

    assert settlement.problems == []
    assert (settlement.rows, settlement.duplicates) == (3, 1)


def test_a_lost_acknowledged_event_is_found(books: Books) -> None:
    assert books.settle([stored(ONE)]).problems == ["acknowledged and lost: soak02 0-1"]


def test_a_duplicate_that_nothing_explains_is_found(books: Books) -> None:
    assert books.settle([stored(ONE), stored(ONE), stored(TWO)]).problems == [
        "soak01 0-1 is stored 2 times, 1 can be explained"
    ]


def test_more_duplicates_than_cut_acknowledgements_are_found(books: Books) -> None:
    assert books.settle([stored(ONE), *[stored(TWO)] * 3]).problems == [
        "soak02 0-1 is stored 3 times, 2 can be explained"
    ]


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        (stored(ONE, "soak02_opened"), "stored under soak01 was shown soak02"),
        (stored(ONE, user_id=TWO.owner), "soak01 0-1 is stored as user_local_grace's"),
        (
            stored(ONE, event_id="9-9"),
            "a row under soak01 that it never sent: 9-9 soak01_opened",
        ),
        (
            StoredRow("org_other", "0-1", "user_local_ada", "soak01_opened"),
            "a row under org_other, which is nobody: soak01_opened",
        ),
    ],
)
def test_a_row_under_the_wrong_tenant_is_found(books: Books, row: StoredRow, finding: str) -> None:
    assert finding in books.settle([stored(ONE), stored(TWO), row]).problems


def test_a_foreign_mark_or_id_in_an_answer_is_found(books: Books) -> None:
    text = json.dumps({"event": "soak02_opened", "of": [ONE.id, TWO.id], "by": "soak01"})

    assert books.foreign_in(ONE, text) == [
        f"soak01 was shown {TWO.id}",
        "soak01 was shown soak02",
    ]


@pytest.mark.parametrize(
    ("row", "finding"),
    [
        ({"events": 2}, "totals counted 2 of soak01: 1 sent"),
        ({"events": 1, "users": 2}, "totals counted 2 users for soak01, which has one"),
        ({"user_id": TWO.owner}, "totals showed soak01 an event of user_local_grace"),
        ({"event_id": "9-9"}, "totals showed soak01 9-9, never sent"),
    ],
)
def test_rows_that_cannot_be_the_tenants_own_are_found(
    books: Books, row: dict[str, str | int], finding: str
) -> None:
    assert books.check_rows(ONE, "totals", [row]) == [finding]


def test_an_event_that_is_shown_twice_or_not_at_all_is_found(books: Books) -> None:
    assert books.check_all_shown(TWO, ["0-1", "0-1"]) == [
        "recent_events showed soak02 0-1 more than once"
    ]
    assert books.check_all_shown(TWO, []) == ["acknowledged, not shown: soak02 0-1"]


def answer(status: int, code: str, media_type: str = "application/problem+json") -> httpx2.Response:
    body = {"status": status, "code": code}
    headers = {"content-type": media_type, "retry-after": "1"}
    return httpx2.Response(status, headers=headers, content=json.dumps(body))


def exchange(kid: str = "ins_1") -> Exchange:
    now = time.monotonic()
    return Exchange("/api/me", now, now, kid)


@pytest.mark.parametrize(
    ("response", "finding"),
    [
        (answer(500, "internal"), "/api/me answered 500 internal"),
        (answer(503, "keys-unavailable"), "/api/me answered 503 keys-unavailable"),
        (answer(401, "token-invalid"), "/api/me answered 401 token-invalid"),
        (answer(401, "token-expired"), "/api/me answered 401 token-expired"),
        (answer(502, "tinybird-refused"), "/api/me answered 502 tinybird-refused"),
        (
            answer(503, "tinybird-unavailable", "text/html"),
            "/api/me answered 503 without a problem document: "
            '{"status": 503, "code": "tinybird-unavailable"}',
        ),
    ],
)
def test_a_refusal_without_its_fault_is_found(response: httpx2.Response, finding: str) -> None:
    log = FaultLog()
    with log.during("tinybird"):
        assert unexplained(response, exchange(), log) == finding


def test_a_fault_excuses_what_it_causes_until_it_is_over() -> None:
    log = FaultLog()
    with log.during("tinybird"):
        assert unexplained(answer(503, "tinybird-unavailable"), exchange(), log) is None
    with log.during("keys"):
        assert unexplained(answer(401, "token-invalid"), exchange(), log) is None
    log.withdrawn.add("ins_1")

    assert unexplained(answer(429, "rate-limited"), exchange(), log) is None
    assert unexplained(answer(429, "budget-spent"), exchange(), log) is None
    assert unexplained(answer(401, "token-invalid"), exchange("ins_1"), log) is None
    assert unexplained(answer(401, "token-invalid"), exchange("ins_2"), log) is not None
    assert unexplained(answer(503, "tinybird-unavailable"), exchange(), log) is not None


def test_memory_that_grows_is_found() -> None:
    warm = Memory(resident=300, own=100)

    assert memory_findings(warm, Memory(resident=380, own=140)) == []
    assert memory_findings(warm, Memory(resident=381, own=141)) == [
        "the app's own memory grew from 100 to 141 MB",
        "the app's resident memory grew from 300 to 381 MB",
    ]
