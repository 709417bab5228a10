"""A pipe, its parameters and the caller's access become one SELECT. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .access import Access
from .bounds import refuse_hidden
from .errors import BadRequest, Forbidden, NotEmulated, NotFound
from .filtering import filtered
from .parameters import Params, merged
from .resources import Node, Pipe, Project, resource_id
from .service_tables import NAMES as SERVICE_NAMES
from .service_tables import column_names as service_columns
from .tables import QUARANTINE
from .templates import render, replace_tables, used_tables

MOST_NESTED = 40
SERVICE = "tinybird"
FORMATS: Mapping[str, str] = {
    name.lower(): name
    for name in (
        *("JSON", "JSONCompact", "JSONStrings", "JSONEachRow", "CSV", "CSVWithNames", "TSV"),
        *("TabSeparated", "TSVWithNames", "TabSeparatedWithNames", "PrettyCompact", "Parquet"),
        "Prometheus",
    )
}
# The toolset puts each clause at the start of a line, and escapes newlines in literals.
_OUTFILE = re.compile(r"^\s*INTO OUTFILE\b", re.MULTILINE | re.IGNORECASE)
_FORMAT = re.compile(r"^FORMAT\s+(\w+)\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT over the workspace's own tables; `format` is what its FORMAT clause named."""

    sql: str
    format: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """What SQL can name in a workspace: its resources, its secrets' names.

    `database` holds its tables, `service` those that are called `tinybird.*`.
    """

    workspace_id: str
    database: str
    project: Project
    service: str
    secrets: frozenset[str] = frozenset()
    test_mode: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)
    _nesting: list[str] = field(default_factory=list, compare=False)


def pipe_query(
    catalog: Catalog, pipe: Pipe, access: Access, params: Params, over: str | None = None
) -> Query:
    """Return the query of an endpoint, or of the SQL `over` its result, called `_`.

    What the token fixes wins over `params`.
    Raises: Forbidden: the token may not read the pipe, or a JWT asks for `over`.
    """
    fixed = access.fixed_params(pipe.name, resource_id(catalog.workspace_id, "pipe", pipe.name))
    if fixed is None:
        raise Forbidden(f"The token may not read the pipe '{pipe.name}'.")
    sql = pipe_sql(catalog, pipe, merged(params, fixed))
    if over is None:
        return _checked(catalog, sql)
    if access.is_jwt:
        raise Forbidden("A JWT cannot send its own SQL (q).")
    return _checked(catalog, _resolve(over, lambda _, name: {"_": f"({sql})"}.get(name)))


def copy_query(catalog: Catalog, pipe: Pipe, params: Params) -> Query:
    """Return the query whose result a copy pipe copies."""
    return _checked(catalog, pipe_sql(catalog, pipe, params))


def sql_query(
    catalog: Catalog, sql: str, access: Access, params: Params, pipeline: str | None = None
) -> Query:
    """Return the query that a caller wrote, over the resources that the token may read.

    Args: pipeline: a pipe whose nodes, and whose result as `_`, can be read too.
    Raises: Forbidden: it reads what the token may not.
    """
    text = _rendered(catalog, sql, params)
    pipe = _pipeline(catalog, access, pipeline)

    def found(database: str, name: str) -> str | None:
        if database:
            return _service_table(catalog, database, name, access, text)
        if pipe is not None and name == "_":
            return f"({pipe_sql(catalog, pipe, params)})"
        if pipe is not None and (node := _node(pipe, name)):
            return f"({node_sql(catalog, pipe, node, params)})"
        return _readable(catalog, access, params, name, text)

    return _checked(catalog, _resolve(text, found))


def pipe_sql(catalog: Catalog, pipe: Pipe, params: Params) -> str:
    """Return the SQL of a pipe's result, with every node and pipe that it reads inlined."""
    return node_sql(catalog, pipe, pipe.output, params)


def node_sql(catalog: Catalog, pipe: Pipe, node: Node, params: Params) -> str:
    """Return the SQL of one node, with every node and pipe that it reads inlined."""
    key = f"{pipe.name}.{node.name}"
    if key in catalog._nesting:
        raise BadRequest(f"The pipe '{pipe.name}' reads itself through '{node.name}'.")
    if len(catalog._nesting) > MOST_NESTED:
        raise BadRequest(f"The pipe '{pipe.name}' is nested too deeply.")
    catalog._nesting.append(key)
    try:
        sql = node.sql
        if node.templated:
            sql = render(sql, params, catalog.secrets, test_mode=catalog.test_mode)

        def found(database: str, name: str) -> str | None:
            if database:
                return _service_table(catalog, database, name)
            sibling = _node(pipe, name)
            if sibling is not None and sibling.name != node.name:
                return f"({node_sql(catalog, pipe, sibling, params)})"
            return _resource(catalog, params, name)

        return _resolve(sql, found)
    finally:
        catalog._nesting.pop()


