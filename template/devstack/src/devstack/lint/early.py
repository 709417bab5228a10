"""Does a query filter each tenant table before it looks at anything else of its rows?

What stands beside the filter in WHERE, or outside of a sub-query, runs over the rows of other
tenants too: its errors tell of them. Observed with ClickHouse 25.8.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .comparisons import compared, tenant_of
from .filters import CONSTANT
from .joins import conjuncts, leaves
from .tree import Item


@dataclass(frozen=True, slots=True, order=True)
class Late:
    """A tenant table that a query does not filter first; `is_joined`: it needs a sub-query."""

    table: str
    is_joined: bool


def late(tree: Item, tables: frozenset[str]) -> Iterator[Late]:
    """Find the reads of `tables`, `database.table`, whose PREWHERE does not begin with it."""
    for query in tree.walk():
        if query.label != "QUERY":
            continue
        first = next(conjuncts(query, "PREWHERE"), None)
        filtered = _filtered(first) if first else None
        read = leaves(query)
        for leaf in read:
            if leaf.table in tables and leaf.id != filtered:
                is_joined = len(read) > 1 and (filtered is not None or leaf is not read[0])
                yield Late(leaf.table.partition(".")[2], is_joined)


def _filtered(condition: Item) -> int | None:
    pairs = compared(condition)
    # A member of a tuple that is worked out may be worked out first.
    if any(not isinstance(side, str) and side.label != "COLUMN" for pair in pairs for side in pair):
        pairs = pairs if len(pairs) == 1 else []
    tables = [tenant_of(side) for pair in pairs if CONSTANT in pair for side in pair]
    return next((table for table in tables if table is not None), None)
