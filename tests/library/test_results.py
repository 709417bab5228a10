"""What callers see of Tinybird's JSON: their own rows, and nothing of the service's work."""

from __future__ import annotations

import json

import pytest
from roost.tinybird.results import own_result

# As ClickHouse writes it.
RESULT = b"""{
\t"meta":
\t[
\t\t{
\t\t\t"name": "statistics",
\t\t\t"type": "Float64"
\t\t}
\t],

\t"data":
\t[
\t\t{
\t\t\t"n": 1.50
\t\t}
\t],

\t"rows": 1,

\t"rows_before_limit_at_least": 57344,

\t"statistics":
\t{
\t\t"elapsed": 0.0012,
\t\t"rows_read": 70000,
\t\t"bytes_read": 900000
\t}
}
"""
PLAIN = RESULT.replace(b'"name": "statistics"', b'"name": "n"')


def test_statistics_and_the_rows_before_the_limit_stop_at_the_backend() -> None:
    own = own_result(PLAIN)

    assert own == PLAIN[: PLAIN.index(b'"rows": 1') + len(b'"rows": 1')] + b"\n}\n"
    assert json.loads(own)["data"] == [{"n": 1.5}]


def test_no_other_byte_changes_where_a_column_is_called_statistics() -> None:
    own = own_result(RESULT)

    assert set(json.loads(own)) == {"meta", "data", "rows"}
    assert b'"n": 1.50' in own
    assert b'"name": "statistics"' in own


@pytest.mark.parametrize(
    "beside",
    [
        b'"statistics":{"elapsed":0.1,"rows_read":7,"bytes_read":9}',
        b'"statistics":{"more":{"rows_read":7}}',
        b'"statistics":[7]',
        b'"st\\u0061tistics":{"rows_read":7}',
        b'"rows_before_limit_at_least":7',
        b'"query_id":"7"',
        b'"exception":"Code: 395. DB::Exception: 7"',
    ],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_whatever_stands_beside_the_rows_is_dropped(beside: bytes, *, is_first: bool) -> None:
    rows = b'"meta":[],"data":[{"n":1.50,"text":"\\"statistics\\":{}"}],"rows":1'
    body = b"{" + (beside + b"," + rows if is_first else rows + b"," + beside) + b"}"

    assert own_result(body) == b"{" + rows + b"}"


def test_totals_and_extremes_are_of_the_callers_rows() -> None:
    body = b'{"meta":[],"data":[],"totals":{"n":3},"extremes":{"min":{},"max":{}},"rows":0}'

    assert own_result(body) == body


@pytest.mark.parametrize("body", [b"{}", b' {"statistics": {}} ', b"7", b"null", b'"text"'])
def test_an_answer_without_rows_has_nothing_to_hide(body: bytes) -> None:
    assert b"statistics" not in own_result(body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b'{"data"',
        b'{"data":[]',
        b'{"data":[]}}',
        b'{"data":[],}',
        b"{7:[]}",
        b"\xff",
        b"Code: 395. DB::Exception: acme",
        PLAIN + b"Code: 395. DB::Exception: acme",
        b'{"data":' + b"[" * 100_000,
    ],
)
def test_what_is_no_json_is_no_answer(body: bytes) -> None:
    with pytest.raises(ValueError):
        own_result(body)
