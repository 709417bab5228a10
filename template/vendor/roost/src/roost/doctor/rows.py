"""Whether an answer shows anybody's data."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TypeGuard

from roost.net.client import Answer

Row = Mapping[str, object]


def shows_data(answer: Answer) -> bool:
    """Tell whether an answer (200, JSON) to a tenant without data shows some all the same.

    A row without a number is data. One with numbers is, if any of them is not 0: endpoints list
    days, steps or totals with zeros in them. Rows may be counted, 1 to n, in one of their columns.
    """
    rows = _rows(answer.body)
    if not rows:
        return False
    numbers = [name for name, value in rows[0].items() if _is_number(value) or value is None]
    counters = [name for name in numbers if [row.get(name) for row in rows] == _count(rows)]
    if len(numbers) > 1 and counters:
        numbers.remove(counters[0])
    return not numbers or any(row.get(name) not in (0, None) for row in rows for name in numbers)


def sentence_of(answer: Answer | None) -> str:
    """Return what an answer says of itself, for a finding: its status and its own words."""
    if answer is None:
        return "no answer"
    try:
        text = json.loads(answer.body).get("error")
    except (ValueError, AttributeError):
        text = None
    return f"{answer.status}: {text[:200]}" if isinstance(text, str) else str(answer.status)


def _rows(body: bytes) -> Sequence[Row]:
    try:
        rows = json.loads(body)["data"]
    except (ValueError, KeyError, TypeError):
        # Not what was asked for, so it may be anything: better an alarm than a blind eye.
        return [{"body": "?"}] if body.strip() else []
    return rows if isinstance(rows, list) else [{"data": "?"}]


def _count(rows: Sequence[Row]) -> list[int]:
    return list(range(1, len(rows) + 1))


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
