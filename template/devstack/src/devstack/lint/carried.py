"""Does a query keep each row's tenant, as a materialization or a copy has to?"""

from __future__ import annotations

from collections.abc import Sequence

from .comparisons import is_tenant
from .joins import TOTALS, leaves, links
from .positions import positions, series
from .tenant_parameter import TENANT
from .tree import Item

LIMITS = ("LIMIT", "OFFSET")
NOT_SELECTED = "does not select tenant_id as it is"


def lost_tenant(tree: Item, tenant_tables: frozenset[str], *, is_kept: bool = False) -> str | None:
    """Say how the rows that a query makes of tenant tables lose their tenant; None if none does.

    Args: is_kept: its rows go where each has a tenant, so it has to read tenant tables.
    """
    for top in tree.children:
        problem = lost_below(top, tenant_tables)
        if problem is None and is_kept and not reads_tenants(top, tenant_tables):
            problem = "takes tenant_id from no tenant table"
        if problem:
            return problem
    return None


def reads_tenants(item: Item, tenant_tables: frozenset[str]) -> bool:
    """Tell whether something below `item` is a tenant table."""
    return any(below.table in tenant_tables for below in item.walk())


def lost_below(item: Item, tables: frozenset[str]) -> str | None:
    """Say how a QUERY or UNION loses its rows' tenants; None if it does not, or reads none."""
    if not reads_tenants(item, tables):
        return None
    if item.label == "UNION":
        return _lost_in_union(item, tables)
    if item.label != "QUERY":
        return None
    carriers = [leaf for leaf in leaves(item) if reads_tenants(leaf, tables)]
    inner = next(filter(None, (lost_below(leaf, tables) for leaf in carriers)), None)
    return inner or _lost_here(item, carriers, tables)


def _lost_in_union(union: Item, tables: frozenset[str]) -> str | None:
    queries = union.entries("QUERIES")
    problem = next(filter(None, (lost_below(query, tables) for query in queries)), None)
    # Columns of a union meet by their place, and are called as in its first query.
    places = {_place(query) for query in queries}
    if len(places) > 1 or not all(reads_tenants(query, tables) for query in queries):
        return problem or "does not select tenant_id as it is in each half of its UNION"
    return problem


def _place(query: Item) -> int | None:
    inner = query.entries("QUERIES")
    names = (inner[0] if inner else query).section("PROJECTION COLUMNS")
    found = [name.fields.get("name") for name in names.children] if names else []
    return found.index(TENANT) if TENANT in found else None


def _lost_here(query: Item, carriers: Sequence[Item], tables: frozenset[str]) -> str | None:
    if _reads_in_expressions(query, tables):
        return "reads a tenant table in an expression, beside the rows that it is about"
    if not _is_joined(query, carriers):
        return "joins tenant tables without the condition that tenant_id is the same"
    if not _projects_tenant(query, carriers):
        return NOT_SELECTED
    return _mixed(query) or _numbered(query, tables)


def _mixed(query: Item) -> str | None:
    if TOTALS & query.fields.keys():
        return "adds totals over all tenants"
    if any(query.section(part) for part in LIMITS):
        return "has a LIMIT over all tenants"
    if query.section("LIMIT BY") and not any(map(is_tenant, query.entries("LIMIT BY"))):
        return "has a LIMIT BY without tenant_id"
    if any(not any(map(is_tenant, window.entries("PARTITION BY"))) for window in _windows(query)):
        return "has a window that is not partitioned by tenant_id"
    if any(item.fields.get("with_fill") == "1" for item in query.walk()):
        return "fills gaps between the rows of all tenants"
    return None


def _numbered(query: Item, tables: frozenset[str]) -> str | None:
    if function := series(query):
        return f"depends on the rows of other tenants around each row ({function})"
    if place := next(positions(query, tables), None):
        return f"depends on where a row lies among those of other tenants ({place[1]})"
    return None


def _reads_in_expressions(query: Item, tables: frozenset[str]) -> bool:
    parts = [part for part in query.children if part.label != "JOIN TREE"]
    below = [item for part in parts for item in part.walk()]
    tree = query.section("JOIN TREE")
    # What ON and ARRAY JOIN work out stands beside the tables.
    within = {id(item) for leaf in leaves(query) for item in leaf.walk()}
    below += [item for item in (tree.walk() if tree else ()) if id(item) not in within]
    return any(item.table in tables for item in below)


def _is_joined(query: Item, carriers: Sequence[Item]) -> bool:
    joined = {carriers[0].id} if carriers else set()
    found = [link for link in links(query) if isinstance(link.of, int)]
    pairs = [{link.to, int(link.of)} for link in found]
    while more := {side for pair in pairs if pair & joined for side in pair} - joined:
        joined |= more
    return {carrier.id for carrier in carriers} <= joined


def _projects_tenant(query: Item, carriers: Sequence[Item]) -> bool:
    place = _place(query)
    columns = query.entries("PROJECTION")
    if place is None or place >= len(columns) or not is_tenant(columns[place]):
        return False
    return _is_carried(query, columns[place].source, {carrier.id for carrier in carriers})


def _is_carried(query: Item, source: int, carriers: set[int]) -> bool:
    if source in carriers:
        return True
    # A column of USING comes from both sides.
    tree = query.section("JOIN TREE")
    joins = [item for item in (tree.walk() if tree else ()) if item.label == "JOIN"]
    using = [join for join in joins if join.id == source]
    columns = [item for join in using for item in _used(join)]
    return bool(columns) and all(_is_carried(query, item.source, carriers) for item in columns)


def _used(join: Item) -> list[Item]:
    part = join.section("JOIN EXPRESSION")
    columns = part.children[0].children if part and part.children else []
    return [
        side for column in columns if is_tenant(column) for side in column.entries("EXPRESSION")
    ]


def _windows(query: Item) -> list[Item]:
    parts = [part for part in query.children if part.label != "JOIN TREE"]
    return [item for part in parts for item in part.walk() if item.label == "WINDOW" and item.id]
