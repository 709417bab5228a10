"""Try a project in an empty database of its own before anything of the old one changes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import replace

from ..data.tables import create_table, create_view
from ..errors import ApiError, BadRequest
from ..project.datafiles import FileError
from ..project.resources import Datasource, Pipe, Project
from ..queries.namespace import Namespace
from ..queries.pipes import pipe_sql
from ..sql.engine import Engine, EngineFailure, message_without, quoted
from ..sql.templates import parameters, used_tables

# Errors of a query that no value of a parameter can fix: an unknown function, column, table.
HOPELESS_CODES = frozenset({46, 47, 60})
# What the engine writes for a parameter without a value, symbols and tables among them.
NO_VALUES = ("__no_value__", "`placeholder`", "'placeholder'")


def validate(
    engine: Engine, namespace: Namespace, paths: Mapping[str, str]
) -> tuple[FileError, ...]:
    """Return what is wrong with a project, by file; `paths` maps resource names to files."""
    trial = replace(namespace, database=f"trial_{uuid.uuid4().hex}")
    engine.execute(f"CREATE DATABASE {quoted(trial.database)} ENGINE = Atomic")
    try:
        found = [*_datasources(engine, trial), *_references(trial.project)]
        if not found:
            found = [*_views(engine, trial), *_pipes(engine, trial)]
        return tuple(FileError(paths.get(name, name), text) for name, text in found)
    finally:
        engine.execute(f"DROP DATABASE {quoted(trial.database)}")


def _datasources(engine: Engine, trial: Namespace) -> Iterator[tuple[str, str]]:
    for name, source in trial.project.datasources.items():
        problem = _tried(engine, trial, source)
        if problem:
            yield name, problem


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


def _views(engine: Engine, trial: Namespace) -> Iterator[tuple[str, str]]:
    for pipe in trial.project.materialized:
        try:
            target = pipe.output.datasource or ""
            sql = pipe_sql(trial, pipe, {})
            if trial.service in {database for database, _ in used_tables(sql)}:
                raise BadRequest("A materialized pipe cannot read service datasources.")
            engine.execute(create_view(trial.database, pipe.name, target, sql))
        except EngineFailure as failure:
            yield pipe.name, message_without(failure, trial.database)
        except ApiError as error:
            yield pipe.name, error.error


def _pipes(engine: Engine, trial: Namespace) -> Iterator[tuple[str, str]]:
    for pipe in trial.project.pipes.values():
        if pipe.type != "materialized":
            problem = _problem(engine, replace(trial, test_mode=True), pipe)
            if problem:
                yield pipe.name, problem


def _problem(engine: Engine, trial: Namespace, pipe: Pipe) -> str | None:
    templated = any(node.templated for node in pipe.nodes)
    try:
        for node in pipe.nodes:
            if node.templated:
                parameters(node.sql)
        sql = pipe_sql(trial, pipe, {})
    except ApiError as error:
        # Without its parameters a template may call error() or render what does not parse.
        hopeless = error.error.startswith("[Error] Resource") and not _lacks_values(error.error)
        known = hopeless or not templated or "was never closed" in error.error
        return error.error if known else None
    try:
        engine.rows(f"DESCRIBE ({sql})")
    except EngineFailure as failure:
        hopeless = failure.code in HOPELESS_CODES and not _lacks_values(failure.message)
        if hopeless or not templated:
            return message_without(failure, trial.database)
    return None


def _lacks_values(message: str) -> bool:
    return any(one in message for one in NO_VALUES)
