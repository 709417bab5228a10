"""Try a project in an empty database of its own before anything of the old one changes."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from ..data.tables import create_table, create_view
from ..errors import ApiError, BadRequest
from ..project.datafiles import FileError
from ..project.problems import headline, is_about, located
from ..project.resources import Datasource, Node, Pipe, Project
from ..queries.namespace import Namespace
from ..queries.pipes import node_sql, pipe_sql
from ..sql.engine import Engine, EngineFailure, message_without, quoted
from ..sql.templates import parameters, used_tables

# Errors of a query that no value of a parameter can fix: an unknown function, column, table.
HOPELESS_CODES = frozenset({46, 47, 60})
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


def validate(
    engine: Engine, namespace: Namespace, paths: Mapping[str, str]
) -> tuple[FileError, ...]:
    """Return what is wrong with a project, by file; `paths` maps resource names to files."""
    trial = replace(namespace, database=f"trial_{uuid.uuid4().hex}")
    engine.execute(f"CREATE DATABASE {quoted(trial.database)} ENGINE = Atomic")
    try:
        found = [*_datasources(engine, trial), *_references(trial.project)]
        if not found:
            failures = list(_failures(engine, trial))
            found = [*_causes(failures, trial.project)]
            found += _outputs(engine, trial, {failure.pipe.name for failure in failures})
        return tuple(FileError(paths.get(name, name), text) for name, text in sorted(found))
    finally:
        engine.execute(f"DROP DATABASE {quoted(trial.database)}")


def _datasources(engine: Engine, trial: Namespace) -> Iterator[tuple[str, str]]:
    for name, source in trial.project.datasources.items():
        problem = _tried(engine, trial, source)
        if problem:
            yield name, located(problem, source.source)


def _tried(engine: Engine, trial: Namespace, source: Datasource) -> str | None:
    try:
        engine.execute(create_table(trial.database, source.name, source, ttl=True))
    except EngineFailure as failure:
        return message_without(failure, trial.database)
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


def _failures(engine: Engine, trial: Namespace) -> Iterator[_Failure]:
    tried = replace(trial, test_mode=True)
    for pipe in trial.project.pipes.values():
        for node in pipe.nodes:
            failure = _failure(engine, tried, pipe, node)
            if failure:
                yield failure


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


def _failure(engine: Engine, trial: Namespace, pipe: Pipe, node: Node) -> _Failure | None:
    templated = any(node.templated for node in pipe.nodes)
    try:
        if node.templated:
            parameters(node.sql)
        sql = node_sql(trial, pipe, node, {})
    except ApiError as error:
        # Without its parameters a template may call error() or render what does not parse.
        hopeless = error.error.startswith(HOPELESS) and not _lacks_values(error.error)
        known = hopeless or not templated or "was never closed" in error.error
        return _Failure(pipe, node, error.error, 0) if known else None
    try:
        engine.rows(f"DESCRIBE ({sql})")
    except EngineFailure as failure:
        message = message_without(failure, trial.database)
        # The query that it quotes has the placeholders of every other parameter.
        hopeless = failure.code in HOPELESS_CODES and not _lacks_values(headline(message))
        if hopeless or not templated:
            return _Failure(pipe, node, message, len(sql))
    return None


def _outputs(
    engine: Engine, trial: Namespace, broken: Collection[str]
) -> Iterator[tuple[str, str]]:
    checks = {"materialized": _view_problem, "copy": _copy_problem}
    for pipe in trial.project.pipes.values():
        check = None if pipe.name in broken else checks.get(pipe.type)
        problem = check(engine, trial, pipe) if check else None
        if problem:
            yield pipe.name, located(problem, pipe.source, pipe.output.name)


def _view_problem(engine: Engine, trial: Namespace, pipe: Pipe) -> str | None:
    try:
        target = pipe.output.datasource or ""
        sql = pipe_sql(trial, pipe, {})
        if trial.service in {database for database, _ in used_tables(sql)}:
            raise BadRequest("A materialized pipe cannot read service datasources.")
        engine.execute(create_view(trial.database, pipe.name, target, sql))
    except EngineFailure as failure:
        return message_without(failure, trial.database)
    except ApiError as error:
        return error.error
    return None


def _copy_problem(engine: Engine, trial: Namespace, pipe: Pipe) -> str | None:
    try:
        sql = pipe_sql(replace(trial, test_mode=True), pipe, {})
        given = [str(row[0]) for row in engine.rows(f"DESCRIBE ({sql})")]
    except (ApiError, EngineFailure):
        # It lacks the values of its parameters, or it would have failed before.
        return None
    target = pipe.output.datasource or ""
    columns = {column.name for column in trial.project.datasources[target].columns}
    strange = [name for name in given if name not in columns and not _lacks_values(name)]
    if not strange:
        return None
    return f"the column '{strange[0]}' is not in the datasource '{target}'."


def _lacks_values(message: str) -> bool:
    return NO_VALUES.search(message) is not None
