"""Does a FORWARD_QUERY leave each row its tenant?"""

from __future__ import annotations

from collections.abc import Sequence

from .positions import series
from .tenant_parameter import TENANT
from .tree import Item, parse_tree

# Nothing is resolved: the columns are those of the table as it was, which nobody here knows.
EXPLAIN = "EXPLAIN QUERY TREE run_passes = 0"
_REPLACED = f"REPLACEMENT NAME {TENANT} EXPRESSION"
_CHANGING = ("APPLY COLUMN TRANSFORMER", "EXCEPT COLUMN TRANSFORMER")


def changed_tenant(lines: Sequence[str]) -> str | None:
    """Say how the query that EXPLAIN printed as `lines` changes or mixes tenants; None if not."""
    tree = parse_tree(lines)
    queries = [item for item in tree.walk() if item.label == "QUERY"]
    if any(_hides_tenant(item) for item in tree.walk()) or any(_REPLACED in x for x in lines):
        return "sets tenant_id"
    if not any(map(_keeps_tenant, queries[0].entries("PROJECTION"))):
        return "does not select tenant_id as it is"
    if len(queries) > 1:
        return "reads rows in a sub-query, whoever has them"
    if any(item.label == "WINDOW" and item.id for item in tree.walk()) or series(tree):
        return "works out a value from the rows of all tenants"
    return None


def _hides_tenant(item: Item) -> bool:
    return item.fields.get("alias") == TENANT and item.fields.get("identifier") != TENANT


def _keeps_tenant(column: Item) -> bool:
    if column.label == "MATCHER":
        changes = [item for item in column.walk() if item.label in _CHANGING]
        return column.fields.get("matcher_type") == "ASTERISK" and not any(
            map(_leaves_out, changes)
        )
    return column.fields.get("identifier") == TENANT and column.fields.get("alias") in (
        None,
        TENANT,
    )


def _leaves_out(change: Item) -> bool:
    names = change.fields.get("identifiers")
    return names is None or TENANT in names
