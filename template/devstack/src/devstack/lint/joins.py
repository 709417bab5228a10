"""Which rows of a query's tables belong to which tenant: conditions and joins on tenant_id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .comparisons import Side, compared, is_tenant, tenant_of
from .tree import Item

# Every kind of GROUP BY that adds rows in which tenant_id is left out.
TOTALS = frozenset({"group_by_type", "is_group_by_with_totals"})
LEAVES = frozenset({"TABLE", "TABLE_FUNCTION", "QUERY", "UNION"})


@dataclass(frozen=True, slots=True)
class Link:
    """Rows of table expression `to` count only where tenant_id is that of `of`, or the constant."""

    to: int
    of: int | str


def leaves(query: Item) -> list[Item]:
    """Return the table expressions that a QUERY reads from, those of its sub-queries aside."""
    tree = query.section("JOIN TREE")
    return [] if tree is None else list(_leaves(tree))


def conjuncts(query: Item, *labels: str) -> Iterator[Item]:
    """Yield the conditions, joined by AND, in the parts of a QUERY or JOIN called `labels`."""
    for label in labels:
        part = query.section(label)
        for child in part.children if part else ():
            yield from _conjuncts(child)


def links(query: Item) -> Iterator[Link]:
    """Yield what WHERE, PREWHERE and the joins of a QUERY demand of tenant_id.

    A join that takes any one of several rows takes it before WHERE looks at the tenant, so WHERE
    says nothing of that side. HAVING can only name tenant_id where rows are grouped by it.
    """
    joins = list(_joins(query))
    picked = {leaf.id for join in joins for leaf in _picked(join)}
    for condition in conjuncts(query, "PREWHERE"):
        yield from links_of(condition)
    after = ("WHERE",) if TOTALS & query.fields.keys() else ("WHERE", "HAVING")
    for condition in conjuncts(query, *after):
        yield from (link for link in links_of(condition) if link.to not in picked)
    for join in joins:
        limited = _limited(join)
        for condition in conjuncts(join, "JOIN EXPRESSION"):
            yield from (link for link in links_of(condition) if link.to in limited)


def _leaves(item: Item) -> Iterator[Item]:
    for child in item.children:
        if child.label in LEAVES:
            yield child
        elif child.label not in ("JOIN EXPRESSION", "JOIN EXPRESSIONS"):
            yield from _leaves(child)


def _joins(query: Item) -> Iterator[Item]:
    tree = query.section("JOIN TREE")
    todo = list(tree.children) if tree else []
    while todo:
        item = todo.pop()
        if item.label in LEAVES:
            continue
        if item.label == "JOIN":
            yield item
        todo += item.children


def _side(join: Item, side: str) -> list[Item]:
    part = join.section(f"{side} TABLE EXPRESSION")
    return [] if part is None else list(_leaves(part))


def _limited(join: Item) -> set[int]:
    # A row of the side that a join keeps in any case is there whatever ON says.
    kind = join.fields.get("kind")
    sides = {"INNER": ("LEFT", "RIGHT"), "LEFT": ("RIGHT",), "RIGHT": ("LEFT",)}
    return {leaf.id for side in sides.get(kind or "", ()) for leaf in _side(join, side)}


def _picked(join: Item) -> list[Item]:
    kind = join.fields.get("kind", "")
    if join.fields.get("strictness") == "ALL" and kind != "PASTE":
        return []
    sides = {"LEFT": ("RIGHT",), "RIGHT": ("LEFT",)}.get(kind, ("LEFT", "RIGHT"))
    return [leaf for side in sides for leaf in _side(join, side)]


def _conjuncts(item: Item) -> Iterator[Item]:
    if item.label == "LIST":
        for child in item.children:
            yield from _conjuncts(child)
    elif item.fields.get("function_name") == "and":
        for child in item.entries("ARGUMENTS"):
            yield from _conjuncts(child)
    else:
        yield item


def links_of(condition: Item) -> Iterator[Link]:
    """Yield what one condition demands of tenant_id."""
    pairs = [*compared(condition), *_using(condition)]
    for one, other in [*pairs, *(pair[::-1] for pair in pairs)]:
        table, of = tenant_of(one), other if isinstance(other, str) else tenant_of(other)
        if table is not None and of is not None:
            yield Link(table, of)


def _using(condition: Item) -> list[tuple[Side, Side]]:
    # USING (tenant_id) is a column of the join whose expression names one of each side.
    columns = condition.entries("EXPRESSION")
    is_pair = is_tenant(condition) and len(columns) == 2
    return [(columns[0], columns[1])] if is_pair else []
