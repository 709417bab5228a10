"""Does a materialization or a copy keep each row's tenant?"""

from __future__ import annotations

from collections.abc import Sequence

from .joins import is_tenant, leaves, links
from .tenant_parameter import TENANT
from .tree import Item

# Every kind of GROUP BY that adds rows in which tenant_id is left out.
TOTALS = frozenset({"group_by_type", "is_group_by_with_totals"})
LIMITS = ("LIMIT", "OFFSET")


def lost_tenant(tree: Item, tenant_tables: frozenset[str]) -> str | None:
    """Say how the rows that a query makes of tenant tables lose their tenant; None if none does."""
    for top in tree.children:
        problem = _lost(top, tenant_tables)
        if problem:
            return problem
    return None


def reads_tenants(item: Item, tenant_tables: frozenset[str]) -> bool:
    """Tell whether something below `item` is a tenant table."""
    return any(below.table in tenant_tables for below in item.walk())


def _lost(item: Item, tables: frozenset[str]) -> str | None:
    if not reads_tenants(item, tables):
        return None
    if item.label == "UNION":
        return next(filter(None, (_lost(query, tables) for query in item.entries("QUERIES"))), None)
    if item.label != "QUERY":
        return None
    read = leaves(item)
    carriers = [leaf for leaf in read if reads_tenants(leaf, tables)]
    inner = next(filter(None, (_lost(leaf, tables) for leaf in carriers)), None)
    return inner or _lost_here(item, carriers, tables)


def _lost_here(query: Item, carriers: Sequence[Item], tables: frozenset[str]) -> str | None:
    if _reads_in_expressions(query, tables):
        return "reads a tenant table in an expression, beside the rows that it is about"
    if not _is_joined(query, carriers):
        return "joins tenant tables without the condition that tenant_id is the same"
    if not _projects_tenant(query):
        return "does not select tenant_id as it is"
    if TOTALS & query.fields.keys():
        return "adds totals over all tenants"
    if any(query.section(part) for part in LIMITS):
        return "has a LIMIT over all tenants"
    if query.section("LIMIT BY") and not any(map(is_tenant, query.entries("LIMIT BY"))):
        return "has a LIMIT BY without tenant_id"
    if any(not any(map(is_tenant, window.entries("PARTITION BY"))) for window in _windows(query)):
        return "has a window that is not partitioned by tenant_id"
    return None


def _reads_in_expressions(query: Item, tables: frozenset[str]) -> bool:
    parts = [part for part in query.children if part.label != "JOIN TREE"]
    return any(reads_tenants(part, tables) for part in parts)


def _is_joined(query: Item, carriers: Sequence[Item]) -> bool:
    joined = {carriers[0].id} if carriers else set()
    found = [link for link in links(query) if isinstance(link.of, int)]
    pairs = [{link.to, int(link.of)} for link in found]
    while more := {side for pair in pairs if pair & joined for side in pair} - joined:
        joined |= more
    return {carrier.id for carrier in carriers} <= joined


def _projects_tenant(query: Item) -> bool:
    names = query.section("PROJECTION COLUMNS")
    columns = zip(names.children if names else (), query.entries("PROJECTION"), strict=False)
    return any(is_tenant(column) for name, column in columns if name.fields.get("name") == TENANT)


def _windows(query: Item) -> list[Item]:
    parts = [part for part in query.children if part.label != "JOIN TREE"]
    return [item for part in parts for item in part.walk() if item.label == "WINDOW" and item.id]
