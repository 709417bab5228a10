"""Many rows at once, made of few: what counts, ranks or samples everybody shows them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .built import TENANT, Column, Table
from .columns import Vocabulary
from .rows import Row, Rows

# Each tenant after the first has one row in as many: an order of magnitude between them.
_EVERY = (1, 10, 100, 1000)
_TEXT = re.compile(r"(?:LowCardinality\()?(?:Nullable\()?String\)*$")
_INTEGER = re.compile(r"(?:Nullable\()?U?Int\d+\)*$")

# Texts that a conversion takes, by what it converts to.
_CONVERTIBLE = (("2026-05-01", "2026-05-02", "2026-05-03"), ("7", "12", "300"), ("0.5", "2.25"))
_OUTLYING = ("~" * 1000, "~" * 1200, "~" * 1500)


def crowd(
    table: Table, known: Vocabulary, kinds: Rows, tenants: Sequence[str], size: int
) -> tuple[Row, ...]:
    """Return `size` rows of four tenants, who have ever fewer of them.

    The values of `kinds` are combined anew; of texts each fourth is a word that the queries
    mention, and each fourth stands nowhere else.
    """
    words = (*known.words, *tenants)
    return tuple(
        Row(
            table.name,
            {
                column.name: _value(column, at, kinds, words, n)
                for at, column in enumerate(table.columns)
            },
        ).of(_owner(tenants, n))
        for n in range(size)
    )


def _owner(tenants: Sequence[str], n: int) -> str:
    rank = max(rank for rank, every in enumerate(_EVERY) if n % every == 0)
    return tenants[rank % len(tenants)]


def convertible(table: Table, rows: Rows, way: int) -> Rows:
    """Return rows of which every text converts, and no number is zero: nothing fails on them."""
    return _filled(table, rows, _CONVERTIBLE[way % len(_CONVERTIBLE)], (1, 2, 3))


def outlying(table: Table, rows: Rows) -> Rows:
    """Return rows whose texts are the longest and the last, and whose numbers the largest."""
    return _filled(table, rows, _OUTLYING, (101, 110, 120))


def _filled(
    table: Table, rows: Rows, texts: tuple[object, ...], numbers: tuple[object, ...]
) -> Rows:
    chosen: dict[str, tuple[object, ...]] = {}
    for column in table.columns:
        if column.name != TENANT and _TEXT.match(column.type):
            chosen[column.name] = texts
        elif _INTEGER.match(column.type):
            chosen[column.name] = numbers
    return tuple(
        Row(row.table, {**row.values, **{k: v[n % len(v)] for k, v in chosen.items()}})
        for n, row in enumerate(rows)
    )


def _value(column: Column, at: int, kinds: Rows, words: Sequence[str], n: int) -> object:
    turn = n % 4
    if _TEXT.match(column.type) and turn < 2:
        return words[(n // 4 + 7 * at) % len(words)] if turn else f"{column.name}~{n}"
    if _INTEGER.match(column.type) and turn == 0:
        return n % 100
    # Another row's value for each column, so that they meet in every combination.
    return kinds[(n + n // len(kinds) * (at + 1)) % len(kinds)].values[column.name]
