"""Events that are meant to harm: bombs, floods, another tenant's ids, odd JSON."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from roost.testing.stack import Stack

from .answers import problem
from .holders import MOMENT, Holder, holder

JSON = {"Content-Type": "application/json"}
NDJSON = {"Content-Type": "application/x-ndjson"}
NOW = datetime.now(UTC)
# More large bodies than any limit on them allows.
ENOUGH = 100


@pytest.fixture
def stranger(stack: Stack) -> dict[str, str]:
    """The headers of a tenant of this test's own."""
    return newcomer(stack)


def newcomer(stack: Stack) -> dict[str, str]:
    """Make a tenant that has sent nothing yet; return the headers of its requests."""
    return {"Authorization": f"Bearer {stack.token_of(stack.new_member('Event attacks'))}"}


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "deflate", "br", "zstd", "gzip, identity"])
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_a_compressed_body_is_refused_unread(
    client: httpx2.Client, ada: dict[str, str], encoding: str, pack: Callable[[bytes], bytes]
) -> None:
    bomb = pack(bytes(20_000_000))

    answer = client.post(
        "/api/events", content=bomb, headers={**ada, **JSON, "Content-Encoding": encoding}
    )

    assert problem(answer) == (415, "media-type")


def test_a_tenant_that_floods_is_stopped_and_its_neighbour_is_not(
    client: httpx2.Client, stack: Stack
) -> None:
    # Blanks: nothing is stored, and the body counts all the same.
    def flood(sender: dict[str, str]) -> httpx2.Response:
        return client.post("/api/events", content=b" " * 15_000_000, headers={**sender, **JSON})

    flooding, neighbour = (newcomer(stack) for _ in range(2))
    answers = [flood(flooding)]
    while answers[-1].status_code == 400 and len(answers) < ENOUGH:
        answers.append(flood(flooding))

    assert problem(answers[0]) == (400, "event-invalid")
    assert problem(answers[-1]) == (429, "rate-limited")
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert problem(flood(neighbour)) == (400, "event-invalid")


@pytest.mark.parametrize(
    "timestamp",
    [
        "1969-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-14:00",
        "2261-01-01T00:00:00Z",
        (NOW + timedelta(days=3650)).isoformat(),
        "2026-02-30T00:00:00Z",
        "now()",
        "",
        0,
        1e308,
        -1,
        {},
        [],
        True,
    ],
    ids=repr,
)
def test_a_wild_timestamp_is_refused(
    client: httpx2.Client, ada: dict[str, str], timestamp: object
) -> None:
    rows = [{"event": "contract"}, {"event": "contract", "timestamp": timestamp}]

    answer = client.post("/api/events", json=rows, headers=ada)

    assert problem(answer) == (400, "event-invalid")
    assert answer.json()["detail"].startswith("Row 2: its timestamp")


@pytest.mark.parametrize(
    "row",
    [
        '{"event": "x", "tenant_id": "org_local_globex", "tenant_id": "org_local_globex"}',
        '{"event": "x", "tenant\\u005fid": "a", "tenant_id": "b"}',
        '{"event": "x", "properties": {"a": 1, "a": 2}}',
        '{"event": "x", "n": NaN}',
        '{"event": "x", "n": -Infinity}',
        '{"event": "x", "n": 1e}',
        '{"event": "x", "n": 01}',
        '{"event": "x"} {"event": "y"}',
        '{"event": "\\ud800"}',
        '["event"]',
        '{"event": "x",}',
        "{'event': 'x'}",
        '{"event": "x"}//',
        '{"event": "a\tb"}',
    ],
)
def test_odd_json_is_refused_by_its_row(
    client: httpx2.Client, ada: dict[str, str], row: str
) -> None:
    lines = f'{{"event": "contract"}}\n{row}\n'

    answer = client.post("/api/events", content=lines.encode(), headers={**ada, **NDJSON})

    assert problem(answer) == (400, "event-invalid")
    assert answer.json()["detail"].startswith("Row 2: ")


@pytest.mark.parametrize("depth", [65, 500, 100_000])
@pytest.mark.parametrize("media", [JSON, NDJSON], ids=["json", "ndjson"])
def test_nesting_beside_an_escaped_character_is_refused_by_its_row(
    client: httpx2.Client, ada: dict[str, str], depth: int, media: dict[str, str]
) -> None:
    deep = "[" * depth + "]" * depth
    row = f'{{"event": "\\ud83d\\ude00", "properties": {deep}}}'

    answer = client.post("/api/events", content=row.encode(), headers={**ada, **media})

    assert problem(answer) == (400, "event-invalid")
    assert answer.json()["detail"] == "Row 1: it is nested too deeply."


def test_millions_of_small_values_are_refused_before_they_are_read(
    client: httpx2.Client, stack: Stack
) -> None:
    body = b'{"event": "x", "properties": [' + b"1," * 7_800_000 + b"0]}"

    answer = client.post("/api/events", content=body, headers={**newcomer(stack), **JSON})

    assert problem(answer) == (413, "body-too-large")
    assert answer.json()["detail"] == "Send at most 500000 values at a time."


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\u0085", "\u000b", "\u000c", "\u001e", "\r"])
def test_a_line_end_inside_a_text_starts_no_new_row(
    client: httpx2.Client, victim: Holder, stranger: dict[str, str], end: str
) -> None:
    forged = f'"}}{end}{{"tenant_id": "{victim.tenant}", "event": "forged"}}'

    for media in (JSON, NDJSON):
        body = json.dumps({"event": f"a{end}b", "properties": forged}, ensure_ascii=False)
        answer = client.post("/api/events", content=body.encode(), headers={**stranger, **media})
        assert answer.json() == {"accepted": 1, "quarantined": 0}

    assert victim.read_all() == victim.plain


def test_a_row_belongs_to_its_sender_whatever_it_says(
    client: httpx2.Client, victim: Holder, stranger: dict[str, str]
) -> None:
    theirs = victim.tenant
    names = ("tenant_id", "Tenant_Id", "tenant_id ", "tenantId", "user_id")
    rows = [
        {"event": "forged", **dict.fromkeys(names, claim)}
        for claim in (theirs, "", None, 0, [theirs], {"tenant_id": theirs}, f"{theirs}\0")
    ]

    answer = client.post(f"/api/events?tenant_id={theirs}&name=events", json=rows, headers=stranger)

    assert answer.json() == {"accepted": len(rows), "quarantined": 0}
    assert victim.read_all() == victim.plain


def test_an_event_id_is_one_within_its_tenant_alone(
    client: httpx2.Client, stack: Stack, app_url: str, attacker: Holder
) -> None:
    with holder(stack, app_url, ["ours"]) as twin:
        again = {"event": "ours", "event_id": "ours", "timestamp": MOMENT}
        headers = {"Authorization": f"Bearer {stack.token_of(twin.member)}"}
        assert client.post("/api/events", json=again, headers=headers).status_code == 202

        # Each of the two shows the event once, though it came three times.
        assert twin.read_all() == twin.plain
        assert attacker.read_all() == attacker.plain
        assert "'event_id': 'ours'" in str(twin.plain)
