"""ClickHouse's own reading of a SELECT: the lines of EXPLAIN QUERY TREE as a tree. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

# One pass: every name is resolved to the table it comes from, nothing is rewritten yet. A condition
# still stands where its author wrote it. Observed with ClickHouse 25.8.
EXPLAIN = "EXPLAIN QUERY TREE run_passes = 1, passes = 1"
# Else sub-queries of one Array, Tuple or state are folded into `__getScalar` of a hash.
SETTINGS = "SETTINGS enable_scalar_subquery_optimization = 0"
_NODE = re.compile(r"([A-Z][A-Z_ ]*?) id: (\d+)(?:, (.*))?$")
_SECTION = re.compile(r"[A-Z][A-Z_ ]*$")
_PARSED = re.compile(r"(\w+): (.*?)(?=, \w+: |$)")


@dataclass(slots=True)
class Item:
    """A node of the tree (QUERY, TABLE, FUNCTION ...) or, with id 0, a part of one (WHERE ...)."""

    label: str
    id: int = 0
    fields: dict[str, str] = field(default_factory=dict)
    children: list[Item] = field(default_factory=list)

    def section(self, label: str) -> Item | None:
        """Return the part called `label`."""
        return next((child for child in self.children if child.label == label), None)

    def entries(self, label: str) -> list[Item]:
        """Return the nodes of the list in the part called `label`."""
        found = self.section(label)
        return found.children[0].children if found and found.children else []

    def walk(self) -> Iterator[Item]:
        """Yield this item and everything below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def table(self) -> str:
        """The `database.table` of a TABLE; empty for anything else."""
        # ClickHouse quotes a name that is a word of its own.
        return self.fields.get("table_name", "").replace("`", "")

    @property
    def source(self) -> int:
        """The id of the table expression that a COLUMN comes from."""
        return int(self.fields.get("source_id", "0"))


def parse_tree(lines: Sequence[str]) -> Item:
    """Parse the lines that `EXPLAIN` prints."""
    root = Item("ROOT")
    stack = [(-1, root)]
    for line in lines:
        depth = len(line) - len(line.lstrip(" "))
        while stack[-1][0] >= depth:
            stack.pop()
        item = _item(line.strip(), stack[-1][1])
        stack[-1][1].children.append(item)
        stack.append((depth, item))
    return root


def _item(text: str, parent: Item) -> Item:
    if parent.label == "PROJECTION COLUMNS":
        return Item("NAME", fields={"name": text.split(" ", 1)[0]})
    if match := _NODE.match(text):
        label, number, rest = match.groups()
        return Item(label, int(number), dict(_PARSED.findall(rest or "")))
    return Item(text if _SECTION.match(text) else "TEXT")
