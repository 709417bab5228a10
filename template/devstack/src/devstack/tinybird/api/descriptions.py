"""How datasources and pipes are described to the CLI and the SDKs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from ..project.endpoints import read_names
from ..project.resources import Column, Datasource, Node, Pipe, resource_id
from ..sql.templates import parameters
from ..workspaces.reads import Reads
from ..workspaces.workspace import Workspace
from ..workspaces.workspaces import Caller


def text_answer(text: str) -> Response:
    """Answer a text, such as a datafile, so that the CLI takes it for one."""
    # With a charset behind it the CLI would parse JSON.
    return Response(text, headers={"content-type": "text/plain"})


def datasource_document(
    found: Caller, source: Datasource, sizes: dict[str, tuple[int, int]]
) -> dict[str, Any]:
    """Describe a datasource; `sizes` has rows and bytes by table."""
    rows, size_bytes = sizes.get(source.name, (0, 0))
    created_at, updated_at = found.workspace.builds.times(source.name)
    columns = [_column(column) for column in source.columns]
    by_path = any(column.jsonpath for column in source.columns)
    return {
        "id": found.workspace.resource_id("datasource", source.name),
        "name": source.name,
        "type": "ndjson" if by_path else "csv",
        "description": source.description,
        "created_at": created_at,
        "updated_at": updated_at,
        "statistics": {"row_count": rows, "bytes": size_bytes},
        "shared_with": list(source.shared_with),
        "tags": {},
        "used_by": _used_by(found.reads, source.name),
        "columns": columns,
        "schema": {"columns": columns, "sql_schema": ", ".join(map(_sql, source.columns))},
        "engine": {"engine": source.engine, **source.engine_args},
        "indexes": list(source.indexes),
        "ttl": source.engine_args.get("ttl"),
        "forward_query": source.forward_query,
    }


def pipe_document(workspace: Workspace, pipe: Pipe) -> dict[str, Any]:
    """Describe a pipe and its nodes."""
    created_at, updated_at = workspace.builds.times(pipe.name)
    output = workspace.resource_id("node", f"{pipe.name}.{pipe.output.name}")
    targets = {
        "materialized": "materialized_datasource",
        "copy": "copy_target_datasource",
    }
    target = {targets[pipe.type]: pipe.output.datasource} if pipe.type in targets else {}
    return {
        "id": workspace.resource_id("pipe", pipe.name),
        "name": pipe.name,
        "description": pipe.description,
        "type": pipe.type,
        "endpoint": output if pipe.type == "endpoint" else None,
        "url": f"/v0/pipes/{pipe.name}.json" if pipe.type == "endpoint" else None,
        "created_at": created_at,
        "updated_at": updated_at,
        "nodes": [_node(workspace, pipe, node) for node in pipe.nodes],
        **target,
    }


def chosen(document: dict[str, Any], attrs: str | None, *kept: str) -> dict[str, Any]:
    """Return the attributes of a document that a request names, by commas, and those `kept`.

    Source: https://www.tinybird.co/docs/api-reference/datasource-api
    """
    if not attrs:
        return document
    named = {*attrs.split(","), *kept}
    return {name: value for name, value in document.items() if name in named}


def chosen_pipe(document: dict[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """Return what a request names of a pipe by `attrs`, and of its nodes by `node_attrs`.

    Source: https://www.tinybird.co/docs/api-reference/pipe-api
    """
    node_attrs = query.get("node_attrs")
    nodes = [chosen(node, node_attrs) for node in document["nodes"]]
    kept = ("url", "nodes") if node_attrs else ("url",)
    return chosen(document | {"nodes": nodes}, query.get("attrs"), *kept)


def _node(workspace: Workspace, pipe: Pipe, node: Node) -> dict[str, Any]:
    return {
        "id": workspace.resource_id("node", f"{pipe.name}.{node.name}"),
        "name": node.name,
        "sql": f"%\n{node.sql}" if node.templated else node.sql,
        "description": node.description,
        "node_type": node.type,
        "materialized": _materialized(workspace, node),
        "params": _params(node),
    }


def _params(node: Node) -> list[dict[str, Any]]:
    if not node.templated:
        return []
    return [
        {
            "name": one.name,
            "type": one.type or "String",
            "required": one.required,
            "default": one.default,
            "description": one.description,
        }
        for one in parameters(node.sql)
    ]


def _materialized(workspace: Workspace, node: Node) -> str | None:
    if node.type != "materialized" or not node.datasource:
        return None
    return workspace.resource_id("datasource", node.datasource)


def _used_by(reads: Reads, name: str) -> list[dict[str, str]]:
    return [
        {"id": resource_id(reads.workspace_id, "pipe", pipe.name), "name": pipe.name}
        for pipe in reads.project.pipes.values()
        if name in read_names(pipe)
    ]


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "normalized_name": column.name,
        "type": column.type,
        "nullable": column.nullable,
        "jsonpath": column.jsonpath,
        "default_value": column.default,
        "codec": column.codec,
    }


def _sql(column: Column) -> str:
    path = f"`json:{column.jsonpath}`" if column.jsonpath else ""
    parts = (f"`{column.name}`", column.type, path, column.default or "", column.codec or "")
    return " ".join(part for part in parts if part)
