"""A counterexample is cut down to the rows that are needed."""

from __future__ import annotations

from devstack.proof.leaks import MOST_PROBES, fewest
from devstack.proof.rows import Row, Rows


def rows(*numbers: int) -> Rows:
    return tuple(Row("events", {"n": n}) for n in numbers)


def test_one_row_of_a_thousand_is_found() -> None:
    needed = rows(700)

    assert fewest(rows(*range(1000)), lambda some: set_of(needed) <= set_of(some)) == (needed, True)


def test_rows_that_show_it_together_alone_are_all_kept() -> None:
    needed = rows(3, 64, 65)

    assert fewest(rows(*range(100)), lambda some: set_of(needed) <= set_of(some)) == (needed, True)


def test_a_number_of_rows_is_the_least_that_is_enough() -> None:
    found, is_least = fewest(rows(*range(40)), lambda some: len(some) > 11)

    assert (len(found), is_least) == (12, True)


def test_the_search_ends_where_thousands_are_needed_and_says_so() -> None:
    probes = 0

    def is_enough(some: Rows) -> bool:
        nonlocal probes
        probes += 1
        return len(some) >= 3000

    found, is_least = fewest(rows(*range(4000)), is_enough)

    assert probes <= MOST_PROBES
    assert (len(found) >= 3000, is_least) == (True, False)


def test_no_row_at_all_is_never_asked_about() -> None:
    asked: list[Rows] = []

    assert fewest(rows(1), lambda some: bool(asked.append(some))) == (rows(1), True)
    assert asked == []


def set_of(some: Rows) -> set[object]:
    return {row.values["n"] for row in some}
