"""Which answers to a tenant without data show data all the same."""

from __future__ import annotations

import json

import pytest
from roost.doctor.rows import shows_data
from roost.net.client import Answer

Rows = list[dict[str, object]]


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"events": 0, "users": 0}],
        [{"bucket": "2026-01-01", "events": 0}, {"bucket": "2026-01-02", "events": 0}],
        [{"step": 1, "event": "a", "users": 0}, {"step": 2, "event": "b", "users": 0}],
        [{"average": None, "events": 0}],
    ],
)
def test_zeros_and_counted_rows_are_no_data(rows: Rows) -> None:
    assert not shows_data(_answer({"data": rows}))


@pytest.mark.parametrize(
    "rows",
    [
        [{"event": "a", "user_id": "ada"}],
        [{"events": 1}],
        [{"events": 1, "users": 1}],
        [{"events": 0}, {"events": 3}],
        [{"step": 1, "users": 0}, {"step": 2, "users": 1}],
        [{"step": 1, "users": 0}, {"step": 2, "users": 0.5}],
    ],
)
def test_texts_and_numbers_are_data(rows: Rows) -> None:
    assert shows_data(_answer({"data": rows}))


@pytest.mark.parametrize("body", [{"rows": 0}, {"data": "x"}, [], "text"])
def test_what_is_not_understood_counts_as_data(body: object) -> None:
    assert shows_data(_answer(body))


def _answer(body: object) -> Answer:
    return Answer(200, {}, json.dumps(body).encode())
