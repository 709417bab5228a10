"""The data project in a ClickHouse of its own: empty tables, and a view of every node."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..tinybird.data.tables import ENGINES, QUARANTINE, create_quarantine, create_table, table
from ..tinybird.errors import ApiError, BadRequest
from ..tinybird.project.resources import Datasource, Node, Pipe, Project
from ..tinybird.sql.engine import Engine, EngineFailure, quoted
from ..tinybird.sql.templates import parameters, parts, render, replace_tables, used_tables
from .branches import Path as Way
from .branches import TooManyWays, as_written, paths
from .tenant_parameter import TENANT
from .tree import EXPLAIN, SETTINGS, Item, parse_tree

TABLES, NODES = "tables", "nodes"
# What a text without a value may be, the engine's own placeholder first: not every function takes
# any text as, say, a time zone.
TEXTS = (None, "UTC", "1", "2024-01-01")
# The tenant where a template uses it for anything else than a value of its own.
OTHERWISE = "Roost_Lint-Otherwise"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a node reads, `database.table`, and its tree for every way through its template.

    `unread`: lines, in its SQL, of branches that ClickHouse cannot read, with its reason; `unseen`:
    tables of its SQL that a tree leaves out somewhere; `is_partial`: it has too many ways.
    """

    sources: frozenset[str]
    trees: tuple[Item, ...]
    unread: tuple[tuple[int, str], ...] = ()
    unseen: frozenset[str] = frozenset()
    is_partial: bool = False


@dataclass(slots=True)
class Trial:
    """Reads a project as ClickHouse does; `unreadable` says which nodes it refuses, and why."""

    project: Project
    engine: Engine
    unreadable: dict[tuple[str, str], str] = field(default_factory=dict)
    _readings: dict[tuple[str, str], Reading] = field(default_factory=dict)
    _open: list[tuple[str, str]] = field(default_factory=list)

    def reading(self, pipe: Pipe, node: Node) -> Reading | None:
        """Return how ClickHouse reads a node; None if it cannot."""
        key = (pipe.name, node.name)
        if key not in self._readings and key not in self.unreadable:
            try:
                self._readings[key] = self._read(pipe, node)
            except (EngineFailure, ApiError) as error:
                self.unreadable[key] = _reason(error)
        return self._readings.get(key)

    def key_of(self, source: Datasource) -> list[Item]:
        """Return the expressions of a sorting key."""
        key = (source.engine_args.get("sorting_key") or "").strip()
        if key in ("", "tuple()"):
            return []
        query = f"SELECT {key} FROM {table(TABLES, source.name)}"
        entries = self._tree(query).children[0].entries("PROJECTION")
        # `(a, b)` is one tuple of them.
        if len(entries) == 1 and entries[0].fields.get("function_name") == "tuple":
            return entries[0].entries("ARGUMENTS")
        return entries

    def _read(self, pipe: Pipe, node: Node) -> Reading:
        key = (pipe.name, node.name)
        if key in self._open:
            raise BadRequest(f"The pipe '{pipe.name}' reads itself through '{node.name}'.")
        self._open.append(key)
        try:
            return self._explained(pipe, node)
        finally:
            self._open.pop()

    def _explained(self, pipe: Pipe, node: Node) -> Reading:
        found: list[_Explained] = []
        read: set[int] = set()
        refused: dict[int, str] = {}
        refusal: EngineFailure | ApiError = BadRequest(f"The node '{node.name}' is empty.")
        ways, is_partial = _ways(node)
        for way in ways:
            try:
                found.append(self._tried(pipe, node, way, view=not found))
                read |= way.lines
            except (EngineFailure, ApiError) as error:
                refused |= {line: _reason(error) for line in way.lines - refused.keys()}
                refusal = error
        if not found:
            raise refusal
        return Reading(
            sources=frozenset(name for each in found for name in each.sources),
            trees=tuple(each.tree for each in found),
            unread=tuple((line, text) for line, text in refused.items() if line not in read),
            unseen=frozenset(name for each in found for name in _unseen(each)),
            is_partial=is_partial,
        )

    def _tried(self, pipe: Pipe, node: Node, way: Way, *, view: bool) -> _Explained:
        refusals: list[EngineFailure | ApiError] = []
        for text in TEXTS if node.templated else (None,):
            try:
                sql, names = self._resolved(pipe, node, way.template, text)
                tree = self._tree(sql)
                if view:
                    place = table(NODES, _view(pipe, node))
                    self.engine.execute(f"CREATE VIEW {place} AS {sql}")
                return _Explained(sql, frozenset(names), tree)
            except (EngineFailure, ApiError) as error:
                refusals.append(error)
        raise refusals[0]

    def _resolved(
        self, pipe: Pipe, node: Node, template: str, text: str | None
    ) -> tuple[str, set[str]]:
        sql = _rendered(template, text) if node.templated else node.sql
        places = {
            (base, name): self._place(pipe, node, name, base) for base, name in used_tables(sql)
        }
        return replace_tables(sql, places), {".".join(place) for place in places.values()}

    def _place(self, pipe: Pipe, node: Node, name: str, database: str) -> tuple[str, str]:
        sibling = next((other for other in pipe.nodes if other.name == name), None)
        if not database and sibling is not None and name != node.name:
            return self._node_place(pipe, sibling)
        other = self.project.pipes.get(name)
        if other is not None and other.type == "materialized":
            name = other.output.datasource or name
        elif other is not None:
            return self._node_place(other, other.output)
        if database or name.removesuffix(QUARANTINE) not in self.project.datasources:
            raise BadRequest(f"There is no '{name}' in the data project.")
        return TABLES, name

    def _node_place(self, pipe: Pipe, node: Node) -> tuple[str, str]:
        if self.reading(pipe, node) is None:
            raise BadRequest(f"The node '{node.name}' of '{pipe.name}' cannot be read.")
        return NODES, _view(pipe, node)

    def explained(self, statement: str) -> list[str]:
        """Return the lines that an EXPLAIN prints.

        Raises: EngineFailure.
        """
        return [line for (line,) in self.engine.rows(statement)]

    def _tree(self, sql: str) -> Item:
        return parse_tree(self.explained(f"{EXPLAIN} {sql}\n{SETTINGS}"))


