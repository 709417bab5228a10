from __future__ import annotations

import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roost.errors import AppError
from roost.events.body import check_media, parse_events
from roost.events.rows import Stamp, plain_rows, write_events

from .conftest import NOW
from .sample import EVENT_LIMITS

STAMP = Stamp("org_acme", "user_ada")


def sent(body: str | bytes, *, is_ndjson: bool = False, stamp: Stamp = STAMP) -> str:
    raw = body.encode() if isinstance(body, str) else body
    rows = parse_events(raw, is_ndjson=is_ndjson, max_rows=1000)
    return write_events(rows, stamp, EVENT_LIMITS, NOW)[0].decode("ascii")


def refusal(body: str | bytes, *, is_ndjson: bool = False) -> str:
    with pytest.raises(AppError) as caught:
        sent(body, is_ndjson=is_ndjson)
    assert (caught.value.status, caught.value.code) == (400, "event-invalid")
    return caught.value.detail


def test_a_row_is_stamped_whatever_it_says() -> None:
    body = '{"event": "x", "tenant_id": "org_globex", "user_id": "eve", "event_id": "e1"}'

    row = json.loads(sent(body))

    assert row == {"event": "x", "tenant_id": "org_acme", "user_id": "user_ada", "event_id": "e1"}


@pytest.mark.parametrize("event_id", ["", "null", '""'])
def test_a_row_without_an_event_id_gets_one(event_id: str) -> None:
    body = f'{{"event_id": {event_id}}}' if event_id else "{}"

    assert uuid.UUID(json.loads(sent(body))["event_id"]).version == 4


def test_outside_of_a_request_the_rows_may_name_their_user() -> None:
    stamp = Stamp("org_acme", None)

    assert json.loads(sent('{"user_id": "grace"}', stamp=stamp))["user_id"] == "grace"


@pytest.mark.parametrize(
    ("body", "is_ndjson"),
    [
        ('[{"n": 1}, {"n": 2}]', False),
        ('\r\n [ {"n": 1}\n,\t{"n": 2} ] \n', False),
        ('{"n": 1}\n{"n": 2}', True),
        ('{"n": 1}\r\n\n  {"n": 2} \n\n', True),
    ],
)
def test_arrays_and_ndjson_hold_rows(body: str, is_ndjson: bool) -> None:
    lines = sent(body, is_ndjson=is_ndjson).splitlines()

    assert [json.loads(line)["n"] for line in lines] == [1, 2]


NUMBERS = ["123456789012345678901234567890", "0.10", "1e5", "-0", "-0.0", "1E400", "9" * 5000]


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_sent_on_as_it_was_written(number: str) -> None:
    assert f'"n":{number},' in sent(f'{{"n": {number}}}')


def test_no_reader_finds_a_line_end_inside_a_string() -> None:
    text = "a\u2028b\u2029c\u0085d\ne\rf\u000bg"

    body = sent(json.dumps({"text": text}, ensure_ascii=False))

    assert len(body.splitlines()) == 1
    assert json.loads(body)["text"] == text


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(
        st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)  # fmt: skip


@given(st.lists(_JSON, min_size=1, max_size=5))
def test_every_other_value_survives(values: list[object]) -> None:
    rows = [{"value": value} for value in values]
    ndjson = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)

    lines = sent(ndjson, is_ndjson=True).removesuffix("\n").split("\n")

    assert [json.loads(line)["value"] for line in lines] == values


@given(st.binary(max_size=40), st.booleans())
def test_any_body_is_either_sent_or_refused(body: bytes, is_ndjson: bool) -> None:
    try:
        sent(body, is_ndjson=is_ndjson)
    except AppError as error:
        assert error.status == 400


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("", "The body holds no event."),
        ("[]", "The body holds no event."),
        ("nonsense", "Row 1: this is not JSON (Expecting value)."),
        ('[{}, {"a": NaN}]', "Row 2: NaN is no JSON number."),
        ('[{"a": -Infinity}]', "Row 1: -Infinity is no JSON number."),
        ('[{}, {}, {"a": 1, "a": 2}]', "Row 3: a key is given twice."),
        ('[{"p": {"a": 1, "a": 2}}]', "Row 1: a key is given twice."),
        ("[{}, 7]", "Row 2: it is not a JSON object."),
        ("[[]]", "Row 1: it is not a JSON object."),
        ('"text"', "Row 1: it is not a JSON object."),
        ("[{},]", "Row 2: this is not JSON (Expecting value)."),
        ("[{} {}]", "Row 1: a comma or the end of the array must follow it."),
        ("[{}", "Row 1: a comma or the end of the array must follow it."),
        ("{}{}", "There is something after the end of the JSON value."),
        ('{"a": ' * 100_000, "Row 1: it is nested too deeply."),
        ('{"a": ' * 70 + "1" + "}" * 70, "Row 1: it is nested too deeply."),
        ('{"a": "\\ud800"}', "Row 1: it spells half of a surrogate pair."),
        ('{"\\uDC00": 1}', "Row 1: it spells half of a surrogate pair."),
        ('{"event_id": 7}', "Row 1: its event_id must be a text of at most 200 characters."),
        (b'[{}\n,{"a": "\xff"}]', "Line 2: this is not UTF-8."),
    ],
)
def test_a_bad_body_is_refused_by_its_row(body: str | bytes, sentence: str) -> None:
    assert refusal(body) == sentence


