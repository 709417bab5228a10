"""Does a query read nothing of a tenant table but the rows of the tenant that asks?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .joins import compared, is_tenant, leaves, links
from .tree import Item

# In capitals, small letters and both of a tenant's signs, so that no conversion leaves it as it is.
MARKER = "Roost_Lint-Tenant"
CONSTANT = f"'{MARKER}'"


@dataclass(frozen=True, slots=True)
class Leak:
    """A tenant table that a query reads unfiltered; `near` says where a filter stands in vain."""

    table: str
    near: str | None


def leaks(tree: Item, tenant_tables: frozenset[str]) -> Iterator[Leak]:
    """Find the reads of tenant tables without `tenant_id = <the tenant>` as a condition of its own.

    Args: tree: of a query rendered for the tenant MARKER.  tenant_tables: `database.table`.
    """
    yield from _leaks(tree, tenant_tables, ())
    read = {leaf.id for item in tree.walk() if item.label == "QUERY" for leaf in leaves(item)}
    for item in tree.walk():
        # `x IN events` names a table where no condition can stand.
        if item.label == "TABLE" and item.table in tenant_tables and item.id not in read:
            yield Leak(item.table.partition(".")[2], None)


def _leaks(item: Item, tables: frozenset[str], outer: tuple[Item, ...]) -> Iterator[Leak]:
    if item.label == "QUERY":
        fixed = _fixed(item)
        for leaf in leaves(item):
            if leaf.table in tables and leaf.id not in fixed:
                yield Leak(leaf.table.partition(".")[2], _near(item, leaf, outer))
        outer = (*outer, item)
    for child in item.children:
        yield from _leaks(child, tables, outer)


def _fixed(query: Item) -> set[int | str]:
    known: set[int | str] = {CONSTANT}
    found = list(links(query))
    while more := {link.to for link in found if link.of in known} - known:
        known |= more
    return known


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
    sides = compared(item)
    if sides is None:
        return False
    tenants = [side for side in sides if is_tenant(side) and source in (None, side.source)]
    return bool(tenants) and any(s.fields.get("constant_value") == CONSTANT for s in sides)
