"""Read .datasource and .pipe files with Tinybird's own parser (the only importer of it)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath
from typing import Any, cast

from click import ClickException
from tinybird.datafile.common import Datafile, DatafileSyntaxError, DatafileValidationError
from tinybird.datafile.exceptions import (
    IncludeFileNotFoundException,
    ParseException,
    ValidationException,
)
from tinybird.datafile.parse_connection import parse_connection as tinybird_connection
from tinybird.datafile.parse_datasource import parse_datasource as tinybird_datasource
from tinybird.datafile.parse_pipe import parse_pipe as tinybird_pipe
from tinybird.sql_template import SQLTemplateException
from tinybird.tornado_template import ParseError, UnClosedIfError

from .problems import located
from .resources import Column, Connection, Datasource, Node, NodeType, Pipe, Project, TokenGrant

# What the parser raises on text that it does not accept; observed with tinybird 5.0.2.
PARSER_ERRORS = (
    DatafileSyntaxError,
    DatafileValidationError,
    ParseException,
    ValidationException,
    IncludeFileNotFoundException,
    ClickException,
    SQLTemplateException,
    ParseError,
    UnClosedIfError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    TypeError,
)
# The files of a few large projects. The parser refuses INCLUDE: what it makes depends on the text.
MOST_KEPT = 2000
CONNECTION_KEYS = ("kafka_connection_name", "import_connection_name", "export_connection_name")


@dataclass(frozen=True, slots=True)
class FileError:
    """Why a file, or a resource of it, cannot be built."""

    filename: str
    error: str


def parse_project(
    files: Mapping[str, str], secrets: Mapping[str, str] | None = None
) -> tuple[Project, tuple[FileError, ...]]:
    """Parse the files of a data project; `files` maps relative paths to texts.

    Args: secrets: what `tb_secret()` of a .connection file can name.
    """
    datasources: dict[str, Datasource] = {}
    pipes: dict[str, Pipe] = {}
    connections: dict[str, Connection] = {}
    errors: list[FileError] = []
    for path, text in sorted(files.items()):
        try:
            if path.endswith(".connection"):
                name = PurePosixPath(path).stem
                connections[name] = parse_connection(name, text, secrets or {})
            else:
                _read_file(PurePosixPath(path), text, datasources, pipes)
        except _Unreadable as problem:
            errors.append(FileError(path, str(problem)))
    return Project(datasources, pipes, connections), tuple(errors)


def parse_connection(name: str, text: str, secrets: Mapping[str, str]) -> Connection:
    """Parse the text of a .connection file."""
    datafile = _parsed(tinybird_connection, f"{name}.connection", text, secrets=dict(secrets))
    service = datafile.nodes[0].get("type") if datafile.nodes else None
    if not service:
        raise _Unreadable("TYPE is missing.")
    return Connection(name, str(service).lower(), source=text)


@lru_cache(maxsize=MOST_KEPT)
def parse_datasource(name: str, text: str) -> Datasource:
    """Parse the text of a .datasource file."""
    datafile = _parsed(tinybird_datasource, f"{name}.datasource", text, ignore_secrets=True)
    node = datafile.nodes[0] if datafile.nodes else {}
    engine = node.get("engine") or {"type": "MergeTree", "args": []}
    columns = tuple(_column(entry) for entry in node.get("columns") or ())
    if not columns:
        raise _Unreadable("SCHEMA is missing.")
    return Datasource(
        name=name,
        columns=columns,
        engine=str(engine["type"] or "MergeTree"),
        engine_args={key: value for key, value in engine["args"] if value},
        indexes=tuple(index.to_sql() for index in node.get("indexes") or ()),
        tokens=_tokens(datafile),
        forward_query=datafile.forward_query,
        description=datafile.description or node.get("description") or "",
        connection=_connection_name(node),
        shared_with=tuple(datafile.shared_with),
        backfilled=str(node.get("backfill")).lower() != "skip",
        source=text,
    )


@lru_cache(maxsize=MOST_KEPT)
def parse_pipe(name: str, text: str) -> Pipe:
    """Parse the text of a .pipe file."""
    datafile = _parsed(tinybird_pipe, f"{name}.pipe", text, ignore_secrets=True)
    if not datafile.nodes:
        raise _Unreadable("The pipe has no node.")
    return Pipe(
        name=name,
        nodes=tuple(_node(entry) for entry in datafile.nodes),
        tokens=_tokens(datafile),
        description=datafile.description or "",
        alters=any(
            str(node.get("deployment_method")).lower() == "alter" for node in datafile.nodes
        ),
        source=text,
    )


class _Unreadable(Exception):
    pass


def _read_file(
    path: PurePosixPath, text: str, datasources: dict[str, Datasource], pipes: dict[str, Pipe]
) -> None:
    name = path.stem
    if path.suffix not in (".datasource", ".pipe"):
        return
    if name in datasources or name in pipes:
        raise _Unreadable(f"There is already a resource named '{name}'.")
    if path.suffix == ".datasource":
        datasources[name] = parse_datasource(name, text)
    else:
        pipes[name] = parse_pipe(name, text)


def _parsed(parse: Callable[..., Any], filename: str, text: str, **options: object) -> Datafile:
    try:
        return parse(filename, content=text, **options).datafile
    except PARSER_ERRORS as error:
        raise _Unreadable(located(str(error) or type(error).__name__, text)) from error


def _column(entry: Mapping[str, Any]) -> Column:
    type_ = entry["type"]
    if entry["nullable"] and "Nullable(" not in type_:
        type_ = f"Nullable({type_})"
    return Column(
        name=entry["name"],
        type=type_,
        jsonpath=entry["jsonpath"],
        default=entry["default_value"],
        codec=entry["codec"],
    )


def _node(entry: Mapping[str, Any]) -> Node:
    sql = entry.get("sql", "").strip()
    templated = sql.startswith("%")
    return Node(
        name=entry["name"],
        sql=sql[1:].strip() if templated else sql,
        templated=templated,
        type=cast(NodeType, str(entry.get("type") or "standard").lower()),
        datasource=entry.get("datasource") or entry.get("target_datasource"),
        description=entry.get("description", ""),
        mode=entry.get("mode") or "append",
        connection=_connection_name(entry),
    )


def _connection_name(entry: Mapping[str, Any]) -> str | None:
    return next((entry[key] for key in CONNECTION_KEYS if entry.get(key)), None)


def _tokens(datafile: Datafile) -> tuple[TokenGrant, ...]:
    return tuple(
        TokenGrant(entry["token_name"], str(entry["permission"]).upper())
        for entry in datafile.tokens
    )
