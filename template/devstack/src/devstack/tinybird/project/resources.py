"""The values that datafiles turn into: datasources, pipes, tokens, a project."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

NodeType = Literal["endpoint", "materialized", "copy", "sink", "standard"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `type` carries its `Nullable(...)`, `default` its keyword (`DEFAULT now()`)."""

    name: str
    type: str
    jsonpath: str | None = None
    default: str | None = None
    codec: str | None = None

    @property
    def nullable(self) -> bool:
        return "Nullable(" in self.type


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """A TOKEN line: `permission` is READ or APPEND."""

    name: str
    permission: str


@dataclass(frozen=True, slots=True)
class Datasource:
    """A .datasource file; `backfilled` unless it says BACKFILL skip."""

    name: str
    columns: tuple[Column, ...]
    engine: str
    engine_args: Mapping[str, str]
    indexes: tuple[str, ...] = ()
    tokens: tuple[TokenGrant, ...] = ()
    forward_query: str | None = None
    description: str = ""
    connection: str | None = None
    shared_with: tuple[str, ...] = ()
    backfilled: bool = True
    source: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """A .connection file; `service` is its TYPE: kafka, s3, gcs, dynamodb, ..."""

    name: str
    service: str
    source: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Node:
    """A node of a pipe; `templated` when its SQL began with `%`, which `sql` no longer has.

    `datasource` is what a materialized or copy node writes to, `mode` append or replace for a copy
    node, `connection` where a sink node would write to.
    """

    name: str
    sql: str
    templated: bool
    type: NodeType = "standard"
    datasource: str | None = None
    description: str = ""
    mode: str = "append"
    connection: str | None = None


@dataclass(frozen=True, slots=True)
class Pipe:
    """A .pipe file; `alters` when it says DEPLOYMENT_METHOD alter."""

    name: str
    nodes: tuple[Node, ...]
    tokens: tuple[TokenGrant, ...] = ()
    description: str = ""
    alters: bool = False
    source: str = field(default="", repr=False)

    @property
    def output(self) -> Node:
        """The node that other resources read: the one with a type, else the last."""
        typed = [node for node in self.nodes if node.type != "standard"]
        return typed[-1] if typed else self.nodes[-1]

    @property
    def type(self) -> NodeType:
        return self.output.type


@dataclass(frozen=True, slots=True)
class Project:
    """All resources of a workspace, by name."""

    datasources: Mapping[str, Datasource] = field(default_factory=dict)
    pipes: Mapping[str, Pipe] = field(default_factory=dict)
    connections: Mapping[str, Connection] = field(default_factory=dict)

    @property
    def materialized(self) -> tuple[Pipe, ...]:
        return tuple(pipe for pipe in self.pipes.values() if pipe.type == "materialized")


@lru_cache(maxsize=4096)
def resource_id(workspace_id: str, kind: str, name: str) -> str:
    """Return the id of a resource, the same one at every start: `t_` and 32 hex digits."""
    digest = hashlib.sha256(f"{workspace_id}/{kind}/{name}".encode()).hexdigest()
    return f"t_{digest[:32]}"
