"""A pipe, its parameters and the caller's access become one SELECT. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ..errors import BadRequest, Forbidden, NotFound
from ..monitoring.service_tables import column_names as service_columns
from ..project.resources import Pipe
from ..sql.formats import FORMATS, Format
from ..sql.templates import render, used_tables
from ..tokens.access import Access
from .filtering import filtered
from .namespace import GENERATORS, SERVICE, SYSTEM, Namespace
from .parameters import Params, merged
from .pipes import node_of, node_sql, pipe_sql, resolved, resource_sql

# The toolset puts each clause at the start of a line, and escapes newlines in literals.
_OUTFILE = re.compile(r"^\s*INTO OUTFILE\b", re.MULTILINE | re.IGNORECASE)
_FORMAT = re.compile(r"^FORMAT\s+(\w+)\s*$", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Query:
    """A SELECT over the workspace's own tables; `format` is what its FORMAT clause named."""

    sql: str
    format: Format | None = None


def pipe_query(
    namespace: Namespace, pipe: Pipe, access: Access, params: Params, over: str | None = None
) -> Query:
    """Return the query of an endpoint, or of the SQL `over` its result, called `_`.

    What the token fixes wins over `params`.
    Raises: Forbidden: the token may not read the pipe, or a JWT asks for `over`.
    """
    fixed = access.fixed_params(pipe.name, namespace.id_of("pipe", pipe.name))
    if fixed is None:
        raise Forbidden(f"The token may not read the pipe '{pipe.name}'.")
    sql = pipe_sql(namespace, pipe, merged(params, fixed))
    if over is None:
        return _checked(namespace, sql)
    if access.is_jwt:
        raise Forbidden("A JWT cannot send its own SQL (q).")
    return _checked(namespace, resolved(over, lambda _, name: {"_": f"({sql})"}.get(name)))


def copy_query(namespace: Namespace, pipe: Pipe, params: Params) -> Query:
    """Return the query whose result a copy pipe copies."""
    return _checked(namespace, pipe_sql(namespace, pipe, params))


def sql_query(
    namespace: Namespace, sql: str, access: Access, params: Params, pipeline: str | None = None
) -> Query:
    """Return the query that a caller wrote, over the resources that the token may read.

    Args: pipeline: a pipe whose nodes, and whose result as `_`, can be read too.
    Raises: Forbidden: it reads what the token may not.
    """
    text = _rendered(namespace, sql, params)
    pipe = _pipeline(namespace, access, pipeline)

    def found(database: str, name: str) -> str | None:
        if database:
            return _service_table(namespace, database, name, access, text)
        if pipe is not None and name == "_":
            return f"({pipe_sql(namespace, pipe, params)})"
        if pipe is not None and (node := node_of(pipe, name)):
            return f"({node_sql(namespace, pipe, node, params)})"
        return _readable(namespace, access, params, name, text)

    return _checked(namespace, resolved(text, found))


def _readable(
    namespace: Namespace, access: Access, params: Params, name: str, sql: str
) -> str | None:
    project = namespace.project
    if name in project.pipes:
        return _readable_pipe(namespace, access, params, project.pipes[name])
    if name not in project.datasources:
        return resource_sql(namespace, params, name) if access.is_admin else None
    filters = access.filters(name, namespace.id_of("datasource", name))
    if filters is None:
        raise Forbidden(f"The token may not read the datasource '{name}'.")
    source = namespace.table(name)
    if not filters:
        return source
    columns = [column.name for column in project.datasources[name].columns]
    return filtered(source, columns, filters, sql)


def _readable_pipe(namespace: Namespace, access: Access, params: Params, pipe: Pipe) -> str:
    fixed = access.fixed_params(pipe.name, namespace.id_of("pipe", pipe.name))
    if fixed is None:
        raise Forbidden(f"The token may not read the pipe '{pipe.name}'.")
    if access.is_jwt:
        raise Forbidden(f"A JWT cannot send SQL over the pipe '{pipe.name}': read its endpoint.")
    return f"({pipe_sql(namespace, pipe, merged(params, fixed))})"


def _service_table(
    namespace: Namespace, database: str, name: str, access: Access, sql: str
) -> str | None:
    source = namespace.service_table(database, name)
    if source is None or database == SYSTEM:
        return source
    filters = access.filters(f"{SERVICE}.{name}")
    if filters is None:
        raise Forbidden(f"The token may not read the datasource '{SERVICE}.{name}'.")
    return filtered(source, service_columns(name), filters, sql) if filters else source


def _checked(namespace: Namespace, sql: str) -> Query:
    # Whatever the rewriting did: nothing but tables of this workspace may be left.
    for database, name in used_tables(sql):
        generates = database == SYSTEM and name in GENERATORS
        if database not in (namespace.database, namespace.service) and not generates:
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


def _rendered(namespace: Namespace, sql: str, params: Params) -> str:
    text = sql.strip().rstrip(";").strip()
    if not text.startswith("%"):
        return text
    return render(text[1:], merged(params, {}), namespace.secrets)


def _pipeline(namespace: Namespace, access: Access, name: str | None) -> Pipe | None:
    if name is None:
        return None
    if not access.is_admin:
        raise Forbidden("pipeline needs an admin token.")
    pipe = namespace.project.pipes.get(name)
    if pipe is None:
        if name in namespace.project.datasources:
            return None
        raise NotFound(f"Pipe '{name}' not found")
    return pipe
