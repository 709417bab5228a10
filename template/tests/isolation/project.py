"""What a data project consists of, as far as the proof needs to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TENANT = "tenant_id"

_LITERAL = re.compile(r"""\"[^"\n]*"|'([^'\n]*)'""")
_LONGEST_WORD = 40
# Sentences for people are nothing that a query compares with.
_PROSE = re.compile(r"""(?:error\(|description\s*=)\s*(?:"[^"\n]*"|'[^'\n]*')""")
_NUMBER = re.compile(r"(?<![\w.])\d{1,6}(?![\w.])")
_NAME = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an endpoint, as the template engine reports it."""

    name: str
    type: str
    required: bool
    default: object
    description: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint, granted to anybody or not."""

    name: str
    parameters: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a pipe; `pipe` and `name` together are its address."""

    pipe: str
    name: str
    sql: str


@dataclass(frozen=True, slots=True)
class Pipe:
    """A pipe; `target` is the datasource that it fills, None where it fills none."""

    name: str
    nodes: tuple[Node, ...]
    target: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column that rows are sent with; `jsonpath` says where in the JSON it is."""

    name: str
    type: str
    nullable: bool
    jsonpath: str


@dataclass(frozen=True, slots=True)
class Table:
    """A datasource."""

    name: str
    columns: tuple[Column, ...]

    @property
    def has_tenant(self) -> bool:
        """Whether its rows say whose they are; otherwise it is shared, or a broken rollup."""
        return any(column.name == TENANT for column in self.columns)


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that the workspace holds."""

    endpoints: tuple[Endpoint, ...]
    pipes: dict[str, Pipe]
    tables: dict[str, Table]

    @property
    def filled(self) -> tuple[Table, ...]:
        """The tenant tables that rows are sent to: those that no materialization fills."""
        targets = self.targets
        return tuple(t for t in self.tables.values() if t.has_tenant and t.name not in targets)

    @property
    def targets(self) -> frozenset[str]:
        """The datasources that a materialization fills."""
        return frozenset(pipe.target for pipe in self.pipes.values() if pipe.target)

    def writers(self, table: str) -> tuple[Pipe, ...]:
        """Return the materializations that fill a datasource."""
        return tuple(pipe for pipe in self.pipes.values() if pipe.target == table)

    def nodes_behind(self, pipe: str) -> tuple[Node, ...]:
        """Return the nodes that make a pipe's result, each after those that it reads."""
        found: dict[tuple[str, str], Node] = {}
        self._visit(self.pipes[pipe].nodes[-1], found, ())
        return tuple(found.values())

    def read_by(self, node: Node) -> Iterator[Node]:
        """Yield the nodes that a node reads: its siblings, and the results of other pipes."""
        siblings = {sibling.name: sibling for sibling in self.pipes[node.pipe].nodes}
        for name in _NAME.findall(node.sql):
            if name in siblings and name != node.name:
                yield siblings[name]
            elif name in self.pipes and name != node.pipe and not self.pipes[name].target:
                yield self.pipes[name].nodes[-1]

    def tables_of(self, node: Node) -> list[str]:
        """Return the datasources whose names stand in a node."""
        return sorted(set(_NAME.findall(node.sql)) & self.tables.keys())

    def words(self, pipe: str | None = None) -> list[str]:
        """Return the texts that a query compares with: what it treats specially is among them."""
        found = {text for sql in self._sql(pipe) for text in _LITERAL.findall(_PROSE.sub("", sql))}
        parts = {part.strip() for text in found for part in (text, *text.split(","))}
        return sorted(part for part in parts if 0 < len(part) <= _LONGEST_WORD)

    def numbers(self) -> list[int]:
        """Return the whole numbers that stand in a query."""
        return sorted({int(n) for sql in self._sql(None) for n in _NUMBER.findall(sql)})

    def _sql(self, pipe: str | None) -> list[str]:
        if pipe is None:
            return [node.sql for each in self.pipes.values() for node in each.nodes]
        return [node.sql for node in self.nodes_behind(pipe)]

    def _visit(
        self, node: Node, found: dict[tuple[str, str], Node], above: tuple[Node, ...]
    ) -> None:
        key = (node.pipe, node.name)
        if key in found or node in above:
            return
        for upstream in self.read_by(node):
            self._visit(upstream, found, (*above, node))
        found[key] = node
