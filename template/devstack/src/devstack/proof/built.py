"""What a data project consists of, as far as the proof needs to know."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from ..naming import TENANT

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
    """A pipe; `target` is the datasource that it fills, None where it fills none.

    A materialization fills it with every insert, a copy when it is run.
    """

    name: str
    nodes: tuple[Node, ...]
    target: str | None
    is_copy: bool = False


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
class BuiltProject:
    """Everything that the workspace holds."""

    endpoints: tuple[Endpoint, ...]
    pipes: dict[str, Pipe]
    tables: dict[str, Table]

    @property
    def filled(self) -> tuple[Table, ...]:
        """The tenant tables that rows are sent to: those that no materialization fills.

        A copy's target is among them: nothing keeps rows of another origin out of it.
        """
        targets = self.targets
        return tuple(t for t in self.tables.values() if t.has_tenant and t.name not in targets)

    @property
    def targets(self) -> frozenset[str]:
        """The datasources that a materialization fills."""
        return frozenset(p.target for p in self.pipes.values() if p.target and not p.is_copy)

    @property
    def copies(self) -> tuple[Pipe, ...]:
        """The copy pipes, each after those whose targets it reads."""
        copying = [pipe for pipe in self.pipes.values() if pipe.is_copy]
        found: dict[str, Pipe] = {}
        # As many rounds as there are copies settle any chain of them.
        for _ in copying:
            for pipe in copying:
                if not self._sources(pipe) & {p.target for p in copying} - _targets(found):
                    found.setdefault(pipe.name, pipe)
        return tuple((found | {pipe.name: pipe for pipe in copying}).values())

    @property
    def made(self) -> frozenset[str]:
        """The tenant tables that a materialization or a copy fills."""
        every = {pipe.target for pipe in self.pipes.values() if pipe.target}
        return frozenset(name for name in every if self.tables[name].has_tenant)

    @property
    def shared(self) -> tuple[str, ...]:
        """The datasources without a tenant that nothing fills from others: all may see them."""
        filled = {pipe.target for pipe in self.pipes.values()}
        names = (t.name for t in self.tables.values() if not t.has_tenant)
        return tuple(sorted(name for name in names if name not in filled))

    def writers(self, table: str) -> tuple[Pipe, ...]:
        """Return the materializations and copies that fill a datasource."""
        return tuple(pipe for pipe in self.pipes.values() if pipe.target == table)

    def nodes_behind(self, pipe: str) -> tuple[Node, ...]:
        """Return the nodes that make a pipe's result, each after those that it reads."""
        found: dict[tuple[str, str], Node] = {}
        self._visit(self.pipes[pipe].nodes[-1], found, ())
        return tuple(found.values())

    def read_by(self, node: Node) -> Iterator[Node]:
        """Yield the nodes that a node reads: its siblings, and the results of other pipes."""
        siblings = {sibling.name: sibling for sibling in self.pipes[node.pipe].nodes}
        for name in names(node.sql):
            if name in siblings and name != node.name:
                yield siblings[name]
            elif name in self.pipes and name != node.pipe and not self.pipes[name].target:
                yield self.pipes[name].nodes[-1]

    def tables_of(self, node: Node) -> list[str]:
        """Return the datasources whose names stand in a node."""
        return sorted(set(names(node.sql)) & self.tables.keys())

    def words(self, pipe: str | None = None) -> list[str]:
        """Return the texts that a query compares with: what it treats specially is among them."""
        return sorted({text for sql in self._sql(pipe) for text in literals(sql)})

    def numbers(self) -> list[int]:
        """Return the whole numbers that stand in a query."""
        return sorted({n for sql in self._sql(None) for n in whole_numbers(sql)})

    def _sources(self, pipe: Pipe) -> set[str | None]:
        return {name for node in self.nodes_behind(pipe.name) for name in self.tables_of(node)}

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


def _targets(pipes: dict[str, Pipe]) -> set[str | None]:
    return {pipe.target for pipe in pipes.values()}


# Each case asks the same of the same queries.
@cache
def names(sql: str) -> tuple[str, ...]:
    """Return the words of a query that may be names, each once, in their order."""
    return tuple(dict.fromkeys(_NAME.findall(sql)))


@cache
def literals(sql: str) -> frozenset[str]:
    """Return the texts in a query, and the parts of those that list several."""
    found = _LITERAL.findall(_PROSE.sub("", sql))
    parts = {part.strip() for text in found for part in (text, *text.split(","))}
    return frozenset(part for part in parts if 0 < len(part) <= _LONGEST_WORD)


@cache
def whole_numbers(sql: str) -> frozenset[int]:
    """Return the whole numbers in a query."""
    return frozenset(int(n) for n in _NUMBER.findall(sql))
