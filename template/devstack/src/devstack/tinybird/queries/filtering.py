"""The rows of a datasource that a token's filter leaves, and nothing of the others. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from ..sql.engine import quoted

_WORD = re.compile(r"\w+")


def filtered(source: str, columns: Sequence[str], filters: Iterable[str], sql: str) -> str:
    """Return the subquery of the rows of `source` that meet every filter.

    Args: source: a table of ours.  sql: the query around it, which reads none but these columns.
    """
    conditions = " AND ".join(f"({condition})" for condition in filters)
    names = [quoted(name) for name in _read(columns, sql)]
    items = ", ".join(f"__kept.{at} AS {name}" for at, name in enumerate(names, 1))
    # `(SELECT * FROM t WHERE ...)`, with PREWHERE too, lets other rows be felt: the engine pushes
    # conditions into it, runs functions over the dictionary that a LowCardinality column shares
    # with all rows of its part, keeps what a Dynamic or sparse column knows of the part, and cuts
    # blocks where other rows lie. An array is a new value, made of these rows alone: no condition
    # gets below its aggregation, and types, dictionaries and blocks are built from it anew.
    # It costs 10 ms for 100,000 rows and two columns, half a second for two million.
    return (
        f"(SELECT {items} FROM (SELECT groupArray(tuple({', '.join(names)})) AS __rows "
        f"FROM {source} WHERE {conditions}) ARRAY JOIN __rows AS __kept)"
    )


def _read(columns: Sequence[str], sql: str) -> Sequence[str]:
    """Return the columns that `sql` can name; all where it may mean them without their names."""
    words = set(_WORD.findall(sql))
    if "*" in sql or "\\" in sql or "columns" in {word.lower() for word in words}:
        return columns
    # A part of a nested column, `lines.price`, goes by the name of the whole too.
    named = [name for name in columns if words.issuperset(_WORD.findall(name)[:1])]
    # Rows are counted without a name.
    return named or columns[:1]