def _resource(catalog: Catalog, params: Params, name: str) -> str | None:
    if name in catalog.project.pipes:
        pipe = catalog.project.pipes[name]
        if pipe.type == "materialized" and pipe.output.datasource:
            return _table(catalog, pipe.output.datasource)
        return f"({pipe_sql(catalog, pipe, params)})"
    source = name.removesuffix(QUARANTINE)
    if name in catalog.project.datasources or source in catalog.project.datasources:
        return _table(catalog, name)
    return None


def _readable(catalog: Catalog, access: Access, params: Params, name: str, sql: str) -> str | None:
    if name in catalog.project.pipes:
        pipe = catalog.project.pipes[name]
        fixed = access.fixed_params(name, resource_id(catalog.workspace_id, "pipe", name))
        if fixed is None:
            raise Forbidden(f"The token may not read the pipe '{name}'.")
        if access.is_jwt:
            raise Forbidden(f"A JWT cannot send SQL over the pipe '{name}': read its endpoint.")
        return f"({pipe_sql(catalog, pipe, merged(params, fixed))})"
    if name not in catalog.project.datasources:
        return _resource(catalog, params, name) if access.is_admin else None
    filters = access.filters(name, resource_id(catalog.workspace_id, "datasource", name))
    if filters is None:
        raise Forbidden(f"The token may not read the datasource '{name}'.")
    source = _table(catalog, name)
    if not filters:
        return source
    columns = [column.name for column in catalog.project.datasources[name].columns]
    return filtered(source, columns, filters, sql)


def _service_table(
    catalog: Catalog, database: str, name: str, access: Access | None = None, sql: str = ""
) -> str | None:
    if database != SERVICE:
        return None
    shown = f"{SERVICE}.{name}"
    if name not in SERVICE_NAMES:
        raise NotEmulated(f"the service datasource '{shown}'")
    source = f"{catalog.service}.{name}"
    filters = () if access is None else access.filters(shown)
    if filters is None:
        raise Forbidden(f"The token may not read the datasource '{shown}'.")
    return filtered(source, service_columns(name), filters, sql) if filters else source


def _resolve(sql: str, found: Callable[[str, str], str | None]) -> str:
    refuse_hidden(sql)
    replacements: dict[tuple[str, str], tuple[str, str]] = {}
    for database, name in used_tables(sql):
        target = found(database, name)
        if target is None:
            shown = f"{database}.{name}" if database else name
            raise BadRequest(f"[Error] Resource '{shown}' not found")
        replacements[database, name] = _target(target)
    return replace_tables(sql, replacements)


def _target(target: str) -> tuple[str, str]:
    if target.startswith("("):
        return "", target
    database, _, name = target.partition(".")
    return database, name


def _table(catalog: Catalog, name: str) -> str:
    return f"{catalog.database}.{catalog.renamed.get(name, name)}"


def _checked(catalog: Catalog, sql: str) -> Query:
    # Whatever the rewriting did: nothing but tables of this workspace may be left.
    for database, name in used_tables(sql):
        if database not in (catalog.database, catalog.service):
            raise BadRequest(f"[Error] Resource '{name}' not found")
    if _OUTFILE.search(sql):
        raise Forbidden("[Error] INTO OUTFILE is not allowed.")
    format_ = _FORMAT.search(sql)
    if format_ is None:
        return Query(sql)
    known = FORMATS.get(format_[1].lower())
    if known is None:
        raise BadRequest(f"[Error] The format {format_[1]} is not supported.")
    return Query(sql[: format_.start()] + sql[format_.end() :], known)


def _rendered(catalog: Catalog, sql: str, params: Params) -> str:
    text = sql.strip().rstrip(";").strip()
    if not text.startswith("%"):
        return text
    return render(text[1:], merged(params, {}), catalog.secrets)


def _pipeline(catalog: Catalog, access: Access, name: str | None) -> Pipe | None:
    if name is None:
        return None
    if not access.is_admin:
        raise Forbidden("pipeline needs an admin token.")
    pipe = catalog.project.pipes.get(name)
    if pipe is None:
        if name in catalog.project.datasources:
            return None
        raise NotFound(f"Pipe '{name}' not found")
    return pipe


def _node(pipe: Pipe, name: str) -> Node | None:
    return next((node for node in pipe.nodes if node.name == name), None)
