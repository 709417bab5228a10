"""Try a project in an empty database of its own before anything of the old one changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..errors import ApiError, BadRequest
from ..project.datafiles import FileError
from ..project.problems import headline, is_about, located
from ..project.resources import Datasource, Node, Pipe, Project
from ..queries.namespace import Namespace
from ..queries.pipes import node_sql, pipe_sql
from ..sql.engine import (
    MEMORY_LIMIT_EXCEEDED,
    TIMEOUT_EXCEEDED,
    TOO_MANY_AT_ONCE,
    Engine,
    EngineFailure,
    message_without,
)
from ..sql.templates import parameters, used_tables
from .passed import Passed, WatchedProject
from .trial import Trial, table_statement, trial_of

# Errors of a query that no value of a parameter can fix: an unknown function, column, table.
HOPELESS_CODES = frozenset({46, 47, 60})
# Errors that say nothing of the query: of no name, too slow, too much at once, too much memory.
PASSING_CODES = frozenset({0, TIMEOUT_EXCEEDED, TOO_MANY_AT_ONCE, MEMORY_LIMIT_EXCEEDED})
_WORD = re.compile(r"\w+")
HOPELESS = ("[Error] Resource", "[Error] Unknown function")
# What the engine writes for a parameter without a value, symbols and tables among them.
NO_VALUES = re.compile(r"__no_value__|\bplaceholder\b")


@dataclass(frozen=True, slots=True)
class _Failure:
    pipe: Pipe
    node: Node
    message: str
    # Of the SQL with all that it reads, in characters; 0 where there was none to try.
    length: int


@dataclass(frozen=True, slots=True)
class _Tried:
    failures: tuple[_Failure, ...]
    # What is wrong with what it writes, by name.
    outputs: tuple[tuple[str, str], ...]


def validate(
    engine: Engine, namespace: Namespace, paths: Mapping[str, str], passed: Passed
) -> tuple[FileError, ...]:
    """Return what is wrong with a project, by file.

    Args: paths: the files of the resources.  passed: what need not be tried again; it learns.
    """
    project = namespace.project
    with trial_of(engine, namespace) as trial:
        found = [*_datasources(trial, project, passed), *_references(project)]
        if not found:
            tries = [
                _tried(trial, project, pipe, passed)
                for pipe in project.pipes.values()
                if not passed.knows(pipe, project, namespace.secrets)
            ]
            found = [*_causes([one for tried in tries for one in tried.failures], project)]
            found += [problem for tried in tries for problem in tried.outputs]
    return tuple(FileError(paths.get(name, name), text) for name, text in sorted(found))


def _datasources(trial: Trial, project: Project, passed: Passed) -> Iterator[tuple[str, str]]:
    for name, source in project.datasources.items():
        problem = _table_problem(trial, source, passed)
        if problem:
            yield name, located(problem, source.source)


def _table_problem(trial: Trial, source: Datasource, passed: Passed) -> str | None:
    try:
        statement = table_statement("", source)
        if not passed.knows_table(statement):
            trial.make([source])
            passed.note_table(statement)
    except EngineFailure as failure:
        return message_without(failure, trial.namespace.database)
    except ApiError as error:
        return error.error
    return None


def _references(project: Project) -> Iterator[tuple[str, str]]:
    yield from _connections(project)
    for pipe in project.pipes.values():
        if pipe.type not in ("materialized", "copy"):
            continue
        target = pipe.output.datasource
        if not target:
            yield pipe.name, f"The {pipe.type} node '{pipe.output.name}' names no datasource."
        elif target not in project.datasources:
            yield pipe.name, f"The datasource '{target}' does not exist."


def _connections(project: Project) -> Iterator[tuple[str, str]]:
    named = [(source.name, source.connection) for source in project.datasources.values()]
    named += [(pipe.name, pipe.output.connection) for pipe in project.pipes.values()]
    for name, connection in named:
        if connection and connection not in project.connections:
            yield name, f"The connection '{connection}' does not exist."


def _tried(trial: Trial, project: Project, pipe: Pipe, passed: Passed) -> _Tried:
    watched = WatchedProject.of(project)
    seen = replace(trial.namespace, project=watched.project)
    one = _Try(trial, seen, watched)
    failures = tuple(found for node in pipe.nodes if (found := one.failure(pipe, node)))
    problem = None if failures else one.output_problem(pipe)
    if not failures and problem is None and one.is_certain:
        passed.note(pipe, watched, trial.namespace.secrets)
    text = located(problem, pipe.source, pipe.output.name) if problem else ""
    return _Tried(failures, ((pipe.name, text),) if problem else ())


def _causes(failures: list[_Failure], project: Project) -> Iterator[tuple[str, str]]:
    # What reads a broken node fails as that one does, and is longer than it.
    ordered = sorted(
        failures, key=lambda one: (one.length, not is_about(one.message, one.node.sql))
    )
    known: dict[str, set[str]] = {}
    for one in ordered:
        broken = known.setdefault(headline(one.message), set())
        if not broken & _mentioned(one.pipe, project):
            yield one.pipe.name, located(one.message, one.pipe.source, one.node.name)
        broken.add(one.pipe.name)


def _mentioned(pipe: Pipe, project: Project) -> set[str]:
    words = {word for node in pipe.nodes for word in _WORD.findall(node.sql)}
    return words & project.pipes.keys() | {pipe.name}


@dataclass(slots=True)
class _Try:
    # A pipe under a project that notes what it asks for; not certain where the engine was in need.
    trial: Trial
    namespace: Namespace
    watched: WatchedProject
    is_certain: bool = True

    def failure(self, pipe: Pipe, node: Node) -> _Failure | None:
        templated = any(node.templated for node in pipe.nodes)
        try:
            if node.templated:
                parameters(node.sql)
            sql = node_sql(self._in_test_mode, pipe, node, {})
        except ApiError as error:
            # Without its parameters a template may call error() or render what does not parse.
            hopeless = error.error.startswith(HOPELESS) and not _lacks_values(error.error)
            known = hopeless or not templated or "was never closed" in error.error
            return _Failure(pipe, node, error.error, 0) if known else None
        try:
            self._described(sql)
        except EngineFailure as failure:
            message = self._message(failure)
            # The query that it quotes has the placeholders of every other parameter.
            hopeless = failure.code in HOPELESS_CODES and not _lacks_values(headline(message))
            if hopeless or not templated:
                return _Failure(pipe, node, message, len(sql))
        return None

    def output_problem(self, pipe: Pipe) -> str | None:
        if pipe.type == "materialized":
            return self._view_problem(pipe)
        return self._copy_problem(pipe) if pipe.type == "copy" else None

    def _view_problem(self, pipe: Pipe) -> str | None:
        try:
            sql = pipe_sql(self.namespace, pipe, {})
            if self.namespace.service in {database for database, _ in used_tables(sql)}:
                raise BadRequest("A materialized pipe cannot read service datasources.")
            target = self.namespace.project.datasources[pipe.output.datasource or ""]
            self.trial.make([*self.watched.sources(), target])
            self.trial.make_view(pipe, sql)
        except EngineFailure as failure:
            return self._message(failure)
        except ApiError as error:
            return error.error
        return None

    def _copy_problem(self, pipe: Pipe) -> str | None:
        try:
            given = self._described(pipe_sql(self._in_test_mode, pipe, {}))
        except ApiError:
            # It lacks the values of its parameters, or it would have failed before.
            return None
        except EngineFailure as failure:
            self._message(failure)
            return None
        target = pipe.output.datasource or ""
        columns = {column.name for column in self.namespace.project.datasources[target].columns}
        strange = [name for name in given if name not in columns and not _lacks_values(name)]
        if not strange:
            return None
        return f"the column '{strange[0]}' is not in the datasource '{target}'."

    @property
    def _in_test_mode(self) -> Namespace:
        return replace(self.namespace, test_mode=True)

    def _described(self, sql: str) -> list[str]:
        self.trial.make(self.watched.sources())
        return [str(row[0]) for row in self.trial.engine.rows(f"DESCRIBE ({sql})")]

    def _message(self, failure: EngineFailure) -> str:
        self.is_certain &= failure.code not in PASSING_CODES
        return message_without(failure, self.namespace.database)


def _lacks_values(message: str) -> bool:
    return NO_VALUES.search(message) is not None
