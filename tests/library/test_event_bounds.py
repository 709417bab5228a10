"""Bodies of events that would cost more than their size: refused before the work, by their row."""

from __future__ import annotations

import time

import pytest
from roost.errors import AppError
from roost.events.body import MAX_VALUES, parse_events
from roost.events.rows import MAX_SENT_BYTES, Stamp, write_events

from .conftest import NOW
from .sample import EVENT_LIMITS

STAMP = Stamp("org_acme", "user_ada")
UNENDED = "Row 1: this is not JSON (Unterminated string starting at)."
# Many times what one of these takes, and half of what the worst of them took once.
A_WHILE_S = 10.0


def send(body: bytes, *, is_ndjson: bool = False) -> int:
    """Send a body as far as Tinybird; return how many rows it held."""
    rows = parse_events(body, is_ndjson=is_ndjson, max_rows=50_000)
    return write_events(rows, STAMP, EVENT_LIMITS, NOW)[1]


def refusal(body: bytes, *, is_ndjson: bool = False) -> tuple[int, str]:
    began = time.process_time()
    with pytest.raises(AppError) as caught:
        send(body, is_ndjson=is_ndjson)
    assert time.process_time() - began < A_WHILE_S
    return caught.value.status, caught.value.detail


def values(text: str, size: int) -> bytes:
    """Return an object with so many bytes of one value again and again."""
    return f'{{"a":[{",".join([text] * (size // (len(text) + 1)))}]}}'.encode()


@pytest.mark.parametrize(
    "body",
    [
        values("1", 15_600_000),
        values("1e0", 15_600_000),
        values('""', 15_600_000),
        values("null", 15_600_000),
        values("[]", 15_600_000),
        values('{"":0}', 15_600_000),
        values("1            ", 15_600_000),
        b'{"a":' * 3_000_000,
        b"[" * 15_600_000,
        b"," * 15_600_000,
        b"[" + b"{}," * 5_000_000 + b"{}]",
        b'[{"a":"%s"},%s' % (b'\\",' * 4_000_000, b"0," * 1_000_000),
    ],
    ids=lambda body: body[:12].decode(),
)
def test_millions_of_values_are_refused_unread(body: bytes) -> None:
    assert refusal(body) == (413, "Send at most 500000 values at a time.")


def test_a_body_may_hold_so_many_values() -> None:
    assert send(values("1", 2 * (MAX_VALUES - 2))) == 1


def test_the_commas_of_a_text_are_no_values() -> None:
    assert send(b'{"a":"%s","b":"[{,\\"[{,"}' % (b"[{," * 3_000_000)) == 1


@pytest.mark.parametrize(
    ("body", "is_ndjson", "told"),
    [
        (b" " * 15_600_000, False, (400, "The body holds no event.")),
        (b"\n" * 15_600_000, True, (400, "The body holds no event.")),
        (b" \t\r\n" * 3_900_000, True, (400, "The body holds no event.")),
        (b"1\n" * 7_800_000, True, (400, "Row 1: it is not a JSON object.")),
        (b"{}\n" * 60_000, True, (400, "Send at most 50000 rows at a time.")),
        (b"\n\n{}\n\n7\n", True, (400, "Row 5: it is not a JSON object.")),
        (b'{"a":"' + b'\\"' * 7_800_000, False, (400, UNENDED)),
        (b'{"a":"' + b'\\",' * 5_000_000, False, (400, UNENDED)),
    ],
    ids=lambda value: str(value[:12]) if isinstance(value, bytes) else None,
)
def test_large_bodies_of_little_are_refused_soon(
    body: bytes, told: tuple[int, str], *, is_ndjson: bool
) -> None:
    assert refusal(body, is_ndjson=is_ndjson) == told


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":%s}' % (b"1" * 15_600_000),
        b'{"a":1.%s}' % (b"1" * 15_600_000),
        b'{"a":"%s"}' % (b"\\n" * 7_800_000),
        b'{"a":"%s"}' % ("\u00e9".encode() * 7_800_000),
        b'[{"a":"%s"},{}]' % (b"x" * MAX_SENT_BYTES),
    ],
    ids=lambda body: body[:12].decode(),
)
def test_what_goes_on_has_ten_megabytes_at_most(body: bytes) -> None:
    assert refusal(body)[0] == 413


@pytest.mark.parametrize(
    "number", ["1" * 4000, "1." + "1" * 4000, "-" + "9" * 400, "1e" + "9" * 300]
)
def test_long_numbers_cost_no_more_than_their_length(number: str) -> None:
    began = time.process_time()

    assert send(values(number, 9_900_000)) == 1
    assert time.process_time() - began < A_WHILE_S


@pytest.mark.parametrize("depth", [65, 300, 900, 5_000, 100_000])
@pytest.mark.parametrize("beside", ["", '"\\ud83d\\ude00"', '"\\ud800"', '{"\\udc00":1}'])
@pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
@pytest.mark.parametrize("is_ndjson", [False, True])
def test_any_depth_past_the_bound_is_refused_by_its_row(
    depth: int, beside: str, opens: str, closes: str, *, is_ndjson: bool
) -> None:
    deep = opens * depth + "1" + closes * depth
    row = f'{{"a": {beside or 0}, "b": {deep}, "c": {beside or 0}}}'.encode()

    status, detail = refusal(row, is_ndjson=is_ndjson)

    assert status == 400
    assert detail in {
        "Row 1: it is nested too deeply.",
        "Row 1: it spells half of a surrogate pair.",
    }


@pytest.mark.parametrize(
    "value",
    [
        '"\\ud800"',
        '"a\\uDFFFb"',
        '"\\ude00\\ud83d"',
        '["\\ud83d"]',
        '{"\\udc00": 1}',
        '[{"a": ["\\uD83D x"]}]',
    ],
)
def test_half_a_character_is_refused_wherever_it_is(value: str) -> None:
    body = f'{{"a": "\\ud83d\\ude00"}}\n{{"a": {value}}}'.encode()

    assert refusal(body, is_ndjson=True) == (400, "Row 2: it spells half of a surrogate pair.")


def test_a_whole_character_in_two_escapes_is_sent_on() -> None:
    assert send(b'{"a": ["\\ud83d\\ude00", {"\\uD83D\\uDE00": "\\\\ud800"}]}') == 1
