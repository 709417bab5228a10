"""The endpoint catalog: what each endpoint of a data project takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from ...errors import UserError
from ..errors import ApiError
from ..sql.refusals import Refusal, refusals
from ..sql.templates import Parameter, parameters, parts, render, used_tables
from .datafiles import parse_project
from .resources import Node, Pipe, Project

DATAFILES = (".datasource", ".pipe")


class CatalogInvalid(UserError):
    """A file of the project cannot be read; the sentence names it."""


class ParameterEntry(TypedDict):
    """A parameter, as the template engine reports it."""

    name: str
    type: str
    required: bool
    default: object
    description: str


class ErrorEntry(TypedDict):
    """A refusal that a template decides before any row is read: its text is a constant."""

    status: int
    text: str


class EndpointEntry(TypedDict):
    """An endpoint; public when a TOKEN line lets a static token read it.

    `errors` are those of its own nodes and of every pipe that it reads, sorted.
    """

    name: str
    description: str
    public: bool
    parameters: list[ParameterEntry]
    errors: list[ErrorEntry]


class EndpointCatalog(TypedDict):
    """All endpoints, sorted by name."""

    endpoints: list[EndpointEntry]


def catalog(project: Path) -> EndpointCatalog:
    """Read the endpoints of the data project in the folder `project`.

    Raises: CatalogInvalid: a file cannot be parsed.
    """
    found, errors = parse_project(project_texts(project))
    if errors:
        raise CatalogInvalid("; ".join(f"{error.filename}: {error.error}" for error in errors))
    endpoints = [pipe for pipe in found.pipes.values() if pipe.type == "endpoint"]
    return {"endpoints": [_entry(found, pipe) for pipe in sorted(endpoints, key=_name)]}


def project_texts(project: Path) -> dict[str, str]:
    """Read the datafiles of a data project, by their paths in it."""
    files = (path for path in project.rglob("*") if path.suffix in DATAFILES and path.is_file())
    return {path.relative_to(project).as_posix(): path.read_text("utf-8") for path in files}


def catalog_text(entries: EndpointCatalog) -> str:
    """Write a catalog as the app keeps it: JSON, with one line for each parameter and refusal."""
    endpoints = ",\n".join(_entry_text(entry) for entry in entries["endpoints"])
    listed = f"[\n{endpoints}\n  ]" if endpoints else "[]"
    return f'{{\n  "endpoints": {listed}\n}}\n'


def _entry_text(entry: EndpointEntry) -> str:
    fields = (f"      {json.dumps(name)}: {_value_text(value)}" for name, value in entry.items())
    return "    {\n" + ",\n".join(fields) + "\n    }"


def _value_text(value: object) -> str:
    if not isinstance(value, list) or not value:
        return json.dumps(value)
    lines = ",\n".join(f"        {json.dumps(item)}" for item in value)
    return f"[\n{lines}\n      ]"


def _name(pipe: Pipe) -> str:
    return pipe.name


def _entry(project: Project, pipe: Pipe) -> EndpointEntry:
    return {
        "name": pipe.name,
        # One line: the datafile's own line breaks and indentation mean nothing here.
        "description": " ".join(pipe.description.split()),
        "public": any(grant.permission == "READ" for grant in pipe.tokens),
        "parameters": [_encoded(parameter) for parameter in pipe_parameters(project, pipe)],
        "errors": [
            {"status": refusal.status, "text": refusal.text}
            for refusal in sorted(pipe_refusals(project, pipe))
        ],
    }


def pipe_parameters(project: Project, pipe: Pipe) -> tuple[Parameter, ...]:
    """List the parameters of a pipe, those of the pipes that it reads included."""
    return tuple(_parameters(project, pipe, set()).values())


def pipe_refusals(project: Project, pipe: Pipe) -> frozenset[Refusal]:
    """Return what a pipe and all that it reads refuse with constant texts."""
    return frozenset(
        refusal
        for reached in _reached(project, pipe, set())
        for node in reached.nodes
        if node.templated
        for refusal in refusals(parts(node.sql))
    )


def _reached(project: Project, pipe: Pipe, seen: set[str]) -> Iterator[Pipe]:
    """Yield a pipe and those that it names in any branch, whichever the defaults take."""
    seen.add(pipe.name)
    yield pipe
    for node in pipe.nodes:
        for name in sorted(_words(node) & project.pipes.keys() - seen):
            # What a materialization writes was made before anybody asked.
            if name not in seen and project.pipes[name].type != "materialized":
                yield from _reached(project, project.pipes[name], seen)


def _words(node: Node) -> set[str]:
    """Return the words of a node's SQL and template, what it reads among them."""
    return set("".join(c if c.isalnum() or c == "_" else " " for c in node.sql).split())


def _parameters(project: Project, pipe: Pipe, seen: set[str]) -> dict[str, Parameter]:
    if pipe.name in seen:
        return {}
    seen.add(pipe.name)
    found: dict[str, Parameter] = {}
    for node in pipe.nodes:
        if node.templated:
            _add(found, parameters(node.sql))
        for name in _pipes_read(project, pipe, node):
            _add(found, tuple(_parameters(project, project.pipes[name], seen).values()))
    return found


@lru_cache(maxsize=1000)
def read_names(pipe: Pipe) -> frozenset[str]:
    """Return the names that a pipe's nodes read; none of a node that needs its parameters."""
    return frozenset(name for node in pipe.nodes for name in _known_tables(node))


def _known_tables(node: Node) -> list[str]:
    try:
        return _tables(node)
    except ApiError:
        return []


def _add(found: dict[str, Parameter], more: tuple[Parameter, ...]) -> None:
    for parameter in more:
        known = found.get(parameter.name)
        found[parameter.name] = parameter if known is None else known.merged(parameter)


def _pipes_read(project: Project, pipe: Pipe, node: Node) -> list[str]:
    own = {sibling.name for sibling in pipe.nodes}
    names = [name for name in _tables(node) if name not in own]
    return [name for name in names if name in project.pipes]


def _tables(node: Node) -> list[str]:
    return sorted({name for _, name in used_tables(_plain(node))})


def _plain(node: Node) -> str:
    return render(node.sql, {}, test_mode=True) if node.templated else node.sql


def _encoded(parameter: Parameter) -> ParameterEntry:
    return {
        "name": parameter.name,
        "type": parameter.type or "String",
        "required": parameter.required,
        "default": parameter.default,
        "description": parameter.description,
    }