@contextmanager
def trial(project: Project) -> Generator[Trial]:
    """Open a trial of a project in a temporary directory."""
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder))
        try:
            for database in (TABLES, NODES):
                engine.execute(f"CREATE DATABASE {quoted(database)} ENGINE = Atomic")
            yield Trial(project, engine)
        finally:
            engine.close()


def create_tables(engine: Engine, datasources: Mapping[str, Datasource]) -> dict[str, str]:
    """Create every table and its quarantine; return why ClickHouse refuses one, by name."""
    refused = {}
    for name, source in datasources.items():
        # The lint reads no rows: an engine that is not emulated is as good as another.
        engine_name = source.engine if source.engine in ENGINES else "MergeTree"
        try:
            known = replace(source, engine=engine_name)
            engine.execute(create_table(TABLES, name, known))
            engine.execute(create_quarantine(TABLES, known))
        except EngineFailure as failure:
            refused[name] = failure.message
    return refused


def node_table(pipe: Pipe, node: Node) -> str:
    """Return the full name of the view of a node, as it stands in trees."""
    return f"{NODES}.{_view(pipe, node)}"


def _view(pipe: Pipe, node: Node) -> str:
    return f"{pipe.name}__{node.name}"


@dataclass(frozen=True, slots=True)
class _Explained:
    sql: str
    sources: frozenset[str]
    tree: Item


def _unseen(explained: _Explained) -> Iterator[str]:
    # What one occurrence reads is in the tree once at least, else nobody has looked at it.
    seen = Counter(item.table for item in explained.tree.walk() if item.label == "TABLE")
    text = explained.sql.replace("`", "")
    for name in explained.sources:
        if name.startswith(f"{TABLES}."):
            if len(re.findall(rf"\b{re.escape(name)}(?!\w)", text)) > seen[name]:
                yield name


def _ways(node: Node) -> tuple[tuple[Way, ...], bool]:
    # The template as it is comes first: what other nodes read is its most usual result.
    if not node.templated:
        return (Way(node.sql),), False
    split = parts(node.sql)
    usual = Way(as_written(split))
    try:
        return (usual, *(way for way in paths(split) if way.template != usual.template)), False
    except TooManyWays:
        return (usual,), True


def _reason(error: EngineFailure | ApiError) -> str:
    return error.message if isinstance(error, EngineFailure) else error.error


def _rendered(template: str, text: str | None) -> str:
    values: dict[str, str] = {}
    if text is not None:
        found = (entry for entry in parameters(template) if entry.default is None)
        values = {entry.name: text for entry in found if entry.type == "String"}
    return render(template, {**values, TENANT: OTHERWISE}, test_mode=True)
