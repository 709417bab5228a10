"""Which rows of a query's tables belong to which tenant: conditions and joins on tenant_id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .tenant_parameter import TENANT
from .tree import Item

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
    says nothing of that side.
    """
    joins = list(_joins(query))
    picked = {leaf.id for join in joins for leaf in _picked(join)}
    for condition in conjuncts(query, "PREWHERE"):
        yield from _links(condition)
    for condition in conjuncts(query, "WHERE"):
        yield from (link for link in _links(condition) if link.to not in picked)
    for join in joins:
        limited = _limited(join)
        for condition in conjuncts(join, "JOIN EXPRESSION"):
            yield from (link for link in _links(condition) if link.to in limited)


def compared(condition: Item) -> tuple[Item, Item] | None:
    """Return the two sides of `a = b`, or of `a IN (b)`."""
    if condition.fields.get("function_name") not in ("equals", "in"):
        return None
    sides = condition.entries("ARGUMENTS")
    return (sides[0], sides[1]) if len(sides) == 2 else None


def is_tenant(item: Item) -> bool:
    """Tell whether an expression is the column tenant_id as it is."""
    return item.label == "COLUMN" and item.fields.get("column_name") == TENANT


def constant(item: Item) -> str | None:
    """Return a constant as ClickHouse writes it, unless an expression worked it out."""
    if item.label != "CONSTANT" or item.children:
        return None
    return item.fields.get("constant_value")


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


def _links(condition: Item) -> Iterator[Link]:
    sides = compared(condition) or _using(condition)
    if sides is None:
        return
    for one, other in (sides, sides[::-1]):
        if is_tenant(one):
            value = constant(other)
            if is_tenant(other):
                yield Link(one.source, other.source)
            elif value is not None:
                yield Link(one.source, value)


def _using(condition: Item) -> tuple[Item, Item] | None:
    # USING (tenant_id) is a column of the join whose expression names one of each side.
    columns = condition.entries("EXPRESSION")
    is_pair = is_tenant(condition) and len(columns) == 2
    return (columns[0], columns[1]) if is_pair else None
