"""Does a query read nothing of a tenant table but the rows of the tenant that asks?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .carried import lost_below
from .comparisons import compared, tenant_of
from .joins import leaves, links
from .positions import positions
from .rewriting import MARKER
from .tree import Item

CONSTANT = f"'{MARKER}'"


@dataclass(frozen=True, slots=True)
class Leak:
    """A tenant table that a query reads unfiltered; `near` says where a filter stands in vain.

    `fix`: what to do, where that is not to add the filter.
    """

    table: str
    near: str | None
    fix: str | None = None


def leaks(tree: Item, tenant_tables: frozenset[str]) -> Iterator[Leak]:
    """Find the reads of tenant tables without `tenant_id = <the tenant>` as a condition of its own.

    Args: tree: of a query rendered for the tenant MARKER.  tenant_tables: `database.table`.
    """
    yield from _leaks(tree, tenant_tables, ())
    read = {leaf.id for item in tree.walk() if item.label == "QUERY" for leaf in leaves(item)}
    for item in tree.walk():
        # `x IN events` names a table where no condition can stand.
        if item.label == "TABLE" and item.table in tenant_tables and item.id not in read:
            yield Leak(_name(item), None)
    for table, column in positions(tree, tenant_tables):
        yield Leak(
            table, f"but shows where its rows lie among all others (`{column}`)", "leave it out"
        )


def fixed(query: Item) -> set[int | str]:
    """Return the ids of the table expressions of a QUERY whose rows are of the tenant alone."""
    known: set[int | str] = {CONSTANT}
    found = list(links(query))
    while more := {link.to for link in found if link.of in known} - known:
        known |= more
    return known


def _leaks(item: Item, tables: frozenset[str], outer: tuple[Item, ...]) -> Iterator[Leak]:
    passed: set[int] = set()
    if item.label == "QUERY":
        known = fixed(item)
        for leaf in leaves(item):
            if leaf.table in tables and leaf.id not in known:
                yield Leak(_name(leaf), _near(item, leaf, outer))
            elif leaf.id in known and lost_below(leaf, tables) is None:
                passed.add(leaf.id)
        outer = (*outer, item)
    for child in item.children:
        # A sub-query of an expression is filtered nowhere else.
        around = outer if child.label == "JOIN TREE" or item.label != "QUERY" else ()
        yield from _below(child, tables, around, passed)


def _below(
    item: Item, tables: frozenset[str], outer: tuple[Item, ...], passed: set[int]
) -> Iterator[Leak]:
    # A sub-query that keeps each row's tenant may be filtered outside.
    if item.id and item.id in passed and item.label in ("QUERY", "UNION"):
        return
    if item.label in ("QUERY", "UNION"):
        yield from _leaks(item, tables, outer)
        return
    for child in item.children:
        yield from _below(child, tables, outer, passed)


def _name(table: Item) -> str:
    return table.table.partition(".")[2]


def _near(query: Item, leaf: Item, outer: tuple[Item, ...]) -> str | None:
    if any(_mentions(query, part, leaf.id) for part in ("WHERE", "PREWHERE")):
        return "only in a part of the condition (under OR or NOT), or after a join has chosen rows"
    if _mentions(query, "JOIN TREE", leaf.id):
        return "only in the ON of a join that keeps its other rows"
    if any(_mentions(query, part) for part in ("HAVING", "QUALIFY")):
        return "only after aggregation"
    if any(_mentions(above, part) for above in outer for part in ("WHERE", "PREWHERE", "HAVING")):
        return "only outside the sub-query that reads it"
    return None


def _mentions(query: Item, part: str, source: int | None = None) -> bool:
    section = query.section(part)
    return section is not None and any(_compares(item, source) for item in section.walk())


def _compares(item: Item, source: int | None) -> bool:
    for pair in compared(item):
        tables = [found for side in pair if (found := tenant_of(side)) is not None]
        if CONSTANT in pair and any(source in (None, found) for found in tables):
            return True
    return False
