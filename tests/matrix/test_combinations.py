"""What the rows of the matrix hold."""

from __future__ import annotations

import itertools

from ..rendering import question_names, questions
from .combinations import SECRETS, rows, values


def test_every_pair_of_values_is_in_some_row() -> None:
    names = sorted(question_names())
    seen = {
        (one, str(row.get(one)), other, str(row.get(other)))
        for row in rows()
        for one, other in itertools.combinations(names, 2)
    }

    wanted = {
        (one, str(value), other, str(beside))
        for one, other in itertools.combinations(names, 2)
        for value, beside in itertools.product(values(one), values(other))
    }

    assert not wanted - seen


def test_every_secret_that_is_asked_is_pasted() -> None:
    assert SECRETS.keys() == {name for name, body in questions().items() if body.get("secret")}