def test_a_bad_line_is_refused_by_its_number() -> None:
    assert refusal("{}\n{} {}\n", is_ndjson=True).startswith("Row 2: there is more than one")
    assert refusal("{}\n\n[]", is_ndjson=True) == "Row 3: it is not a JSON object."


@pytest.mark.parametrize(
    "timestamp",
    ["2027-01-15T08:00:00.000Z", "2027-01-15 08:00:00", "2026-06-01T00:00:00+02:00"],
)
def test_a_sane_timestamp_is_kept_as_it_is(timestamp: str) -> None:
    assert json.loads(sent(json.dumps({"timestamp": timestamp})))["timestamp"] == timestamp


@pytest.mark.parametrize(
    "timestamp",
    ["1969-01-01T00:00:00Z", "2027-01-17T08:00:00Z", "9999-12-31T23:59:59-12:00",
     "0001-01-01T00:00:00+12:00", "2027-01-15", "20270115", "yesterday", "", 1800000000],
)  # fmt: skip
def test_a_wild_timestamp_is_refused(timestamp: object) -> None:
    assert refusal(json.dumps([{}, {"timestamp": timestamp}])).startswith("Row 2: its timestamp")


def test_more_than_ten_megabytes_after_stamping_are_refused() -> None:
    rows = [{"text": "x" * 1_000_000} for _ in range(10)]

    with pytest.raises(AppError) as caught:
        sent(json.dumps(rows))

    assert (caught.value.status, caught.value.code) == (413, "body-too-large")


def test_too_many_rows_are_refused() -> None:
    assert refusal(json.dumps([{}] * 1001)) == "Send at most 1000 rows at a time."


@pytest.mark.parametrize("tenant_id", ["", "no-organization", "a b", "ä", "a,b"])
def test_nothing_is_written_for_an_odd_tenant(tenant_id: str) -> None:
    with pytest.raises(AppError) as caught:
        sent("{}", stamp=Stamp(tenant_id, None))

    assert caught.value.code == "tenant-required"


@pytest.mark.parametrize(
    ("content_type", "is_ndjson"),
    [
        ("application/json", False),
        ("Application/JSON; charset=UTF-8", False),
        ("application/x-ndjson", True),
        ("application/jsonl", True),
    ],
)
def test_json_and_ndjson_are_taken(content_type: str, is_ndjson: bool) -> None:
    assert check_media(content_type, None) is is_ndjson


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [
        (None, None),
        ("text/plain", None),
        ("application/x-www-form-urlencoded", None),
        ("application/json; charset=latin-1", None),
        ("application/json", "gzip"),
    ],
)
def test_other_media_are_refused(content_type: str | None, encoding: str | None) -> None:
    with pytest.raises(AppError) as caught:
        check_media(content_type, encoding)

    assert (caught.value.status, caught.value.code) == (415, "media-type")


@pytest.mark.parametrize(
    "row", [7, [("a", 1)], {"a": object()}, {"a": float("nan")}, {"a": ["\ud800"]}, {"\udc00": 1}]
)
def test_rows_made_in_python_must_be_json(row: object) -> None:
    with pytest.raises(AppError) as caught:
        list(plain_rows([{}, row]))

    assert caught.value.detail.startswith("Row 2: ")


def test_a_byte_order_mark_before_the_body_is_no_part_of_it() -> None:
    assert json.loads(sent(b'\xef\xbb\xbf{"event": "x"}'))["event"] == "x"
    assert json.loads(sent(b'\xef\xbb\xbf{"event": "x"}\r\n\r\n', is_ndjson=True))["event"] == "x"
